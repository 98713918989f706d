"""The state of a process changes only by its own events.

The whole `Pipeline` as it ships; what says what a call is and whether a vaccine matches is left free.  What is
written to the rows of slots is held against the beat that writes, and that against the event it belongs to.
"""

from __future__ import annotations

from amaranth import Cat, Mux, Value

from hdl.contract.event import Kind
from hdl.contract.verdict import Fault
from hdl.screening.layouts import Op
from hdl.screening.pipeline import Pipeline
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

FREE = ("classifier", "profile", "paths", "tables", "cam", "book", "recorder")
STATELESS = (Op.NONE, Op.VACCINATE, Op.REVOKE)
STORES = (("slots.identities", 0), ("history.pasts", 0), ("accumulators.store", 2), ("judge.store", 3))
"""Where a slot has a row, and the stage in which it is written."""


def build(h: Harness) -> None:
    pipeline = Pipeline()
    inside = h.dut("pipeline", pipeline)
    latch, models = inside.block("latch"), inside.block("models")
    slots, history = inside.block("slots"), inside.block("history")
    accumulators, judge = inside.block("accumulators"), inside.block("judge")
    event = latch.event
    beats = [inside.signal(f"beat{stage}") for stage in range(4)]

    # Whose events and beats.
    second = ((event.kind == Kind.FORK) | (event.kind == Kind.EXIT)) & (latch.slot == event.a0[:6])
    touches = latch.commit & Cat(latch.op != op for op in STATELESS).all()
    h.always(implies(touches, (latch.slot == event.slot) | second), "an event visits the slots that it names")
    h.always(implies(latch.commit, ~models.busy), "beats of a change of model are not an event's")
    source, of_event = [event.source], [~models.busy]
    for stage in range(1, 4):
        source.append(h.past(source[-1], f"source{stage}"))
        of_event.append(h.past(of_event[-1], f"of_event{stage}"))
    for path, stage in STORES:
        store, beat = inside.block(path), beats[stage]
        by_beat = beat.valid & (beat.fault == 0) & (beat.slot == store.row)
        h.always(
            implies(store.write, by_beat), f"{path}: a row is written by a beat that visits it, and is not refused"
        )
        own_half = store.row[5] == source[stage]
        h.always(
            implies(store.write & of_event[stage], own_half), f"{path}: nobody writes the other source's half"
        )
    tree, beat2 = inside.block("accumulators.tree_store"), beats[2]
    by_beat = beat2.valid & (beat2.fault == 0) & (beat2.tree == tree.row)
    h.always(implies(tree.write, by_beat), "a tree's sum is written by a beat of this tree")

    # Whose row a beat finds: it was looked for one cycle before.
    begun = h.past(1, "begun")
    beat0 = beats[0]
    visits = beat0.valid & Cat(Value.cast(beat0.op) != op.value for op in STATELESS).all()
    looked = h.past(slots.look, "slots_look")
    h.always(implies(begun & visits, looked == beat0.slot), "slots: the slot visited is looked for")
    wanted = Mux(latch.op == Op.COPY, event.slot, latch.slot)
    reads = latch.commit & ((latch.op == Op.CALL) | (latch.op == Op.COPY) | (latch.op == Op.SPILL))
    looked = h.past(history.look, "history_look")
    h.always(implies(reads, looked == wanted), "history: the slot visited is looked for, or its parent")
    for name, block, stage in (("accumulators", accumulators, 2), ("judge", judge, 3)):
        beat, looked = beats[stage], h.past(block.look, f"{name}_look")
        named = Mux(beat.op == Op.COPY, beat.event_slot, beat.slot)
        h.always(implies(begun & beat.valid, looked == named), f"{name}: the slot visited, or its parent")
    tree_looked = h.past(accumulators.tree_look, "tree_look")
    h.always(implies(beat2.valid, tree_looked == beat2.tree), "the tree visited is looked for")

    # Helpers.
    full, step, carried = (
        inside.signal("latch.full"),
        inside.signal("latch.step"),
        inside.signal("slots.carried_fault"),
    )
    heir = full & (event.kind == Kind.EXIT) & (event.a0 < 64)
    clean = Value.cast(carried) == Fault.NONE
    h.always(implies(heir & (step != 0) & clean, event.a0[5] == event.source), "helper: heir")
    h.always(implies(heir, step <= 2), "helper: step of an exit")
    h.always(implies(full & (event.kind == Kind.FORK), step <= 1), "helper: step of a fork")
    h.always(implies(~full, step == 0), "helper: step of none")
    others = (event.kind != Kind.FORK) & ~heir
    stays = inside.signal("latch.stays")
    h.always(implies(full & others & ~stays, step == 0), "helper: one beat")
    lingering = inside.signal("latch.lingering")
    h.always(implies(lingering != 0, full & stays), "helper: lingering")
    h.always(sum(inside.states("models").values()) == 1, "helper: state")
    h.always(implies(models.init, ~full), "helper: nothing is held after reset")
    waits = full & (event.kind == Kind.SWAP)
    h.always(implies(models.busy & ~models.init, waits), "helper: a SWAP waits")
    for stage in (1, 2, 3):
        beat = beats[stage]
        writes = beat.valid & (beat.fault == 0) & Cat(Value.cast(beat.op) != op.value for op in STATELESS).all()
        h.always(implies(writes & of_event[stage], beat.slot[5] == source[stage]), f"helper: half, stage {stage}")

    inside.late_state("models", "IDLE")
    one = h.once(6, "one")
    for (path, stage), op in zip(STORES, (Op.EXEC, Op.COPY, Op.MERGE, Op.COPY), strict=True):
        store = inside.block(path)
        written = store.write & (store.row == one) & (beats[stage].op == op)
        h.reach(written & (one == 37), f"{path} is written")


PROOFS = (
    Proof(
        name="rows",
        says="The state of a process changes only by its own events: a row is written only by a beat that visits "
        "it, an event visits only slots that it names, none of the other source's half; and every beat finds the "
        "row that it visits.",
        modules=(
            "hdl/screening/pipeline.py",
            "hdl/screening/latch.py",
            "hdl/screening/slots.py",
            "hdl/screening/history.py",
            "hdl/screening/accumulators.py",
            "hdl/screening/judge.py",
        ),
        build=build,
        mutant=Mutant(
            "halves not kept apart", "slots.py", "own_half = self.slot[5] == event.source", "own_half = C(1, 1)"
        ),
        depth=3,
        cover_depth=16,
        mutant_depth=12,
        assumes=("rows change only as `states` proves it; resets and changes of model blank them all",),
        free=tuple(f"top.pipeline/{name}" for name in FREE),
    ),
)
