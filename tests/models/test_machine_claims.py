"""What the scoring page promises, held against the machine: nobody washes, launders or inherits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.contract.event import EVENT, FLOOR_CALLS, RECORD, Kind
from hdl.contract.policy import default_policy
from hdl.contract.syscalls import IDS
from models.golden import machine as m
from models.golden.engine import GoldenEngine
from sim.stimulus import random_image

READ, GETPID = IDS["read"], IDS["getpid"]
HOST = 32  # the host's first slot
CALLS = st.lists(st.tuples(st.integers(0, 460), st.booleans(), st.integers(0, 3)), min_size=1, max_size=150)


class Bench:
    """One machine, and events by keyword."""

    def __init__(self, seed: int = 3, allow: dict[int, frozenset[str]] | None = None) -> None:
        self.engine = GoldenEngine()
        self.engine.load_policy(default_policy(allow=allow))
        for slot in range(2):
            self.engine.load_model(slot, random_image(seed + 2 * slot))
        self.send(Kind.SWAP)

    def send(self, kind: Kind, slot: int = HOST, **fields: int) -> dict[str, int]:
        fields = {"generation": 1, "source": 1, **fields}
        packed = EVENT.pack({"kind": kind, "slot": slot, **fields})
        words = np.array([[packed >> 32 * i & 0xFFFFFFFF for i in range(8)]], np.uint32)
        records, self.states = self.engine.screen(words, np.zeros(1, np.uint8), np.zeros(1, np.int64))
        return RECORD.unpack(sum(int(word) << 32 * i for i, word in enumerate(records[0])))

    def start(self, slot: int = HOST) -> None:
        assert self.send(Kind.CLEAR, slot, id=HOST)["fault"] == 0

    def sums(self, slot: int = HOST) -> tuple[int, int, int]:
        slots, trees = self.engine.machine.slots, self.engine.machine.trees
        return int(slots[slot, m.A]), int(slots[slot, m.C]), int(trees[HOST, m.T])


@given(CALLS)
@settings(deadline=None, max_examples=40)
def test_calls_without_effect_or_success_never_lower_a_score(calls: list[tuple[int, bool, int]]) -> None:
    bench = Bench()
    bench.start()
    for ident, ok, epoch in calls:
        bench.send(Kind.CALL, id=ident, ok=int(ok), epoch=epoch)
    before = bench.sums()
    bench.send(Kind.CALL, id=READ, ok=0, epoch=9)  # whatever came last, it failed
    after = bench.sums()
    assert all(now >= then for now, then in zip(after, before, strict=True))
    for _ in range(5):
        bench.send(Kind.CALL, id=GETPID, ok=0, epoch=9)
    assert bench.sums() == after
    bench.send(Kind.CALL, id=GETPID, ok=1, epoch=9)
    settled = bench.sums()
    for epoch in range(10, 40):  # getpid succeeds as often as it likes
        bench.send(Kind.CALL, id=GETPID, ok=1, epoch=epoch)
    assert bench.sums() == settled


@given(CALLS)
@settings(deadline=None, max_examples=40)
def test_no_epoch_drains_more_than_the_model_says(calls: list[tuple[int, bool, int]]) -> None:
    bench = Bench()
    bench.start()
    drain = int(bench.engine.machine.params[0, 12])
    peak, current = (0, 0, 0), -1
    for ident, ok, epoch in calls:
        before = bench.sums()
        bench.send(Kind.CALL, id=ident, ok=int(ok), epoch=epoch)
        peak = before if epoch != current else tuple(map(max, peak, before))
        current = epoch
        # The floor is kept in units of 256.
        assert all(now >= top - drain - 255 for now, top in zip(bench.sums(), peak, strict=True))
        assert all(0 <= value <= 0xFFFF for value in bench.sums())


@given(st.lists(st.integers(0, 460), min_size=4, max_size=60))
@settings(deadline=None, max_examples=40)
def test_work_given_to_children_comes_back(idents: list[int]) -> None:
    bench = Bench()
    bench.start()
    for life, ident in enumerate(idents, start=2):
        assert bench.send(Kind.FORK, a0=HOST + 1, a1=life)["fault"] == 0
        bench.send(Kind.CALL, HOST + 1, id=ident, generation=life, ok=1)
        child = bench.sums(HOST + 1)
        parent = bench.sums()
        assert bench.send(Kind.EXIT, HOST + 1, generation=life, a0=HOST, a1=1)["fault"] == 0
        assert bench.sums() == tuple(map(max, child, parent))


def test_a_swap_keeps_every_tier_as_a_floor() -> None:
    bench = Bench()
    bench.start()
    tier = 0
    for count in range(3000):
        tier = bench.send(Kind.CALL, id=count % 7, ok=0)["tier"]
        if tier == 3:
            break
    assert tier == 3
    assert bench.send(Kind.SWAP, a0=1)["fault"] == 0
    assert bench.sums() == (0, 0, 0)
    seen = [bench.send(Kind.CALL, id=READ, ok=1) for _ in range(FLOOR_CALLS)]
    assert {record["tier"] for record in seen} == {3}
    assert bench.engine.machine.slots[HOST, m.FLOOR_LEFT] == 0


def test_a_slot_that_is_used_again_inherits_nothing() -> None:
    bench = Bench()
    bench.start()
    for count in range(200):
        bench.send(Kind.CALL, id=count % 9, ok=0)
    assert max(bench.sums()) > 0
    bench.send(Kind.EXIT, a0=64)
    assert bench.send(Kind.CALL, id=READ)["fault"] == 1
    assert bench.send(Kind.CLEAR, id=HOST, generation=2)["fault"] == 0
    assert bench.sums() == (0, 0, 0)
    assert bench.send(Kind.CALL, id=READ, generation=1)["fault"] == 1


def test_exec_only_narrows() -> None:
    bench = Bench(allow={1: frozenset({"read", "write"}), 2: frozenset({"read", "close"})})
    bench.start()
    allowed = []
    for profile in (None, 1, 2, 0):
        if profile is not None:
            bench.send(Kind.EXEC, a0=profile)
        allowed.append(
            {n for n in ("read", "write", "close") if not bench.send(Kind.CALL, id=IDS[n])["violation"]}
        )
    assert allowed == [{"read", "write", "close"}, {"read", "write"}, {"read"}, {"read"}]


@pytest.mark.parametrize("child", [64, 0xFFFFFFFF, HOST, 5])
def test_a_fork_without_a_free_slot_of_ones_own_half_is_denied(child: int) -> None:
    bench = Bench()
    bench.start()
    record = bench.send(Kind.FORK, a0=child, a1=2)
    assert (record["fault"], record["verdict"]) == (2, 4)
