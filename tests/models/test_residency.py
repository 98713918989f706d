"""However few slots there are, every call is judged as if there were any number of them."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.policy import default_policy
from models.encode import Batch, Encoder, Words
from models.gateway import control
from models.golden.engine import GoldenEngine
from models.slots import HOST_SLOTS, Residency
from models.trace import Call, Exec, Exit, Fork, Item, PathArgument, Return, Start
from models.untrained import untrained_image

IMAGES = (untrained_image(1), untrained_image(2))
NAMES = ("openat", "read", "write", "getpid", "clone", "mmap", "connect", "no_such_call", "close")
MANY = range(32, 4000)


def random_items(seed: int, length: int, births: float) -> list[Item]:
    """Return a trace in which processes come, multiply, run other programs, leave, and come again."""
    draw = random.Random(seed)
    living: list[int] = []
    items: list[Item] = []
    time, fresh = 100.0, 1
    for line in range(length):
        time += draw.expovariate(200)
        kind = draw.random()
        if not living or kind < births / 4:
            items.append(Start(line, fresh))
            living.append(fresh)
            fresh += 1
        elif kind < births:
            items.append(Fork(line, draw.choice(living), fresh))
            living.append(fresh)
            fresh += 1
        elif kind < births * 1.6:
            pid = living.pop(draw.randrange(len(living)))
            items.append(Exit(line, pid))
            if draw.random() < 0.2:
                items.append(Start(line, pid))  # its number is used again
                living.append(pid)
        elif kind < births * 1.7:
            items.append(Exec(line, draw.choice(living), b"/bin/x"))
        else:
            pid = draw.choice(living)
            ok = draw.choice((True, True, False, None))
            paths = tuple(
                PathArgument(draw.choice((b"/a/b", b"c/../d", b"", b"/x" * 600)), draw.choice((None, b"/e/f")))
                for _ in range(draw.choice((0, 0, 1, 2)))
            )
            items.append(Call(line, pid, draw.choice(NAMES), (1, 2, 3, 4, 5, 6), paths, ok, time))
            if ok is None and draw.random() < 0.7:
                items.append(Return(line, pid, draw.random() < 0.8))
    return items


def new_engine(slots: int = 64) -> GoldenEngine:
    engine = GoldenEngine(slots)
    engine.load_policy(default_policy())
    for number, image in enumerate(IMAGES):
        engine.load_model(number, image)
    swap(engine, 0)
    return engine


def swap(engine: GoldenEngine, slot: int) -> None:
    engine.screen(control(Kind.SWAP, slot), np.zeros(1, np.uint8), np.zeros(1, np.int64))


def comparable(records: Words, calls: np.ndarray) -> Words:
    """Return the calls' records without slot and sequence number."""
    kept = records[calls].copy()
    kept[:, 0] &= ~np.uint32(63 << RECORD.offset["slot"])
    kept[:, 5] = 0
    return kept


def screened(items: list[Item], cuts: list[int], slots: range, limit: int) -> tuple[Words, set[str]]:
    """Return the calls' records under few slots, and the kinds of event it took."""
    engine = new_engine()
    found: list[Words] = []
    kinds: set[str] = set()

    def run(batch: Batch) -> Words:
        records, states = engine.screen(batch.events, batch.pool, batch.offsets)
        assert not (records[:, 0] >> RECORD.offset["fault"] & 7).any()
        calls = (batch.events[:, 0] & 15) == Kind.CALL
        found.append(comparable(records, calls))
        kinds.update(Kind(kind).name for kind in batch.events[:, 0] & 15)
        return states

    encoder = Encoder(IMAGES[0], run, slots=slots, limit=limit)
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(items)], strict=True)):
        if number:
            encoder.change_model(IMAGES[number % 2])
            swap(engine, number % 2)
        encoder.feed(items[start:end])
    encoder.finish()
    encoder.release()
    assert not engine.machine.slots[:, 0].any(), "slots are still taken"
    return np.concatenate(found), kinds


def unlimited(items: list[Item], cuts: list[int]) -> Words:
    """Return the calls' records with a slot for everybody, every tree on a machine of its own."""
    parts: list[list[Batch]] = []

    def run(batch: Batch) -> Words:
        parts[-1].append(batch)
        return np.zeros((len(batch.events), 6), np.uint32)

    encoder = Encoder(IMAGES[0], run, slots=MANY, trees=range(32, 512))
    for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(items)], strict=True)):
        if number:
            encoder.change_model(IMAGES[number % 2])
        parts.append([])
        encoder.feed(items[start:end])
        encoder.settle()
    lives = encoder.lives
    trees = {id(life.tree): life.tree for life in lives}
    serial = 0
    rows: list[tuple[int, Batch, np.ndarray]] = []
    for number, batches in enumerate(parts):
        for batch in batches:
            rows.append((number, batch, np.arange(serial, serial + len(batch.events))))
            serial += len(batch.events)
    everything = np.zeros((serial, 6), np.uint32)
    for tree in trees:
        engine = new_engine(4096)
        in_force = 0
        for number, batch, places in rows:
            while in_force < number:
                in_force += 1
                swap(engine, in_force % 2)
            mine = np.array([id(lives[life].tree) == tree for life in batch.lives.tolist()])
            events = batch.events[mine].copy()
            clears = (events[:, 0] & 15) == Kind.CLEAR
            events[clears, 0] &= ~np.uint32(511 << EVENT.offset["id"])
            events[clears, 0] |= np.uint32(32 << EVENT.offset["id"])
            slots = np.array([lives[life].slot for life in batch.lives[mine].tolist()], np.int64)
            everything[places[mine]], _ = engine.screen(events, batch.pool, batch.offsets[mine], slots)
    kinds = np.concatenate([batch.events[:, 0] & 15 for _n, batch, _p in rows])
    assert not (everything[:, 0] >> RECORD.offset["fault"] & 7).any()
    return comparable(everything, kinds == Kind.CALL)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1 << 32),
    slots=st.sampled_from((3, 4, 5, 9, 32)),
    births=st.sampled_from((0.02, 0.1, 0.3)),
    swaps=st.integers(0, 3),
    limit=st.sampled_from((1, 7, 1 << 15)),
)
def test_few_slots_judge_like_many(seed: int, slots: int, births: float, swaps: int, limit: int) -> None:
    items = random_items(seed, 400, births)
    cuts = sorted(random.Random(seed).sample(range(1, len(items)), swaps))
    few, _kinds = screened(items, cuts, HOST_SLOTS[:slots], limit)
    assert np.array_equal(few, unlimited(items, cuts))


def test_long_trace_spills_and_restores_with_all_slots() -> None:
    items = random_items(7, 6000, 0.1)
    few, kinds = screened(items, [2000, 4000], HOST_SLOTS, 1 << 15)
    assert {"CALL", "CLEAR", "FORK", "EXEC", "EXIT", "SPILL", "RESTORE"} <= kinds
    assert np.array_equal(few, unlimited(items, [2000, 4000]))
    assert (few[:, 0] >> RECORD.offset["tier"] & 3).max() == 3, "the random model never reaches the last tier"


def test_too_few_slots_are_refused() -> None:
    with pytest.raises(ValueError, match="2 slots are too few"):
        Residency(lambda *_: None, lambda _: None, lambda: None, slots=(32, 33))
