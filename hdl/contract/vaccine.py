"""Vaccines: exact signatures of calls under masks, found by tuple-space search.

A bank holds the vaccines of one mask, each at the place that a keyed hash of its cared-for fields gives; all
banks are searched for every event.  The hash only finds the place: the whole key is compared under the mask.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from hdl.contract.layout import Field, Layout

BANKS = 18
"""Masks in force at once: 16, and two more to move a bank's vaccines to when their places collide."""

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

ENTRY = Layout(
    "vaccine",
    "An entry of a bank: written whole, in one cycle.",
    (
        Field("key", KEY.width, "key, compared under the bank's mask"),
        Field("index", (VACCINES - 1).bit_length(), "vaccine index"),
        Field("valid", 1, "the entry is in force"),
    ),
)

HASH_NIBBLES: tuple[tuple[str, int], ...] = tuple(
    (field.name, low) for field in KEY.fields for low in range(0, field.width, 4)
)
"""The nibbles (field, lowest bit) that the keyed tables turn into hash bits."""

FULL_MASK = (1 << KEY.width) - 1


def cared_fields(mask: int) -> int:
    """Return the set (bit f: field f of KEY) of fields that `mask` covers wholly: those enter the hash."""
    cared = 0
    for position, field in enumerate(KEY.fields):
        ones = (1 << field.width) - 1
        if mask >> KEY.offset[field.name] & ones == ones:
            cared |= 1 << position
    return cared


def field_mask(*names: str) -> int:
    """Return the mask that covers the fields named."""
    mask = 0
    for name in names:
        if name not in KEY.field:
            raise ValueError(f"a vaccine's key has no field {name!r}: use {', '.join(KEY.field)}")
        mask |= ((1 << KEY.field[name].width) - 1) << KEY.offset[name]
    return mask


@dataclass(frozen=True, slots=True)
class BankKey:
    """The board's secret: 9 random bits for every value of every nibble (`tables[nibble][value]`)."""

    tables: tuple[tuple[int, ...], ...]

    @classmethod
    def from_seed(cls, seed: int) -> BankKey:
        """Return the tables drawn from `seed`; a board draws its own from its entropy source."""
        draw = random.Random(seed)
        return cls(tuple(tuple(draw.getrandbits(BANK_BITS) for _ in range(16)) for _ in HASH_NIBBLES))

    def place(self, bank: int, key: int, mask: int) -> int:
        """Return where `key` stands in `bank` under `mask`.

        The tables' bits of every wholly cared-for field are xored, rotated by bank and field, so that what
        collides in one bank does not in the next.
        """
        cared = cared_fields(mask)
        place = 0
        for position, field in enumerate(KEY.fields):
            if cared >> position & 1:
                value = self.field_hash(position, key >> KEY.offset[field.name] & ((1 << field.width) - 1))
                turn = rotation(bank, position)
                place ^= (value << turn | value >> (BANK_BITS - turn)) & (BANK_DEPTH - 1)
        return place

    def field_hash(self, position: int, value: int) -> int:
        """Return the 9 hash bits of field number `position` with `value`."""
        name = KEY.fields[position].name
        bits = 0
        for table, (field, low) in zip(self.tables, HASH_NIBBLES, strict=True):
            if field == name:
                bits ^= table[value >> low & 15]
        return bits


def rotation(bank: int, position: int) -> int:
    """Return by how many bits field `position`'s hash is rotated in `bank`."""
    return bank * (position + 1) % BANK_BITS
