"""What is read of a process's state is what was last written to that row.

What block RAM answers for a row that is being written is undefined; here it is anything, so it cannot be used.
"""

from __future__ import annotations

from amaranth import Mux, Signal, Value
from amaranth.lib import data

from hdl.screening.states import States
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

SHAPE = data.StructLayout({"value": 8})


def build(h: Harness) -> None:
    for ahead in (1, 2):
        states = States(SHAPE, ahead)
        inside = h.dut(f"states{ahead}", states)
        one = h.once(6, f"one{ahead}")
        row = inside.one_row("rows", one)
        old, new, last = Value.cast(states.old), Value.cast(states.new), Signal(8, name=f"last{ahead}")
        h.m.d.sync += last.eq(Mux(states.write & (states.row == one), new, last))
        looked, begun = states.look, Value.cast(1)
        for edge in range(ahead):
            looked, begun = h.past(looked, f"looked{ahead}_{edge}"), h.past(begun, f"begun{ahead}_{edge}")
        here = begun & (looked == one)
        h.always(implies(here, old == last), f"the row last written, looked for {ahead} ahead")

        # Where a row is looked for earlier it is written later: it may still be on its way.
        waits, written = Value.cast(0), Value.cast(0)
        if ahead > 1:
            waits = inside.signal("did") & (inside.signal("place") == one)
            written = inside.signal("written")
        h.always(Mux(waits, written, row) == last, f"helper: row {ahead}")
        collided = h.past(states.write & (states.row == states.look), f"collided{ahead}")
        h.reach(here & collided & (last == 5), f"a row just written, {ahead} ahead")
        h.reach(here & ~collided & (last == 5), f"a row written before, {ahead} ahead")


PROOFS = (
    Proof(
        name="states",
        says="What is read of a process's state is what was last written to that row, by the beat right before "
        "too; what block RAM answers for a row that is being written is never used.",
        modules=("hdl/screening/states.py",),
        build=build,
        mutant=Mutant(
            "no way past the memory",
            "states.py",
            "self.old.eq(Mux(late, written, ",
            "self.old.eq(Mux(late & (written != 5), written, ",
        ),
        depth=4,
        cover_depth=8,
        mutant_depth=8,
    ),
)
