"""The judge: from accumulators to a tier, from tier, vaccine and allow-list to a verdict.  Stage 3.

The policy's row for (profile, call class, secret object) is read in stage 2; its cell for (tier, vaccine hit,
violation) is chosen as soon as the accumulators are there: the verdict is valid three clock edges after the
commit.  Twin: the end of `score_call` in `models.golden.score` and of `_call` in `models.golden.run`.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.event import FLOOR_CALLS
from hdl.contract.load import Target
from hdl.contract.policy import JUDGE_CELLS, JUDGE_ROWS, PROFILES, VERDICT_BITS
from hdl.contract.verdict import SECRET_FROM, Verdict
from hdl.screening.block import Block, bundle, chosen, later, rows_of
from hdl.screening.layouts import BEAT, PARAMS, STATE, LoadPort, Op
from hdl.screening.loading import word_write
from hdl.screening.running import RAW, reaches
from hdl.screening.states import States

TIERS = data.StructLayout({"tier": 2, "floor_tier": 2, "floor_left": 7})
FOUND = data.StructLayout(
    {
        "tiers": TIERS,
        "cell": 4,  # of the policy's row
        "is_call": 1,
        "refused": 1,
        "overlong": 1,
        "enforce": 1,
        "floored": 1,
        "by_tree": 1,
    }
)


class Judge(Block):
    """Tiers of all slots, and the policy.

    Parameters: `fast`: the tier is found in one cycle, and the verdict in the next.

    Members: `beat2` is the beat in stage 2 (for the row), `beat3` the one in stage 3 with its registered
    `decayed`, `cusum`, `tree_sum` (RAW, if `fast`) and `vaccinated`; `look`, one cycle before stage 3 (two, if
    `fast`), is its slot (for COPY the parent's).  `verdict`, `proposed`, `tiers`, `floored`, `by_tree` and
    `enforce` are valid in stage 3 (one cycle later, if `fast`).  `state` must hold still from a RESTORE's commit
    until its stage 3.
    """

    def __init__(self, fast: bool = False) -> None:
        self.fast = fast
        super().__init__(
            {
                "look": In(6),
                "beat2": In(BEAT),
                "beat3": In(BEAT),
                "decayed": In(RAW if fast else 16),
                "cusum": In(RAW if fast else 16),
                "tree_sum": In(RAW if fast else 16),
                "vaccinated": In(1),
                "params": In(PARAMS),
                "state": In(STATE),
                "load": In(LoadPort()),
                "verdict": Out(Verdict),
                "proposed": Out(Verdict),
                "enforce": Out(1),
                "tiers": Out(TIERS),
                "floored": Out(1),
                "by_tree": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rows = rows = rows_of(JUDGE_CELLS * VERDICT_BITS, JUDGE_ROWS)
        row, row_write = rows.read_port(), rows.write_port()
        low_half, enforced = Signal(32), Signal(PROFILES)
        judging = word_write(self.load, Target.JUDGE)
        with m.If(judging & ~self.load.address[0]):
            m.d.sync += low_half.eq(self.load.data)
        with m.If(word_write(self.load, Target.ENFORCE)):
            m.d.sync += enforced.eq(self.load.data)
        secret = self.beat2.path_class >= SECRET_FROM
        m.d.comb += [
            row_write.addr.eq(self.load.address[1:9]),
            row_write.data.eq(Cat(low_half, self.load.data)),
            row_write.en.eq(judging & self.load.address[0]),
            row.addr.eq(Cat(secret, self.beat2.call_class, self.beat2.profile)),
        ]

        m.submodules.tiers = store = States(TIERS, 1 + self.fast)
        old, new, carried = store.old, bundle(TIERS), bundle(TIERS)
        beat = self.beat3

        def reached(value: Any, name: str) -> Any:
            """A tier as two bits: thresholds rise, so the count is a priority."""
            thresholds = [self.params[f"{name}_{i}"] for i in (1, 2, 3)]
            first, second, third = (reaches(value, t) if self.fast else value >= t for t in thresholds)
            return Mux(third, 3, Mux(second, 2, Mux(first, 1, 0)))

        own, of_tree, floor, own_decayed, own_cusum = (Signal(2, name=n) for n in (
            "own", "of_tree", "floor", "own_decayed", "own_cusum"))  # fmt: skip
        call_tier = Signal(2)
        higher = Signal(2)
        m.d.comb += [
            own_decayed.eq(reached(self.decayed, "decayed")),
            own_cusum.eq(reached(self.cusum, "cusum")),
            own.eq(Mux(own_decayed > own_cusum, own_decayed, own_cusum)),
            of_tree.eq(reached(self.tree_sum, "tree")),
            floor.eq(Mux(old.floor_left != 0, old.floor_tier, 0)),
            higher.eq(Mux(own > of_tree, own, of_tree)),
            call_tier.eq(Mux(floor > higher, floor, higher)),
        ]

        change = Signal()
        m.d.comb += new.eq(old)

        def worse(name: str) -> Any:
            return new[name].eq(Mux(carried[name] > old[name], carried[name], old[name]))

        with m.Switch(beat.op):
            with m.Case(Op.CALL):
                m.d.comb += [new.tier.eq(call_tier), change.eq(1)]
                with m.If((beat.call_class != 0) & (old.floor_left != 0)):
                    m.d.comb += new.floor_left.eq(old.floor_left - 1)
            with m.Case(Op.CLEAR, Op.INIT):
                m.d.comb += [new.eq(0), change.eq(1)]
            with m.Case(Op.COPY):
                m.d.comb += change.eq(1)
            with m.Case(Op.MERGE):
                m.d.comb += [worse(name) for name in TIERS.members]
                m.d.comb += change.eq(1)
            with m.Case(Op.RESTORE):
                m.d.comb += [new[name].eq(self.state[name]) for name in TIERS.members]
                m.d.comb += change.eq(1)
                with m.If(beat.stale):
                    m.d.comb += [new.floor_tier.eq(self.state.tier), new.floor_left.eq(FLOOR_CALLS)]
            with m.Case(Op.RESTART):
                m.d.comb += [new.floor_tier.eq(old.tier), new.floor_left.eq(FLOOR_CALLS), change.eq(1)]
        with m.If(beat.valid & (beat.op == Op.LEAVE)):
            m.d.sync += carried.eq(old)
        m.d.comb += [
            store.look.eq(self.look),
            store.row.eq(beat.slot),
            store.new.eq(new),
            store.write.eq(beat.valid & (beat.fault == 0) & change),
        ]

        # What is found of the call, and what its verdict is.
        found = bundle(FOUND)
        m.d.comb += [
            found.tiers.eq(new),
            found.cell.eq(Cat(call_tier, self.vaccinated, beat.violation)),
            found.is_call.eq(beat.op == Op.CALL),
            found.refused.eq(beat.fault != 0),
            found.overlong.eq(beat.overlong),
            found.enforce.eq(enforced.bit_select(beat.profile, 1)),
            found.floored.eq(floor > higher),
            found.by_tree.eq((of_tree > own) & (of_tree > floor)),
        ]
        found, verdicts = later(m, found, self.fast), later(m, row.data, self.fast)
        cells = [verdicts[i * VERDICT_BITS : (i + 1) * VERDICT_BITS] for i in range(JUDGE_CELLS)]
        judged = Signal(VERDICT_BITS)
        m.d.comb += [
            judged.eq(chosen(found.cell, cells)),
            self.tiers.eq(found.tiers),
            self.enforce.eq(found.is_call & found.enforce),
            self.floored.eq(found.is_call & found.floored),
            self.by_tree.eq(found.is_call & found.by_tree),
        ]
        with m.If(found.refused):
            m.d.comb += [self.proposed.eq(Verdict.DENY), self.verdict.eq(Verdict.DENY)]
        with m.Elif(found.is_call):
            m.d.comb += self.proposed.eq(Mux(found.overlong & (judged < Verdict.DENY), Verdict.DENY.value, judged))
            with m.If(self.enforce):
                m.d.comb += self.verdict.eq(self.proposed)
        return m
