"""Bench of the judge: every cell of the policy, and the tier that a process keeps over a model swap."""

from __future__ import annotations

import random
from typing import Any

import cocotb
import numpy as np

from hdl.contract.event import FLOOR_CALLS, SLOTS, STATE
from hdl.contract.load import Target
from hdl.contract.model import PARAM_NAMES, PARAMS
from hdl.contract.policy import judge_cell, judge_row
from hdl.contract.verdict import SECRET_FROM, Verdict
from hdl.screening.judge import TIERS
from hdl.screening.layouts import BEAT, Op
from models.golden.score import tier_of
from sim.benches.clocked import Clocked, draw, pack, unpack

LEVELS = (1000, 2000, 3000)
ORDER = {"decayed": 1, "cusum": 4, "tree": 7}


def of_beat(values: dict[str, int]) -> int:
    return pack(BEAT, {name: value for name, value in values.items() if name != "source"})


class Bank:
    """The judge beside its twin.  `beat` gives one beat; its answers are checked one cycle later, in stage 3."""

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.rows = [chance.getrandbits(48) for _ in range(256)]
        self.enforced = chance.getrandbits(16) | 1 & ~2
        self.tiers = [[0, 0, 0] for _ in range(SLOTS)]  # tier, floor_tier, floor_left
        self.carried = [0, 0, 0]
        self.parent = 0
        self.waiting: dict[str, int] | None = None
        self.values: dict[str, int] = {}
        thresholds = {f"{name}_{i + 1}": LEVELS[i] + 7 * k for k, name in enumerate(ORDER) for i in range(3)}
        self.params = np.array([thresholds.get(name, 0) for name in PARAM_NAMES], np.int64)
        self.packed = PARAMS.pack(thresholds)
        self.answer: dict[str, int] = {}

    @classmethod
    async def start(cls, dut: Any) -> Bank:
        self = cls(await Clocked.start(dut), draw())
        for slot in range(SLOTS):
            await self.bench.cycle(beat3=pack(BEAT, {"valid": 1, "op": Op.INIT.value, "slot": slot}))
        await self.bench.cycle(beat3=0, params=self.packed)
        halves = [half for row in self.rows for half in (row & 0xFFFFFFFF, row >> 32)]
        await self.bench.load(Target.JUDGE, halves)
        await self.bench.load(Target.ENFORCE, [self.enforced])
        return self

    async def beat(self, beat: dict[str, int], state: int = 0, **values: int) -> None:
        """Bring `beat` into stage 2; `values` are what stage 3 gets with it one cycle later."""
        values = {"decayed": 0, "cusum": 0, "tree_sum": 0, "vaccinated": 0} | values
        before, self.waiting = self.waiting, {"valid": 1, "op": Op.CALL.value} | beat
        if self.waiting["op"] == Op.READ.value:
            self.parent = self.waiting.get("slot", 0)
        self.waiting["source"] = (
            self.parent if self.waiting["op"] == Op.COPY.value else self.waiting.get("slot", 0)
        )
        late, self.values = self.values, values | {"state": state}
        await self.bench.cycle(
            beat2=of_beat(self.waiting),
            beat3=of_beat(before) if before else 0,
            look=self.waiting["source"],
            **late,
        )
        if before:
            self.check(before, late)

    async def flush(self) -> None:
        await self.beat({"valid": 0})

    def check(self, beat: dict[str, int], values: dict[str, int]) -> None:
        bench = self.bench
        op, slot, fault = Op(beat["op"]), beat.get("slot", 0), beat.get("fault", 0)
        old = self.tiers[slot]
        tier, floor_tier, floor_left = old
        own = max(tier_of(self.params, values[n], ORDER[n]) for n in ("decayed", "cusum"))
        of_tree = tier_of(self.params, values["tree_sum"], ORDER["tree"])
        floor = floor_tier if floor_left else 0
        call, new = op == Op.CALL, list(old)
        if call:
            new = [
                max(own, of_tree, floor),
                floor_tier,
                floor_left - bool(beat.get("call_class", 0) and floor_left),
            ]
        elif op in (Op.CLEAR, Op.INIT):
            new = [0, 0, 0]
        elif op == Op.COPY:
            new = list(self.tiers[beat["source"]])
        elif op == Op.MERGE:
            new = [max(pair) for pair in zip(old, self.carried, strict=True)]
        elif op == Op.RESTORE:
            fields = STATE.unpack(values["state"])
            new = [fields[name] for name in ("tier", "floor_tier", "floor_left")]
            new = [new[0], new[0], FLOOR_CALLS] if beat.get("stale") else new
        elif op == Op.RESTART:
            new = [tier, tier, FLOOR_CALLS]
        seen = {name: bench.get(name) for name in ("verdict", "proposed", "enforce", "floored", "by_tree")}
        profile = beat.get("profile", 0)
        secret = int(beat.get("path_class", 0) >= SECRET_FROM)
        row = self.rows[judge_row(profile, beat.get("call_class", 0), secret)]
        cell = judge_cell(max(own, of_tree, floor), values["vaccinated"], beat.get("violation", 0))
        proposed = row >> 3 * cell & 7 if call else 0
        proposed = max(proposed, Verdict.DENY) if call and beat.get("overlong") else proposed
        enforce = int(call and self.enforced >> profile & 1)
        if fault:
            assert (seen["verdict"], seen["proposed"]) == (Verdict.DENY, Verdict.DENY)
        elif beat["valid"]:
            expected = {"verdict": proposed if enforce else 0, "proposed": proposed, "enforce": enforce}
            expected["floored"] = int(call and floor > max(own, of_tree))
            expected["by_tree"] = int(call and of_tree > max(own, floor))
            assert seen == expected, f"{op.name} {beat} {values}"
            assert list(unpack(TIERS, bench.get("tiers")).values()) == new, f"{op.name} {beat}"
        self.answer = seen | {"tier": new[0]}
        if beat["valid"] and op == Op.LEAVE:
            self.carried = list(old)
        if beat["valid"] and not fault:
            self.tiers[slot] = new


@cocotb.test()
async def every_cell_in_both_modes(dut: Any) -> None:
    bank = await Bank.start(dut)
    cases = [
        {"tier": t, "vaccinated": v, "violation": a, "call_class": c, "path_class": p, "profile": f, "overlong": o}
        for t in range(4) for v in range(2) for a in range(2) for c in range(8)
        for p in (0, SECRET_FROM - 1, SECRET_FROM, 15) for f in (0, 1, 14) for o in range(2)
    ]  # fmt: skip
    bank.chance.shuffle(cases)
    verdicts = set()
    for case in cases:
        level = bank.chance.choice((0, LEVELS[0] - 1)) if not case["tier"] else LEVELS[case["tier"] - 1] + 20
        which = bank.chance.choice(("decayed", "cusum", "tree_sum"))
        beat = {name: value for name, value in case.items() if name not in ("tier", "vaccinated")}
        await bank.beat(beat | {"slot": 4}, **{which: level}, vaccinated=case["vaccinated"])
        verdicts.add((bank.answer.get("enforce"), bank.answer.get("verdict")))
    await bank.flush()
    assert {verdict for enforce, verdict in verdicts if enforce} >= set(Verdict)
    assert {verdict for enforce, verdict in verdicts if enforce == 0} == {Verdict.ALLOW}, (
        "monitor mode changed one"
    )


@cocotb.test()
async def tiers_of_processes_under_random_operations(dut: Any) -> None:
    bank = await Bank.start(dut)
    chance = bank.chance
    ops = (
        *[Op.CALL] * 30,
        Op.READ,
        Op.COPY,
        Op.LEAVE,
        Op.MERGE,
        Op.EXEC,
        Op.CLEAR,
        Op.RESTORE,
        Op.RESTART,
        Op.SPILL,
    )
    around = [level + 7 * k + d for level in LEVELS for k in range(3) for d in (-1, 0)] + [0, 0, 0, 0, 65535]
    for _ in range(8000):
        beat = {"op": chance.choice(ops).value, "slot": chance.choice((0, 1, 63)), "profile": chance.randrange(16)}
        beat |= {"valid": int(chance.random() < 0.95), "fault": chance.randrange(1, 8) * (chance.random() < 0.04)}
        beat |= {"call_class": chance.randrange(8), "path_class": chance.randrange(16)}
        beat |= {name: int(chance.random() < 0.2) for name in ("violation", "overlong", "stale")}
        sums = {name: chance.choice(around) for name in ("decayed", "cusum", "tree_sum")}
        if chance.random() < 0.6:
            sums = {}
        await bank.beat(beat, chance.getrandbits(STATE.width), vaccinated=chance.randrange(2), **sums)
    await bank.flush()


@cocotb.test()
async def a_floor_lasts_64_effective_calls(dut: Any) -> None:
    bank = await Bank.start(dut)
    for tier in (1, 2, 3):
        await bank.beat({"op": Op.CLEAR.value, "slot": 7})
        await bank.beat({"slot": 7, "call_class": 1}, cusum=LEVELS[tier - 1] + 20)
        await bank.beat({"op": Op.RESTART.value, "slot": 7})
        held = 0
        for number in range(FLOOR_CALLS + 30):
            for _ in range(number % 3):  # calls without an effect do not use it up
                await bank.beat({"slot": 7, "call_class": 0})
            await bank.beat({"slot": 7, "call_class": 2})
            await bank.flush()
            held += bank.answer["tier"] == tier and bank.answer["floored"]
            assert bank.answer["tier"] == (tier if number < FLOOR_CALLS else 0)
        assert held == FLOOR_CALLS == 64
