"""The core: Ibex behind our ports, with a register file whose write port is visible.

Ibex itself comes from its package, unchanged; `ibex.sv` is the frame around it.
"""

from __future__ import annotations

from amaranth import ClockSignal, Instance, Module, Mux, ResetSignal, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import BOOT_VECTOR, REGIONS
from hdl.core.ports import DataPort, FetchPort, SideBand
from hdl.screening.block import Block, rows_of

BOOT_OFFSET = 0x80
"""Ibex starts this many bytes behind its boot address."""


class RegisterFile(Block):
    """Registers x0 to x31; x0 is 0.

    Members: `data_a` and `data_b` are what `index_a` and `index_b` hold, in the same cycle; `write` makes
    `write_index` become `write_data` at the end of the cycle, and `rf_write` says so: not for x0.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "index_a": In(5),
                "data_a": Out(32),
                "index_b": In(5),
                "data_b": Out(32),
                "write": In(1),
                "write_index": In(5),
                "write_data": In(32),
                "rf_write": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = rows_of(32, 32)
        write = registers.write_port()
        # x0 is zero at power-up and never written, so that reading needs no gate on the core's longest path.
        m.d.comb += [
            self.rf_write.eq(self.write & (self.write_index != 0)),
            write.en.eq(self.rf_write),
            write.addr.eq(self.write_index),
            write.data.eq(self.write_data),
        ]
        for index, data in ((self.index_a, self.data_a), (self.index_b, self.data_b)):
            read = registers.read_port(domain="comb")
            m.d.comb += [read.addr.eq(index), data.eq(read.data)]
        return m


class Core(Block):
    """RV32IMC with machine and user mode and eight protected regions.

    Parameters: `boot`, where it begins, a multiple of 256 and BOOT_OFFSET; `bare`, without protected regions.

    Members:
      fetch, data    the core's memory ports
      side           what it does, for those who watch
      irq_timer, irq_external   interrupt lines, by level
      stop           no further instruction begins while this is high
      sleeping       it waits in wfi, and no enabled interrupt asks; falls in the cycle in which one does
      double_fault   for one cycle: a trap was taken inside a machine-mode trap handler
      transfers   the instruction at work is a load or a store; only then does `data` ask for anything
      put, put_index, put_data   register `put_index` becomes `put_data` at the end of this cycle; only while the
                     core writes none.  The side band's `rf_write` says so, too.
    """

    def __init__(self, *, boot: int = REGIONS["rom"].base + BOOT_VECTOR, bare: bool = False) -> None:
        self.boot = boot - BOOT_OFFSET
        self.bare = bare
        super().__init__(
            {
                "fetch": Out(FetchPort()),
                "data": Out(DataPort()),
                "side": Out(SideBand()),
                "irq_timer": In(1),
                "irq_external": In(1),
                "stop": In(1),
                "sleeping": Out(1),
                "double_fault": Out(1),
                "transfers": Out(1),
                "put": In(1),
                "put_index": In(5),
                "put_data": In(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = RegisterFile()
        fetch, data, side = self.fetch, self.data, self.side
        writes, index, written = Signal(), Signal(5), Signal(32)
        m.submodules.ibex = Instance(
            "ibex",
            p_BOOT=self.boot,
            **({"p_PMP": 0} if self.bare else {}),
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_stop=self.stop,
            i_irq_timer=self.irq_timer,
            i_irq_external=self.irq_external,
            o_instr_req=fetch.request,
            i_instr_gnt=fetch.grant,
            i_instr_rvalid=fetch.valid,
            o_instr_addr=fetch.address,
            i_instr_rdata=fetch.data,
            i_instr_err=fetch.error,
            o_data_req=data.request,
            i_data_gnt=data.grant,
            i_data_rvalid=data.valid,
            o_data_we=data.write,
            o_data_be=data.mask,
            o_data_addr=data.address,
            o_data_wdata=data.wdata,
            i_data_rdata=data.data,
            i_data_err=data.error,
            o_rf_raddr_a=registers.index_a,
            o_rf_raddr_b=registers.index_b,
            i_rf_rdata_a=registers.data_a,
            i_rf_rdata_b=registers.data_b,
            o_rf_we=writes,
            o_rf_waddr=index,
            o_rf_wdata=written,
            o_user=side.user,
            o_trap=side.trap,
            o_cause=side.cause,
            o_mret=side.mret,
            o_began=side.began,
            o_pc=side.pc,
            o_sleeping=self.sleeping,
            o_double_fault=self.double_fault,
            o_transfers=self.transfers,
        )
        m.d.comb += [
            registers.write.eq(writes | self.put),
            registers.write_index.eq(Mux(self.put, self.put_index, index)),
            registers.write_data.eq(Mux(self.put, self.put_data, written)),
            side.rf_write.eq(registers.rf_write),
            side.rf_index.eq(registers.write_index),
            side.rf_data.eq(registers.write_data),
        ]
        return m
