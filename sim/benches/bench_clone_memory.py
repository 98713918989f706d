"""Bench of a clone's memory, against the bytes as Python has them: many clones, until their numbers begin anew."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import cocotb

from hdl.contract.cell import CELL_BYTES, CELL_LINE_BYTES
from sim.benches.clocked import Clocked, draw

WORDS, LINE_WORDS = CELL_BYTES // 4, CELL_LINE_BYTES // 4


class Golden:
    """What this clone has stored: own bytes by (word, byte), and which line has a place."""

    def __init__(self) -> None:
        self.bytes: dict[tuple[int, int], int] = {}
        self.lines: dict[int, int] = {}

    def taken(self, word: int) -> bool:
        line = word // LINE_WORDS
        return self.lines.get(line % (WORDS // LINE_WORDS), line) != line

    def fresh(self, word: int) -> bool:
        return word // LINE_WORDS % (WORDS // LINE_WORDS) not in self.lines

    def store(self, word: int, mask: int, data: int) -> None:
        line = word // LINE_WORDS
        self.lines[line % (WORDS // LINE_WORDS)] = line
        for byte in range(4):
            if mask >> byte & 1:
                self.bytes[word, byte] = data >> 8 * byte & 0xFF


async def blank(bench: Clocked) -> int:
    """Wait until tags are blank; return the cycles."""
    cycles = 0
    while bench.get("busy"):
        cycles += 1
        await bench.cycle(clear=0)
    return cycles


@cocotb.test()
async def clones_find_what_they_stored_and_nothing_else(dut: Any) -> None:
    bench, chance = await Clocked.start(dut), draw()
    clones = 1 << int(os.environ["NUMBER_BITS"])
    met: Counter[str] = Counter()
    # Lines that share places, and words that share lines.
    words = [line * LINE_WORDS + word for line in (0, 1, 7, 511, 512, 513, 1023) for word in (0, 3, 7)]
    assert await blank(bench) == WORDS // LINE_WORDS
    for number in range(3 * clones):
        golden = Golden()
        await bench.cycle(clear=1, look=0, store=0)
        await bench.cycle(clear=0)
        met["numbers begin anew"] += await blank(bench) > 0
        for _ in range(60):
            word = chance.choice(words)
            await bench.cycle(look=1, word=word, store=0)
            for _ in range(chance.randrange(3)):
                await bench.cycle(look=0)
            await bench.cycle(look=0)
            assert bench.get("taken") == golden.taken(word), number
            own, found = bench.get("own"), bench.get("bytes")
            for byte in range(4):
                expected = None if golden.taken(word) else golden.bytes.get((word, byte))
                assert own >> byte & 1 == (expected is not None), (number, word, byte)
                if expected is not None:
                    assert found >> 8 * byte & 0xFF == expected
                    met["own"] += 1
            met["taken"] += golden.taken(word)
            if not golden.taken(word) and chance.random() < 0.6:
                mask, data = chance.randrange(16), chance.getrandbits(32)
                cycles = 0
                await bench.cycle(store=1, mask=mask, wdata=data)
                while not bench.get("done"):
                    cycles += 1
                    await bench.cycle()
                assert cycles == (LINE_WORDS if golden.fresh(word) else 0)
                golden.store(word, mask, data)
                await bench.cycle(store=0)
                met["stored"] += 1
    assert met["numbers begin anew"] >= 2 and met["taken"] > 50 and met["own"] > 500 and met["stored"] > 300
