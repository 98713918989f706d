"""What benches share: one clock cycle at a time, struct ports packed and unpacked, the load port."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import cocotb
from amaranth.hdl import Shape
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, RisingEdge

from hdl.contract.load import Target
from hdl.contract.memory import CLOCK_HZ

PERIOD_NS = 10**9 // CLOCK_HZ


def draw() -> random.Random:
    """Return the bench's source of chance; its seed is the run's, and is printed."""
    seed = int(os.environ["COCOTB_RANDOM_SEED"])
    cocotb.log.info("stimuli drawn from seed %d", seed)
    return random.Random(seed)


class Clocked:
    """A block under a clock.

    `cycle` drives inputs right after a rising edge and returns in the middle of that cycle, when outputs have
    settled: registers show what the edge took, combinational outputs what the inputs make of it.
    Members: `now` counts the rising edges so far.
    """

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.now = 0
        self._handles: dict[str, Any] = {}
        self._driven: dict[str, int] = {}
        self._rise, self._fall = RisingEdge(dut.clk), FallingEdge(dut.clk)

    @classmethod
    async def start(cls, dut: Any, **inputs: int) -> Clocked:
        """Return a block out of reset whose inputs are `inputs`, others 0; it is in its first cycle."""
        bench = cls(dut)
        Clock(dut.clk, PERIOD_NS, "ns").start(start_high=False)
        await bench.cycle(rst=1, **inputs)
        await bench.cycle()
        await bench.cycle(rst=0)
        return bench

    def handle(self, name: str) -> Any:
        if name not in self._handles:
            self._handles[name] = getattr(self.dut, name)
        return self._handles[name]

    async def cycle(self, **inputs: int) -> None:
        """Go to the next cycle with these inputs; others stay as they are."""
        await self._rise
        self.now += 1
        for name, value in inputs.items():
            value = int(value)
            if self._driven.get(name) != value:
                self._driven[name] = value
                self.handle(name).value = value
        await self._fall

    async def beat(self, look: Mapping[str, int], likely: Mapping[str, int], **inputs: int) -> None:
        """Go to the cycle of a beat that needs the rows `look` (by port): they are looked for in the cycle before,
        which is that of the last beat if it happened to do so, else one without a beat.  This beat's cycle looks
        for the rows `likely`."""
        if any(self._driven.get(port) != row for port, row in look.items()):
            await self.cycle(valid=0, **look)
        await self.cycle(**{"valid": 1, **inputs, **likely})

    async def cycles(self, count: int, **inputs: int) -> None:
        """Go `count` cycles on."""
        for _ in range(count):
            await self.cycle(**inputs)

    def get(self, name: str) -> int:
        """Return an output in this cycle, as an unsigned number."""
        return int(self.handle(name).value)

    async def load(self, target: Target, words: Iterable[int], first: int = 0) -> None:
        """Write `words` to consecutive offsets of `target`, one a cycle."""
        for offset, word in enumerate(words, first):
            await self.cycle(load__en=1, load__address=target << 16 | offset, load__data=word)
        await self.cycle(load__en=0)


@cache
def _places(layout: Any) -> dict[str, tuple[int, int]]:
    return {str(name): (field.offset, Shape.cast(field.shape).width) for name, field in layout}


def pack(layout: Any, values: Mapping[str, int]) -> int:
    """Return the integer that holds `values` in an Amaranth layout; fields not named are 0."""
    places, packed = _places(layout), 0
    for name, value in values.items():
        offset, width = places[name]
        assert 0 <= value < 1 << width, f"{name} = {value} does not fit {width} bits"
        packed |= int(value) << offset
    return packed


def unpack(layout: Any, packed: int) -> dict[str, int]:
    """Return every field of `packed` by name."""
    return {name: packed >> offset & ((1 << width) - 1) for name, (offset, width) in _places(layout).items()}
