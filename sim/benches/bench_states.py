"""Bench of the states: a row looked for is the one last written, however close the write."""

from __future__ import annotations

import os
from collections import deque
from typing import Any

import cocotb

from hdl.contract.event import SLOTS
from sim.benches.clocked import Clocked, draw

WIDTH = 19


@cocotb.test()
async def a_row_looked_for_is_the_one_last_written(dut: Any) -> None:
    chance, ahead, apart = draw(), int(os.environ["AHEAD"]), bool(int(os.environ["APART"]))
    bench = await Clocked.start(dut)
    rows = [chance.getrandbits(WIDTH) for _ in range(SLOTS)]
    for row, value in enumerate(rows):
        await bench.cycle(write=1, row=row, new=value)
    asked: deque[int] = deque()
    met = dict.fromkeys(range(1, 4), 0)
    written: deque[int] = deque([-1] * 4, 4)
    coming: int | None = None
    voided = 0
    last = (0, 0)
    for _ in range(20_000):
        few = chance.choice((2, 4, SLOTS))
        look, row, new = chance.randrange(few), chance.randrange(few), chance.getrandbits(WIDTH)
        write = int(chance.random() < 0.6)
        void = {"void": int(coming is not None and chance.random() < 0.3)} if apart else {}
        await bench.cycle(look=look, write=write, row=row, new=new, **void)
        # What was to be written in the cycle before is, unless this one says that it is void.
        if any(void.values()):
            voided += written[-1] >= 0
            written[-1] = -1
        elif written[-1] >= 0:
            rows[last[0]] = last[1]
        if apart:
            assert coming is None or bench.get("found") == coming
            passed = bench.get("passed")
            coming = bench.get("written" if passed & 1 else "before" if passed else "stored")
        if len(asked) == ahead:
            place = asked.popleft()
            assert bench.get("old") == rows[place]
            for distance in met:
                met[distance] += written[-distance] == place
        asked.append(look)
        written.append(row if write else -1)
        last = (row, new)
    assert min(met.values()) > 500, f"writes so many cycles before: {met}"
    assert voided > 1000 or not apart
