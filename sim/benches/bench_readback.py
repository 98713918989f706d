"""Bench of the read-back: when a request reaches the memories, when its byte comes, and that writes go first."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.load import ADDRESS_BITS
from sim.benches.clocked import Clocked, draw

ANSWER_CYCLES = 3


@cocotb.test()
async def a_byte_comes_three_cycles_later_and_one_more_for_each_write_before(dut: Any) -> None:
    chance = draw()
    bench = await Clocked.start(dut)
    expected, delays = 0, set()
    for _ in range(600):
        rate = chance.choice((0.0, 0.5, 0.9))
        address, waited, asked = chance.getrandbits(ADDRESS_BITS), 0, None
        start = bench.now + 1
        while True:
            cycle = bench.now + 1 - start
            write = chance.random() < rate
            to, word = chance.getrandbits(ADDRESS_BITS), chance.getrandbits(32)
            # What a memory answers is there for one cycle, behind the request's; else it is anything.
            byte = chance.getrandbits(8)
            await bench.cycle(
                start=cycle == 0, address=address if cycle == 0 else chance.getrandbits(ADDRESS_BITS),
                load__en=write, load__address=to, load__data=word, store__byte=byte,
            )  # fmt: skip
            if asked is not None and cycle == asked + 1:
                expected = byte
            assert bench.get("store__en") == write
            if write:
                assert (bench.get("store__address"), bench.get("store__data")) == (to, word)
                waited += cycle > 0 and asked is None
            reads = cycle > 0 and asked is None and not write
            assert bench.get("store__read") == reads
            if reads:
                asked = cycle
                assert bench.get("store__address") == address
            if bench.get("done"):
                break
            assert cycle < 200, "no answer"
        assert cycle == ANSWER_CYCLES + waited
        assert bench.get("data") == expected
        delays.add(waited)
        for _ in range(chance.randrange(3)):
            await bench.cycle(start=0, load__en=0)
            assert not bench.get("done") and not bench.get("store__read")
    assert {0, 1, 2, 5} <= delays
