"""Accumulators of the faster pipeline: the same sums as in `accumulators`, of calls that follow clock by clock.

A beat comes in a stage before the one in which its sums move, so that all that does not depend on them is ready
then.  Twin: `score_call` in `models.golden.score`.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS
from hdl.screening.accumulators import SUMS, TREE_SUMS
from hdl.screening.block import Block, bundle, later, rows_of
from hdl.screening.changes import Changes
from hdl.screening.layouts import BEAT_MEMBERS, PARAMS, STATE, Op
from hdl.screening.running import RAW, SETTLED, RunningSum, settled
from hdl.screening.tables import PARTS

OWN = data.StructLayout({"decayed": SETTLED, "cusum": SETTLED})
TREE = data.StructLayout({"tree_sum": SETTLED})


class Rows(Block):
    """Rows of slots or trees, each written in the cycle behind its beat's, when its sums are settled.

    Members: `look`, two cycles before a beat, is the row that it needs.  `found`, in the cycle before the beat, is
    that row, unless `forward` says that the beat of that cycle writes it.  Of the beat that comes in the next
    cycle `row`, and whether it is to `write` it; `settled`, in the cycle behind the beat, is what then stands
    there.
    """

    def __init__(self, shape: Any) -> None:
        self.shape = shape
        super().__init__(
            {
                "look": In(6),
                "found": Out(shape),
                "forward": Out(1),
                "row": In(6),
                "write": In(1),
                "settled": In(shape),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rows = store = rows_of(self.shape, SLOTS, races=False, block=True)
        read, write = store.read_port(), store.write_port()
        # Beats by how far they are: in the next cycle, in this one, one behind it.
        writes, rows = [self.write], [self.row]
        for _ in range(2):
            writes.append(later(m, writes[-1], 1))
            rows.append(later(m, rows[-1], 1))
        hits = [later(m, does & (row == self.look), 1) for does, row in zip(writes, rows, strict=True)]
        before = later(m, self.settled, 1)
        m.d.comb += [
            read.addr.eq(self.look),
            write.addr.eq(rows[2]),
            write.en.eq(writes[2]),
            write.data.eq(self.settled),
            self.forward.eq(hits[0]),
            self.found.eq(
                Mux(hits[1], self.settled.as_value(), Mux(hits[2], before.as_value(), read.data.as_value()))
            ),
        ]
        return m


class FastAccumulators(Block):
    """Sums of all slots and trees.

    Members: the beat's `valid`, `op`, `slot`, `tree`, `fault`, `ok`, `epoch`, `effect`, `alone`, `stale` and the
    tables' sum in `parts` go in a cycle before its stage 2; two cycles before that `look`, the slot whose sums are
    wanted (for COPY the parent's), and `tree_look`.  In stage 3, `decayed`, `cusum` and `tree_sum` are what they
    are after the beat, to be compared; and `sums` and `tree_sums` all of it, as any accumulators say it.  `state`
    must hold still from a RESTORE's commit until its stage 2.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                **BEAT_MEMBERS,
                "parts": In(PARTS),
                "params": In(PARAMS),
                "state": In(STATE),
                "decayed": Out(RAW),
                "cusum": Out(RAW),
                "tree_sum": Out(RAW),
                "sums": Out(SUMS),
                "tree_sums": Out(TREE_SUMS),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.changes = changes = Changes()
        for name in ("look", "tree_look", "valid", "op", "slot", "tree", "fault", "ok", "epoch", "effect", "alone",
                     "stale", "parts", "state"):  # fmt: skip
            m.d.comb += getattr(changes, name).eq(getattr(self, name))

        # What the beat does to sums, by stage 2.
        op, restores = self.op, self.op == Op.RESTORE
        calls, merges = op == Op.CALL, op == Op.MERGE
        blanks = (op == Op.CLEAR) | (op == Op.INIT) | (op == Op.RESTART)
        tree_restores = restores & self.alone
        does = {
            "call": calls,
            "keep": ~(calls | merges | blanks | restores),
            "bring": restores & ~self.stale,
            "merge": merges,
        }
        tree_does = {
            "call": calls,
            "keep": ~(calls | blanks | tree_restores),
            "bring": tree_restores & ~self.stale,
        }
        do = self.valid & ~self.fault
        writes = do & (calls | (op == Op.COPY) | merges | blanks | restores)
        tree_writes = do & (calls | blanks | tree_restores)

        m.submodules.rows = rows = Rows(OWN)
        m.submodules.tree_rows = tree_rows = Rows(TREE)
        m.d.comb += [
            rows.look.eq(later(m, self.look, 1)),
            rows.row.eq(self.slot),
            rows.write.eq(writes),
            tree_rows.look.eq(later(m, self.tree_look, 1)),
            tree_rows.row.eq(self.tree),
            tree_rows.write.eq(tree_writes),
        ]

        # What a RESTORE brings, or the dying process leaves to its heir's MERGE, right behind.
        carried, tree_carried = bundle(OWN), bundle(TREE)
        leaves = later(m, self.valid & (op == Op.LEAVE), 1)
        for name, store, own, leaks, drift, floor in (
            ("decayed", rows, True, True, None, "floor_decayed"),
            ("cusum", rows, True, False, "cusum_drift", "floor_cusum"),
            ("tree_sum", tree_rows, False, False, "tree_drift", "tree_floor"),
        ):
            m.submodules[name] = running = RunningSum(leaks)
            brought = (carried if own else tree_carried)[name]
            if own:
                with m.If(leaves):
                    m.d.sync += brought.eq(settled(m, running.old))
            with m.If(self.valid & restores):
                m.d.sync += [brought.value.eq(self.state[name]), brought.floor.eq(self.state[floor])]
            m.d.comb += [
                running.change.eq(later(m, changes.change, 1)),
                running.proven.eq(later(m, changes.proven, 1)),
                running.same.eq(later(m, changes.same if own else changes.tree_same, 1)),
                running.drain.eq(self.params.drain),
                running.brought.eq(brought),
                running.forward.eq(store.forward),
                running.found.eq(store.found[name]),
                *(getattr(running, control).eq(later(m, on, 1))
                  for control, on in (does if own else tree_does).items()),
                store.settled[name].eq(settled(m, running.raw)),
                getattr(self, name).eq(running.raw),
            ]  # fmt: skip
            if drift is not None:
                m.d.comb += running.drift.eq(later(m, Mux(changes.proven, self.params[drift], 0), 1))
        promise, tree_epoch = later(m, changes.promise, 2), later(m, changes.tree_epoch, 2)
        m.d.comb += [
            *(self.sums[name].eq(promise[name]) for name in ("pending", "effective", "epoch")),
            *(self.sums[name].eq(rows.settled[name].value) for name in ("decayed", "cusum")),
            self.sums.floor_decayed.eq(rows.settled.decayed.floor),
            self.sums.floor_cusum.eq(rows.settled.cusum.floor),
            self.tree_sums.tree_sum.eq(tree_rows.settled.tree_sum.value),
            self.tree_sums.tree_floor.eq(tree_rows.settled.tree_sum.floor),
            self.tree_sums.tree_epoch.eq(tree_epoch),
        ]
        return m
