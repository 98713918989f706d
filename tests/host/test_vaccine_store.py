"""256 vaccines under 16 masks are in force at once, wherever their hashes fall, and none ever lapses."""

from __future__ import annotations

import random

import numpy as np
import pytest

from hdl.contract.event import RECORD
from hdl.contract.vaccine import KEY, VACCINES, BankKey, field_mask
from host.vaccines import MaskChange, VaccineError, VaccineStore
from models.golden.engine import GoldenEngine


def random_masks(draw: random.Random, count: int) -> list[int]:
    masks: set[int] = set()
    while len(masks) < count:
        others = draw.sample(["path_class", "node", "field0", "field1", "tree"], draw.randrange(1, 4))
        masks.add(field_mask("id", *others))
    return list(masks)


def apply(engine: GoldenEngine, steps: list[object]) -> None:
    for step in steps:
        if isinstance(step, MaskChange):
            engine.set_mask(step.bank, step.mask)
        else:
            events = np.asarray(step, np.uint32).reshape(1, 8)
            records, _ = engine.screen(events, np.zeros(1, np.uint8), np.zeros(1, np.int64))
            assert RECORD.unpack(sum(int(w) << 32 * i for i, w in enumerate(records[0])))["fault"] == 0


@pytest.mark.parametrize("seed", range(6))
def test_256_vaccines_under_16_masks(seed: int) -> None:
    draw = random.Random(seed)
    masks = random_masks(draw, 16)
    store, engine = VaccineStore(BankKey.from_seed(seed)), GoldenEngine()
    engine.load_bank_key(store.secret)
    for number in range(256):
        before = {(v.key, v.mask) for v in store.in_force.values()}
        apply(engine, list(store.add(draw.getrandbits(KEY.width), masks[number % 16])))
        assert before <= {(v.key, v.mask) for v in store.in_force.values()}
    assert len(store.in_force) == 256
    assert set(store.masks.values()) == set(masks)
    assert engine.machine.used.sum() == 256


def test_many_vaccines_of_one_mask_take_more_banks() -> None:
    draw = random.Random(3)
    store, engine = VaccineStore(BankKey.from_seed(3)), GoldenEngine()
    engine.load_bank_key(store.secret)
    for _ in range(256):
        apply(engine, list(store.add(draw.getrandbits(KEY.width), field_mask("id", "field0", "field1"))))
    assert len(store.in_force) == 256 and len(store.masks) <= 6


def test_adding_twice_merges_and_removing_frees_the_bank() -> None:
    store = VaccineStore(BankKey.from_seed(1))
    assert len(store.add(5, field_mask("id"))) == 2
    assert store.add(5 | 1 << 40, field_mask("id")) == []
    store.remove(0)
    assert store.masks == {} and store.in_force == {}


def test_clear_errors() -> None:
    store = VaccineStore(BankKey.from_seed(1))
    with pytest.raises(VaccineError, match="mask 0x0 must name bits"):
        store.add(1, 0)
    with pytest.raises(VaccineError, match="vaccine 7 is not in force"):
        store.remove(7)
    for bit in range(store.banks):
        store.add(FULL, 1 << bit)
    with pytest.raises(VaccineError, match=f"all {store.banks} banks are in use"):
        store.add(FULL, 1 << store.banks)


FULL = (1 << KEY.width) - 1
assert VACCINES >= 256
