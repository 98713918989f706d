"""How long a clone's memory takes to be ready, on the block itself."""

from __future__ import annotations

from typing import Any

from amaranth.sim import Simulator

from hdl.cell.memory import LINE_WORDS, LINES, WORDS, CloneMemory

_PERIOD = 1e-6


def clear_cycles() -> int:
    """Return the cycles from the order to a clone's memory in which nothing of the clone before is found any more.

    That one has stored to every line; every line is looked at, as soon as the memory takes a look.
    """
    memory: Any = CloneMemory()
    took = 0

    async def work(ctx: Any) -> None:
        nonlocal took
        while ctx.get(memory.busy):
            await ctx.tick()
        for line in range(LINES):
            ctx.set(memory.word, line * LINE_WORDS)
            ctx.set(memory.look, 1)
            await ctx.tick()
            ctx.set(memory.look, 0)
            ctx.set(memory.store, 1)
            ctx.set(memory.mask, 15)
            while not ctx.get(memory.done):
                await ctx.tick()
            await ctx.tick()
            ctx.set(memory.store, 0)
        ctx.set(memory.clear, 1)
        await ctx.tick()
        ctx.set(memory.clear, 0)
        took = 1
        while ctx.get(memory.busy):
            took += 1
            await ctx.tick()
        ctx.set(memory.look, 1)
        for word in range(WORDS):
            ctx.set(memory.word, word)
            await ctx.tick()
            if ctx.get(memory.own):
                raise AssertionError(f"word {word} is still the last clone's")

    simulator: Any = Simulator(memory)
    simulator.add_clock(_PERIOD)
    simulator.add_testbench(work)
    simulator.run()
    return took
