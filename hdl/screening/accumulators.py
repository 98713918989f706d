"""Accumulators: the decayed sum A and the CUSUM C of each process, the sum T of each tree.  Stage 2.

A gain counts at once, a loss with the next call, when this one is known to have succeeded.  Nothing wraps, and
in no epoch does an accumulator fall by more than the model's `drain`.  Twin: `score_call` in
`models.golden.score`, which also names the source of the formulas.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Module, Mux, Signal, signed
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS, TREES
from hdl.contract.model import LEAK_SHIFT, SUM_BITS
from hdl.screening.layouts import PARAMS, STATE, Op

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


def accumulate(m: Module, name: str, value: Any, gain: Any, loss: Any, floor: Any, drain: Any) -> tuple[Any, Any]:
    """Return (value, floor) after a gain and a loss; twin of `accumulate` in `models.golden.score`.

    `floor` must be 0 in a new epoch.
    """
    new, new_floor = Signal(16, name=f"{name}_new"), Signal(8, name=f"{name}_floor")
    reserve = Signal(signed(17), name=f"{name}_reserve")
    moved = Signal(signed(19), name=f"{name}_moved")
    kept = Signal(8, name=f"{name}_kept")
    m.d.comb += [
        reserve.eq(value - drain),
        kept.eq(Mux(reserve < 0, 0, reserve[8:16])),
        new_floor.eq(Mux(kept > floor, kept, floor)),
        moved.eq(value + gain - loss),
    ]
    with m.If(moved < Cat(C(0, 8), new_floor, C(0, 1)).as_signed()):
        m.d.comb += new.eq(Cat(C(0, 8), new_floor))
    with m.Elif(moved > 0xFFFF):
        m.d.comb += new.eq(0xFFFF)
    with m.Else():
        m.d.comb += new.eq(moved)
    return new, new_floor


class Accumulators(wiring.Component):
    """Sums of all slots and trees.

    Members: the beat's `valid`, `op`, `slot`, `tree`, `fault`, `ok`, `epoch`, `effect`, `alone`, `stale` and the
    tables' registered `total` go in; `sums` and `tree_sums` are what they are after the beat, in the same cycle.
    `state` must hold still from a RESTORE's commit until its stage 2.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "valid": In(1),
                "op": In(Op),
                "slot": In(6),
                "tree": In(6),
                "fault": In(1),
                "ok": In(1),
                "epoch": In(8),
                "effect": In(1),
                "alone": In(1),
                "stale": In(1),
                "total": In(signed(SUM_BITS)),
                "params": In(PARAMS),
                "state": In(STATE),
                "sums": Out(SUMS),
                "tree_sums": Out(TREE_SUMS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.sums = store = memory.Memory(shape=SUMS, depth=SLOTS, init=[])
        read, write = store.read_port(domain="comb"), store.write_port()
        m.submodules.tree_sums = tree_store = memory.Memory(shape=TREE_SUMS, depth=TREES, init=[])
        tree_read, tree_write = tree_store.read_port(domain="comb"), tree_store.write_port()
        old, tree_old = read.data, tree_read.data
        params, state = self.params, self.state

        negative = self.total[-1]
        magnitude = Signal(10)
        gain = Signal(10)
        m.d.comb += [
            magnitude.eq(Mux(negative, -self.total, self.total)),
            gain.eq(Mux(self.effect & ~negative, magnitude, 0)),
        ]
        proven = self.ok & old.effective
        loss = Mux(proven, old.pending, 0)
        same = self.epoch == old.epoch
        decayed, floor_decayed = accumulate(
            m, "decayed", old.decayed, gain, loss + Mux(proven, old.decayed >> LEAK_SHIFT, 0),
            Mux(same, old.floor_decayed, 0), params.drain,
        )  # fmt: skip
        cusum, floor_cusum = accumulate(
            m, "cusum", old.cusum, gain, loss + Mux(proven, params.cusum_drift, 0),
            Mux(same, old.floor_cusum, 0), params.drain,
        )  # fmt: skip
        tree_sum, tree_floor = accumulate(
            m, "tree_sum", tree_old.tree_sum, gain, loss + Mux(proven, params.tree_drift, 0),
            Mux(self.epoch == tree_old.tree_epoch, tree_old.tree_floor, 0), params.drain,
        )  # fmt: skip

        carried, new, tree_new = Signal(SUMS), Signal(SUMS), Signal(TREE_SUMS)
        change, tree_change = Signal(), Signal()
        m.d.comb += [new.eq(old), tree_new.eq(tree_old)]

        def worse(name: str) -> Any:
            return new[name].eq(Mux(carried[name] > old[name], carried[name], old[name]))

        def blank() -> list[Any]:
            kept = ("decayed", "cusum", "pending", "effective", "floor_decayed", "floor_cusum")
            return [new[name].eq(0) for name in kept]

        with m.Switch(self.op):
            with m.Case(Op.CALL):
                m.d.comb += [
                    new.decayed.eq(decayed),
                    new.cusum.eq(cusum),
                    new.floor_decayed.eq(floor_decayed),
                    new.floor_cusum.eq(floor_cusum),
                    new.pending.eq(Mux(self.effect & negative, magnitude, 0)),
                    new.effective.eq(self.effect),
                    new.epoch.eq(self.epoch),
                    tree_new.tree_sum.eq(tree_sum),
                    tree_new.tree_floor.eq(tree_floor),
                    tree_new.tree_epoch.eq(self.epoch),
                    change.eq(1),
                    tree_change.eq(1),
                ]
            with m.Case(Op.CLEAR, Op.INIT):
                m.d.comb += [new.eq(0), tree_new.eq(0), change.eq(1), tree_change.eq(1)]
            with m.Case(Op.COPY):
                m.d.comb += [new.eq(carried), change.eq(1)]
            with m.Case(Op.MERGE):
                m.d.comb += [worse(name) for name in ("decayed", "cusum", "floor_decayed", "floor_cusum")]
                m.d.comb += change.eq(1)
            with m.Case(Op.RESTORE):
                m.d.comb += [new[name].eq(state[name]) for name in SUMS.members]
                m.d.comb += [tree_new[name].eq(state[name]) for name in TREE_SUMS.members]
                m.d.comb += [change.eq(1), tree_change.eq(self.alone)]
                with m.If(self.stale):
                    m.d.comb += blank()
                    m.d.comb += [tree_new.tree_sum.eq(0), tree_new.tree_floor.eq(0)]
                with m.If(~self.alone):
                    m.d.comb += tree_new.eq(tree_old)
            with m.Case(Op.RESTART):
                m.d.comb += blank()
                m.d.comb += [tree_new.tree_sum.eq(0), tree_new.tree_floor.eq(0)]
                m.d.comb += [change.eq(1), tree_change.eq(1)]
        with m.If(self.valid & ((self.op == Op.READ) | (self.op == Op.LEAVE))):
            m.d.sync += carried.eq(old)
        do = self.valid & ~self.fault
        m.d.comb += [
            read.addr.eq(self.slot),
            write.addr.eq(self.slot),
            write.data.eq(new),
            write.en.eq(do & change),
            tree_read.addr.eq(self.tree),
            tree_write.addr.eq(self.tree),
            tree_write.data.eq(tree_new),
            tree_write.en.eq(do & tree_change),
            self.sums.eq(new),
            self.tree_sums.eq(tree_new),
        ]
        return m
