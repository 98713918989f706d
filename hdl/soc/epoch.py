"""Time as calls carry it: sixteenths of a second, modulo 256, from the board's count of cycles.

One clock domain.  It does not divide: it waits for the next boundary, so that a count which leaps ahead (a
simulated board skips the core's sleep) is caught up with.
"""

from __future__ import annotations

from amaranth import Module, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.event import EPOCHS_PER_SECOND
from hdl.contract.memory import CLOCK_HZ
from hdl.screening.block import Block

TIME_BITS = 48
"""Bits of the time that count: leaps are shorter than half of their range, 65 days at 25 MHz."""


def cycles_of_epoch(clock: int) -> int:
    """Return the cycles of a sixteenth of a second."""
    if clock % EPOCHS_PER_SECOND or not 0 < clock // EPOCHS_PER_SECOND << 8 < 1 << TIME_BITS - 1:
        raise ValueError(f"{clock} cycles per second: expected a multiple of {EPOCHS_PER_SECOND}")
    return clock // EPOCHS_PER_SECOND


class Epoch(Block):
    """Parameters: `clock`, cycles per second, a multiple of 16.

    Members: `cycles` counts cycles since reset, never backwards.  `epoch` is floor(cycles * 16 / clock) modulo
    256, one cycle late; after a leap over n whole units, n // 256 + n % 256 + 1 cycles late at most.
    """

    def __init__(self, clock: int = CLOCK_HZ) -> None:
        self.unit = cycles_of_epoch(clock)
        super().__init__({"cycles": In(64), "epoch": Out(8)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        boundary = Signal(TIME_BITS, init=self.unit)
        past, far = Signal(TIME_BITS), Signal(TIME_BITS)
        m.d.comb += [past.eq(self.cycles - boundary), far.eq(past - 255 * self.unit)]
        # The top bit says that the time has not come yet.
        with m.If(~far[-1] & ~past[-1]):
            m.d.sync += boundary.eq(boundary + 256 * self.unit)
        with m.Elif(~past[-1]):
            m.d.sync += [boundary.eq(boundary + self.unit), self.epoch.eq(self.epoch + 1)]
        return m
