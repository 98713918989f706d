"""Bench of the boot ROM: both ports at once, against the content as Python has it."""

from __future__ import annotations

import os
from typing import Any

import cocotb

from sim.benches.clocked import Clocked, draw


@cocotb.test()
async def rom_reads_as_it_was_filled(dut: Any) -> None:
    bench, chance = await Clocked.start(dut), draw()
    content = bytes.fromhex(os.environ["ROM"]).ljust(8192, b"\0")

    def word(place: int) -> int:
        return int.from_bytes(content[4 * place : 4 * place + 4], "little")

    before: tuple[int, int] | None = None
    for _ in range(500):
        places = chance.randrange(64), chance.choice((0, 1, 63, 64, 2047))
        await bench.cycle(
            fetch__select=1, fetch__address=places[0], data__select=1, data__address=places[1],
            data__write=chance.random() < 0.3, data__wdata=chance.getrandbits(32),
        )  # fmt: skip
        assert bench.get("data__ready") and bench.get("fetch__ready")
        if before:
            assert (bench.get("fetch__rdata"), bench.get("data__rdata")) == (word(before[0]), word(before[1]))
        before = places
    await bench.cycle(fetch__select=0, data__select=0)
    kept = bench.get("fetch__rdata")
    await bench.cycles(3, fetch__address=5)
    assert bench.get("fetch__rdata") == kept, "what was read stands until the next read"
