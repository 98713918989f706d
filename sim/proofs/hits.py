"""A vaccine's hit never leaves as ALLOW where its profile enforces.

The whole `Pipeline` as it ships, with latch, judge and recorder; whether a vaccine matches is left free, as is all
else that goes into a verdict.  The policy is free but for one thing: it does not allow what a vaccine names.
"""

from __future__ import annotations

from amaranth import Cat, Signal, Value

from hdl.contract.event import Kind
from hdl.contract.load import Target
from hdl.contract.policy import JUDGE_CELLS, VERDICT_BITS, judge_cell
from hdl.contract.verdict import SECRET_FROM, Verdict
from hdl.screening.layouts import Op
from hdl.screening.loading import word_write
from hdl.screening.pipeline import Pipeline
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

FREE = ("classifier", "profile", "paths", "slots", "history", "tables", "cam", "book", "accumulators")
NAMED = tuple(judge_cell(tier, 1, violation) for tier in range(4) for violation in range(2))
"""Cells that answer where a vaccine matched."""


def denies(row: Value) -> Value:
    """Return whether a policy's row allows in no cell of a vaccine's match."""
    cells = [row[cell * VERDICT_BITS : (cell + 1) * VERDICT_BITS] for cell in NAMED]
    return Cat(cell != Verdict.ALLOW for cell in cells).all()


def build(h: Harness) -> None:
    m = h.m
    pipeline = Pipeline()
    inside = h.dut("pipeline", pipeline)
    load, cam, judge = inside.block("judge").load, inside.block("cam"), inside.block("judge")

    # What the load port says of the policy: one row of it, and which profiles enforce.
    one = h.once(8, "one")
    low, loaded, enforced = Signal(32), Signal(), Signal(16)
    writes = word_write(load, Target.JUDGE)
    commits = writes & load.address[0]
    row = Signal(JUDGE_CELLS * VERDICT_BITS)
    m.d.comb += row.eq(Cat(low, load.data))
    with m.If(writes & ~load.address[0]):
        m.d.sync += low.eq(load.data)
    with m.If(commits & (load.address[1:9] == one)):
        m.d.sync += loaded.eq(1)
    with m.If(word_write(load, Target.ENFORCE)):
        m.d.sync += enforced.eq(load.data)
    h.assume(implies(commits, denies(row)))

    # The beat that is judged: its row was looked up one cycle before, and so was its hit.
    beat = judge.beat3
    secret = beat.path_class >= SECRET_FROM
    of_one = Value.cast(Cat(secret, beat.call_class, beat.profile)) == one
    was_loaded, was_hit = h.past(loaded, "was_loaded"), h.past(cam.hit, "was_hit")
    enforces = enforced.bit_select(beat.profile, 1)
    call = beat.op == Op.CALL
    case = pipeline.decided & call & was_hit & of_one & was_loaded
    h.always(
        implies(case & enforces, Value.cast(pipeline.verdict) != Verdict.ALLOW),
        "no hit is allowed in enforce mode",
    )
    h.always(implies(case, Value.cast(judge.proposed) != Verdict.ALLOW), "a hit is never proposed to be allowed")

    # And its record says so.
    record = pipeline.record
    hits = [was_hit]
    enforcing = [enforces & call]
    for edge in range(2):
        hits.append(h.past(hits[-1], f"hit_{edge}"))
        enforcing.append(h.past(enforcing[-1], f"enforcing_{edge}"))
    of_call = pipeline.recorded & (record.kind == Kind.CALL) & (record.fault == 0)
    h.always(implies(of_call, record.vaccinated == hits[-1]), "a record has the hit of its call")
    h.always(implies(of_call, record.enforce == enforcing[-1]), "a record says whether its profile enforces")

    # Helpers.
    h.always(implies(loaded, denies(inside.row("judge.rows", one))), "helper: row")
    h.always(inside.signal("judge.low_half") == low, "helper: low half")
    h.always(Value.cast(inside.signal("judge.enforced")) == enforced, "helper: enforced")
    stages = [inside.signal(f"beat{stage}") for stage in (1, 2, 3)]
    for stage, seen in enumerate(stages):
        of_kind = seen.valid & seen.last & (seen.kind == Kind.CALL)
        h.always(implies(of_kind, Value.cast(seen.op) == Op.CALL), f"helper: op {stage}")

    inside.late_state("models", "IDLE")
    h.reach(case & enforces & (Value.cast(pipeline.verdict) == Verdict.DENY), "a hit is denied")
    h.reach(case & ~enforces & (Value.cast(pipeline.verdict) == Verdict.ALLOW), "a hit in monitor mode")
    h.reach(of_call & record.vaccinated & record.enforce, "its record")


PROOFS = (
    Proof(
        name="hits",
        says="A vaccine's hit never leaves as ALLOW where its profile enforces, under any policy that does not "
        "allow it; and the record says that it was a hit.",
        modules=("hdl/screening/judge.py", "hdl/screening/pipeline.py", "hdl/screening/recorder.py"),
        build=build,
        mutant=Mutant(
            "the hit of another beat",
            "pipeline.py",
            "judge.vaccinated.eq(hit3)",
            "judge.vaccinated.eq(cam.hit)",
        ),
        depth=5,
        cover_depth=12,
        mutant_depth=12,
        assumes=(
            "policy: no row that is loaded allows in a cell of a vaccine's match (so of the default policy)",
            "policy: the row that judges has been loaded",
        ),
        free=tuple(f"top.pipeline/{name}" for name in FREE),
    ),
)
