// The ECP5's block RAM, as far as our netlists use it: without output registers, on rising clocks, chip selects low.
//
// 2048 bytes of 9 bits.  An address counts bits without the ninths; the narrower a port, the more of it counts.
//   1, 2, 4, 9   AD[13:0], AD[13:1], AD[13:2], AD[13:3]; WE writes
//   18           AD[13:4]; with WE, AD[1:0] say which bytes
//   36           AD[13:5]; A writes only, with WE, AD[3:0] say which bytes, data {DIB, DIA}; B reads only, {DOB, DOA}
// With CE a port reads at its clock edge; while it writes, by WRITEMODE: NORMAL keeps what was read, READBEFOREWRITE
// gives the old content, WRITETHROUGH the new one.
//
// What hardware leaves open is rubbish here, so that nothing comes to count on it: a bit that one port reads while
// the other one writes it reads inverted.  Not modelled: both ports writing one byte at once.
module DP16KD #(
    parameter DATA_WIDTH_A = 18, DATA_WIDTH_B = 18,
    parameter REGMODE_A = "NOREG", REGMODE_B = "NOREG",
    parameter RESETMODE = "SYNC", ASYNC_RESET_RELEASE = "SYNC", GSR = "AUTO",
    parameter CSDECODE_A = "0b000", CSDECODE_B = "0b000",
    parameter CLKAMUX = "CLKA", CLKBMUX = "CLKB",
    parameter WRITEMODE_A = "NORMAL", WRITEMODE_B = "NORMAL",
    parameter [319:0]
    INITVAL_00 = 320'h0, INITVAL_01 = 320'h0, INITVAL_02 = 320'h0, INITVAL_03 = 320'h0,
    INITVAL_04 = 320'h0, INITVAL_05 = 320'h0, INITVAL_06 = 320'h0, INITVAL_07 = 320'h0,
    INITVAL_08 = 320'h0, INITVAL_09 = 320'h0, INITVAL_0A = 320'h0, INITVAL_0B = 320'h0,
    INITVAL_0C = 320'h0, INITVAL_0D = 320'h0, INITVAL_0E = 320'h0, INITVAL_0F = 320'h0,
    INITVAL_10 = 320'h0, INITVAL_11 = 320'h0, INITVAL_12 = 320'h0, INITVAL_13 = 320'h0,
    INITVAL_14 = 320'h0, INITVAL_15 = 320'h0, INITVAL_16 = 320'h0, INITVAL_17 = 320'h0,
    INITVAL_18 = 320'h0, INITVAL_19 = 320'h0, INITVAL_1A = 320'h0, INITVAL_1B = 320'h0,
    INITVAL_1C = 320'h0, INITVAL_1D = 320'h0, INITVAL_1E = 320'h0, INITVAL_1F = 320'h0,
    INITVAL_20 = 320'h0, INITVAL_21 = 320'h0, INITVAL_22 = 320'h0, INITVAL_23 = 320'h0,
    INITVAL_24 = 320'h0, INITVAL_25 = 320'h0, INITVAL_26 = 320'h0, INITVAL_27 = 320'h0,
    INITVAL_28 = 320'h0, INITVAL_29 = 320'h0, INITVAL_2A = 320'h0, INITVAL_2B = 320'h0,
    INITVAL_2C = 320'h0, INITVAL_2D = 320'h0, INITVAL_2E = 320'h0, INITVAL_2F = 320'h0,
    INITVAL_30 = 320'h0, INITVAL_31 = 320'h0, INITVAL_32 = 320'h0, INITVAL_33 = 320'h0,
    INITVAL_34 = 320'h0, INITVAL_35 = 320'h0, INITVAL_36 = 320'h0, INITVAL_37 = 320'h0,
    INITVAL_38 = 320'h0, INITVAL_39 = 320'h0, INITVAL_3A = 320'h0, INITVAL_3B = 320'h0,
    INITVAL_3C = 320'h0, INITVAL_3D = 320'h0, INITVAL_3E = 320'h0, INITVAL_3F = 320'h0
) (
    input DIA0, DIA1, DIA2, DIA3, DIA4, DIA5, DIA6, DIA7, DIA8,
    DIA9, DIA10, DIA11, DIA12, DIA13, DIA14, DIA15, DIA16, DIA17,
    input ADA0, ADA1, ADA2, ADA3, ADA4, ADA5, ADA6,
    ADA7, ADA8, ADA9, ADA10, ADA11, ADA12, ADA13,
    input CLKA, CEA, OCEA, WEA, RSTA, CSA0, CSA1, CSA2,
    output DOA0, DOA1, DOA2, DOA3, DOA4, DOA5, DOA6, DOA7, DOA8,
    DOA9, DOA10, DOA11, DOA12, DOA13, DOA14, DOA15, DOA16, DOA17,
    input DIB0, DIB1, DIB2, DIB3, DIB4, DIB5, DIB6, DIB7, DIB8,
    DIB9, DIB10, DIB11, DIB12, DIB13, DIB14, DIB15, DIB16, DIB17,
    input ADB0, ADB1, ADB2, ADB3, ADB4, ADB5, ADB6,
    ADB7, ADB8, ADB9, ADB10, ADB11, ADB12, ADB13,
    input CLKB, CEB, OCEB, WEB, RSTB, CSB0, CSB1, CSB2,
    output DOB0, DOB1, DOB2, DOB3, DOB4, DOB5, DOB6, DOB7, DOB8,
    DOB9, DOB10, DOB11, DOB12, DOB13, DOB14, DOB15, DOB16, DOB17
);
  generate
    if (REGMODE_A != "NOREG" || REGMODE_B != "NOREG" || CLKAMUX == "INV" || CLKBMUX == "INV")
      dp16kd_in_a_mode_without_a_model stop ();
  endgenerate

  wire [13:0] ada = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire [13:0] adb = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  wire [17:0] dia = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
  wire [17:0] dib = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0};
  reg [35:0] read_a = 0, read_b = 0;
  // A port of 36 bits gives its upper half at the other port's pins.
  wire [17:0] doa = DATA_WIDTH_B == 36 ? read_b[17:0] : read_a[17:0];
  wire [17:0] dob = DATA_WIDTH_B == 36 ? read_b[35:18] : read_b[17:0];
  assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} = doa;
  assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} = dob;

  localparam [64*320-1:0] INIT = {
    INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38,
    INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30,
    INITVAL_2F, INITVAL_2E, INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
    INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20,
    INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C, INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18,
    INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
    INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A, INITVAL_09, INITVAL_08,
    INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00
  };
  reg [8:0] bytes[0:2047];
  integer at;
  initial for (at = 0; at < 1024; at = at + 1) {bytes[2*at+1], bytes[2*at]} = INIT[20*at+:18];

  // Bytes that a port touches: the first one, and how many; which of them it writes, with what.
  localparam COUNT_A = DATA_WIDTH_A == 36 ? 4 : DATA_WIDTH_A == 18 ? 2 : 1;
  localparam COUNT_B = DATA_WIDTH_B == 36 ? 4 : DATA_WIDTH_B == 18 ? 2 : 1;
  wire [10:0] first_a = ada[13:3] & ~(COUNT_A - 1);
  wire [10:0] first_b = adb[13:3] & ~(COUNT_B - 1);
  wire writes_a = CEA & WEA, writes_b = CEB & WEB & (DATA_WIDTH_B != 36);
  wire [3:0] mask_a = {4{writes_a}} & (DATA_WIDTH_A == 36 ? ada[3:0] : DATA_WIDTH_A == 18 ? {2'b0, ada[1:0]} : 4'b1);
  wire [3:0] mask_b = {4{writes_b}} & (DATA_WIDTH_B == 18 ? {2'b0, adb[1:0]} : 4'b1);
  wire [35:0] data_a = DATA_WIDTH_A == 36 ? {dib, dia} : {18'b0, dia};
  wire [35:0] data_b = {18'b0, dib};

  // Below 9 bits: which bits of a byte change, and to what.
  localparam [8:0] NARROW_A = DATA_WIDTH_A >= 9 ? 9'h1FF : (1 << DATA_WIDTH_A) - 1;
  localparam [8:0] NARROW_B = DATA_WIDTH_B >= 9 ? 9'h1FF : (1 << DATA_WIDTH_B) - 1;
  wire [2:0] shift_a = DATA_WIDTH_A >= 9 ? 3'd0 : ada[2:0] & ~(DATA_WIDTH_A - 1);
  wire [2:0] shift_b = DATA_WIDTH_B >= 9 ? 3'd0 : adb[2:0] & ~(DATA_WIDTH_B - 1);

  genvar lane;
  generate
    for (lane = 0; lane < 4; lane = lane + 1) begin : lanes
      if (lane < COUNT_A) begin : a
        wire [10:0] place = first_a + lane;
        wire [8:0] old = bytes[place];
        wire [8:0] now = old & ~(NARROW_A << shift_a) | (data_a[9*lane+:9] & NARROW_A) << shift_a;
        wire [10:0] other = place - first_b;
        wire [8:0] race = other < COUNT_B && mask_b[other[1:0]] ? NARROW_B << shift_b : 9'b0;
        wire [8:0] seen = (writes_a && WRITEMODE_A == "WRITETHROUGH" && mask_a[lane] ? now : old) ^ race;
        always @(posedge CLKA) begin
          if (mask_a[lane]) bytes[place] <= now;
          if (RSTA) read_a[9*lane+:9] <= 0;
          else if (CEA && DATA_WIDTH_A != 36 && (!writes_a || WRITEMODE_A != "NORMAL"))
            read_a[9*lane+:9] <= seen >> shift_a & NARROW_A;
        end
      end
      if (lane < COUNT_B) begin : b
        wire [10:0] place = first_b + lane;
        wire [8:0] old = bytes[place];
        wire [8:0] now = old & ~(NARROW_B << shift_b) | (data_b[9*lane+:9] & NARROW_B) << shift_b;
        wire [10:0] other = place - first_a;
        wire [8:0] race = other < COUNT_A && mask_a[other[1:0]] ? NARROW_A << shift_a : 9'b0;
        wire [8:0] seen = (writes_b && WRITEMODE_B == "WRITETHROUGH" && mask_b[lane] ? now : old) ^ race;
        always @(posedge CLKB) begin
          if (mask_b[lane]) bytes[place] <= now;
          if (RSTB) read_b[9*lane+:9] <= 0;
          else if (CEB && (!writes_b || WRITEMODE_B != "NORMAL")) read_b[9*lane+:9] <= seen >> shift_b & NARROW_B;
        end
      end
    end
  endgenerate
endmodule
