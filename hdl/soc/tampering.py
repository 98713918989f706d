"""What was broken, when and where: the register `tamper`, the stop, and the record that goes out on the line.

One clock domain.  The record is kept over a reset.  Nobody has to ask for it: it is offered to the link by itself,
for the core that could is stopped.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS
from hdl.contract.link import HEADER, FrameType
from hdl.contract.tamper import REPEAT_BITS, RULES, TAMPER
from hdl.screening.block import Block, chosen
from hdl.screening.layouts import shape_of

FRAME_WORDS = HEADER.words + TAMPER.words


class AlarmPort(wiring.Signature):
    """A frame that gateware sends, from the side of who says it.

    offered: it is to be sent; until `taken`, or until there is nothing to tell any more.
    busy: its words are being read: `word` is the one at `place`, header first, in the same cycle.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "offered": Out(1),
                "taken": In(1),
                "busy": In(1),
                "place": In(range(FRAME_WORDS)),
                "word": Out(32),
            }
        )


class Tampering(Block):
    """Members:

      undispatched, strayed, locked   for one cycle: the rule of that name is broken.
      last, before      where the last instruction began, and the one before it; as of the cycle before where
                        `strayed` tells of it.
      handler, answered what the dispatch register said for the last call; `answered`: it was read.
      call, slot, generation   a call is entered, by that process.
      cycles            cycles since reset; it may leap ahead.
      rules             what was broken since reset, from the next cycle on.
      stop              from the cycle of `undispatched` on, or from the one behind `strayed`, until reset.
      alarm             the record as a frame.
      index, word       the record's words; not while `hold`, in which the link reads them.
      take              for one cycle: it is heard; without effect where the core is stopped.

    The first write to what is locked is recorded, and what stops the core in its place.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                **{rule.name: In(1) for rule in RULES},
                "last": In(32),
                "before": In(32),
                "handler": In(32),
                "answered": In(1),
                "call": In(1),
                "slot": In(range(SLOTS)),
                "generation": In(32),
                "cycles": In(64),
                "rules": Out(len(RULES)),
                "stop": Out(1),
                "alarm": Out(AlarmPort()),
                "index": In(range(TAMPER.words)),
                "word": Out(32),
                "hold": Out(1),
                "take": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        now: Any = Cat(getattr(self, rule.name) for rule in RULES)
        stopped, locks = Signal(), Signal()
        m.d.sync += [
            self.rules.eq(self.rules | now),
            stopped.eq(stopped | self.undispatched | self.strayed),
            locks.eq(self.locked & ~self.rules.any()),
        ]
        m.d.comb += self.stop.eq(stopped | self.undispatched)

        kept: Any = Signal(shape_of(TAMPER), reset_less=True)
        rules = kept.as_value()[: len(RULES)]
        here, prior = Signal(32), Signal(32)
        m.d.sync += [here.eq(self.last), prior.eq(self.before)]
        caught = locks | (self.undispatched | self.strayed) & ~stopped
        with m.If(self.call & ~self.rules.any()):
            m.d.sync += [kept.slot.eq(self.slot), kept.generation.eq(self.generation)]
        with m.If(caught):
            m.d.sync += [
                kept.answered.eq(self.answered),
                kept.pc.eq(here),
                kept.before.eq(prior),
                kept.handler.eq(self.handler),
                Cat(kept.time_low, kept.time_high).eq(self.cycles),
            ]
        with m.If(now.any()):
            m.d.sync += rules.eq(self.rules | now)
        with m.Elif(self.take & ~stopped):
            m.d.sync += rules.eq(0)

        # To the line at once, and with every beat of the clock.
        alarm, due, beat = self.alarm, Signal(), Signal()
        tells = self.rules.any() & rules.any()
        m.d.sync += beat.eq(self.cycles[REPEAT_BITS])
        with m.If(caught | (self.cycles[REPEAT_BITS] != beat)):
            m.d.sync += due.eq(1)
        with m.Elif(alarm.taken | ~tells):
            m.d.sync += due.eq(0)

        header = HEADER.pack({"type": FrameType.TAMPER})
        words = [header, *(kept.as_value().word_select(number, 32) for number in range(TAMPER.words))]
        place = Mux(alarm.busy, alarm.place, self.index + HEADER.words)[: (FRAME_WORDS - 1).bit_length()]
        m.d.comb += [
            alarm.offered.eq(due & tells),
            alarm.word.eq(chosen(place, words)),
            self.word.eq(alarm.word),
            self.hold.eq(alarm.busy),
        ]
        return m
