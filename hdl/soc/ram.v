// One byte lane of main RAM: a port that reads, and one that reads or writes, as a block RAM has them.
//
// What was read stands at `*_rdata` from the next cycle on, until the port reads again.  Undefined: what the first
// port reads in the very cycle in which the second one writes the same byte.
module ram_lane #(
    parameter DEPTH = 1024,
    parameter BITS = 10  // of an address
) (
    input clk,

    input fetch_en,
    input [BITS-1:0] fetch_address,
    output reg [7:0] fetch_rdata,

    input read_en,
    input write_en,
    input [BITS-1:0] address,
    input [7:0] wdata,
    output reg [7:0] rdata
);
  // Without the attribute, logic is added that settles who wins a collision.
  (* no_rw_check *)
  reg [7:0] bytes[0:DEPTH-1];

  always @(posedge clk) if (fetch_en) fetch_rdata <= bytes[fetch_address];

  always @(posedge clk)
    if (write_en) bytes[address] <= wdata;
    else if (read_en) rdata <= bytes[address];
endmodule
