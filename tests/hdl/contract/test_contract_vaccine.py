"""Vaccine keys, masks and the keyed hash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdl.contract.vaccine import (
    BANK_BITS,
    BANK_DEPTH,
    BANKS,
    ENTRY,
    FULL_MASK,
    FULL_UNITS,
    HASH_NIBBLES,
    KEY,
    MASK_UNITS,
    PLAIN,
    BankKey,
    cared_fields,
    field_mask,
    field_units,
    hash_set,
    hash_set_mask,
    mask_units,
    narrow_mask,
    rotation,
    units_mask,
    widen_mask,
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


def test_units_cover_every_bit_of_the_key_once() -> None:
    assert sorted(low + bit for _, low, width in MASK_UNITS for bit in range(width)) == list(range(KEY.width))
    assert units_mask(FULL_UNITS) == FULL_MASK and units_mask(0) == 0
    assert (len(MASK_UNITS), ENTRY.width) == (12, 81)
    assert field_units("id", "tree") == 1 | 1 << 11
    assert [name for name, _, width in MASK_UNITS if width == 4][1:3] == ["field0[0:4]", "field0[4:8]"]


@given(st.integers(0, FULL_UNITS))
def test_a_mask_and_its_units_are_the_same(units: int) -> None:
    mask = units_mask(units)
    assert mask_units(mask) == units and widen_mask(mask) == narrow_mask(mask) == mask
    assert hash_set_mask(cared_fields(mask)) & ~mask == 0


@given(keys)
def test_widened_and_narrowed_masks_are_the_nearest(mask: int) -> None:
    wide, narrow = widen_mask(mask), narrow_mask(mask)
    assert narrow & ~mask == 0 and mask & ~wide == 0
    for name, low, width in MASK_UNITS:
        ones = (1 << width) - 1
        assert (wide >> low & ones != 0) == (mask >> low & ones != 0), name
        assert (narrow >> low & ones != 0) == (mask >> low & ones == ones), name


def test_a_mask_that_cuts_a_unit_is_refused_with_both_mends() -> None:
    mask = field_mask("id") | 1 << KEY.offset["tree"] | 3 << KEY.offset["field1"]
    with pytest.raises(
        ValueError, match=r"names 0x20006000000000 alone; the units are id, .*field1\[0:4\]"
    ) as error:
        mask_units(mask)
    assert f"widened it is {widen_mask(mask):#x}, narrowed {field_mask('id'):#x}" in str(error.value)


def test_a_field_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="a vaccine's key has no field 'pid': use id, path_class"):
        field_mask("id", "pid")


@given(banks, keys, keys, st.sets(st.sampled_from(ALL_FIELDS)))
def test_what_the_hash_set_leaves_out_does_not_move_a_vaccine(
    bank: int, key: int, noise: int, cared: set[str]
) -> None:
    mask, fields = field_mask(*cared), hash_set(*cared)
    place = SECRET.place(bank, key, fields)
    assert 0 <= place < BANK_DEPTH
    assert SECRET.place(bank, (key & mask) | (noise & ~mask), fields) == place


@given(banks, keys, keys, st.sets(st.sampled_from(ALL_FIELDS)))
def test_keys_that_differ_in_the_id_alone_never_collide(bank: int, key: int, other: int, cared: set[str]) -> None:
    fields, mask = hash_set(PLAIN, *cared), field_mask(PLAIN)
    second = key & ~mask | other & mask
    assert (SECRET.place(bank, key, fields) == SECRET.place(bank, second, fields)) == (key == second)


def test_the_same_seed_draws_the_same_secret_and_another_another() -> None:
    assert BankKey.from_seed(1) == SECRET != BankKey.from_seed(2)
    assert len(SECRET.tables) == len(HASH_NIBBLES)
    assert all(0 <= bits < 1 << BANK_BITS for table in SECRET.tables for bits in table)


def test_nibbles_cover_every_bit_but_the_plain_fields_once() -> None:
    covered = [
        KEY.offset[name] + low + bit
        for name, low in HASH_NIBBLES
        for bit in range(min(4, KEY.field[name].width - low))
    ]
    assert sorted(covered) == list(range(KEY.field[PLAIN].width, KEY.width))


def test_keys_that_collide_in_one_bank_part_in_another() -> None:
    fields = hash_set("id", "field0")
    keys = [KEY.pack({"id": ident, "field0": value}) for ident in range(0, 400, 7) for value in range(0, 4000, 61)]
    first: dict[int, int] = {}
    parted = collided = 0
    for key in keys:
        other = first.setdefault(SECRET.place(0, key, fields), key)
        if other != key:
            collided += 1
            parted += SECRET.place(1, key, fields) != SECRET.place(1, other, fields)
    assert collided > 100 and parted > 0.9 * collided


def test_rotations_of_one_bank_are_not_all_alike() -> None:
    assert all(0 <= rotation(bank, position) < BANK_BITS for bank in range(BANKS) for position in range(6))
    turns = {tuple(rotation(bank, position) for position in range(6)) for bank in range(BANK_BITS)}
    assert len(turns) == BANK_BITS
