"""Bench of who stands: random verdicts, orders and clones against a twin that knows a set and a name."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import cocotb

from hdl.contract.registers import COPROCESSOR
from hdl.contract.verdict import Verdict
from hdl.soc.calls import CORE_SLOTS
from sim.benches.clocked import Clocked, draw

WINDOW = COPROCESSOR.register["text_window"].layout
SLOTS = (0, 1, 2, 5, CORE_SLOTS - 1)
"""Few, so that they meet."""


@dataclass
class Golden:
    """Who is frozen, and whose clone is in the cell."""

    frozen: set[int] = field(default_factory=set)
    lodger: int | None = None

    def stands(self, slot: int) -> bool:
        return slot in self.frozen or slot == self.lodger

    def step(self, now: dict[str, int]) -> None:
        if now["order"]:
            (self.frozen.add if now["order_on"] else self.frozen.discard)(now["order_slot"])
        if now["judged"] and now["verdict"] in (Verdict.CLONE, Verdict.QUARANTINE):
            self.frozen.add(now["slot"])
        if now["clones"]:
            self.lodger = now["original"]
        elif now["discards"]:
            self.lodger = None


def drawn(chance: random.Random, slot: int) -> dict[str, int]:
    """Return what happens in a cycle; mostly nothing."""
    rare = {name: int(chance.random() < 0.12) for name in ("judged", "order", "clones", "discards")}
    return {
        **rare,
        "slot": chance.choice(SLOTS) if chance.random() < 0.2 else slot,
        "verdict": chance.choice(list(Verdict)),
        "order_slot": chance.choice((slot, *SLOTS)),
        "order_on": chance.randrange(4) == 0,
        "original": chance.choice((slot, *SLOTS)),
        "text_window": WINDOW.pack({"base": chance.randrange(200), "limit": chance.randrange(1, 33)}),
        "data_window": WINDOW.pack({"base": chance.randrange(200), "limit": chance.randrange(1, 33)}),
    }


@cocotb.test()
async def windows_are_shut_while_their_process_stands(dut: Any) -> None:
    bench, chance = await Clocked.start(dut), draw()
    golden, slot, shut, open_ = Golden(), 0, 0, 0
    for _ in range(6000):
        now = drawn(chance, slot)
        slot = now["slot"]
        stands = golden.stands(slot)
        shown = {f"{name}_open": now[f"{name}_window"] for name in ("text", "data")}
        await bench.cycle(**now)
        golden.step(now)
        await bench.cycle(judged=0, order=0, clones=0, discards=0)
        for name, window in shown.items():
            expected = WINDOW.unpack(window)
            expected["limit"] = 0 if stands else expected["limit"]
            assert WINDOW.unpack(bench.get(name)) == expected, (name, now)
        assert bench.get("frozen") == sum(1 << one for one in golden.frozen)
        shut, open_ = shut + stands, open_ + (not stands)
    assert shut > 500 and open_ > 500
    cocotb.log.info("shut %d times, open %d times", shut, open_)
