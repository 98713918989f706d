"""What this board is, its lamps, and its reset.  One clock domain."""

from __future__ import annotations

from amaranth import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import CLOCK_HZ
from hdl.contract.registers import RESET_KEY, SYSTEM
from hdl.screening.block import Block
from hdl.soc.bus import Registers, bus_port


class System(Block):
    """Parameters: `simulated`; `cell`, it is there; `build`, the first 32 bits of the digest of the gateware's
    sources.

    Members:
      bus            the registers
      line_divider   the value for `uart.divider` at which this board's line runs
      leds           bit l: lamp l is lit
      reset          high for one cycle, the one in which RESET_KEY is written to `reset`
    """

    def __init__(self, *, simulated: bool, build: int, cell: bool = False) -> None:
        self.simulated = simulated
        self.cell = cell
        self.build = build
        ports = {"bus": In(bus_port(SYSTEM)), "line_divider": In(24), "leds": Out(8), "reset": Out(1)}
        super().__init__(ports)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = Registers(SYSTEM)
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        m.d.comb += [
            registers.contract.value.eq(SYSTEM.register["contract"].reset),
            registers.clock.hertz.eq(CLOCK_HZ),
            registers.features.simulated.eq(self.simulated),
            registers.features.cell.eq(self.cell),
            registers.build.value.eq(self.build),
            registers.line_divider.divider.eq(self.line_divider),
            self.leds.eq(registers.leds.on),
            self.reset.eq(registers.reset_written & (registers.reset.value == RESET_KEY)),
        ]
        return m
