// One byte lane of main RAM: a port that reads, and one that reads or writes, as a block RAM has them.
//
// What was read stands at `*_rdata` from the next cycle on, until the port reads again.  Undefined: what the first
// port reads in the very cycle in which the second one writes the same byte.
//
// It is two arrays, so that a depth that is no multiple of STEP takes no more block RAM than its bytes: the first is
// as many steps as there are (a block RAM then holds a bit of each byte), the second what is left.
module ram_lane #(
    parameter DEPTH = 1024,
    parameter BITS = 10  // of an address
) (
    input clk,

    input fetch_en,
    input [BITS-1:0] fetch_address,
    output [7:0] fetch_rdata,

    input read_en,
    input write_en,
    input [BITS-1:0] address,
    input [7:0] wdata,
    output [7:0] rdata
);
  localparam STEP = 16384;
  localparam LOW = DEPTH > STEP ? DEPTH / STEP * STEP : DEPTH;
  localparam HIGH = DEPTH - LOW;

  // Without the attribute, logic is added that settles who wins a collision.
  (* no_rw_check *)
  reg [7:0] low[0:LOW-1];
  reg [7:0] fetch_low, read_low;

  generate
    if (HIGH == 0) begin : whole
      always @(posedge clk) if (fetch_en) fetch_low <= low[fetch_address];

      always @(posedge clk)
        if (write_en) low[address] <= wdata;
        else if (read_en) read_low <= low[address];

      assign fetch_rdata = fetch_low;
      assign rdata = read_low;
    end else begin : parted
      (* no_rw_check *)
      reg [7:0] high[0:HIGH-1];
      reg [7:0] fetch_high, read_high;
      reg fetch_is_high, read_is_high;
      localparam HIGH_BITS = $clog2(HIGH);
      wire fetches_high = fetch_address >= LOW;
      wire is_high = address >= LOW;
      wire [BITS-1:0] fetch_rest = fetch_address - LOW;
      wire [BITS-1:0] rest = address - LOW;

      always @(posedge clk)
        if (fetch_en) begin
          fetch_low <= low[fetch_address];
          fetch_high <= high[fetch_rest[HIGH_BITS-1:0]];
          fetch_is_high <= fetches_high;
        end

      always @(posedge clk) begin
        if (write_en) begin
          if (!is_high) low[address] <= wdata;
        end else if (read_en) read_low <= low[address];
      end

      always @(posedge clk) begin
        if (write_en) begin
          if (is_high) high[rest[HIGH_BITS-1:0]] <= wdata;
        end else if (read_en) read_high <= high[rest[HIGH_BITS-1:0]];
      end

      always @(posedge clk) if (read_en && !write_en) read_is_high <= is_high;

      assign fetch_rdata = fetch_is_high ? fetch_high : fetch_low;
      assign rdata = read_is_high ? read_high : read_low;
    end
  endgenerate
endmodule
