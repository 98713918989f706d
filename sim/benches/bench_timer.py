"""Bench of the timer: the count, its two halves, skipped cycles, the alarm."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.registers import TIMER
from sim.benches.bus_access import Bus
from sim.benches.clocked import Clocked, draw

LEAP = 0xFFFF_FFFF


@cocotb.test()
async def counts_cycles_from_reset_on(dut: Any) -> None:
    bench = await Clocked.start(dut)
    for number in range(50):
        assert bench.get("now") == number, "the first cycle out of reset is number 0"
        await bench.cycle()
    begun = bench.now
    assert (await Bus(bench, peripheral=TIMER).read("now_low"))["value"] == 50 + 1 == bench.now - begun + 49


@cocotb.test()
async def skipped_cycles_are_counted(dut: Any) -> None:
    bench, chance = await Clocked.start(dut), draw()
    expected = bench.get("now")
    for _ in range(300):
        skipped = chance.choice((0, 0, 1, chance.getrandbits(32), LEAP))
        await bench.cycle(skip=skipped)
        # The cycle before has ended; this one's skip shows in the next.
        expected += 1
        assert bench.get("now") == expected
        expected += skipped
    assert expected > 1 << 36


@cocotb.test()
async def the_upper_half_is_held_by_reading_the_lower(dut: Any) -> None:
    """Read low, then high, with a carry in between: together they are the time of the first read."""
    bench = await Clocked.start(dut)
    bus = Bus(bench, peripheral=TIMER)
    await bench.cycle(skip=LEAP - 10)
    await bench.cycle(skip=0)
    carries = 0
    for wait in range(24):
        before = bench.get("now") + 1  # the access begins in the next cycle
        low = (await bus.read("now_low"))["value"]
        await bench.cycles(wait % 7)
        carries += bench.get("now") >> 32 != before >> 32
        high = (await bus.read("now_high"))["value"]
        assert high << 32 | low == before
        if wait % 3 == 0:
            await bench.cycle(skip=LEAP - 10)
            await bench.cycle(skip=0)
    assert carries


@cocotb.test()
async def the_line_is_high_from_the_alarm_on(dut: Any) -> None:
    bench, chance = await Clocked.start(dut), draw()
    bus = Bus(bench, peripheral=TIMER)
    assert bench.get("alarm") == (1 << 64) - 1 and not bench.get("irq"), "no alarm after reset"
    rang = 0
    for _ in range(60):
        at = bench.get("now") + chance.choice((8, 20, chance.randrange(1 << 33)))
        await bus.write("alarm_high", value=LEAP)
        await bus.write("alarm_low", value=at & LEAP)
        await bus.write("alarm_high", value=at >> 32)
        assert bench.get("alarm") == at
        due, leaps = bench.get("now") >= at, chance.random() < 0.5
        for _ in range(30):
            left = at - bench.get("now")
            leap = min(left - 6, LEAP) if leaps and left > 40 else 0
            await bench.cycle(skip=leap)
            assert bench.get("irq") == due, "one cycle later"
            due = bench.get("now") >= at
        rang += due
    assert 10 < rang < 60
