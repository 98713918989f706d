"""A vaccine that enters or leaves hides no other.

`vaccines`: `Cam` as it ships, all banks.  One place of one bank is picked freely, and what stands there is held
against what lookups find; what other places answer is free, and so is what enters and leaves there.
With births, as the board has it: who leaves the choice of a bank open takes a free one, and finds its twin.
`updates`, `book`: what that takes for granted of the pipeline, on the whole `Pipeline`.
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Any

from amaranth import Cat, Const, Mux, Signal, Value

from hdl.contract.births import BIRTH_SETS, HOST_BANKS
from hdl.contract.event import Kind
from hdl.contract.vaccine import BANK_BITS, BANKS, MASK_UNITS, rotation
from hdl.contract.vaccine import KEY as KEY_LAYOUT
from hdl.screening.block import chosen
from hdl.screening.cam import Cam
from hdl.screening.layouts import ENTRY, KEY, Op
from hdl.screening.pipeline import Pipeline
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

FREE = ("profile", "paths", "slots", "history", "tables", "accumulators", "judge", "recorder")
HELD = ("key", "bank", "index", "units", "choice")
"""What holds still for the second cycle of an update."""


def build(h: Harness) -> None:
    m, cam = h.m, Cam(births=True)
    inside = h.dut("cam", cam, *HELD)
    keyed = inside.block("keyed")
    valid1, op1, key1 = (Value.cast(inside.signal(name)) for name in ("valid1", "op1", "key1"))
    update, matches = inside.signal("update"), inside.signal("matches")

    # An update takes two cycles; no call comes in the second, and no blanking in either.
    call = cam.valid & (cam.op == Op.CALL)
    begins = cam.valid & ((cam.op == Op.VACCINATE) | (cam.op == Op.REVOKE))
    ends = h.past(begins, "ends")
    for name in HELD:
        port = Value.cast(getattr(cam, name))
        kept = h.past(port, f"kept_{name}")
        m.d.comb += port.eq(Mux(ends, kept, h.any_time(len(port), f"any_{name}")))
    h.assume(implies(ends, ~cam.valid))
    h.assume(implies(cam.init, ~call & ~begins & ~ends))

    # The place, and what stands there.
    bank, place = h.once((BANKS - 1).bit_length(), "bank"), h.once(BANK_BITS, "place")
    entry: Any = ENTRY(chosen(bank, [inside.one_row(f"bank{number}", place) for number in range(BANKS)]))
    was: Any = ENTRY(h.past(entry.as_value(), "was"))
    fields = chosen(bank, [*inside.all_named(r"fields\d+"), *(Const(there) for there in BIRTH_SETS.values())])
    here = chosen(bank, inside.all_named(r"place\d+")) == place
    mine = here & (cam.chosen == bank)
    entry_key: Any = KEY(entry.key)

    # The hash is any function of each field: while the entry is in force, the same as when it entered.
    hashes = [getattr(keyed, f"hash_{field.name}") for field in KEY_LAYOUT.fields]
    entered = []
    for field, value in zip(KEY_LAYOUT.fields, hashes, strict=True):
        at_entry = Signal(BANK_BITS, name=f"entered_{field.name}")
        m.d.sync += at_entry.eq(Mux(update & mine, value, at_entry))
        entered.append(at_entry)
        h.assume(implies(ends, value == h.past(value, f"was_hash_{field.name}")))
        h.assume(implies(entry.valid & (keyed.key[field.name] == entry_key[field.name]), value == at_entry))

    # The hash set: the bank keeps it while it counts an entry.
    h.assume(implies(entry.valid, chosen(bank, list(inside.signal("in_use")))))

    # What it hides from: nothing but its own revocation, which the book knows by its key.
    ended = cam.init & here | cam.removed & mine
    h.assume(implies(cam.removed & mine & entry.valid, key1 == entry.key))
    stays = h.past(entry.valid & ~ended, "stays")
    h.always(implies(stays, entry.as_value() == was.as_value()), "an entry stays as it is until it is revoked")
    taken = cam.inserted & mine & entry.valid
    h.always(~taken, "none takes its place")
    twin = (entry.units == cam.units) & (Value.cast(entry.key) == Value.cast(key1))
    may = (Cat(Const(0, HOST_BANKS), cam.choice).bit_select(bank, 1)) & here
    vaccinates = ends & (op1 == Op.VACCINATE)
    h.always(
        implies(vaccinates & may & entry.valid & twin, cam.merged & ~cam.inserted),
        "what is in force is not born again",
    )
    found = cam.merged & mine
    h.always(
        implies(found, entry.valid & twin & (entry.index == cam.twin)), "what is merged has its twin in force"
    )
    agrees = Cat(
        ~entry.units[unit] | (Value.cast(cam.key)[low : low + width] == entry.key[low : low + width])
        for unit, (_, low, width) in enumerate(MASK_UNITS)
    ).all()
    names = [field.name for field in KEY_LAYOUT.fields]
    covered = Cat(
        ~fields[names.index(name.partition("[")[0])] | entry.units[unit]
        for unit, (name, _, _) in enumerate(MASK_UNITS)
    ).all()
    meant = call & entry.valid & covered & agrees
    h.always(implies(meant, here), "a call that it means is looked up in its place")
    meant1 = h.past(meant, "meant1")
    h.always(implies(meant1, chosen(bank, matches)), "and matches")
    hits = h.past(meant1, "meant2")
    h.always(implies(hits, cam.hit), "a call that it means is hit, two edges behind its lookup")

    # Helpers.
    turned = []
    for position, value in enumerate(entered):
        in_bank = [value.rotate_left(rotation(number, position)) for number in range(BANKS)]
        turned.append(Mux(fields[position], chosen(bank, in_bank), 0))
    h.always(implies(entry.valid, reduce(xor, turned) == place), "helper: it stands where its hash leads")
    h.always(valid1 == h.past(cam.valid, "was_valid"), "helper: valid")
    h.always(op1 == h.past(cam.op, "was_op"), "helper: op")
    h.always(key1 == h.past(cam.key, "was_key"), "helper: key")

    others = update & (cam.chosen == bank) & ~here
    before = {
        "an insertion in its bank": others & cam.inserted,
        "a revocation in its bank": others & cam.removed,
        "a change of another bank": update & (cam.chosen != bank),
        "another refused in its place": cam.refused & ends & mine,
    }
    for number, (case, happens) in enumerate(before.items()):
        for cycles in range(1, 5):
            happens = h.past(happens, f"before{number}_{cycles}")
            if cycles > 2:
                h.reach(hits & happens, f"{case} {cycles - 2} cycles before the lookup of what is hit")
    h.reach(hits & others & cam.inserted, "an insertion in its bank right behind")
    h.reach(found & (cam.choice == 7), "a birth is merged")
    h.reach(cam.inserted & (cam.choice == 7) & (cam.chosen == HOST_BANKS), "the last of the banks is chosen")
    h.reach(h.past(entry.valid & cam.removed & mine, "gone") & ~entry.valid, "it is revoked")


def build_updates(h: Harness) -> None:
    inside = h.dut("pipeline", Pipeline(births=True))
    cam, latch, models = (inside.block(name) for name in ("cam", "latch", "models"))
    call = cam.valid & (cam.op == Op.CALL)
    begins = cam.valid & ((cam.op == Op.VACCINATE) | (cam.op == Op.REVOKE))
    ends = h.past(begins, "ends")
    h.always(implies(ends, ~cam.valid), "nothing comes in the second cycle of an update")
    h.always(implies(cam.init, ~call & ~begins & ~ends), "no call or update while places are blanked")
    for name in HELD:
        port = Value.cast(getattr(cam, name))
        h.always(implies(ends, port == h.past(port, f"was_{name}")), f"{name} holds still")

    # Helpers.
    full, stays, lingering = (inside.signal(f"latch.{name}") for name in ("full", "stays", "lingering"))
    h.always(implies(ends, lingering != 0), "helper: an update lingers")
    h.always(implies(lingering != 0, full & stays), "helper: lingering")
    h.always(sum(inside.states("models").values()) == 1, "helper: state")
    h.always(implies(models.init, ~full), "helper: nothing is held after reset")
    waits = full & (latch.event.kind == Kind.SWAP)
    h.always(implies(models.busy & ~models.init, waits), "helper: a SWAP waits")

    inside.late_state("models", "IDLE")
    h.reach(ends & (latch.event.kind == Kind.VACCINATE), "a VACCINATE's second cycle")
    h.reach(ends & (latch.event.kind == Kind.REVOKE), "a REVOKE's second cycle")
    h.reach(begins & h.past(call, "called"), "an update right behind a call")


def build_book(h: Harness) -> None:
    m = h.m
    inside = h.dut("pipeline", Pipeline(births=True))
    cam, latch, models, book = (inside.block(name) for name in ("cam", "latch", "models", "book"))
    valid1, op1, key1 = (inside.signal(f"cam.{name}") for name in ("valid1", "op1", "key1"))
    begins = cam.valid & ((cam.op == Op.VACCINATE) | (cam.op == Op.REVOKE))
    ends = h.past(begins, "ends")

    # A place of a bank, an index, and where its vaccine stands.
    bank, place, index = (
        h.once(width, name)
        for width, name in (((BANKS - 1).bit_length(), "bank"), (BANK_BITS, "place"), (9, "index"))
    )
    entry: Any = ENTRY(chosen(bank, [inside.one_row(f"cam.bank{number}", place) for number in range(BANKS)]))
    page: Any = book.page(inside.one_row("book.pages", index))
    places = inside.all_named(r"place\d+", "cam")
    mine = (chosen(bank, places) == place) & (cam.chosen == bank)
    of_index = book.index == index
    stands = Signal(BANK_BITS, name="stands")
    m.d.sync += stands.eq(Mux((cam.inserted | cam.merged) & of_index, chosen(cam.chosen, places), stands))
    for number, where in enumerate(places):
        h.assume(implies(ends, where == h.past(where, f"was_place{number}")))
    same_key = page.live & ~models.init & (Value.cast(cam.key) == page.key)
    h.assume(implies(same_key, chosen(page.bank, places) == stands))

    # Every REVOKE is of some index: were it the first to take away another's entry, `index` could be that one.
    takes = cam.removed & mine
    own = entry.valid & (entry.index == book.index)
    h.assume(implies(takes & ~of_index, own))
    h.always(implies(takes & of_index, own & (entry.key == Value.cast(key1))), "what is revoked is its own entry")

    # Helpers.
    there = page.live & (page.bank == bank) & (stands == place)
    kept = entry.valid & (entry.index == index) & (entry.key == page.key)
    h.always(implies(there, kept), "helper: what the book knows stands in its place")
    full, stays, lingering = (inside.signal(f"latch.{name}") for name in ("full", "stays", "lingering"))
    event = latch.event
    update = (event.kind == Kind.VACCINATE) | (event.kind == Kind.REVOKE)
    unwritten = (lingering == 0) | (lingering == latch.linger)
    checked = Value.cast(inside.signal("book.check").data)
    of_event = full & update & (event.a2[:9] == index) & unwritten
    h.always(implies(of_event, checked == page.as_value()), "helper: what is checked is the page")
    updates1 = valid1 & ((op1 == Op.VACCINATE) | (op1 == Op.REVOKE))
    h.always(updates1 == ends, "helper: second cycle")
    held = (lingering == latch.linger) & (op1 == latch.op) & (Value.cast(key1) == Value.cast(cam.key)) & update
    h.always(implies(ends, held), "helper: an update is held")
    h.always(implies(lingering != 0, full & stays & (lingering <= latch.linger)), "helper: lingering")
    h.always(sum(inside.states("models").values()) == 1, "helper: state")
    h.always(implies(models.init, ~full & ~page.live), "helper: nothing is held or known after reset")
    waits = full & (event.kind == Kind.SWAP)
    h.always(implies(models.busy & ~models.init, waits), "helper: a SWAP waits")

    inside.late_state("models", "IDLE")
    h.reach(takes & of_index, "a REVOKE of its own entry")
    h.reach(there & cam.refused & ends & (op1 == Op.REVOKE) & mine, "another's REVOKE is refused")


PROOFS = (
    Proof(
        name="vaccines",
        says="A vaccine that enters or leaves hides no other: an entry in force stays as it is until it is itself "
        "revoked, and hits every call that it means.",
        modules=("hdl/screening/cam.py",),
        build=build,
        mutant=Mutant(
            "an update writes all banks",
            "cam.py",
            "write.en.eq(self.init | update & (bank == number))",
            "write.en.eq(self.init | update)",
        ),
        depth=3,
        cover_depth=10,
        mutant_depth=8,
        assumes=(
            "memory: what is read of a place is what was last written to it, anything while it is written",
            "hash: any function of a key's field; it does not change within an update, nor for an entry in force",
            "hash set: a bank counts the entry in force",
            "book (proof `book`): what is revoked in a place has the key of the entry there",
            "pipeline (proof `updates`): an update holds still for one cycle more, in which nothing comes",
        ),
        free=("top.cam/hash",),
    ),
    Proof(
        name="updates",
        says="A vaccine's update holds still in its second cycle, in which nothing else comes to the CAM.",
        modules=("hdl/screening/pipeline.py", "hdl/screening/latch.py", "hdl/screening/classifier.py"),
        build=build_updates,
        mutant=Mutant(
            "the latch lets go at once",
            "latch.py",
            "Mux(stays, lingering == 1, self.commit & self.last)",
            "self.commit & self.last",
        ),
        depth=3,
        cover_depth=8,
        mutant_depth=8,
        free=tuple(f"top.pipeline/{name}" for name in (*FREE, "cam", "book")),
    ),
    Proof(
        name="book",
        says="A REVOKE takes away its own vaccine: what stands in its place has its index and its key.",
        modules=("hdl/screening/book.py", "hdl/screening/cam.py", "hdl/screening/pipeline.py"),
        build=build_book,
        mutant=Mutant("a vaccine known by its index", "book.py", "check.data.live, *same, ", "check.data.live, "),
        depth=3,
        cover_depth=10,
        mutant_depth=10,
        assumes=(
            "memory: as in `vaccines`",
            "hash and hash set: a key's place does not change within an update, nor for a vaccine in the book",
            "the same of other indices, in earlier cycles",
        ),
        free=(*(f"top.pipeline/{name}" for name in FREE), "top.pipeline.cam/hash"),
    ),
)
