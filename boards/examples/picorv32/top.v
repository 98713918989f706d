// A small system on chip: picorv32, 64 KB of RAM, and the Vigilante coprocessor, all on Wishbone.
//
//   0x00000000  RAM; the program begins at 0, the trap vector is 0x10
//   0x10000000  words written here leave by `report`, with the address's bits 3..2 as their channel
//   BASE        the coprocessor
//
// The core has no user mode: this shows how the parts fit together, it does not protect the program from its
// process.  picorv32 is to be compiled with RISCV_FORMAL, which brings out what it retires.

`timescale 1 ns / 1 ps

module top #(
    parameter [31:0] BASE = 32'hfffff800
) (
    input         clk,
    input         rst,
    output        report_valid,
    output [1:0]  report_channel,
    output [31:0] report,
    output        call_taken,
    output        trap
);
    wire [31:0] address, from_core, to_core, coprocessor_data;
    wire [3:0]  lanes;
    wire        cycle, strobe, write, coprocessor_ack, coprocessor_err;
    reg  [31:0] ram_data;
    reg         ram_ack;

    // --- the core ------------------------------------------------------------------------------------------------

    wire        retired;
    wire [31:0] retired_insn, retired_value;
    wire [4:0]  retired_register;

    picorv32_wb #(
        .ENABLE_IRQ(1),            // an ecall is interrupt 1 to this core
        .ENABLE_IRQ_QREGS(0),      // so that its return address comes in gp
        .ENABLE_IRQ_TIMER(0),
        .PROGADDR_IRQ(32'h10)
    ) core (
        .wb_clk_i(clk), .wb_rst_i(rst), .trap(trap),
        .wbm_adr_o(address), .wbm_dat_o(from_core), .wbm_dat_i(to_core), .wbm_we_o(write), .wbm_sel_o(lanes),
        .wbm_stb_o(strobe), .wbm_cyc_o(cycle), .wbm_ack_i(ram_ack | coprocessor_ack | coprocessor_err),
        .pcpi_wr(1'b0), .pcpi_rd(32'b0), .pcpi_wait(1'b0), .pcpi_ready(1'b0), .irq(32'b0),
        .rvfi_valid(retired), .rvfi_insn(retired_insn),
        .rvfi_rd_addr(retired_register), .rvfi_rd_wdata(retired_value)
    );

    // --- RAM, report ---------------------------------------------------------------------------------------------

    wire for_ram = address[31:16] == 16'h0000;
    wire for_report = address[31:28] == 4'h1;
    wire for_coprocessor = address[31:11] == BASE[31:11];
    wire asks = cycle & strobe & ~ram_ack;
    reg [31:0] ram [0:16383];
    integer lane;
    initial $readmemh("firmware.hex", ram);

    always @(posedge clk) begin
        ram_ack <= asks & ~for_coprocessor & ~rst;
        ram_data <= ram[address[15:2]];
        for (lane = 0; lane < 4; lane = lane + 1)
            if (asks & for_ram & write & lanes[lane])
                ram[address[15:2]][8 * lane +: 8] <= from_core[8 * lane +: 8];
    end

    assign to_core = for_coprocessor ? coprocessor_data : ram_data;
    assign report_valid = asks & for_report & write;
    assign report_channel = address[3:2];
    assign report = from_core;

    // --- calls and returns, as the core retires them -------------------------------------------------------------

    wire        call_valid, call_ready, call_returned;
    wire [8:0]  call_id;
    wire [31:0] call_a0, call_a1, call_a2, call_a3, call_a4, call_a5, call_result;

    tap tap (
        .clk(clk), .rst(rst), .retired(retired), .insn(retired_insn),
        .register(retired_register), .value(retired_value),
        .call_valid(call_valid), .call_ready(call_ready), .call_id(call_id),
        .call_a0(call_a0), .call_a1(call_a1), .call_a2(call_a2),
        .call_a3(call_a3), .call_a4(call_a4), .call_a5(call_a5),
        .call_returned(call_returned), .call_result(call_result)
    );
    assign call_taken = call_valid & call_ready;

    // --- the coprocessor -----------------------------------------------------------------------------------------

    wire        verdict_valid, irq_record, irq_tamper;
    wire [2:0]  verdict;
    wire [31:0] verdict_handler;

    vigilante vigilante (
        .clk(clk), .rst(rst),
        .wb_cyc(cycle), .wb_stb(strobe & for_coprocessor), .wb_we(write), .wb_adr(address[10:2]), .wb_sel(lanes),
        .wb_dat_w(from_core), .wb_dat_r(coprocessor_data), .wb_ack(coprocessor_ack), .wb_err(coprocessor_err),
        .call_valid(call_valid), .call_ready(call_ready), .call_id(call_id),
        .call_a0(call_a0), .call_a1(call_a1), .call_a2(call_a2),
        .call_a3(call_a3), .call_a4(call_a4), .call_a5(call_a5),
        .call_returned(call_returned), .call_result(call_result),
        .verdict_heard(1'b0),      // the program obeys: its trap handler reads `dispatch`
        .verdict_valid(verdict_valid), .verdict(verdict), .verdict_handler(verdict_handler),
        .irq_record(irq_record), .irq_tamper(irq_tamper)
    );
endmodule
