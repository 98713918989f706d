// Ibex without its outer shell: RV32IMC, machine and user mode, eight protected regions in grains of 64 bytes, no
// writeback stage, no instruction cache, no debug mode.  The register file is outside, and what is to be
// seen inside the core is brought out by name; nothing of Ibex is changed.
//
// clk, rst: rst is active high.  Memory ports: as Ibex has them.  rf_*: the register file's ports; reads answer
// in the same cycle, writes take effect at the end of it (writes to register 0 must be ignored).
// stop: no further instruction begins.  sleeping: in wfi, and no interrupt asks.
// user, trap, cause, mret, began, pc: see ports.py.  double_fault: a trap was taken inside a trap handler, for one cycle.
// transfers: the instruction in decode, which holds it until it is done, is a load or a store.
module ibex
  import ibex_pkg::*;
#(
  parameter logic [31:0] BOOT = 32'h0,  // execution starts 0x80 bytes behind
  parameter bit          PMP  = 1'b1    // there are protected regions
) (
  input  logic        clk,
  input  logic        rst,
  input  logic        stop,
  input  logic        irq_timer,
  input  logic        irq_external,

  output logic        instr_req,
  input  logic        instr_gnt,
  input  logic        instr_rvalid,
  output logic [31:0] instr_addr,
  input  logic [31:0] instr_rdata,
  input  logic        instr_err,

  output logic        data_req,
  input  logic        data_gnt,
  input  logic        data_rvalid,
  output logic        data_we,
  output logic [3:0]  data_be,
  output logic [31:0] data_addr,
  output logic [31:0] data_wdata,
  input  logic [31:0] data_rdata,
  input  logic        data_err,

  output logic [4:0]  rf_raddr_a,
  output logic [4:0]  rf_raddr_b,
  input  logic [31:0] rf_rdata_a,
  input  logic [31:0] rf_rdata_b,
  output logic        rf_we,
  output logic [4:0]  rf_waddr,
  output logic [31:0] rf_wdata,

  output logic        user,
  output logic        trap,
  output logic [5:0]  cause,
  output logic        mret,
  output logic        began,
  output logic [31:0] pc,
  output logic        sleeping,
  output logic        double_fault,
  output logic        transfers
);
  // There is no cache, but its ports are arrays, which cannot be left open.
  logic [IC_TAG_SIZE-1:0]  no_tags [IC_NUM_WAYS];
  logic [IC_LINE_SIZE-1:0] no_lines[IC_NUM_WAYS];
  for (genvar way = 0; way < IC_NUM_WAYS; way++) begin : g_no_cache
    assign no_tags[way]  = '0;
    assign no_lines[way] = '0;
  end

  ibex_mubi_t busy;

  ibex_core #(
    .PMPEnable     (PMP),
    .PMPGranularity(4),
    .PMPNumRegions (8),
    .RV32M         (RV32MFast),
    .RV32B         (RV32BNone)
  ) core (
    .clk_i    (clk),
    .rst_ni   (~rst),
    .hart_id_i('0),
    .boot_addr_i(BOOT),

    .instr_req_o   (instr_req),
    .instr_gnt_i   (instr_gnt),
    .instr_rvalid_i(instr_rvalid),
    .instr_addr_o  (instr_addr),
    .instr_rdata_i (instr_rdata),
    .instr_err_i   (instr_err),

    .data_req_o   (data_req),
    .data_gnt_i   (data_gnt),
    .data_rvalid_i(data_rvalid),
    .data_we_o    (data_we),
    .data_be_o    (data_be),
    .data_addr_o  (data_addr),
    .data_wdata_o (data_wdata),
    .data_rdata_i (data_rdata),
    .data_err_i   (data_err),

    .rf_raddr_a_o     (rf_raddr_a),
    .rf_raddr_b_o     (rf_raddr_b),
    .rf_rdata_a_ecc_i (rf_rdata_a),
    .rf_rdata_b_ecc_i (rf_rdata_b),
    .rf_we_wb_o       (rf_we),
    .rf_waddr_wb_o    (rf_waddr),
    .rf_wdata_wb_ecc_o(rf_wdata),
    .dummy_instr_id_o (),
    .dummy_instr_wb_o (),

    .ic_tag_req_o      (),
    .ic_tag_write_o    (),
    .ic_tag_addr_o     (),
    .ic_tag_wdata_o    (),
    .ic_tag_rdata_i    (no_tags),
    .ic_data_req_o     (),
    .ic_data_write_o   (),
    .ic_data_addr_o    (),
    .ic_data_wdata_o   (),
    .ic_data_rdata_i   (no_lines),
    .ic_scr_key_valid_i(1'b0),
    .ic_scr_key_req_o  (),

    .irq_software_i(1'b0),
    .irq_timer_i   (irq_timer),
    .irq_external_i(irq_external),
    .irq_fast_i    ('0),
    .irq_nm_i      (1'b0),
    .irq_pending_o (),

    .debug_req_i        (1'b0),
    .crash_dump_o       (),
    .double_fault_seen_o(double_fault),

    .fetch_enable_i        (stop ? IbexMuBiOff : IbexMuBiOn),
    .alert_minor_o         (),
    .alert_major_internal_o(),
    .alert_major_bus_o     (),
    .core_busy_o           (busy)
  );

  assign user     = core.priv_mode_id == PRIV_LVL_U;
  assign trap     = core.csr_save_cause;
  assign cause    = {core.exc_cause.irq_ext | core.exc_cause.irq_int, core.exc_cause.lower_cause};
  assign mret     = core.csr_restore_mret_id;
  assign began    = core.instr_valid_id & core.instr_new_id;
  assign pc       = core.pc_id;
  assign sleeping = busy == IbexMuBiOff;
  // LOAD and STORE differ from all others in these bits; compressed ones have been expanded.
  assign transfers = core.instr_valid_id & ~core.instr_rdata_id[6] & ~|core.instr_rdata_id[4:2];
endmodule
