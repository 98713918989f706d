"""Who stands: processes of which no instruction runs, and whose memory nothing of theirs reaches.

    verdict CLONE, QUARANTINE ──┐
    register `freeze` ──────────┴─ a bit for each slot ──┐
    orders to the cell ─ the slot whose clone is in it ──┴─ is it the one that runs? then its windows are shut

One clock domain.  A process has nothing but its two windows, so where they are shut it can neither fetch, load nor
store.  The verdict's bit is there before the kernel hears of the verdict; whose clone is in the cell stands until
the cell is told to discard it, whatever that bit is.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from amaranth import Module, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.verdict import FREEZING, Verdict
from hdl.screening.block import Block
from hdl.soc.calls import CORE_SLOTS
from hdl.soc.window import WINDOW_SHAPE

SLOT = range(CORE_SLOTS)


class Frozen(Block):
    """Members:
      slot            of the process that runs.
      judged          for one cycle: its call is judged, by `verdict`.
      order, order_slot, order_on   for one cycle: the kernel freezes a slot, or frees it.
      clones, original   for one cycle: a clone of the process in slot `original` is to begin in the cell.
      discards        for one cycle: the clone that is there is no more.
      text_window, data_window   the registers' values; `text_open`, `data_open`: the same one cycle later, but of
                      length 0 while the process in `slot` stands.
      frozen          bit s: slot s is frozen, its clone in the cell aside.

    A verdict that freezes goes before an order to free in the same cycle.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "slot": In(SLOT),
                "judged": In(1),
                "verdict": In(Verdict),
                "order": In(1),
                "order_slot": In(SLOT),
                "order_on": In(1),
                "clones": In(1),
                "original": In(SLOT),
                "discards": In(1),
                "text_window": In(WINDOW_SHAPE),
                "data_window": In(WINDOW_SHAPE),
                "text_open": Out(WINDOW_SHAPE),
                "data_open": Out(WINDOW_SHAPE),
                "frozen": Out(CORE_SLOTS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        lodged, lodger = Signal(), Signal(SLOT)
        verdict: Any = self.verdict
        freezes = self.judged & reduce(or_, (verdict == one for one in FREEZING))
        with m.If(self.order):
            m.d.sync += self.frozen.bit_select(self.order_slot, 1).eq(self.order_on)
        with m.If(freezes):
            m.d.sync += self.frozen.bit_select(self.slot, 1).eq(1)
        with m.If(self.clones):
            m.d.sync += [lodged.eq(1), lodger.eq(self.original)]
        with m.Elif(self.discards):
            m.d.sync += lodged.eq(0)

        stands = self.frozen.bit_select(self.slot, 1) | lodged & (lodger == self.slot)
        m.d.sync += [self.text_open.eq(self.text_window), self.data_open.eq(self.data_window)]
        with m.If(stands):
            m.d.sync += [self.text_open.limit.eq(0), self.data_open.limit.eq(0)]
        return m
