"""A vaccine that enters or leaves hides no other.

`Cam` as it ships, with two banks: one entry of the second is picked freely, all else is free, the first bank too.
"""

from __future__ import annotations

from typing import Any

from amaranth import Mux, Signal, Value

from hdl.contract.load import Target
from hdl.contract.vaccine import BANK_BITS, KEY
from hdl.screening.cam import Cam
from hdl.screening.layouts import ENTRY, Op
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

BANK = 1
MASKS = min(target for name, target in Target.__members__.items() if name in ("MASK", "HASH_SET"))


def build(h: Harness) -> None:
    cam = Cam(banks=BANK + 1)
    h.any_content = True
    inside = h.dut("cam", cam, "key", "bank", "index", "units")
    # An update holds still for one cycle more, in which no call comes.
    changes = cam.valid & ((cam.op == Op.VACCINATE) | (cam.op == Op.REVOKE))
    changed = h.past(changes, "changed")
    for name in ("key", "bank", "index", "units"):
        if name in cam.signature.members:
            port = Value.cast(getattr(cam, name))
            kept = Signal(len(port), name=f"kept_{name}")
            h.m.d.sync += kept.eq(port)
            h.m.d.comb += port.eq(Mux(changed, kept, h.any_time(len(port), f"any_{name}")))
    h.assume(implies(changed, ~cam.valid))
    h.assume(cam.bank <= BANK)
    for field in KEY.fields:
        value = getattr(inside.block("keyed"), f"hash_{field.name}")
        h.assume(implies(changed, value == h.past(value, f"was_hash_{field.name}")))
        if h.late and field.name != "id":  # what runs show, they show with keys that differ in the call alone
            h.assume((value == 0) & (cam.key[field.name] == 0))

    # The entry, and what happens to it.
    place = h.once(BANK_BITS, "place")
    row: Any = ENTRY(inside.row(f"bank{BANK}", place))
    was_row: Any = ENTRY(h.past(row.as_value(), "was_row"))
    visited = inside.signal("place") == place
    update = inside.signal("update")
    ended = cam.init | cam.removed & (cam.bank == BANK) & visited
    was_ended = h.past(ended, "was_ended")
    masks = cam.load.en & (cam.load.address[16:] == MASKS)
    h.assume(implies(masks, ~row.valid & ~changes & ~changed & ~cam.init))

    h.always(
        implies(was_row.valid & ~was_ended, row.as_value() == was_row.as_value()),
        "an entry stays as it is until it is revoked",
    )
    h.always(implies(was_row.valid & ~was_ended & h.past(visited, "was_visited") & h.past(update, "was_update")
                     & (h.past(cam.bank, "was_bank") == BANK), 0), "none takes its place")  # fmt: skip
    found: Any = inside.signal("read").data
    looked = h.past(visited, "looked")
    h.always(implies(looked, found.as_value() == was_row.as_value()), "what is looked up is the entry")
    match = inside.signal("matches")[BANK]
    exact = found.valid & (Value.cast(found.key) == Value.cast(inside.signal("key1")))
    h.always(implies(exact, match), "its key matches, whatever the mask")
    call = cam.valid & (cam.op == Op.CALL)
    called = h.past(call, "called")
    h.always(implies(h.past(called & match, "matched"), cam.hit), "what matches hits")

    # Helpers.
    h.always(inside.signal("valid1") == h.past(cam.valid, "was_valid"), "helper: valid")
    h.always(Value.cast(inside.signal("op1")) == h.past(cam.op, "was_op"), "helper: op")
    hit = h.past(called & match & looked, "hit_it")
    h.reach(hit & cam.hit & h.past(h.past(h.past(changes, "c1"), "c2"), "c3"), "a hit right behind an update")
    h.reach(was_row.valid & was_ended & ~row.valid & ~h.past(cam.init, "was_init"), "it is revoked")
    h.reach(row.valid & cam.refused & looked & changed & (cam.bank == BANK), "another is refused its place")


PROOFS = (
    Proof(
        name="vaccines",
        says="A vaccine that enters or leaves hides no other: an entry in force stays as it is until it is "
        "revoked, is what a lookup of its place finds, and hits every call with its key.",
        modules=("hdl/screening/cam.py",),
        build=build,
        mutant=Mutant(
            "insert over another",
            "cam.py",
            "(op1 == Op.VACCINATE) & bank_free & ~self.index_used)",
            "(op1 == Op.VACCINATE) & ~self.index_used)",
        ),
        depth=2,
        cover_depth=7,
        mutant_depth=7,
        assumes=(
            "latch: an update holds still for one cycle more, in which no call comes",
            "hash: any function of the key that does not change within an update (tables are loaded at boot)",
            "boot: masks are not loaded while the entry is in force or an update is on its way",
        ),
        free=("top.cam/hash",),
    ),
)
