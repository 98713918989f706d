"""Bench of the scheduler: random processes against the golden twin, shares by score, how long anybody waits."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.registers import SCHEDULER
from hdl.contract.schedule import weight
from sim.benches.clocked import Clocked, draw
from sim.benches.golden_scheduler import COUNT, GoldenScheduler

SEARCH_CYCLES = 2 * COUNT + 2
SLICE_MAX = 40
"""Ticks that a process runs for at most before another is picked."""


class Rig:
    """The block, its golden twin, and a kernel."""

    def __init__(self, bench: Clocked) -> None:
        self.bench = bench
        self.golden = GoldenScheduler()
        self.longest = 0

    async def access(self, name: str, value: int | None = None) -> int:
        """Write a register, or read it; return how many cycles it waited."""
        address = SCHEDULER.register[name].offset // 4
        for waited in range(SEARCH_CYCLES + 2):
            await self.bench.cycle(
                bus__select=1, bus__write=value is not None, bus__wdata=value or 0, bus__address=address
            )
            if self.bench.get("bus__ready"):
                await self.bench.cycle(bus__select=0, scored=0)
                return waited
        raise AssertionError(f"{name} waits for longer than a search takes")

    async def ready(self) -> None:
        await self.access("ready", sum(1 << slot for slot in self.golden.ready))

    async def wake(self, slot: int, *, fresh: bool = False) -> None:
        self.golden.woken(slot, fresh=fresh)
        self.golden.ready.add(slot)
        await self.access("woken", slot | fresh << 5)
        await self.ready()

    async def sleep(self, slot: int) -> None:
        self.golden.ready.discard(slot)
        await self.ready()

    async def run(self, slot: int, ticks: int) -> None:
        self.golden.ran(slot, ticks)
        await self.access("ran", slot | ticks << 5)

    async def score(self, slot: int, score: int) -> None:
        self.golden.score[slot] = score
        await self.bench.cycle(scored=1, slot=slot, score=score)
        await self.bench.cycle(scored=0)

    async def pick(self) -> int | None:
        """Return who is to run: what the golden twin says, too."""
        self.longest = max(self.longest, await self.access("pick"))
        seen, expected = self.bench.get("bus__rdata"), self.golden.pick()
        assert seen >> 5 & 1 == (expected is not None)
        assert expected is None or seen & 31 == expected
        return expected


@cocotb.test()
async def picks_are_the_golden_twins(dut: Any) -> None:
    rig, chance = Rig(await Clocked.start(dut, scored=0)), draw()
    live: set[int] = set()
    running: int | None = None
    picked = set()
    for _ in range(1500):
        what = chance.random()
        if running is not None and what < 0.5:
            await rig.run(running, chance.choice((0, 1, 3, chance.randrange(256))))
            running = await rig.pick()
            picked.add(running)
        elif what < 0.6:
            slot = chance.randrange(COUNT)
            await rig.wake(slot, fresh=slot not in live)
            live.add(slot)
        elif what < 0.7 and rig.golden.ready:
            slot = chance.choice(sorted(rig.golden.ready))
            await rig.sleep(slot)
            if chance.random() < 0.2:
                live.discard(slot)
        elif what < 0.85:
            await rig.score(chance.randrange(COUNT), chance.randrange(256))
        elif what < 0.95:
            running = await rig.pick()
        else:
            await rig.bench.cycles(chance.randrange(80), bus__select=0)
    assert len(picked) > 20 and COUNT <= rig.longest <= SEARCH_CYCLES
    cocotb.log.info("a search was waited for %d cycles at most", rig.longest)


@cocotb.test()
async def a_share_falls_with_the_score_and_nobody_starves(dut: Any) -> None:
    """Sixteen processes that always want to run; two are suspects; one sleeps now and then."""
    rig, chance = Rig(await Clocked.start(dut, scored=0)), draw()
    scores = {slot: (255 if slot == 3 else 204 if slot == 5 else 0) for slot in range(16)}
    for process, score in scores.items():
        await rig.wake(process, fresh=True)
        await rig.score(process, score)
    share, waits = dict.fromkeys(scores, 0), dict.fromkeys(scores, 0)
    worst = 0
    for _ in range(2500):
        slot = await rig.pick()
        assert slot is not None
        ticks = chance.randrange(1, SLICE_MAX + 1)
        share[slot] += ticks
        for other in waits:
            waits[other] = 0 if other == slot else waits[other] + ticks
        worst = max(worst, *waits.values())
        await rig.run(slot, ticks)
        if slot == 7 and chance.random() < 0.3:
            await rig.sleep(7)
            await rig.run(slot, 0)
            await rig.wake(7)
    plain = share[0]
    for process, score in scores.items():
        assert abs(share[process] * weight(score) - plain) < 0.15 * plain, (process, share)
    # A process waits until all others are as far as it is: it is at most a slice of its own weight ahead.
    bound = (len(scores) - 1) * (SLICE_MAX * weight(255) + SLICE_MAX)
    cocotb.log.info("ticks by slot: %s; the longest wait was %d ticks, the bound is %d", share, worst, bound)
    assert worst <= bound
