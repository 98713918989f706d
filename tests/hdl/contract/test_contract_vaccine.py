"""Vaccine keys, masks and the keyed hash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdl.contract.vaccine import (
    BANK_BITS,
    BANK_DEPTH,
    BANKS,
    FULL_MASK,
    HASH_NIBBLES,
    KEY,
    BankKey,
    cared_fields,
    field_mask,
    rotation,
)

ALL_FIELDS = tuple(field.name for field in KEY.fields)
SECRET = BankKey.from_seed(1)

keys = st.integers(0, FULL_MASK)
banks = st.integers(0, BANKS - 1)


def test_masks_and_cared_fields_agree() -> None:
    assert field_mask(*ALL_FIELDS) == FULL_MASK
    assert cared_fields(FULL_MASK) == (1 << len(ALL_FIELDS)) - 1 and cared_fields(0) == 0
    for position, name in enumerate(ALL_FIELDS):
        assert cared_fields(field_mask(name)) == 1 << position
        partial = field_mask(name) & ~(1 << KEY.offset[name])
        assert cared_fields(partial) == 0, "a field covered in part is compared but does not enter the hash"


def test_a_field_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="a vaccine's key has no field 'pid': use id, path_class"):
        field_mask("id", "pid")


@given(banks, keys, keys, st.sets(st.sampled_from(ALL_FIELDS)))
def test_what_the_mask_leaves_out_does_not_move_a_vaccine(
    bank: int, key: int, noise: int, cared: set[str]
) -> None:
    mask = field_mask(*cared)
    place = SECRET.place(bank, key, mask)
    assert 0 <= place < BANK_DEPTH
    assert SECRET.place(bank, (key & mask) | (noise & ~mask), mask) == place


def test_the_same_seed_draws_the_same_secret_and_another_another() -> None:
    assert BankKey.from_seed(1) == SECRET != BankKey.from_seed(2)
    assert len(SECRET.tables) == len(HASH_NIBBLES)
    assert all(0 <= bits < 1 << BANK_BITS for table in SECRET.tables for bits in table)


def test_nibbles_cover_every_bit_of_the_key_once() -> None:
    covered = [
        KEY.offset[name] + low + bit
        for name, low in HASH_NIBBLES
        for bit in range(min(4, KEY.field[name].width - low))
    ]
    assert sorted(covered) == list(range(KEY.width))


def test_keys_that_collide_in_one_bank_part_in_another() -> None:
    mask = field_mask("id", "field0")
    keys = [KEY.pack({"id": ident, "field0": value}) for ident in range(0, 400, 7) for value in range(0, 4000, 61)]
    first: dict[int, int] = {}
    parted = collided = 0
    for key in keys:
        other = first.setdefault(SECRET.place(0, key, mask), key)
        if other != key:
            collided += 1
            parted += SECRET.place(1, key, mask) != SECRET.place(1, other, mask)
    assert collided > 100 and parted > 0.9 * collided


def test_rotations_of_one_bank_are_not_all_alike() -> None:
    assert all(0 <= rotation(bank, position) < BANK_BITS for bank in range(BANKS) for position in range(6))
    turns = {tuple(rotation(bank, position) for position in range(6)) for bank in range(BANK_BITS)}
    assert len(turns) == BANK_BITS
