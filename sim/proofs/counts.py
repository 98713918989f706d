"""A call that is counted adds one to one entry, which is its own and waits; what leaves says what was added."""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Mux, Signal, Value

from hdl.contract.registers import COUNTS
from hdl.screening.block import bundle
from hdl.soc.counting import KEY, Counting
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof


def build(h: Harness) -> None:
    counting = Counting()
    inside = h.dut("counting", counting)
    h.assume(implies(counting.take, counting.settled & (counting.waiting != 0)))

    one = h.once((COUNTS - 1).bit_length(), "one")  # a place in the buffer
    row = inside.one_row("rows", one)
    inside.one_row("hints", h.once(10, "hint"))  # what hints say must not matter
    first, end, place = (inside.signal(name) for name in ("first", "end", "place"))
    looks, waits, writes, begins = (inside.signal(name) for name in ("looks", "waits", "writes", "begins"))

    def waits_at(where: Any) -> Any:
        return (where - first)[: len(one)] < counting.waiting

    # Whose call was last counted, as the record said; whose entry stands at the place, and how often it was meant.
    record, given = counting.record, bundle(KEY, "given")
    with h.m.If(counting.counts):
        h.m.d.sync += [
            given.slot.eq(record.slot),
            given.id.eq(record.id),
            given.generation.eq(record.generation),
        ]
    owner, meant = bundle(KEY, "owner"), Signal(17, name="meant")
    target = Mux(begins, end[: len(one)], place)
    adds = writes & (target == one)
    with h.m.If(adds):
        h.m.d.sync += meant.eq(Mux(begins, 1, meant + 1))
        with h.m.If(begins):
            h.m.d.sync += owner.eq(given)

    counted = h.past(h.past(h.past(counting.counts, "counted1"), "counted2"), "counted3")
    h.always(writes == counted, "each call counted is written, once")
    h.always(implies(adds & ~begins, waits_at(one) & (owner.as_value() == given.as_value())), "to its own entry")
    h.always(implies(adds & begins, ~waits_at(one)), "a new entry takes no other's place")
    moved = h.past(writes & begins, "moved")
    h.always(end == (h.past(end, "end_was") + moved)[: len(end)], "a new entry waits")
    h.always(
        first == (h.past(first, "first_was") + h.past(counting.take, "taken"))[: len(first)], "and leaves once"
    )
    head = counting.head.as_value()
    said = Cat(head[: len(owner.slot)], head[7:16], head[32:64], head[16:32])
    leaves = counting.take & (first[: len(one)] == one)
    h.always(
        implies(leaves, said == Cat(owner.slot, owner.id, owner.generation, meant[:16])),
        "what leaves is whose it is, and as many as were added",
    )

    h.always(counting.waiting <= COUNTS, "helper: no more than there are places")
    h.always(
        implies(waits_at(one), (row == Cat(owner.as_value(), meant[:16])) & (meant < 1 << 16)), "helper: the row"
    )
    h.always(
        implies(looks | waits | writes, given.as_value() == inside.signal("key").as_value()), "helper: the key"
    )
    h.always(looks + waits + writes <= 1, "helper: one at a time")
    h.always(implies(looks | waits | writes, counting.waiting < COUNTS), "helper: there is room")
    h.always(looks == h.past(counting.counts, "looked"), "helper: looks")
    h.always(waits == h.past(looks, "waited"), "helper: waits")
    shows = inside.signal("shown") & inside.signal("resting")
    read = Value.cast(inside.signal("row"))
    h.always(
        implies(shows & (counting.waiting != 0) & (first[: len(one)] == one), read == row),
        "helper: the head is read",
    )
    found = h.past(waits, "found") & (place == one)
    h.always(implies(writes & found & waits_at(one), read == row), "helper: what is compared is read")

    h.reach(leaves & (meant == 3), "an entry of three leaves")
    h.reach(adds & begins & (first != 0), "an entry behind others that have left")


PROOFS = (
    Proof(
        name="counts",
        says="An allowed call that is counted adds one to exactly one entry, of its own process, life and call, "
        "that waits to be read; what is read of an entry says how many were added, and it is read once.",
        modules=("hdl/soc/counting.py",),
        build=build,
        mutant=Mutant(
            "a hint to an entry that has left",
            "counting.py",
            "begins.eq((depth >= self.waiting)",
            "begins.eq((depth > self.waiting)",
            folder="hdl/soc",
        ),
        depth=6,
        cover_depth=24,
        mutant_depth=24,
    ),
)
