"""Births: vaccines that gateware makes by itself, from a call that the kernel names or that policy marks.

A birth takes the call's key under a template: what the template leaves out may be anything.  It goes into the
first of its banks where the place is free; the same key under the same mask is not born twice, its life begins
anew.  What benign programs have done is kept as keys under the same templates: a birth that would meet the work of
others binds its own tree only.  Births and benign work are of the core's processes; a host's are matched, too,
but make none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from hdl.contract.layout import Field, Layout
from hdl.contract.syscalls import ID_COUNT, IDS
from hdl.contract.vaccine import BANKS, KEY, MASK_UNITS, VACCINES, field_mask, hash_set, mask_units
from hdl.contract.verdict import PathClass, Tier, Verdict

BIRTHS = 64
"""Vaccines born and in force at once: those with the highest indices."""

BIRTH_FIRST = VACCINES - BIRTHS
"""The first of their indices."""

BIRTH_FIELDS: dict[int, tuple[str, ...]] = {
    BANKS - 3: ("id", "path_class"),
    BANKS - 2: ("id", "path_class", "node"),
    BANKS - 1: ("id", "path_class", "tree"),
}
"""Banks of theirs, and the fields of their hash sets, which never change.  Of those that a mask allows, and whose
place is free, the highest is taken."""

BIRTH_SETS: dict[int, int] = {bank: hash_set(*names) for bank, names in BIRTH_FIELDS.items()}
BIRTH_UNITS: dict[int, int] = {bank: mask_units(field_mask(*names)) for bank, names in BIRTH_FIELDS.items()}
"""Units that a mask has to hold for each of those banks."""

HOST_BANKS = min(BIRTH_FIELDS)
"""Banks that are left for the host: 0 and on."""

ALWAYS = mask_units(field_mask("id", "path_class"))
"""Units that every birth's mask holds."""

TREE_UNIT = mask_units(field_mask("tree"))

TEMPLATE = Layout(
    "template",
    "How a call is made into a vaccine, by canonical id; 0: by all of it but the tree, and only on an order.",
    (
        Field(
            "ignored", len(MASK_UNITS), "units of the mask that are left out; of id, path_class and tree nothing"
        ),
        Field("breeds", len(PathClass), "bit c: a call on path class c that its score condemns becomes a vaccine"),
    ),
)

OUTCOME = Layout(
    "outcome",
    "What became of a VACCINATE: the field `spare1` of its record.",
    (
        Field("bank", (BANKS - 1).bit_length(), "where it stands, if it left the choice"),
        Field("merged", 1, "the same was in force, under the index that the record names: its life begins anew"),
        Field("born", 1, "gateware made it"),
    ),
)

BREEDS_FROM = Verdict.QUARANTINE
"""A call breeds if its verdict is this or harsher..."""

BREEDS_TIER = Tier.HOSTILE
"""...with this tier at least: never for an allow-list, a long path or another vaccine alone."""

TREE_BURST = 4
"""Births of one tree at once; a further one is refused."""

REFILL_SECONDS = 64
"""Powered seconds in which each tree may have one more."""

HISTORY_ROWS = 256
"""Signatures of benign calls that are remembered: keys under their template, without the tree."""

TAGS = 16
"""Programs are told apart by so many tags."""

BENIGN_BELOW = 128
"""Calls with a lower score byte that are allowed are benign work."""

PROGRAMS = 1
"""A birth that benign work of so many other programs would meet binds its own tree only."""

MASKED_BITS = KEY.offset["tree"]
"""Bits of a key without its tree."""

HISTORY = Layout(
    "history",
    "A signature of benign calls.  Another that wants its row gets it, at once if this one was met only once, "
    "else at the second asking since it was last met.",
    (
        Field("key", MASKED_BITS, "key under its template"),
        Field("tags", TAGS, "bit t: a program with tag t has made such a call"),
        Field("fresh", 1, "it was met again, and since another wanted its row"),
        Field("valid", 1, "there is one"),
    ),
)


SPARE = 4
"""Births that the board leaves free: where fewer are, it ends some ahead of need."""

KEEP_MS = 1000
"""A birth, an end or a pin is in flash after about so long."""

KEEP_SECONDS = 3600
"""What is left of each life is written this often at least: so much longer it may be after a loss of power."""


class VaccineOrder(IntEnum):
    """What the operator may order of a birth."""

    PIN = 0  # it is never ended to make room
    UNPIN = 1
    REVOKE = 2  # end it


def history_row(key: int) -> int:
    """Return the row for a masked key: its bytes, each turned by one more than the one before, xored."""
    row = 0
    for turn, low in enumerate(range(0, MASKED_BITS, 8)):
        byte = key >> low & 255
        row ^= (byte << turn | byte >> (8 - turn)) & 255
    return row


def birth_banks(units: int) -> int:
    """Return the set of banks that a birth with this mask may stand in, as an event's a5 has it."""
    return sum(1 << bank for bank, needed in BIRTH_UNITS.items() if needed & ~units == 0)


@dataclass(frozen=True)
class Breeding:
    """How a call is made into a vaccine.

    covered: units of the mask, by name, beside id and path class.  classes: of paths for which it breeds.
    """

    covered: tuple[str, ...]
    classes: tuple[PathClass, ...] = ()


_NUMBERS = tuple(name for name, _, _ in MASK_UNITS)


def template(breeding: Breeding) -> int:
    """Return the packed TEMPLATE of a call.  Raises ValueError for a unit that no mask has."""
    kept = {"id", "path_class", "tree", *breeding.covered}
    if stray := sorted(kept - set(_NUMBERS)):
        raise ValueError(f"a mask has no unit {stray[0]!r}: use {', '.join(_NUMBERS)}")
    ignored = sum(1 << unit for unit, name in enumerate(_NUMBERS) if name not in kept)
    return TEMPLATE.pack({"ignored": ignored, "breeds": sum(1 << kind for kind in breeding.classes)})


ROOTS = (
    PathClass.LIBRARY, PathClass.PROGRAM, PathClass.RUNTIME, PathClass.CONFIG, PathClass.DEVICE, PathClass.SYSTEM,
    PathClass.ACCOUNTS, PathClass.PERSISTENCE, PathClass.FOREIGN, PathClass.KERNEL, PathClass.SECRET,
)  # fmt: skip
"""What no program of a user has to take away: all that is neither somebody's own nor temporary nor data."""

SECRETS = (PathClass.ACCOUNTS, PathClass.FOREIGN, PathClass.KERNEL, PathClass.SECRET)

_REMOVAL = Breeding((), ROOTS)  # wherever below that root, and by whatever descriptor
_OF_NODE = Breeding(("node",), SECRETS)
DEFAULT_BREEDING: dict[str, Breeding] = {
    "unlink": _REMOVAL,
    "rmdir": _REMOVAL,
    # The flag that tells a folder's removal from a file's stands in the third nibble (AT_REMOVEDIR is 0x200).
    "unlinkat": Breeding(("field0[8:12]",), ROOTS),
    "rename": _REMOVAL,
    "renameat": _REMOVAL,
    "renameat2": _REMOVAL,
    "truncate": Breeding(("node",), ROOTS),
    # Reading, writing or both: the lowest nibble of the flags.
    "open": Breeding(("node", "field0[0:4]"), SECRETS),
    "openat": Breeding(("node", "field0[0:4]"), SECRETS),
    "execve": Breeding(("node",), SECRETS),
    "mount": _OF_NODE,
    "chmod": _OF_NODE,
    "fchmodat": _OF_NODE,
    "fchownat": _OF_NODE,
}
"""The default: what destroys below a system's root, and what opens or hands on a secret."""


def templates(breeding: Mapping[str, Breeding] | None = None) -> list[int]:
    """Return the packed TEMPLATE of every canonical id.  Raises ValueError for a call that has no id."""
    rows = [0] * ID_COUNT
    for name, how in (DEFAULT_BREEDING if breeding is None else breeding).items():
        if name not in IDS:
            raise ValueError(f"there is no call {name!r} to breed vaccines")
        rows[IDS[name]] = template(how)
    return rows
