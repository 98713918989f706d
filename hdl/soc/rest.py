"""When the pipeline's clock may stand still: a simulated board saves most of its work so.

It is in the clock domain of what surrounds the pipeline, which runs on.
"""

from __future__ import annotations

from amaranth import Module, Mux, ResetSignal, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.vaccine import VACCINES
from hdl.screening.block import Block

SCAN = 2 * VACCINES + 8
"""Cycles without an event in which the reaper has looked at every vaccine."""

SETTLE = 4
"""Cycles until what the last event, write or query has moved stands: hit counters are the slowest."""


class Rest(Block):
    """Members:

    idle      the pipeline's.
    stirred   something is offered to it, or asked of it, in this cycle.
    rescan    what the reaper has seen holds no longer: the time changes at the end of this cycle, or a vaccine
              is on its way.
    rests     an edge of the pipeline's clock at the end of this cycle would change nothing that matters.  Low
              while reset is on, for at least `SETTLE` cycles after anything, and until the reaper has seen all
              pages once after a `rescan`: `SCAN` idle cycles.
    """

    def __init__(self) -> None:
        super().__init__({"idle": In(1), "stirred": In(1), "rescan": In(1), "rests": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        settle, scan = Signal(range(SETTLE + 1), init=SETTLE), Signal(range(SCAN + 1))
        quiet = self.idle & ~self.stirred
        m.d.sync += settle.eq(Mux(quiet, Mux(settle == 0, 0, settle - 1), SETTLE))
        with m.If(self.rescan):
            m.d.sync += scan.eq(SCAN)
        with m.Elif(self.idle & (scan != 0)):
            m.d.sync += scan.eq(scan - 1)
        m.d.comb += self.rests.eq(
            quiet & (settle == 0) & (scan == 0) & ~ResetSignal("sync", allow_reset_less=True)
        )
        return m
