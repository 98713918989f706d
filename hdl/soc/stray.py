"""Whether the kernel goes where the verdict sent it: behind a call's entry the first jump is to the handler named.

One clock domain.  Only registers are compared: what is watched is at the end of the core's longest paths.
"""

from __future__ import annotations

from amaranth import Module, Signal
from amaranth.lib.wiring import In, Out

from hdl.screening.block import Block

SHORT, LONG = 2, 4
"""Bytes of an instruction."""


class Stray(Block):
    """Members:
      call           a call is entered.
      over           one that was in progress is no longer: any other trap, or a return.
      began, pc      an instruction begins in this cycle, at `pc`.
      read, answer   the dispatch register was read, as `answer`.
      strayed        for one cycle: the kernel went elsewhere.
      last, before   where the last instruction began, and the one before it, from one cycle behind `began` on.
      handler, answered   what the register said, if it was read since the last call.

    Behind a call's entry instructions follow each other, wherever the first may be, until one does not follow the
    one before it.  That one is to be at the address that was read before it; else, or if the call is over without
    any, it is told: two cycles behind the cycle in which the one that strayed began, or one behind `over`; it is
    `last` of the cycle before then.  Where nothing is told of instructions, nothing strays.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "call": In(1),
                "over": In(1),
                "began": In(1),
                "pc": In(32),
                "read": In(1),
                "answer": In(32),
                "strayed": Out(1),
                "last": Out(32),
                "before": Out(32),
                "handler": Out(32),
                "answered": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        watches, entered, looks = Signal(), Signal(), Signal()
        here, before, handler, named = self.last, self.before, self.handler, self.answered
        step = Signal(32)
        m.d.comb += step.eq(here - before)
        jumped = looks & (step != SHORT) & (step != LONG)
        astray = jumped & ~(named & (here == handler)) | self.over & watches & entered & ~jumped
        m.d.sync += [self.strayed.eq(astray), looks.eq(self.began & watches & entered & ~jumped)]
        with m.If(self.began):
            m.d.sync += [here.eq(self.pc), before.eq(here), entered.eq(1)]
        with m.If(self.over | jumped):
            m.d.sync += watches.eq(0)
        with m.If(self.read):
            m.d.sync += [named.eq(1), handler.eq(self.answer)]
        with m.If(self.call):
            m.d.sync += [watches.eq(1), entered.eq(0), looks.eq(0), named.eq(0)]
        return m
