"""Changes: by how much a call moves its process's sums, a stage ahead of them.  In the faster pipeline only.

What a call gains, and what the one before it loses now that it is proven, do not depend on the sums: so they are
put together here, while the sums are still busy with the beat before.  What waits to be proven is kept here, and
the epochs.  Twin: the head of `score_call` in `models.golden.score`.
"""

from __future__ import annotations

from amaranth import C, Module, Mux, Signal, signed
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.model import SUM_BITS
from hdl.screening.block import Block, bundle
from hdl.screening.carries import added, extended
from hdl.screening.layouts import BEAT_MEMBERS, STATE, Op
from hdl.screening.states import States
from hdl.screening.tables import PARTS

PROMISE = data.StructLayout({"pending": 10, "effective": 1, "epoch": 8})
TREE_EPOCH = data.StructLayout({"epoch": 8})


class Changes(Block):
    """What is kept of every slot: its PROMISE; and of every tree its epoch.

    Members: the beat's `valid`, `op`, `slot`, `tree`, `fault`, `ok`, `epoch`, `effect`, `alone`, `stale`, and the
    sum of the tables in `parts`, go in; two cycles before that `look`, the slot whose state is wanted (for COPY
    the parent's), and `tree_look`.  In the beat's cycle come a call's `change` (gain less loss), whether its
    forerunner is `proven`, and whether its slot's and its tree's epochs are the `same` and the `tree_same` as at
    the last call; and what is kept after the beat: `promise`, `tree_epoch`.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                **BEAT_MEMBERS,
                "parts": In(PARTS),
                "state": In(STATE),
                "change": Out(signed(SUM_BITS)),
                "proven": Out(1),
                "same": Out(1),
                "tree_same": Out(1),
                "promise": Out(PROMISE),
                "tree_epoch": Out(8),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.promises = store = States(PROMISE, 2)
        m.submodules.tree_epochs = tree_store = States(TREE_EPOCH, 2)
        old, state = store.old, self.state
        parts = [self.parts[name] for name in PARTS.members]
        proven, loss = Signal(), Signal(10)
        m.d.comb += [
            proven.eq(self.ok & old.effective),
            loss.eq(Mux(proven, old.pending, 0)),
        ]
        # All at once: the tables' sum, the same less the loss, and its opposite: 1 less, complemented.
        bits = SUM_BITS + 1
        total = added(m, "total", parts, bits)
        gained = added(m, "gained", [*parts, ~extended(loss, bits)], bits, 1)
        opposite = added(m, "opposite", [*parts, C(-1, bits)], bits)
        gains, waits = Signal(), Signal()
        m.d.comb += [
            gains.eq(self.effect & ~total[-1]),
            waits.eq(self.effect & total[-1]),
            self.proven.eq(proven),
            self.change.eq(Mux(gains, gained, -loss)),
            self.same.eq(self.epoch == old.epoch),
            self.tree_same.eq(self.epoch == tree_store.old.epoch),
        ]

        # Everything but a call moves what is kept as it is, or brings it along, or blanks it.
        new, brought = bundle(PROMISE), bundle(PROMISE)
        m.d.comb += [brought[name].eq(state[name]) for name in PROMISE.members]
        moves, tree_moves = Signal(), Signal()
        m.d.comb += [new.eq(old), self.tree_epoch.eq(tree_store.old.epoch)]
        with m.Switch(self.op):
            with m.Case(Op.CALL):
                m.d.comb += [
                    moves.eq(1),
                    tree_moves.eq(1),
                    new.epoch.eq(self.epoch),
                    new.effective.eq(self.effect),
                ]
                m.d.comb += [new.pending.eq(Mux(waits, ~opposite, 0)), self.tree_epoch.eq(self.epoch)]
            with m.Case(Op.COPY, Op.MERGE):
                m.d.comb += moves.eq(1)
            with m.Case(Op.CLEAR, Op.INIT):
                m.d.comb += [moves.eq(1), tree_moves.eq(1), new.eq(0), self.tree_epoch.eq(0)]
            with m.Case(Op.RESTORE):
                m.d.comb += [moves.eq(1), tree_moves.eq(self.alone), new.eq(brought)]
                with m.If(self.alone):
                    m.d.comb += self.tree_epoch.eq(state.tree_epoch)
                with m.If(self.stale):
                    m.d.comb += [new.pending.eq(0), new.effective.eq(0)]
            with m.Case(Op.RESTART):
                m.d.comb += [moves.eq(1), tree_moves.eq(1), new.pending.eq(0), new.effective.eq(0)]
        do = self.valid & ~self.fault
        m.d.comb += [
            store.look.eq(self.look),
            store.row.eq(self.slot),
            store.new.eq(new),
            store.write.eq(do & moves),
            tree_store.look.eq(self.tree_look),
            tree_store.row.eq(self.tree),
            tree_store.new.epoch.eq(self.tree_epoch),
            tree_store.write.eq(do & tree_moves),
            self.promise.eq(new),
        ]
        return m
