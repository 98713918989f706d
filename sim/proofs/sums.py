"""Accumulators saturate: they never wrap, and in an epoch never fall by more than the model's drain.

`Accumulators` as it ships.  Each sum after a call is compared with the formula in whole numbers, and one freely
picked slot (and tree) is followed over calls of one epoch.
"""

from __future__ import annotations

from typing import Any

from amaranth import Mux, Signal, Value, signed

from hdl.contract.model import LEAK_SHIFT
from hdl.screening.accumulators import SUMS, TREE_SUMS, Accumulators
from hdl.screening.layouts import Op
from sim.mutants import Mutant
from sim.proofs.harness import Harness, Inside, implies
from sim.proofs.proof import Proof

FULL = 0xFFFF


def whole(h: Harness, value: Any, name: str) -> Any:
    """Return a whole number, wide enough never to wrap."""
    number = Signal(signed(24), name=name)
    h.m.d.comb += number.eq(value)
    return number


def block_of(h: Harness) -> tuple[Any, Inside, Any]:
    """Add the accumulators; return them, their inside, and whether a call is taken into them."""
    block = Accumulators()
    inside = h.dut("accumulators", block, "look", "tree_look", "slot", "tree")
    slot, tree = h.any_time(6, "next_slot"), h.any_time(6, "next_tree")
    # Looked for one cycle, visited the next.
    h.m.d.comb += [block.look.eq(slot), block.tree_look.eq(tree)]
    h.m.d.comb += [block.slot.eq(h.past(slot, "slot")), block.tree.eq(h.past(tree, "tree"))]
    h.assume(implies(block.valid, h.past(1, "begun")))
    return block, inside, block.valid & ~block.fault & (block.op == Op.CALL)


def formulas(h: Harness) -> None:
    """Ask for one call at a time, whatever stood in the rows."""
    block, inside, call = block_of(h)
    old, tree_old = inside.signal("old"), inside.signal("tree_old")
    proven = block.ok & old.effective
    gain = whole(h, block.gain, "gain")
    pending = whole(h, Mux(proven, old.pending, 0), "pending")
    drain = whole(h, block.params.drain, "drain")
    same, tree_same = block.epoch == old.epoch, block.epoch == tree_old.tree_epoch
    sums = (
        ("decayed", old.decayed, old.decayed >> LEAK_SHIFT, old.floor_decayed, same, block.sums),
        ("cusum", old.cusum, block.params.cusum_drift, old.floor_cusum, same, block.sums),
        ("tree_sum", tree_old.tree_sum, block.params.tree_drift, tree_old.tree_floor, tree_same, block.tree_sums),
    )
    for name, before, leak, floor_before, of_epoch, after in sums:
        value = whole(h, before, f"{name}_value")
        new = whole(h, after[name], f"{name}_after")
        reserve = whole(h, value - drain, f"{name}_reserve")
        kept = whole(h, Mux(reserve < 0, 0, reserve >> 8), f"{name}_kept")
        earlier = whole(h, Mux(of_epoch, floor_before, 0), f"{name}_earlier")
        floor = whole(h, Mux(kept > earlier, kept, earlier) << 8, f"{name}_least")
        moved = whole(h, (value - Mux(proven, leak, 0)) + (gain - pending), f"{name}_moved")
        least = whole(h, Mux(moved < floor, floor, moved), f"{name}_held")
        h.always(implies(call, new == Mux(least > FULL, FULL, least)), f"{name} is what the formula says")
        h.reach(call & (new == FULL) & (moved > FULL), f"{name} is full")
        h.reach(call & (moved < 0) & (new == 0), f"{name} is empty")


def epochs(h: Harness) -> None:
    """Ask for all calls of an epoch: one slot and one tree, the drain as it is under one model."""
    m = h.m
    block, inside, call = block_of(h)
    old, tree_old = inside.signal("old"), inside.signal("tree_old")
    begun = h.past(1, "begun_too")
    one, one_tree = h.once(6, "one"), h.once(6, "one_tree")
    steady = h.past(block.params.drain, "drain_before") == block.params.drain
    stores = (
        ("sums", one, block.slot, old, inside.block("store"), SUMS, "epoch",
         (("decayed", "floor_decayed"), ("cusum", "floor_cusum"))),
        ("tree_sums", one_tree, block.tree, tree_old, inside.block("tree_store"), TREE_SUMS, "tree_epoch",
         (("tree_sum", "tree_floor"),)),
    )  # fmt: skip
    for store, which, visited, found, kept_in, layout, epoch, pairs in stores:
        row: Any = Signal(layout, name=f"{store}_row")
        writes = kept_in.write & (kept_in.row == which)
        m.d.sync += Value.cast(row).eq(Mux(writes, Value.cast(kept_in.new), Value.cast(row)))
        h.always(inside.row(f"{store}.rows", which) == Value.cast(row), f"helper: row of {store}")
        here = begun & (visited == which)
        h.always(implies(here, Value.cast(found) == Value.cast(row)), f"helper: found in {store}")
        followed = Signal(name=f"{store}_followed")
        calls = call & (visited == which)
        begins = calls & (~followed | (block.epoch != row[epoch]))
        m.d.sync += followed.eq(Mux(writes, calls, followed) & steady)
        for name, floor_name in pairs:
            first = Signal(16, name=f"{name}_first")
            with m.If(begins):
                m.d.sync += first.eq(row[name])
            promise = whole(
                h, Mux(first > block.params.drain, first - block.params.drain, 0) >> 8, f"{name}_promise"
            )
            h.always(
                implies(followed & steady, row[name][8:] >= promise),
                f"{name} falls by no more than a drain in all calls of an epoch",
            )
            h.always(implies(followed & steady, row[floor_name] >= promise), f"helper: floor of {name}")
            h.always(implies(followed, row[name][8:] >= row[floor_name]), f"helper: {name} above its floor")
            h.reach(followed & steady & (first > row[name]) & (promise != 0), f"{name} fell within an epoch")


PROOFS = (
    Proof(
        name="sums",
        says="Accumulators never wrap: after a call each is what the formula says in whole numbers, held between "
        "its floor and 65535.",
        modules=("hdl/screening/accumulators.py",),
        build=formulas,
        mutant=Mutant("sum wraps", "accumulators.py", "moved[:16] | over.replicate(16)", "moved[:16]"),
        depth=1,
        cover_depth=3,
        mutant_depth=3,
    ),
    Proof(
        name="epochs",
        says="Over all calls of an epoch no accumulator falls by more than the drain (rounded up to 256).",
        modules=("hdl/screening/accumulators.py", "hdl/screening/states.py"),
        build=epochs,
        mutant=Mutant(
            "floor forgotten", "accumulators.py", "Mux(~same | ~empty & (high > floor), ", "Mux(C(1, 1), "
        ),
        depth=2,
        cover_depth=6,
        mutant_depth=8,
        assumes=(
            "a beat's slot and tree were looked for one cycle before (proof `rows`)",
            "one model's drain, and nothing but calls writes the row",
        ),
        slow=True,
    ),
)
