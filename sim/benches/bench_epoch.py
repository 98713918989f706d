"""Bench of the time that calls carry: floor(cycles * 16 / clock) modulo 256, also after leaps."""

from __future__ import annotations

from typing import Any

import cocotb

from sim.benches.clocked import Clocked, draw

UNIT = 10
"""Cycles of a sixteenth of a second of the block under test."""


@cocotb.test()
async def the_epoch_follows_the_cycles_one_cycle_late(dut: Any) -> None:
    bench = await Clocked.start(dut, cycles=0)
    for cycles in range(1, 300 * UNIT):
        await bench.cycle(cycles=cycles)
        assert bench.get("epoch") == (cycles - 1) // UNIT & 255


@cocotb.test()
async def a_leap_is_caught_up_with(dut: Any) -> None:
    bench, chance = await Clocked.start(dut, cycles=0), draw()
    cycles = 0
    for units in (0, 1, 2, 254, 255, 256, 257, 511, 512, 70000, *(chance.randrange(4000) for _ in range(60))):
        before = cycles // UNIT
        cycles += units * UNIT + chance.randrange(UNIT)
        whole = cycles // UNIT - before
        await bench.cycle(cycles=cycles)
        await bench.cycles(whole // 256 + whole % 256 + 1)
        assert bench.get("epoch") == cycles // UNIT & 255, f"after a leap over {whole} units"
