"""Accumulators: the decayed sum A and the CUSUM C of each process, the sum T of each tree.  Stage 2.

A gain counts at once, a loss with the next call, when this one is known to have succeeded.  Nothing wraps, and
in no epoch does an accumulator fall by more than the model's `drain`.  Twin: `score_call` in
`models.golden.score`, which also names the source of the formulas.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Module, Mux, Signal, signed
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.model import LEAK_SHIFT, SUM_BITS
from hdl.screening.block import Block, bundle
from hdl.screening.layouts import BEAT_MEMBERS, PARAMS, STATE, Op
from hdl.screening.states import States

SUMS = data.StructLayout(
    {
        "decayed": 16,
        "cusum": 16,
        "pending": 10,
        "effective": 1,
        "floor_decayed": 8,
        "floor_cusum": 8,
        "epoch": 8,
    }
)
TREE_SUMS = data.StructLayout({"tree_sum": 16, "tree_floor": 8, "tree_epoch": 8})


def accumulate(
    m: Module,
    name: str,
    value: Any,
    gain: Any,
    loss: Any,
    leak: Any,
    floor: Any,
    drain: Any,
    same: Any,
) -> Any:
    """Return (value, floor) after a gain, a loss and a leak; twin of `accumulate` in `models.golden.score`.

    A floor counts within its epoch only: while `same`.
    """
    new, new_floor = Signal(16, name=f"{name}_new"), Signal(8, name=f"{name}_floor")
    reserve = Signal(signed(17), name=f"{name}_reserve")
    moved = Signal(signed(19), name=f"{name}_moved")
    empty, below, over = reserve[16], Signal(name=f"{name}_below"), Signal(name=f"{name}_over")
    rest = moved[8:].as_signed()
    high = reserve[8:16]
    m.d.comb += [
        reserve.eq(value - drain),
        new_floor.eq(Mux(~same | ~empty & (high > floor), Mux(empty, 0, high), floor)),
        moved.eq((value - leak) + (gain - loss)),
        # The floor's low bits are zeros: what is below it shows above them.  It is the higher of two.
        below.eq((rest < Mux(same, floor, 0)) | ~empty & (rest < high)),
        over.eq(moved[16]),
        new.eq(Mux(below, Cat(C(0, 8), new_floor), moved[:16] | over.replicate(16))),
    ]
    return new, new_floor


class Accumulators(Block):
    """Sums of all slots and trees.

    Members: the beat's `valid`, `op`, `slot`, `tree`, `fault`, `ok`, `epoch`, `effect`, `alone`, `stale` and what
    it gains by the tables, or loses once it is proven (`gain`, `pending`), go in; a cycle before that
    `look`, the slot whose sums are wanted (for COPY the parent's), and `tree_look`.  `sums` and `tree_sums` are
    what they are after the beat, in the same cycle.  `state` must hold still from a RESTORE's commit until its
    stage 2.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                **BEAT_MEMBERS,
                "gain": In(SUM_BITS - 1),
                "pending": In(SUM_BITS - 1),
                "params": In(PARAMS),
                "state": In(STATE),
                "sums": Out(SUMS),
                "tree_sums": Out(TREE_SUMS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.sums = store = States(SUMS)
        m.submodules.tree_sums = tree_store = States(TREE_SUMS)
        old, tree_old = store.old, tree_store.old
        params, state = self.params, self.state

        proven = Signal()
        gain, loss = self.gain, Signal(10)
        called, tree_called = bundle(SUMS), bundle(TREE_SUMS)
        m.d.comb += [
            proven.eq(self.ok & old.effective),
            loss.eq(Mux(proven, old.pending, 0)),
        ]
        decayed, floor_decayed = accumulate(
            m, "decayed", old.decayed, gain, loss, Mux(proven, old.decayed >> LEAK_SHIFT, 0),
            old.floor_decayed, params.drain, self.epoch == old.epoch,
        )  # fmt: skip
        cusum, floor_cusum = accumulate(
            m, "cusum", old.cusum, gain, loss, Mux(proven, params.cusum_drift, 0),
            old.floor_cusum, params.drain, self.epoch == old.epoch,
        )  # fmt: skip
        tree_sum, tree_floor = accumulate(
            m, "tree_sum", tree_old.tree_sum, gain, loss, Mux(proven, params.tree_drift, 0),
            tree_old.tree_floor, params.drain, self.epoch == tree_old.tree_epoch,
        )  # fmt: skip
        m.d.comb += [
            called.decayed.eq(decayed),
            called.cusum.eq(cusum),
            called.floor_decayed.eq(floor_decayed),
            called.floor_cusum.eq(floor_cusum),
            called.pending.eq(self.pending),
            called.effective.eq(self.effect),
            called.epoch.eq(self.epoch),
            tree_called.tree_sum.eq(tree_sum),
            tree_called.tree_floor.eq(tree_floor),
            tree_called.tree_epoch.eq(self.epoch),
        ]

        # Everything but a call moves rows as they are: a field is the slot's own, or one brought along, or blank.
        carried = bundle(SUMS)
        with m.If(self.valid & (self.op == Op.LEAVE)):
            m.d.sync += carried.eq(old)
        restores, merges = Signal(), Signal()
        blank, blank_epoch, tree_blank = Signal(), Signal(), Signal()
        moves, tree_moves = Signal(), Signal()
        with m.Switch(self.op):
            with m.Case(Op.CALL):
                m.d.comb += [moves.eq(1), tree_moves.eq(1)]
            with m.Case(Op.COPY):
                m.d.comb += moves.eq(1)
            with m.Case(Op.MERGE):
                m.d.comb += [merges.eq(1), moves.eq(1)]
            with m.Case(Op.CLEAR, Op.INIT):
                m.d.comb += [blank.eq(1), blank_epoch.eq(1), tree_blank.eq(1), moves.eq(1), tree_moves.eq(1)]
            with m.Case(Op.RESTORE):
                m.d.comb += [restores.eq(1), blank.eq(self.stale), tree_blank.eq(self.stale & self.alone)]
                m.d.comb += [moves.eq(1), tree_moves.eq(self.alone)]
            with m.Case(Op.RESTART):
                m.d.comb += [blank.eq(1), tree_blank.eq(1), moves.eq(1), tree_moves.eq(1)]
        new, tree_new = bundle(SUMS), bundle(TREE_SUMS)
        for name in SUMS.members:
            foreign, brought = restores, state[name]
            if name in ("decayed", "cusum", "floor_decayed", "floor_cusum"):
                foreign = restores | merges & (carried[name] > old[name])
                brought = Mux(restores, state[name], carried[name])
            blanks = blank_epoch if name == "epoch" else blank
            moved = Mux(blanks, 0, Mux(foreign, brought, old[name]))
            m.d.comb += new[name].eq(Mux(self.op == Op.CALL, called[name], moved))
        for name in TREE_SUMS.members:
            blanks = blank_epoch if name == "tree_epoch" else tree_blank
            moved = Mux(blanks, 0, Mux(restores & self.alone, state[name], tree_old[name]))
            m.d.comb += tree_new[name].eq(Mux(self.op == Op.CALL, tree_called[name], moved))
        do = self.valid & ~self.fault
        m.d.comb += [
            store.look.eq(self.look),
            store.row.eq(self.slot),
            store.new.eq(new),
            store.write.eq(do & moves),
            tree_store.look.eq(self.tree_look),
            tree_store.row.eq(self.tree),
            tree_store.new.eq(tree_new),
            tree_store.write.eq(do & tree_moves),
            self.sums.eq(new),
            self.tree_sums.eq(tree_new),
        ]
        return m
