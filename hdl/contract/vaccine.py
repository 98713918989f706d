"""Vaccines: exact signatures of calls under masks, found by tuple-space search.

Every vaccine has a mask of its own.  A bank has a hash set: the fields of the key whose keyed hashes give the
place; whatever vaccine covers all of them may stand there.  All banks are searched for every event.  The hash
only finds the place: the whole key is compared under the vaccine's mask.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from hdl.contract.layout import Field, Layout

BANKS = 8
"""Places searched for every event, each under a hash set of its own."""

BANK_DEPTH = 512
BANK_BITS = 9

VACCINES = 512
"""Vaccine indices: 0..511."""

TTL_SECONDS = 24 * 3600

KEY = Layout(
    "key",
    "What a vaccine is compared with: the event's signature.",
    (
        Field("id", 9, "canonical system call"),
        Field("path_class", 4, "worst class of the call's paths"),
        Field("node", 8, "path node of the worst path"),
        Field("field0", 16, "half word of the arguments that the classifier picks for this call"),
        Field("field1", 16, "and a second"),
        Field("tree", 6, "the process's tree"),
    ),
)

NIBBLED = ("field0", "field1")
"""Fields that a mask covers nibble by nibble; it covers any other whole or not at all."""

MASK_UNITS: tuple[tuple[str, int, int], ...] = tuple(
    (
        f"{field.name}[{low}:{low + step}]" if step < field.width else field.name,
        KEY.offset[field.name] + low,
        step,
    )
    for field in KEY.fields
    for step in (4 if field.name in NIBBLED else field.width,)
    for low in range(0, field.width, step)
)
"""What a mask is made of: (name, lowest bit of the key, width)."""

FULL_MASK = (1 << KEY.width) - 1
FULL_UNITS = (1 << len(MASK_UNITS)) - 1

ENTRY = Layout(
    "vaccine",
    "An entry of a bank: written whole, in one cycle.",
    (
        Field("key", KEY.width, "key, compared under the entry's mask"),
        Field("units", len(MASK_UNITS), "the mask: its units"),
        Field("index", (VACCINES - 1).bit_length(), "vaccine index"),
        Field("valid", 1, "the entry is in force"),
    ),
)

PLAIN = "id"
"""The field that is its own hash: keys that differ in it alone never collide."""

assert KEY.field[PLAIN].width == BANK_BITS

HASH_NIBBLES: tuple[tuple[str, int], ...] = tuple(
    (field.name, low) for field in KEY.fields if field.name != PLAIN for low in range(0, field.width, 4)
)
"""The nibbles (field, lowest bit) that the keyed tables turn into hash bits: those of all other fields."""


def mask_units(mask: int) -> int:
    """Return the units (bit u: unit u of MASK_UNITS) of `mask`.  Raises ValueError where it cuts one."""
    if stray := mask & ~narrow_mask(mask):
        names = ", ".join(name for name, _, _ in MASK_UNITS)
        raise ValueError(
            f"mask {mask:#x} is not made of whole units: it names {stray:#x} alone; the units are {names}; "
            f"widened it is {widen_mask(mask):#x}, narrowed {narrow_mask(mask):#x}"
        )
    return sum(1 << unit for unit, (_, low, _) in enumerate(MASK_UNITS) if mask >> low & 1)


def units_mask(units: int) -> int:
    """Return the 59-bit mask of a set of units."""
    return sum(_ones(low, width) for unit, (_, low, width) in enumerate(MASK_UNITS) if units >> unit & 1)


def widen_mask(mask: int) -> int:
    """Return the smallest mask of whole units that covers every bit of `mask`: it matches no more than `mask`."""
    return sum(_ones(low, width) for _, low, width in MASK_UNITS if mask & _ones(low, width))


def narrow_mask(mask: int) -> int:
    """Return the largest mask of whole units inside `mask`: it matches no less than `mask`."""
    return sum(_ones(low, width) for _, low, width in MASK_UNITS if mask & _ones(low, width) == _ones(low, width))


def _ones(low: int, width: int) -> int:
    return (1 << width) - 1 << low


def cared_fields(mask: int) -> int:
    """Return the set (bit f: field f of KEY) of fields that `mask` covers wholly: the largest hash set it fits."""
    cared = 0
    for position, field in enumerate(KEY.fields):
        ones = _ones(KEY.offset[field.name], field.width)
        if mask & ones == ones:
            cared |= 1 << position
    return cared


def hash_set(*names: str) -> int:
    """Return the hash set of the fields named."""
    return cared_fields(field_mask(*names))


def field_mask(*names: str) -> int:
    """Return the mask that covers the fields named."""
    mask = 0
    for name in names:
        if name not in KEY.field:
            raise ValueError(f"a vaccine's key has no field {name!r}: use {', '.join(KEY.field)}")
        mask |= _ones(KEY.offset[name], KEY.field[name].width)
    return mask


def field_units(*names: str) -> int:
    """Return the mask that covers the fields named, as units."""
    return mask_units(field_mask(*names))


HASH_SET_RESET = hash_set(PLAIN)
"""Every bank's hash set after reset."""


def hash_set_mask(fields: int) -> int:
    """Return the mask that covers the fields of a hash set: who stands under it covers at least that."""
    return field_mask(*(field.name for position, field in enumerate(KEY.fields) if fields >> position & 1))


@dataclass(frozen=True, slots=True)
class BankKey:
    """The board's secret: 9 random bits for every value of every nibble (`tables[nibble][value]`)."""

    tables: tuple[tuple[int, ...], ...]

    @classmethod
    def from_seed(cls, seed: int) -> BankKey:
        """Return the tables drawn from `seed`; a board draws its own from its entropy source."""
        draw = random.Random(seed)
        return cls(tuple(tuple(draw.getrandbits(BANK_BITS) for _ in range(16)) for _ in HASH_NIBBLES))

    def place(self, bank: int, key: int, fields: int) -> int:
        """Return where `key` stands in `bank`, whose hash set is `fields` (bit f: field f of KEY).

        The hash bits of every field of the set are xored, rotated by bank and field, so that what collides in one
        bank does not in the next.
        """
        place = 0
        for position, field in enumerate(KEY.fields):
            if fields >> position & 1:
                value = self.field_hash(position, key >> KEY.offset[field.name] & ((1 << field.width) - 1))
                turn = rotation(bank, position)
                place ^= (value << turn | value >> (BANK_BITS - turn)) & (BANK_DEPTH - 1)
        return place

    def field_hash(self, position: int, value: int) -> int:
        """Return the 9 hash bits of field number `position` with `value`."""
        name = KEY.fields[position].name
        bits = value if name == PLAIN else 0
        for table, (field, low) in zip(self.tables, HASH_NIBBLES, strict=True):
            if field == name:
                bits ^= table[value >> low & 15]
        return bits


def rotation(bank: int, position: int) -> int:
    """Return by how many bits field `position`'s hash is rotated in `bank`."""
    return bank * (position + 1) % BANK_BITS
