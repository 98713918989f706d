// From what a RISC-V core retires to the coprocessor's call port.
//
// Any core with an RVFI port fits, and any whose register file's write port and trap entry can be seen.  The call
// numbers of this example's process are the canonical ids themselves: another ABI needs a table here.

`timescale 1 ns / 1 ps

module tap (
    input             clk,
    input             rst,
    input             retired,         // for one cycle: `insn` has retired, and register `value` written
    input      [31:0] insn,
    input      [4:0]  register,
    input      [31:0] value,
    output reg        call_valid,
    input             call_ready,
    output reg [8:0]  call_id,
    output reg [31:0] call_a0, call_a1, call_a2, call_a3, call_a4, call_a5,
    output            call_returned,
    output     [31:0] call_result
);
    localparam [31:0] ECALL = 32'h00000073, RETIRQ = 32'h0400000b;  // RETIRQ is picorv32's mret

    // A mirror of a0..a7, registers 10 to 17.  It follows the kernel's writes too: what it returned may be the next
    // call's argument.
    reg [31:0] mirror [0:7];
    always @(posedge clk)
        if (retired && register >= 10 && register < 18)
            mirror[register[2:0] - 3'd2] <= value;

    // A copy, because the kernel may write a0 while the call still waits.
    wire ecall = retired && insn == ECALL;
    always @(posedge clk) begin
        if (ecall) begin
            call_valid <= 1;
            call_id <= mirror[7] < 511 ? mirror[7][8:0] : 9'd511;  // 511: unknown
            {call_a0, call_a1, call_a2} <= {mirror[0], mirror[1], mirror[2]};
            {call_a3, call_a4, call_a5} <= {mirror[3], mirror[4], mirror[5]};
        end else if (call_ready)
            call_valid <= 0;
        if (rst)
            call_valid <= 0;
    end

    assign call_returned = retired && insn == RETIRQ;
    assign call_result = mirror[0];
endmodule
