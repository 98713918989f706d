"""The scheduler as a program equals the golden twin, which gateware's is held against as well."""

from __future__ import annotations

import random

from sim.benches.golden_scheduler import GoldenScheduler
from sim.native import native_library

PROCESSES = 16


def test_the_program_picks_whom_the_golden_twin_picks() -> None:
    library, golden, chance = native_library(), GoldenScheduler(), random.Random(8)
    library.scheduler_power_on()
    picked = set()
    for _ in range(20_000):
        slot, what = chance.randrange(PROCESSES), chance.random()
        if what < 0.3:
            score = chance.randrange(256)
            golden.score[slot] = score
            library.native_scored(slot, score)
        elif what < 0.5:
            ticks = chance.randrange(256)
            golden.ran(slot, ticks)
            library.board_ran(slot, ticks)
        elif what < 0.7:
            fresh = chance.random() < 0.2
            golden.woken(slot, fresh=fresh)
            library.board_woken(slot, fresh)
            golden.ready.add(slot)
        elif what < 0.75:
            golden.ready.discard(slot)
        library.board_ready(sum(1 << ready for ready in golden.ready))
        chosen = golden.pick()
        assert library.board_pick() == (PROCESSES if chosen is None else chosen)
        picked.add(chosen)
    assert len(picked) == PROCESSES + 1
