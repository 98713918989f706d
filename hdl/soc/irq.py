"""Gathers the peripherals' lines into the core's external interrupt.  One clock domain."""

from __future__ import annotations

from amaranth import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import IRQ, Irq
from hdl.screening.block import Block
from hdl.soc.bus import Registers, bus_port


class Irqs(Block):
    """Lines are levels: a line asks for as long as it is high, and nothing is kept.

    Members:
      bus     the registers
      lines   bit l: Irq l
      asks    an enabled line asks
      irq     the same, one cycle later
    """

    def __init__(self) -> None:
        super().__init__({"bus": In(bus_port(IRQ)), "lines": In(len(Irq)), "asks": Out(1), "irq": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = Registers(IRQ)
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        asks = Signal(len(Irq))
        m.d.comb += [
            asks.eq(self.lines & registers.enable.as_value()),
            registers.pending.as_value().eq(self.lines),
            registers.next.valid.eq(self.asks),
            self.asks.eq(asks.any()),
        ]
        for line in reversed(range(len(Irq))):
            with m.If(asks[line]):
                m.d.comb += registers.next.line.eq(line)
        m.d.sync += self.irq.eq(self.asks)
        return m
