"""Bench of counted calls: random records and takers against the golden twin; every call leaves exactly once."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import cocotb

from hdl.contract.entries import AGGREGATE_ENTRY
from hdl.contract.event import SLOTS, Kind
from hdl.contract.registers import COUNTS
from hdl.contract.verdict import SECRET_FROM, Fault, Verdict
from hdl.screening.layouts import RECORD
from hdl.soc.calls import CORE_SLOTS
from hdl.soc.counting import FILLED
from sim.benches.clocked import Clocked, draw, pack
from sim.benches.golden_counting import COUNT_MAX, GoldenCounting

BUSY_CYCLES = 3
"""Behind a record that was counted none is."""


class Rig:
    """The block, its golden twin, and all that was given and taken."""

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench, self.chance = bench, chance
        self.golden = GoldenCounting()
        self.given: Counter[tuple[int, int, int]] = Counter()
        self.taken: Counter[tuple[int, int, int]] = Counter()
        self.sequence = chance.getrandbits(32)
        self.busy_until = 0
        self.on = True

    @classmethod
    async def start(cls, dut: Any) -> Rig:
        return cls(await Clocked.start(dut, on=1, offered=0, take=0), draw())

    def look(self) -> None:
        bench, golden = self.bench, self.golden
        assert bench.get("waiting") == len(golden.entries)
        assert bench.get("filled") == (len(golden.entries) >= FILLED)

    async def offer(self, slot: int, call: int, life: int, **fields: int) -> bool:
        """Offer a record in the next cycle; return whether it was counted, which the twin says, too."""
        self.sequence = self.sequence + 1 & 0xFFFFFFFF
        values = {"slot": slot, "id": call, "generation": life, "sequence": self.sequence, **fields}
        await self.bench.cycle(offered=1, record=pack(RECORD, values))
        plain = not any(fields.get(name) for name in ("kind", "verdict", "proposed", "fault"))
        may = self.on and plain and fields.get("path_class", 0) < SECRET_FROM and slot < CORE_SLOTS
        may &= self.bench.now > self.busy_until
        counted = may and self.golden.count(slot, call, life, self.sequence)
        assert self.bench.get("counts") == counted, (slot, call, life, fields)
        if counted:
            self.busy_until = self.bench.now + BUSY_CYCLES
            self.given[slot, call, life] += 1
        await self.bench.cycle(offered=0)
        return counted

    async def take(self) -> None:
        """Take the oldest entry: the twin's."""
        for _ in range(8):
            if self.bench.get("settled"):
                break
            await self.bench.cycle()
        else:
            raise AssertionError("the head does not settle")
        self.look()
        await self.bench.cycle(take=1)
        head, golden = AGGREGATE_ENTRY.unpack(self.bench.get("head")), self.golden.take()
        key = head["slot"], head["id"], head["generation"]
        assert (key, head["count"], head["spare0"]) == (golden.key, golden.count, 0)
        self.taken[key] += head["count"]
        await self.bench.cycle(take=0)

    async def drain(self) -> None:
        while self.golden.entries:
            await self.take()
        await self.bench.cycles(6)
        self.look()
        assert self.taken == self.given


@cocotb.test()
async def every_call_leaves_once(dut: Any) -> None:
    """Few keys and many, that share hints, with a taker that is quick or slow; switched on and off."""
    rig = await Rig.start(dut)
    chance, bench, golden = rig.chance, rig.bench, rig.golden
    full = 0
    for _ in range(30):
        calls = chance.sample(range(512), chance.choice((2, 12, 60)))
        calls += [call ^ 64 * chance.randrange(8) for call in calls[:5]]
        lives = [chance.getrandbits(32) for _ in range(chance.choice((1, 3, 20)))]
        slots = chance.sample(range(CORE_SLOTS), chance.choice((1, 4, 16)))
        takes = chance.choice((0, 0, 0.01, 0.1, 0.5))
        rig.on = chance.random() < 0.9
        await bench.cycle(on=rig.on)
        for _ in range(chance.choice((20, 100, 700))):
            what: dict[str, int] = {}
            if chance.random() < 0.1:
                remarkable: list[tuple[str, int]] = [
                    ("kind", chance.choice([kind for kind in Kind if kind])),
                    ("verdict", Verdict.DENY),
                    ("proposed", Verdict.KILL),
                    ("fault", Fault.MODEL),
                    ("path_class", chance.randrange(16)),
                ]
                what = dict([chance.choice(remarkable)])
            slot = chance.choice(slots) if chance.random() < 0.98 else chance.randrange(CORE_SLOTS, SLOTS)
            await rig.offer(slot, chance.choice(calls), chance.choice(lives), **what)
            full += len(golden.entries) == COUNTS
            if golden.entries:
                assert bench.get("since") == golden.since
            assert bench.get("until") == golden.until
            await bench.cycles(chance.choice((0, 0, 1, 2, 3, 4, 9)))
            while golden.entries and chance.random() < takes:
                await rig.take()
            if bench.now > rig.busy_until:
                rig.look()
        if chance.random() < 0.4:
            await rig.drain()
    await rig.drain()
    assert full > 50, "the buffer was never full"
    assert sum(rig.given.values()) > 2000


@cocotb.test()
async def a_full_count_begins_another_entry(dut: Any) -> None:
    rig = await Rig.start(dut)
    for _ in range(COUNT_MAX + 3):
        await rig.offer(3, 77, 9)
        await rig.bench.cycles(2)
    assert [entry.count for entry in rig.golden.entries] == [COUNT_MAX, 3]
    await rig.drain()
