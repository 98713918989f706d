"""Bench of RAM: both ports at once, against the content as Python has it."""

from __future__ import annotations

import os
from typing import Any

import cocotb

from sim.benches.clocked import Clocked, draw


@cocotb.test()
async def ram_keeps_what_is_stored_byte_by_byte(dut: Any) -> None:
    """Loads, stores of every set of bytes, and fetches at once; the other port's word a cycle behind a store."""
    bench, chance = await Clocked.start(dut), draw()
    words = int(os.environ["RAM_BYTES"]) // 4
    places = [*range(8), *range(words - 8, words)]
    content: dict[int, int] = {}
    for place in places:
        content[place] = chance.getrandbits(32)
        await bench.cycle(
            data__select=1, data__write=1, data__mask=15, data__address=place, data__wdata=content[place]
        )
    loaded = fetched = None
    collisions = 0
    for _ in range(3000):
        place, seen = chance.choice(places), chance.choice(places)
        loads, writes, fetches = chance.random() < 0.8, chance.random() < 0.5, chance.random() < 0.8
        mask, word = chance.randrange(16), chance.getrandbits(32)
        await bench.cycle(
            data__select=loads, data__write=writes, data__mask=mask, data__address=place, data__wdata=word,
            fetch__select=fetches, fetch__address=seen,
        )  # fmt: skip
        assert bench.get("data__ready") and bench.get("fetch__ready")
        if loaded is not None:
            assert bench.get("data__rdata") == loaded
        if fetched is not None:
            assert bench.get("fetch__rdata") == fetched
        if fetches:
            # Who reads what is being stored gets anything.
            fetched = None if loads and writes and seen == place else content[seen]
            collisions += fetched is None
        if loads and not writes:
            loaded = content[place]
        elif loads:
            bits = sum(0xFF << 8 * byte for byte in range(4) if mask >> byte & 1)
            content[place] = content[place] & ~bits | word & bits
            loaded = None
    assert collisions > 10
