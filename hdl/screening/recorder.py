"""Recorder: the record with which every event leaves, one stage after its verdict.

Twin: the head of `step` and `score_byte` in the golden model.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.event import Kind
from hdl.contract.model import REGIONS
from hdl.contract.verdict import TIER_BYTES, Verdict
from hdl.screening.accumulators import SUMS, TREE_SUMS
from hdl.screening.block import Block, bundle, later
from hdl.screening.judge import TIERS
from hdl.screening.layouts import BEAT, OUTCOME, RECORD, StorePort
from hdl.screening.loading import image_rows, load_rows, model_place


class Recorder(Block):
    """Parameters: `fast`: two clock edges more; `births`: with `outcome`, which a VACCINATE's record shows.

    Members: everything of stage 3 goes in; `record` is valid with `valid`, for one cycle, two clock edges later
    (four, if `fast`).  `pending` holds in the cycles between."""

    def __init__(self, fast: bool = False, births: bool = False) -> None:
        self.fast = fast
        self.births = births
        super().__init__(
            {
                "beat3": In(BEAT),
                "sums": In(SUMS),
                "tree_sums": In(TREE_SUMS),
                "tiers": In(TIERS),
                "verdict": In(Verdict),
                "proposed": In(Verdict),
                "enforce": In(1),
                "vaccinated": In(1),
                "vaccine": In(9),
                "floored": In(1),
                "by_tree": In(1),
                **({"outcome": In(OUTCOME)} if births else {}),
                "load": In(StorePort()),
                "pending": Out(1),
                "valid": Out(1),
                "record": Out(RECORD),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        region = REGIONS["curve"]
        beat = self.beat3
        inside, slot, offset = model_place(self.load, region)
        byte: Any = 0
        readings = []
        for number, value in enumerate((self.sums.decayed, self.sums.cusum, self.tree_sums.tree_sum)):
            store = image_rows(8, region, parts=3)
            m.submodules[f"curve{number}"] = store
            byte = byte | load_rows(
                m, self.load, store, inside & (offset[6:] == number), Cat(offset[:6], slot), fast=self.fast
            )
            read = store.read_port()
            m.d.comb += read.addr.eq(Cat(value[10:], beat.model))
            readings.append(later(m, read.data, self.fast))
        m.d.comb += self.load.byte.eq(byte)

        valid4, record4, scored = Signal(), bundle(RECORD), Signal()
        refused = beat.fault != 0
        of_slot = ~refused & (beat.kind < Kind.SWAP)
        vaccine_event = (beat.kind == Kind.VACCINATE) | (beat.kind == Kind.REVOKE)

        def if_slot(value: Any) -> Any:
            return Mux(of_slot, value, 0)

        m.d.sync += [
            valid4.eq(beat.valid & beat.last),
            scored.eq(of_slot),
            record4.kind.eq(beat.kind),
            record4.slot.eq(beat.event_slot),
            record4.verdict.eq(self.verdict),
            record4.proposed.eq(self.proposed),
            record4.tier.eq(if_slot(self.tiers.tier)),
            record4.enforce.eq(if_slot(self.enforce)),
            record4.model.eq(beat.model),
            record4.vaccinated.eq(if_slot(self.vaccinated)),
            record4.violation.eq(if_slot(beat.violation)),
            record4.floored.eq(if_slot(self.floored)),
            record4.by_tree.eq(if_slot(self.by_tree)),
            record4.overlong.eq(beat.overlong),
            record4.fault.eq(beat.fault),
            record4.call_class.eq(beat.call_class),
            record4.id.eq(beat.id),
            record4.vaccine.eq(Mux(vaccine_event, beat.vaccine, Mux(of_slot & self.vaccinated, self.vaccine, 0))),
            record4.profile.eq(if_slot(beat.profile)),
            record4.path_class.eq(beat.path_class),
            record4.decayed.eq(if_slot(self.sums.decayed)),
            record4.cusum.eq(if_slot(self.sums.cusum)),
            record4.tree_sum.eq(if_slot(self.tree_sums.tree_sum)),
            record4.node.eq(beat.node),
            record4.generation.eq(beat.generation),
        ]

        if self.births:
            m.d.sync += record4.spare1.eq(Mux(beat.kind == Kind.VACCINATE, self.outcome.as_value(), 0))

        shows, scores, record = (later(m, value, 2 * self.fast) for value in (valid4, scored, record4))
        between = valid4 | later(m, valid4, 1) if self.fast else valid4
        m.d.comb += self.pending.eq(between | shows)

        # The curves' answers are there: the highest counts, held inside the tier's band.
        pair = Mux(readings[0] > readings[1], readings[0], readings[1])
        shown, low, high, held = Signal(8), Signal(8), Signal(8), Signal(8)
        m.d.comb += [
            shown.eq(later(m, Mux(pair > readings[2], pair, readings[2]), self.fast)),
            held.eq(Mux(shown < low, low, Mux(shown > high, high, shown))),
        ]
        with m.Switch(record.tier):
            for tier, first in enumerate(TIER_BYTES):
                with m.Case(tier):
                    last = (*TIER_BYTES, 256)[tier + 1] - 1
                    m.d.comb += [low.eq(first), high.eq(last)]
        sequence = Signal(32)
        m.d.sync += [
            self.valid.eq(shows),
            self.record.eq(record),
            self.record.score.eq(Mux(scores, held, 0)),
            self.record.sequence.eq(sequence),
            sequence.eq(sequence + shows),
        ]
        return m
