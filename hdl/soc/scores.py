"""What was last said of each of the core's processes: score, tier, verdict; and how often it was allowed.

One clock domain.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import SCORE
from hdl.contract.verdict import Verdict
from hdl.screening.block import Block, bundle, rows_of
from hdl.screening.layouts import RECORD, shape_of
from hdl.soc.calls import CORE_SLOTS

_SHAPE = shape_of(SCORE)


class Scores(Block):
    """Members:

    scored     for one cycle: `record` leaves the pipeline, of a call of the core's, by a process in its slots.
    slot       which slot is shown: `score` is of the process there that last made a call, from the cycle on behind
               the next one; 0 where none has since reset.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "scored": In(1),
                "record": In(RECORD),
                "slot": In(range(CORE_SLOTS)),
                "score": Out(data.ArrayLayout(32, SCORE.words)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rows = rows = rows_of(_SHAPE, CORE_SLOTS)
        read, write = rows.read_port(domain="comb"), rows.write_port()
        shown: Any = rows.read_port(domain="comb")
        scored, record = Signal(), bundle(RECORD)
        m.d.sync += [scored.eq(self.scored), record.eq(self.record)]
        # Rows outlive a reset; lives begin anew.
        known = Signal(CORE_SLOTS)
        with m.If(scored):
            m.d.sync += known.bit_select(record.slot[: len(read.addr)], 1).eq(1)
        old, new = read.data, write.data
        same = known.bit_select(read.addr, 1) & (old.generation == record.generation)
        m.d.comb += [
            read.addr.eq(record.slot),
            write.addr.eq(record.slot),
            write.en.eq(scored),
            new.score.eq(record.score),
            new.tier.eq(record.tier),
            new.verdict.eq(record.verdict),
            new.generation.eq(record.generation),
            new.allowed.eq(Mux(same, old.allowed, 0) + (record.verdict == Verdict.ALLOW)),
            shown.addr.eq(self.slot),
            self.score.as_value().eq(Mux(known.bit_select(self.slot, 1), shown.data.as_value(), 0)),
        ]
        return m
