"""Bench of the path classifier: classes and limits against the golden walk, cycles against the docstring."""

from __future__ import annotations

import os
from typing import Any

import cocotb
import numpy as np

from hdl.contract.event import DEPTH_LIMIT, PATH_LIMIT
from hdl.contract.load import Target
from hdl.contract.model import REGIONS
from hdl.screening.layouts import PATH_BEAT
from models.golden.engine import region
from models.golden.paths import class_of, walk
from sim.benches.clocked import Clocked, draw, pack
from sim.stimulus import random_image, random_path

FAST = bool(int(os.environ.get("FAST", "0")))

Path = tuple[bytes, int, int]
"""Text, and the node and excess where it starts if it is relative."""


class Paths:
    """The block with two tries loaded, and what it is held against."""

    def __init__(self, bench: Clocked) -> None:
        self.bench = bench
        self.images = [random_image(seed) for seed in (3, 4)]
        self.tries = [region(image, "paths") for image in self.images]
        params = [region(image, "params") for image in self.images]
        self.seeds = [int(p[13] | (p[14] & 255) << 16) for p in params]
        self.model = 0

    async def load(self) -> None:
        where = REGIONS["paths"]
        for slot, image in enumerate(self.images):
            part = image[where.offset : where.offset + where.size]
            await self.bench.load(Target(slot), part, where.offset)

    def expected(self, paths: list[Path]) -> tuple[int, int, int]:
        """Return (class, node, overlong) of an event's paths: the worst class, and the first node that has it."""
        worst, worst_node, overlong = 0, 0, False
        for text, node, excess in paths:
            trie = self.tries[self.model]
            at, _, long = walk(trie, self.seeds[self.model], node, excess, np.frombuffer(text, np.uint8))
            overlong |= bool(long)
            if class_of(trie, at) > worst:
                worst, worst_node = int(class_of(trie, at)), int(at)
        return worst, worst_node, int(overlong)

    async def classify(self, paths: list[Path], gap: float = 0.0, chance: Any = None) -> list[int]:
        """Clear, stream the paths, check the answer; return the cycles that each took from its first beat."""
        bench = self.bench
        await bench.cycle(clear=1, path__valid=0, model=self.model, seed=self.seeds[self.model])
        await bench.cycle(clear=0)
        took = []
        assert (bench.get("done"), bench.get("path_class"), bench.get("node"), bench.get("overlong")) == (
            0,
            0,
            0,
            0,
        )
        for number, (text, node, excess) in enumerate(paths):
            position, first, early = 0, -1, 0
            while position < len(text) or position == 0:
                part = text[position : position + 2]
                beat = {"count": len(part), "start": position == 0, "last": position + 2 >= len(text)}
                beat["data"] = int.from_bytes(part, "little")
                beat |= {"node": node, "excess": excess} if position == 0 else {}
                offered = not gap or chance.random() >= gap
                await bench.cycle(path__valid=offered, path__payload=pack(PATH_BEAT, beat))
                assert bench.get("done") == number
                if offered and bench.get("path__ready"):
                    first = bench.now if first < 0 else first
                    position += 2
                else:
                    early += 1
                    assert early < 12 + len(text) or gap, "no beat is taken"
            await bench.cycle(path__valid=0)
            while bench.get("done") == number:
                assert bench.now - first < 600 + 1100 * (gap > 0 or FAST), f"{text!r} never ends"
                await bench.cycle()
            took.append(bench.now - first)
        seen = (bench.get("path_class"), bench.get("node"), bench.get("overlong"))
        assert seen == self.expected(paths), f"{paths}: {seen}, golden {self.expected(paths)}"
        return took


def bound(text: bytes) -> int:
    """Return the most cycles that the docstring grants to `text`."""
    if FAST:
        return max(2, len(text)) + 5
    last = text[-2:] if len(text) % 2 == 0 else text[-1:]
    both = b"/" in last and not last.endswith(b"/")
    return max(1, -(-len(text) // 2)) + 3 + both


@cocotb.test()
async def paths_equal_the_golden_walk_within_the_stated_cycles(dut: Any) -> None:
    chance = draw()
    bench = await Clocked.start(dut, enable=1)
    paths = Paths(bench)
    await paths.load()
    slack: dict[int, int] = {}
    for _ in range(350):
        paths.model = chance.randrange(2)
        event = [
            (random_path(chance), chance.randrange(256), chance.choice((0, 0, 1, 254, 255)))
            for _ in range(chance.randrange(1, 4))
        ]
        gap = chance.choice((0.0, 0.0, 0.3))
        took = await paths.classify(event, gap, chance)
        for (text, _, _), cycles in zip(event, took, strict=True):
            if not gap:
                assert cycles <= bound(text), f"{text!r} took {cycles} cycles, {bound(text)} are stated"
                slack[bound(text) - cycles] = slack.get(bound(text) - cycles, 0) + 1
    assert slack.get(0), "the stated bound is never reached: state a lower one"
    cocotb.log.info("cycles below the stated bound: %s", slack)


@cocotb.test()
async def a_path_of_32_bytes_takes_19_cycles_or_37(dut: Any) -> None:
    chance = draw()
    bench = await Clocked.start(dut, enable=1)
    paths = Paths(bench)
    await paths.load()
    for text in (b"/etc/shadow/aaaaaaaa/bbbbbbbb/cc", b"/" + b"x" * 31, b"/a" * 16):
        assert len(text) == 32
        assert await paths.classify([(text, 0, 0)], 0.0, chance) == [37 if FAST else 19 + (text == b"/a" * 16)]


@cocotb.test()
async def limits_of_length_and_depth(dut: Any) -> None:
    bench = await Clocked.start(dut, enable=1)
    paths = Paths(bench)
    await paths.load()
    for length in (PATH_LIMIT - 1, PATH_LIMIT, PATH_LIMIT + 1, PATH_LIMIT + 2):
        await paths.classify([(b"q" * length, 1, 0)])
        assert bench.get("overlong") == (length > PATH_LIMIT)
    for names in (DEPTH_LIMIT - 1, DEPTH_LIMIT, DEPTH_LIMIT + 1):
        await paths.classify([(b"/".join([b"!"] * names), 1, 0)])
        assert bench.get("overlong") == (names > DEPTH_LIMIT)
    # Seeds: a relative path goes on from its directory, an absolute one does not care.
    for text, excess, long in ((b"!", 254, 0), (b"!", 255, 1), (b"../!", 255, 0), (b"/!", 255, 0)):
        await paths.classify([(text, 1, excess)])
        assert bench.get("overlong") == long, text
    # What was too long is forgotten with the event, not with the next path.
    await paths.classify([(b"q" * 1024, 1, 0), (b"etc", 0, 0)])
    assert bench.get("overlong") == 1
    await paths.classify([(b"etc", 0, 0)])
    assert bench.get("overlong") == 0


@cocotb.test()
async def every_normalisation(dut: Any) -> None:
    bench = await Clocked.start(dut, enable=1)
    paths = Paths(bench)
    await paths.load()
    odd = [b"", b"/", b"//", b".", b"..", b"/..", b"/.", b"./", b"../", b"/etc/", b"//etc//shadow", b"a/", b"a//"]
    odd += [b"/etc/../etc/./shadow", b"/!/../etc", b"/!/!/../../etc/..", b"...", b"/etc/...", b".a", b"..a", b"a."]
    odd += [
        b"/home/bob/../../etc/shadow",
        b"etc/shadow",
        b"/" + b"../" * 20 + b"etc",
        b"\0/\xff",
        b"/a/b",
        b"ab/c",
    ]
    for model in range(2):
        paths.model = model
        for text in odd:
            for node, excess in ((0, 0), (1, 0), (0, 3)):
                (took,) = await paths.classify([(text, node, excess)])
                assert took <= bound(text), f"{text!r}: {took} cycles, {bound(text)} stated"


@cocotb.test()
async def nothing_is_taken_unless_enabled(dut: Any) -> None:
    bench = await Clocked.start(dut, enable=0)
    beat = pack(PATH_BEAT, {"count": 1, "start": 1, "last": 1, "data": ord("a")})
    await bench.cycle(path__valid=1, path__payload=beat)
    for _ in range(20):
        assert not bench.get("path__ready")
        await bench.cycle()
        assert bench.get("done") == 0
    await bench.cycle(enable=1)
    assert bench.get("path__ready")
    await bench.cycle(path__valid=0)
