"""Bench of the watch over the kernel's way: calls whose kernel obeys, and calls whose kernel errs in one thing."""

from __future__ import annotations

import random
from enum import Enum
from typing import Any

import cocotb

from hdl.soc.stray import LONG, SHORT
from sim.benches.clocked import Clocked, draw

QUIET = {"call": 0, "over": 0, "began": 0, "read": 0}
CALLS = 3000


class Way(Enum):
    """What the kernel does."""

    OBEYS = "goes where the register said"
    ELSEWHERE = "jumps to another address"
    NEAR = "misses the handler by one instruction"
    UNREAD = "jumps before the register was read"
    OLD = "jumps where the call before was sent"
    NOWHERE = "returns without a jump"


class Rig:
    """The watch, and a core that begins instructions, not in every cycle."""

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench, self.chance = bench, chance
        self.told = 0

    async def cycle(self, **inputs: int) -> None:
        await self.bench.cycle(**{**QUIET, "pc": self.chance.getrandbits(32), **inputs})
        self.told += self.bench.get("strayed")

    async def begin(self, pc: int) -> None:
        """An instruction, after some cycles."""
        for _ in range(self.chance.choice((0, 0, 0, 1, 3))):
            await self.cycle()
        await self.cycle(began=1, pc=pc)

    async def straight(self, pc: int, count: int) -> int:
        """`count` instructions one behind the other; return where the next would be."""
        for _ in range(count):
            await self.begin(pc)
            pc += self.chance.choice((SHORT, LONG))
        return pc

    async def call(self, way: Way, handler: int, before: int) -> int:
        """A call with its kernel; return how often it was told."""
        chance = self.chance
        await self.straight(chance.randrange(0, 1 << 31, 2), chance.randrange(3))  # the program's own
        await self.cycle()
        await self.cycle(call=1)
        self.told = 0
        pc = await self.straight(chance.randrange(1 << 20, 1 << 21, 4), chance.randrange(1, 4))
        if way is not Way.UNREAD:
            await self.cycle(read=1, answer=handler)
        pc = await self.straight(pc, chance.randrange(1, 3))
        if way is not Way.NOWHERE:
            there = {
                Way.OBEYS: handler,
                Way.ELSEWHERE: chance.choice((pc - 2 * LONG, pc + 2 * LONG, handler ^ 1 << 31)),
                Way.NEAR: handler + chance.choice((SHORT, LONG)),
                Way.UNREAD: handler,
                Way.OLD: before,
            }[way]
            pc = await self.straight(there, 1)
            for _ in range(chance.randrange(4)):  # from there on it may jump as it likes
                pc = await self.straight(chance.randrange(0, 1 << 31, 2), 2)
        await self.cycle()
        await self.cycle(over=1)
        for _ in range(3):
            await self.cycle()
        return self.told


@cocotb.test()
async def whoever_does_not_follow_the_register_is_told_of_once(dut: Any) -> None:
    rig = Rig(await Clocked.start(dut, **QUIET), draw())
    before = 0
    for _ in range(CALLS):
        way, handler = rig.chance.choice(list(Way)), rig.chance.randrange(1 << 22, 1 << 31, 4)
        told = await rig.call(way, handler, before)
        before = handler
        assert told == (way is not Way.OBEYS), f"a kernel that {way.value} is told of {told} times"


@cocotb.test()
async def without_a_call_or_without_instructions_nothing_strays(dut: Any) -> None:
    rig = Rig(await Clocked.start(dut, **QUIET), draw())
    for _ in range(300):
        await rig.straight(rig.chance.randrange(0, 1 << 31, 2), 2)
        await rig.cycle(over=rig.chance.randrange(2))
    for _ in range(30):  # calls of a core that tells nothing of its instructions
        await rig.cycle(call=1)
        await rig.cycle(read=rig.chance.randrange(2), answer=64)
        await rig.cycle(over=1)
        await rig.cycle()
    assert rig.told == 0
