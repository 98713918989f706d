"""Hundreds of vaccines under any masks are in force at once, wherever their hashes fall, and none ever lapses."""

from __future__ import annotations

import random

import numpy as np
import pytest

from hdl.contract.event import EVENT, RECORD
from hdl.contract.vaccine import (
    KEY,
    VACCINES,
    BankKey,
    cared_fields,
    field_mask,
    hash_set_mask,
    units_mask,
    widen_mask,
)
from host.vaccines import HashSetChange, VaccineError, VaccineStore
from models.golden.engine import GoldenEngine

OTHERS = tuple(field.name for field in KEY.fields if field.name != "id")


def call_masks(draw: random.Random) -> int:
    """A call and one to three more fields."""
    return field_mask("id", *draw.sample(OTHERS, draw.randrange(1, 4)))


def cut_masks(draw: random.Random) -> int:
    """A call and any units."""
    return field_mask("id") | units_mask(draw.getrandbits(12))


def field_masks(draw: random.Random) -> int:
    """Any fields, but at least two."""
    return field_mask(*draw.sample((*OTHERS, "id"), draw.randrange(2, 7)))


def random_masks(draw: random.Random, kind: object, count: int) -> list[int]:
    masks: set[int] = set()
    while len(masks) < count:
        masks.add(kind(draw))  # type: ignore[operator]
    return list(masks)


class Board:
    """The golden engine beside the store; after every event all vaccines of `meant` must be in force."""

    def __init__(self, seed: int) -> None:
        self.store, self.engine = VaccineStore(BankKey.from_seed(seed)), GoldenEngine()
        self.engine.load_bank_key(self.store.secret)
        self.meant: set[tuple[int, int]] = set()
        self.stands: dict[int, tuple[int, int]] = {}

    def add(self, key: int, mask: int) -> None:
        for step in self.store.add(key, mask):
            if isinstance(step, HashSetChange):
                self.engine.set_hash_set(step.bank, step.fields)
            else:
                self.apply(np.asarray(step, np.uint32))
        self.meant.add((key & mask, mask))
        assert set(self.stands.values()) == {(v.key, v.mask) for v in self.store.in_force.values()} == self.meant

    def apply(self, words: np.ndarray) -> None:
        records, _ = self.engine.screen(words.reshape(1, 8), np.zeros(1, np.uint8), np.zeros(1, np.int64))
        assert RECORD.unpack(sum(int(w) << 32 * i for i, w in enumerate(records[0])))["fault"] == 0
        event = EVENT.unpack(sum(int(w) << 32 * i for i, w in enumerate(words)))
        index, bank = event["a2"] & 511, event["a2"] >> 16
        if event["kind"] == 9:
            del self.stands[index]
            assert self.meant <= set(self.stands.values()), "a vaccine lapsed while it moved"
        else:
            mask = units_mask(event["a4"])
            self.stands[index] = (event["a0"] | event["a1"] << 32, mask)
            assert hash_set_mask(int(self.engine.machine.hash_sets[bank])) & ~mask == 0


@pytest.mark.parametrize(("kind", "count"), [(call_masks, 16), (cut_masks, 40), (field_masks, 24)])
@pytest.mark.parametrize("seed", range(6))
def test_256_vaccines_under_random_masks(seed: int, kind: object, count: int) -> None:
    draw = random.Random(seed)
    masks = random_masks(draw, kind, count)
    board = Board(seed)
    for number in range(256):
        board.add(draw.getrandbits(KEY.width), masks[number % count])
    assert len(board.store.in_force) == 256 == board.engine.machine.used.sum()
    assert {vaccine.mask for vaccine in board.store.in_force.values()} == set(masks)


def test_all_indices_are_used_under_one_mask() -> None:
    draw = random.Random(3)
    board = Board(3)
    mask = field_mask("id", "field0", "field1")
    for _ in range(VACCINES):
        board.add(draw.getrandbits(KEY.width), mask)
    assert len(board.store.in_force) == VACCINES and len(board.store.hash_sets) < board.store.banks
    with pytest.raises(VaccineError, match=f"all {VACCINES} vaccine indices are in use"):
        board.store.add(draw.getrandbits(KEY.width), mask)


def test_vaccines_of_few_calls_make_room_by_moving() -> None:
    """Three calls and small fields: places clash, banks are emptied and given other hash sets."""
    draw = random.Random(5)
    board = Board(5)
    masks = [field_mask("id", *names) for names in (("node",), ("field0",), ("path_class", "node"), ("tree",))]
    for number in range(120):
        key = KEY.pack(
            {
                "id": draw.choice((2, 59, 257)), "path_class": draw.randrange(16), "node": draw.randrange(100),
                "field0": draw.randrange(200), "tree": draw.randrange(64),
            }
        )  # fmt: skip
        board.add(key, masks[number % 4])
    assert len(board.store.in_force) > 100


def test_adding_twice_merges_and_removing_frees_the_bank() -> None:
    store = VaccineStore(BankKey.from_seed(1))
    assert len(store.add(5, field_mask("id"))) == 2
    assert store.add(5 | 1 << 40, field_mask("id")) == []
    store.remove(0)
    assert not store.hash_sets and not store.in_force and not store.entries


def test_clear_errors() -> None:
    store = VaccineStore(BankKey.from_seed(1))
    with pytest.raises(VaccineError, match="mask 0x0 must name bits"):
        store.add(1, 0)
    with pytest.raises(VaccineError, match=r"mask 0x3 is not made of whole units: it names 0x3 alone") as error:
        store.add(1, 3)
    assert f"widened it is {widen_mask(3):#x}, narrowed 0x0" in str(error.value)
    with pytest.raises(VaccineError, match="vaccine 7 is not in force"):
        store.remove(7)
    # Masks that cover no field whole have one place in each bank.
    nibble = 0xF << KEY.offset["field0"]
    assert cared_fields(nibble) == 0
    for value in range(store.banks):
        store.add(value << KEY.offset["field0"], nibble)
    before = dict(store.entries)
    with pytest.raises(VaccineError, match=f"none of the {store.banks} can be emptied"):
        store.add(15 << KEY.offset["field0"], nibble)
    assert store.entries == before
