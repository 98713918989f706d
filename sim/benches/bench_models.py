"""Bench of the model slots: blanking after reset, the swap cycle by cycle, refused writes."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.event import SLOTS
from hdl.contract.load import Target
from hdl.contract.model import PARAM_NAMES, PARAMS, REGIONS
from hdl.contract.vaccine import BANK_DEPTH
from hdl.screening.layouts import Op
from hdl.screening.models import DRAIN_CYCLES
from sim.benches.clocked import Clocked, draw

SWAP_CYCLES = DRAIN_CYCLES + 1 + 15 + SLOTS
PARAM_BASE = REGIONS["params"].offset


async def ready(dut: Any) -> Clocked:
    bench = await Clocked.start(dut)
    while bench.get("busy"):
        await bench.cycle()
    return bench


async def load_params(bench: Clocked, slot: int, values: list[int]) -> int:
    """Write parameters, byte by byte; return how they look when in force."""
    data = b"".join(value.to_bytes(2, "little") for value in values)
    await bench.load(Target(slot), data, PARAM_BASE)
    return PARAMS.pack(dict(zip(PARAM_NAMES, values, strict=True)))


async def swap(bench: Clocked, target: int) -> list[tuple[int, ...]]:
    """Start a change; return what `names` show in every cycle behind the start."""
    names = ("busy", "op", "slot", "active", "running", "switched", "swaps")
    await bench.cycle(start=1, target=target)
    assert bench.get("target_ready") and not bench.get("busy")
    seen = []
    await bench.cycle(start=0)
    while bench.get("busy"):
        seen.append(tuple(bench.get(name) for name in names))
        await bench.cycle()
    return seen


@cocotb.test()
async def after_reset_everything_is_blanked_once(dut: Any) -> None:
    bench = await Clocked.start(dut)
    for place in range(BANK_DEPTH):
        assert (bench.get("busy"), bench.get("init"), bench.get("init_place")) == (1, 1, place)
        assert bench.get("op") == (Op.INIT.value if place < SLOTS else Op.NONE.value)
        assert place >= SLOTS or bench.get("slot") == place
        await bench.cycle()
    for _ in range(50):
        assert not (bench.get("busy") or bench.get("init") or bench.get("op") or bench.get("running"))
        await bench.cycle()


@cocotb.test()
async def a_swap_takes_84_cycles(dut: Any) -> None:
    chance = draw()
    bench = await ready(dut)
    images = [[chance.getrandbits(16) for _ in PARAM_NAMES] for _ in range(2)]
    expected = [await load_params(bench, slot, images[slot]) for slot in range(2)]
    for target in range(2):
        await bench.cycle(target=target)
        assert not bench.get("target_ready"), "nothing is verified yet"
    await bench.load(Target.READY, [3])
    before = 0
    for swaps, target in enumerate((0, 1, 0, 1, 0), start=1):
        seen = await swap(bench, target)
        assert len(seen) == SWAP_CYCLES == 84
        switched = [number for number, row in enumerate(seen) if row[5]]
        assert switched == [SWAP_CYCLES - 1], "`switched` holds in the last cycle"
        restarts = seen[-SLOTS:]
        assert [row[1:3] for row in restarts] == [(Op.RESTART.value, slot) for slot in range(SLOTS)]
        assert all(row[1] == Op.NONE.value for row in seen[:-SLOTS])
        # The other model is asked only when the parameters are complete.
        assert [row[3] for row in seen] == [before] * (SWAP_CYCLES - SLOTS) + [target] * SLOTS
        assert all(row[6] == swaps - 1 for row in seen)
        assert (bench.get("active"), bench.get("running"), bench.get("swaps")) == (target, 1, swaps)
        assert bench.get("params") == expected[target]
        await bench.cycle(target=target)
        assert not bench.get("target_ready"), "the one in force is no target"
        await bench.cycle(target=1 - target)
        assert bench.get("target_ready")
        before = target
    await bench.load(Target.READY, [1])
    await bench.cycle(target=1)
    assert not bench.get("target_ready")


@cocotb.test()
async def the_model_in_force_is_never_written(dut: Any) -> None:
    chance = draw()
    bench = await ready(dut)
    expected = await load_params(bench, 0, [7] * len(PARAM_NAMES))
    await load_params(bench, 1, [9] * len(PARAM_NAMES))
    await bench.load(Target.READY, [3])

    async def let_through(target: Target) -> bool:
        address, word = target << 16 | chance.randrange(0x2000), chance.getrandbits(32)
        await bench.cycle(load__en=1, load__address=address, load__data=word)
        passed = bool(bench.get("store_load__en"))
        assert (bench.get("store_load__address"), bench.get("store_load__data")) == (address, word)
        await bench.cycle(load__en=0)
        assert not bench.get("store_load__en")
        return passed

    # Before any is in force, both are open; so is everything else, always.
    assert await let_through(Target.MODEL0) and await let_through(Target.MODEL1)
    for active in (0, 1):
        await load_params(bench, active, [7] * len(PARAM_NAMES))
        # From the start of the change on, in every one of its cycles, the one that comes is closed.
        for cycle in range(0, SWAP_CYCLES, 5):
            if cycle:
                await bench.cycle(rst=1)
                await bench.cycle(rst=0)
                while bench.get("busy"):
                    await bench.cycle()
                await bench.load(Target.READY, [3])
                if active:
                    await swap(bench, 0)
            await bench.cycle(start=1, target=active)
            await bench.cycles(cycle + 1, start=0)
            await bench.cycle(load__en=1, load__address=active << 16 | PARAM_BASE, load__data=0xEE)
            assert not bench.get("store_load__en"), f"cycle {cycle} of the change lets a write through"
            await bench.cycle(load__en=0)
            while bench.get("busy"):
                await bench.cycle()
            assert bench.get("params") == expected
        for target in Target:
            if target != Target.READY:
                assert await let_through(target) == (target != active)
