"""What is read of a process's state is what was last written to that row."""

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
        old, new, last = Value.cast(states.old), Value.cast(states.new), Signal(8, name=f"last{ahead}")
        h.m.d.sync += last.eq(Mux(states.write & (states.row == one), new, last))
        looked, begun = states.look, Value.cast(1)
        for edge in range(ahead):
            looked, begun = h.past(looked, f"looked{ahead}_{edge}"), h.past(begun, f"begun{ahead}_{edge}")
        here = begun & (looked == one)
        h.always(implies(here, old == last), f"the row last written, looked for {ahead} ahead")
        # What block RAM answers for a row that is being written is undefined: it is not used.
        collided = h.past(states.write & (states.row == states.look), f"collided{ahead}")
        late, latest, found = (Value.cast(inside.signal(name)) for name in ("late", "latest", "found"))
        h.always(late == collided, f"a row read while it is written is not used, {ahead} ahead")
        h.always(implies(collided, found == latest), f"but what was written, {ahead} ahead")

        h.always(inside.row("rows", one) == last, f"helper: row {ahead}")
        h.always(implies(collided, latest == h.past(new, f"new{ahead}")), f"helper: latest {ahead}")
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
            "late.eq(self.write & (self.row == self.look))",
            "late.eq(self.write & (self.row == self.look) & (self.row != 5))",
        ),
        depth=4,
        cover_depth=8,
        mutant_depth=8,
    ),
)
