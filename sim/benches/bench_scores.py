"""Bench of what was last said of each process: random records against a dictionary."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.registers import SCORE
from hdl.contract.verdict import Verdict
from hdl.screening.layouts import RECORD
from hdl.soc.calls import CORE_SLOTS
from sim.benches.clocked import Clocked, draw, pack


@cocotb.test()
async def the_last_word_on_each_slot(dut: Any) -> None:
    """Records behind each other, by the same slot too; a slot's next life begins anew."""
    bench, chance = await Clocked.start(dut, scored=0, slot=0), draw()
    golden = [SCORE.unpack(0) for _ in range(CORE_SLOTS)]
    seen = 0
    for _ in range(4000):
        slot, life = chance.randrange(CORE_SLOTS), chance.choice((1, 1, 1, 1, 0, 7, 0xFFFFFFFF))
        score, tier, verdict = chance.randrange(256), chance.randrange(4), chance.choice((0, 0, *Verdict))
        scored = chance.random() < 0.7
        said = {"score": score, "tier": tier, "verdict": int(verdict), "generation": life}
        await bench.cycle(scored=scored, record=pack(RECORD, {**said, "slot": slot}))
        # What is shown is of the records before the last one.
        shown = chance.randrange(CORE_SLOTS)
        if scored:
            old = golden[slot]
            allowed = old["allowed"] if old["generation"] == life else 0
            golden[slot] = {**said, "allowed": allowed + (verdict == Verdict.ALLOW), "spare0": 0}
        if chance.random() < 0.3:
            await bench.cycle(scored=0, slot=shown)
            await bench.cycle()
            assert SCORE.unpack(bench.get("score")) == golden[shown], shown
            seen += golden[shown]["allowed"] > 1
    assert seen > 100
