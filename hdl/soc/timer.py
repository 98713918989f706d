"""Timer: cycles since reset, and an alarm.  One clock domain."""

from __future__ import annotations

from amaranth import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import TIMER
from hdl.screening.block import Block
from hdl.soc.bus import Registers, bus_port

SKIP_BITS = 32


class Timer(Block):
    """Members:
      bus     the registers
      skip    cycles that pass at the end of this one besides itself: a simulator skips them while nothing happens.
              0 on hardware.
      now     cycles since reset, the first one being number 0; `alarm`, as the registers hold it
      irq     now >= alarm, one cycle later

    `now_high` is what the upper half was in the cycle in which `now_low` was last read.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "bus": In(bus_port(TIMER)),
                "skip": In(SKIP_BITS),
                "now": Out(64),
                "alarm": Out(64),
                "irq": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = Registers(TIMER)
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        upper = Signal(32)
        m.d.comb += [
            registers.now_low.value.eq(self.now[:32]),
            registers.now_high.value.eq(upper),
            self.alarm.eq(Cat(registers.alarm_low.value, registers.alarm_high.value)),
        ]
        with m.If(registers.now_low_read):
            m.d.sync += upper.eq(self.now[32:])
        m.d.sync += [self.now.eq(self.now + self.skip + 1), self.irq.eq(self.now >= self.alarm)]
        return m
