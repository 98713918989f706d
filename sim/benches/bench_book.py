"""Bench of the vaccine book: what is in use, hit counters, and the reaper that ends what has expired."""

from __future__ import annotations

import random
from collections import deque
from typing import Any

import cocotb

from hdl.contract.event import EVENT, Kind
from hdl.contract.vaccine import BANKS, KEY, VACCINES
from sim.benches.clocked import Clocked, draw

ROUND = 2 * VACCINES
"""Cycles in which the reaper looks at every index."""


class Pages:
    """The book beside its twin: (bank, key, expiry) by index in use."""

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.pages: dict[int, tuple[int, int, int]] = {}

    @classmethod
    async def start(cls, dut: Any) -> Pages:
        bench = await Clocked.start(dut)
        for index in range(VACCINES):
            await bench.cycle(init=1, init_index=index, reap__ready=0, now=0)
        await bench.cycle(init=0)
        return cls(bench, draw())

    async def insert(self, index: int, expiry: int, hit: int | None = None) -> None:
        """Write a page in one cycle; `hit`: an index that is hit in the cycle before the write."""
        bank, key = self.chance.randrange(BANKS), self.chance.getrandbits(KEY.width)
        if hit is not None:
            await self.bench.cycle(hit=1, hit_index=hit)
        await self.bench.cycle(inserted=1, index=index, bank=bank, key=key, expiry=expiry, hit=0)
        await self.bench.cycle(inserted=0)
        self.pages[index] = (bank, key, expiry)

    async def remove(self, index: int) -> None:
        await self.bench.cycle(removed=1, index=index)
        await self.bench.cycle(removed=0)
        del self.pages[index]

    async def query(self, index: int) -> tuple[int, int, int]:
        """Return (hits, live, expiry) of an index, one cycle later."""
        await self.bench.cycle(query=index)
        await self.bench.cycle()
        return self.bench.get("hits"), self.bench.get("live"), self.bench.get("query_expiry")


def offered(bench: Clocked) -> tuple[int, tuple[int, int]]:
    """Return (index, (bank, key)) of the REVOKE on offer; nothing else may be set in it."""
    event = EVENT.unpack(bench.get("reap__payload"))
    index, bank = event["a2"] & 511, event["a2"] >> 16
    assert event["kind"] == Kind.REVOKE
    assert not any(
        event[name] for name in ("slot", "source", "ok", "paths", "id", "epoch", "generation", "a3", "a4", "a5")
    )
    return index, (bank, event["a0"] | event["a1"] << 32)


@cocotb.test()
async def check_and_query_tell_what_is_in_use(dut: Any) -> None:
    book = await Pages.start(dut)
    bench, chance = book.bench, book.chance
    for _ in range(400):
        index = chance.choice((chance.randrange(VACCINES), 3, 4))
        if index in book.pages and chance.random() < 0.6:
            await book.remove(index)
        elif index not in book.pages:
            await book.insert(index, chance.getrandbits(32))
        asked = chance.choice((index, 3, 4, chance.randrange(VACCINES)))
        _, live, expiry = await book.query(asked)
        assert live == (asked in book.pages) and (not live or expiry == book.pages[asked][2])
        await bench.cycle(check=1, check_index=asked)
        await bench.cycle(check=0, check_index=asked ^ 1)
        for _ in range(chance.randrange(1, 4)):  # holds until the next check
            assert bench.get("used") == (asked in book.pages)
            await bench.cycle()


@cocotb.test()
async def every_hit_counts_two_cycles_later(dut: Any) -> None:
    book = await Pages.start(dut)
    bench, chance = book.bench, book.chance
    counts = [0] * VACCINES
    on_way: deque[int | None] = deque([None, None])
    asked = -1
    for _ in range(6000):
        index = chance.choice((8, 8, 9, 300)) if chance.random() < 0.7 else None
        query = chance.choice((8, 9, 300))
        await bench.cycle(hit=int(index is not None), hit_index=index or 0, query=query)
        # `hits` shows the counter with what was written in the last cycle.
        if (counted := on_way.popleft()) is not None:
            counts[counted] += 1
        if asked >= 0:
            assert bench.get("hits") == counts[asked]
        on_way.append(index)
        asked = query
    await bench.cycles(3, hit=0)
    for index in (8, 9, 300):
        assert (await book.query(index))[0] == sum((counts[index], *(i == index for i in on_way)))


@cocotb.test()
async def a_new_vaccine_blanks_its_counter_and_no_other(dut: Any) -> None:
    book = await Pages.start(dut)
    bench = book.bench
    await book.insert(1, 0xFFFFFFFF)
    for distance in range(-5, 2):  # a hit of index 1 that many cycles from the write of index 2; none comes later
        for cycle in range(-5, 3):
            await bench.cycle(hit=int(cycle == distance), hit_index=1, inserted=int(cycle == 0), index=2)
        await bench.cycles(6, hit=0, inserted=0)
        assert (await book.query(1))[0] == distance + 6, f"a hit {distance} cycles from the write was lost"
        assert (await book.query(2))[0] == 0
        await bench.cycle(hit=1, hit_index=2)
        await bench.cycles(3, hit=0)
        assert (await book.query(2))[0] == 1
        book.pages[2] = (0, 0, 0)
        await book.remove(2)


@cocotb.test()
async def the_reaper_comes_in_time_and_never_before(dut: Any) -> None:
    book = await Pages.start(dut)
    bench, chance = book.bench, book.chance
    for index in chance.sample(range(VACCINES), 40):
        await book.insert(index, chance.choice((100, 101, 0xFFFFFFFF)))
    await bench.cycles(ROUND + 10, now=99)
    assert not bench.get("reap__valid")
    slowest = 0
    for now in (100, 101):
        start = bench.now + 1
        await bench.cycle(now=now, reap__ready=1)
        over = {index for index, page in book.pages.items() if now >= page[2]}
        assert over
        while over:
            if bench.get("reap__valid"):
                index, page = offered(bench)
                assert index in over and page == book.pages[index][:2]
                over.remove(index)
                slowest = max(slowest, bench.now - start - (len(book.pages) - len(over)))
                # As in the pipeline: taken now, gone some cycles later.
                await bench.cycle(reap__ready=0)
                await book.remove(index)
                await bench.cycle(reap__ready=1)
            else:
                await bench.cycle()
            assert bench.now - start < ROUND + 8 * 40, f"{over} outlived its time"
        await bench.cycles(ROUND + 10)
        assert not bench.get("reap__valid")
    assert await book.query(min(book.pages)) == (0, 1, 0xFFFFFFFF)
    # One alone: within a round, wherever the reaper is.
    slowest = 0
    for _ in range(12):
        await bench.cycles(chance.randrange(ROUND), reap__ready=0)
        index = chance.choice([i for i in range(VACCINES) if i not in book.pages])
        await book.insert(index, 50)
        start = bench.now
        while not bench.get("reap__valid"):
            await bench.cycle()
        slowest = max(slowest, bench.now - start)
        assert offered(bench) == (index, book.pages[index][:2])
        # The offer stands until it is taken.
        for _ in range(5):
            await bench.cycle()
            assert bench.get("reap__valid")
        await bench.cycle(reap__ready=1)
        await bench.cycle(reap__ready=0)
        assert not bench.get("reap__valid")
        await book.remove(index)
    cocotb.log.info("the reaper came after at most %d cycles", slowest)
    assert slowest <= ROUND + 2


@cocotb.test()
async def what_is_revoked_is_not_offered_again(dut: Any) -> None:
    """A page that goes or changes in any cycle around the reaper's look is never offered from then on."""
    book = await Pages.start(dut)
    bench = book.bench
    await book.insert(20, 0)
    while not bench.get("reap__valid"):
        await bench.cycle()
    # The reaper stands at index 20.  Let go, it comes to index 24 nine cycles later.
    for ahead in range(14):
        await book.insert(24, 0)
        await bench.cycle(reap__ready=1)
        await bench.cycles(ahead, reap__ready=0)
        await bench.cycle(removed=1, index=24)
        await bench.cycle(removed=0)
        for _ in range(30):
            assert not bench.get("reap__valid"), f"offered though revoked, {ahead} cycles after the reaper left 20"
            await bench.cycle()
        while not bench.get("reap__valid"):
            await bench.cycle()
        assert offered(bench)[0] == 20
