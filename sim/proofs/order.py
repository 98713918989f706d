"""Every event leaves with exactly one verdict and one record, in order.

The whole `Pipeline` as it ships; blocks that decide what a record says, not whether there is one, are left free.
Events are numbered as they are taken; one number is picked freely, and its event followed to its record.
"""

from __future__ import annotations

import re
from typing import Any

from amaranth import Cat, Mux, Signal, Value

from hdl.contract.event import Kind
from hdl.screening.latch import LINGER
from hdl.screening.pipeline import VERDICT_EDGES, Pipeline
from sim.mutants import Mutant
from sim.proofs.harness import Harness, Inside, implies
from sim.proofs.proof import Proof

RECORD_EDGES = 2
"""From an event's verdict to its record."""

FREE = ("classifier", "profile", "paths", "slots", "history", "tables", "cam", "book", "accumulators", "judge")


def stages_of(inside: Inside) -> list[Any]:
    """Return the beats behind the latch, in order."""
    names = sorted(
        (name for name in inside.names() if re.fullmatch(r"beat[1-9]\d*", name)), key=lambda n: int(n[4:])
    )
    return [inside.signal(name) for name in names]


def build(h: Harness) -> None:
    m = h.m
    pipeline = Pipeline()
    inside = h.dut("pipeline", pipeline)
    latch, models = inside.block("latch"), inside.block("models")
    recorder = inside.block("recorder")
    beats = stages_of(inside)

    # The event of one number: what it was when it was taken.
    number = h.once(32, "number")
    taken, left = Signal(32), Signal(32)
    kept = Signal(51)

    def face(kind: Any, slot: Any, ident: Any, generation: Any) -> Value:
        return Cat(kind, slot, ident, generation)

    def face_of(event: Any) -> Value:
        return face(event.kind, event.slot, event.id, event.generation)

    m.d.sync += [taken.eq(taken + latch.take), left.eq(left + pipeline.recorded)]
    with m.If(latch.take & (taken == number)):
        m.d.sync += kept.eq(face_of(latch.taken))
    record = pipeline.record
    h.always(
        implies(pipeline.recorded & (left == number), face_of(record) == kept),
        "the record of a number is that of the event of this number",
    )
    h.always(implies(pipeline.recorded, record.sequence == left), "records bear their number")

    # When: a verdict and a record for each event, at fixed distances from the commit of its last beat.
    ends = latch.commit & latch.last
    edges = Signal(VERDICT_EDGES + RECORD_EDGES)
    m.d.sync += edges.eq(Cat(ends, edges[:-1]))
    h.always(pipeline.decided == edges[VERDICT_EDGES - 1], "one verdict, so many edges behind the commit")
    h.always(pipeline.recorded == edges[-1], "one record, so many edges behind the commit")
    verdict = Value.cast(pipeline.verdict)
    verdicts = [verdict]
    for edge in range(RECORD_EDGES):
        verdicts.append(h.past(verdicts[-1], f"verdict_{edge}"))
    h.always(implies(pipeline.recorded, record.verdict == verdicts[-1]), "a record has the verdict that was given")

    # That: an event in the latch is committed whole after few cycles in which nothing keeps it waiting.
    full, lingering, step, swapped, ready, stays = (
        inside.signal(f"latch.{name}") for name in ("full", "lingering", "step", "swapped", "ready", "stays")
    )
    age = Signal(4)
    m.d.sync += age.eq(Mux(latch.take, 0, age + (ready & (age != 15))))
    h.always(implies(ready, age <= LINGER), "an event that nothing keeps waiting leaves the latch")
    h.always(implies(latch.take & full, latch.release), "an event is taken when the one before has left")
    h.always(implies(latch.release & full & ~stays, ends), "none leaves the latch without its last beat")

    # Nothing is on its way while parameters change.
    changing, at = models.busy & ~models.init, inside.states("models")
    for edge, beat in enumerate(beats):
        h.always(implies(at["COPY"], ~beat.valid), f"parameters change, nothing in stage {edge + 1}")
        drained = at["DRAIN"] & (inside.signal("models.count") >= edge)
        h.always(implies(drained, ~beat.valid), f"helper: drained, stage {edge + 1}")
    h.always(sum(at.values()) == 1, "helper: state")

    # Helpers: what stands where has the number that its place gives it.
    uncommitted = full & (lingering == 0)
    places = [
        (recorder.valid, face_of(record)),
        (recorder.pending, face_of(inside.signal("recorder.record4"))),
        *(
            (beat.valid & beat.last, face(beat.kind, beat.event_slot, beat.id, beat.generation))
            for beat in reversed(beats)
        ),
        (uncommitted, face_of(latch.event)),
    ]
    so_far = left
    for place, (occupied, seen) in enumerate(places):
        here = Signal(32, name=f"number_{place}")
        m.d.comb += here.eq(so_far)
        h.always(implies(occupied & (here == number), seen == kept), f"helper: place {place}")
        so_far = so_far + occupied
    total = Signal(32)
    m.d.comb += total.eq(so_far)
    h.always(total == taken, "every event taken is somewhere, or has left")
    for edge, beat in enumerate(beats):
        h.always((beat.valid & beat.last) == edges[edge], f"helper: edge {edge}")
    h.always(recorder.pending == edges[VERDICT_EDGES], "helper: edge of the recorder")
    h.always(inside.signal("recorder.sequence") == (left + recorder.valid)[:32], "helper: sequence")
    record4 = inside.signal("recorder.record4")
    h.always(implies(recorder.pending, record4.verdict == verdicts[1]), "helper: verdict")
    event = latch.event
    swap = event.kind == Kind.SWAP
    h.always(implies(lingering != 0, full & stays & (lingering <= LINGER)), "helper: lingering")
    h.always(implies(full & stays & (lingering == 0), age == 0), "helper: stays")
    h.always(implies(full & stays & (lingering != 0), age <= LINGER + 1 - lingering), "helper: lingers")
    h.always(implies(~full, step == 0), "helper: step of none")
    h.always(implies(full & ~stays & ~swap, age == step), "helper: step")
    h.always(implies(full & ~stays & ~swap & (event.kind == Kind.EXIT), step <= 2), "helper: exit")
    h.always(implies(full & ~stays & ~swap & (event.kind == Kind.FORK), step <= 1), "helper: fork")
    others = (event.kind != Kind.EXIT) & (event.kind != Kind.FORK)
    h.always(implies(full & ~stays & ~swap & others, step == 0), "helper: one beat")
    h.always(implies(full & (event.kind == Kind.EXIT) & (event.a0 >= 64), step == 0), "helper: no heir")
    h.always(implies(full & swap & ~swapped & ~changing, age == 0), "helper: swap")
    h.always(implies(full & swap, (age <= 1) & (step == 0)), "helper: swap's age")
    h.always(implies(changing, full & swap & ~swapped), "helper: a SWAP waits")
    h.always(implies(swapped, full & swap), "helper: swapped")

    inside.late_state("models", "IDLE")
    h.reach(pipeline.recorded & (left == number) & (number == 2), "a third record")
    h.reach(latch.commit & latch.take & edges.any(), "one taken as another is committed")
    h.reach(pipeline.recorded & (record.kind == Kind.EXIT), "an EXIT's record")
    h.reach(pipeline.recorded & (record.kind == Kind.VACCINATE) & (record.fault == 0), "a VACCINATE's record")


PROOFS = (
    Proof(
        name="order",
        says="Every event leaves with exactly one verdict and one record, in order, VERDICT_EDGES and "
        "VERDICT_EDGES + 2 edges behind the commit of its last beat.",
        modules=("hdl/screening/pipeline.py", "hdl/screening/latch.py", "hdl/screening/recorder.py"),
        build=build,
        mutant=Mutant(
            "the latch lets go after the first beat",
            "latch.py",
            "lingering == 1, self.commit & self.last)",
            "lingering == 1, self.commit)",
        ),
        depth=3,
        cover_depth=16,
        mutant_depth=16,
        free=tuple(f"top.pipeline/{name}" for name in FREE),
    ),
)
