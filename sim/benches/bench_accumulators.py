"""Bench of the accumulators: A, C and T against the golden machine's `score_call`, and what must hold whatever."""

from __future__ import annotations

import random
from typing import Any

import cocotb

from hdl.contract.event import SLOTS, STATE
from hdl.contract.model import PARAM_NAMES, PARAMS
from hdl.screening.accumulators import SUMS, TREE_SUMS
from hdl.screening.layouts import Op
from models.golden import machine as m
from models.golden.machine import new_machine
from models.golden.score import score_call
from sim.benches.clocked import Clocked, draw, unpack

COLUMNS = {
    "decayed": m.A, "cusum": m.C, "pending": m.PENDING, "effective": m.EFFECTIVE,
    "floor_decayed": m.FLOOR_A, "floor_cusum": m.FLOOR_C, "epoch": m.EPOCH,
}  # fmt: skip
TREE_COLUMNS = {"tree_sum": m.T, "tree_floor": m.FLOOR_T, "tree_epoch": m.EPOCH_T}
LOST = ("decayed", "cusum", "pending", "effective", "floor_decayed", "floor_cusum")
WORSE = ("decayed", "cusum", "floor_decayed", "floor_cusum")


class Sums:
    """The block beside the golden machine's columns; `sums` and `tree_sums` are what the last beat left."""

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.golden = new_machine()
        self.carried: dict[str, int] = dict.fromkeys(COLUMNS, 0)
        self.parent = 0
        self.sums: dict[str, int] = {}
        self.tree_sums: dict[str, int] = {}

    @classmethod
    async def start(cls, dut: Any, **params: int) -> Sums:
        self = cls(await Clocked.start(dut), draw())
        for slot in range(SLOTS):
            await self.bench.cycle(valid=1, op=Op.INIT.value, slot=slot, tree=slot, fault=0)
        self.params(**params)
        return self

    def params(self, **values: int) -> None:
        """Put other parameters into force with the next beat."""
        self.packed = PARAMS.pack(values)
        for slot in range(2):
            self.golden.params[slot] = [values.get(name, 0) for name in PARAM_NAMES]

    def row(self, slot: int) -> dict[str, int]:
        return {name: int(self.golden.slots[slot, column]) for name, column in COLUMNS.items()}

    def tree_row(self, tree: int) -> dict[str, int]:
        return {name: int(self.golden.trees[tree, column]) for name, column in TREE_COLUMNS.items()}

    async def beat(self, op: Op, slot: int, tree: int, **inputs: int) -> None:
        """One beat; its sums in the same cycle must be the golden machine's after it."""
        inputs = {"valid": 1, "fault": 0, "ok": 1, "epoch": 0, "effect": 1, "alone": 0, "stale": 0} | inputs
        total = inputs.pop("total", 0)
        state = inputs.get("state", 0)
        source = self.parent if op == Op.COPY else slot
        likely = {"look": self.chance.choice((1, 2, 63, self.parent)), "tree_look": self.chance.choice((0, tree))}
        await self.bench.beat(
            {"look": source, "tree_look": tree}, likely,
            op=op.value, slot=slot, tree=tree, params=self.packed,
            gain=max(total, 0) * inputs["effect"], pending=max(-total, 0) * inputs["effect"], **inputs,
        )  # fmt: skip
        if not inputs["valid"]:
            return
        before = self.row(slot)
        if not inputs["fault"]:
            self.change(op, slot, tree, total, state, inputs)
        self.sums = unpack(SUMS, self.bench.get("sums"))
        self.tree_sums = unpack(TREE_SUMS, self.bench.get("tree_sums"))
        if not inputs["fault"]:
            assert self.sums == self.row(slot), f"{op.name}, golden {self.row(slot)}"
            assert self.tree_sums == self.tree_row(tree), f"{op.name}, golden {self.tree_row(tree)}"
        if op == Op.READ:
            self.parent = slot
        if op == Op.LEAVE:
            self.carried = before

    def change(self, op: Op, slot: int, tree: int, total: int, state: int, inputs: dict[str, int]) -> None:
        """Do to the golden columns what `models.golden.run` does for this operation."""
        row, t = self.golden.slots[slot], self.golden.trees[tree]
        if op == Op.CALL:
            effect, ok = bool(inputs["effect"]), bool(inputs["ok"])
            score_call(self.golden, slot, tree, total, effect, ok, inputs["epoch"])
            return
        if op in (Op.CLEAR, Op.INIT):
            row[:], t[:] = 0, 0
        elif op == Op.COPY:
            for column in COLUMNS.values():
                row[column] = self.golden.slots[self.parent, column]
        elif op == Op.MERGE:
            for name in WORSE:
                row[COLUMNS[name]] = max(row[COLUMNS[name]], self.carried[name])
        elif op == Op.RESTORE:
            fields = STATE.unpack(state)
            for name, column in COLUMNS.items():
                row[column] = fields[name]
            for name, column in TREE_COLUMNS.items():
                t[column] = fields[name] if inputs["alone"] else t[column]
        if op == Op.RESTART or (op == Op.RESTORE and inputs["stale"]):
            for name in LOST:
                row[COLUMNS[name]] = 0
            if op == Op.RESTART or inputs["alone"]:
                t[m.T] = t[m.FLOOR_T] = 0


@cocotb.test()
async def random_operations(dut: Any) -> None:
    sums = await Sums.start(dut)
    chance = sums.chance
    ops = (*[Op.CALL] * 40, Op.READ, Op.COPY, Op.LEAVE, Op.MERGE, Op.RESTORE, Op.EXEC, Op.PEEK, Op.SPILL, Op.NONE)
    ops += (Op.CLEAR, Op.RESTART)
    epoch, lean = 0, 0
    for number in range(12000):
        if number % 400 == 0:
            drain = chance.choice((0, 64, 255, 256, 1000, 9000, 65535))
            sums.params(drain=drain, cusum_drift=chance.choice((0, 100, 65535)), tree_drift=chance.randrange(400))
            lean = chance.choice((-1, 1, 1, 0))
        epoch = (epoch + chance.choice((0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 255))) & 255
        total = chance.randrange(-768, 763) if not lean else lean * chance.randrange(763)
        # A state that some machine spilled: a floor never stands above its sum.
        state = {field.name: chance.getrandbits(field.width) for field in STATE.fields}
        state |= {"floor_decayed": state["decayed"] >> 9, "floor_cusum": state["cusum"] >> 8}
        state |= {"tree_floor": state["tree_sum"] >> 10}
        await sums.beat(
            chance.choice(ops), chance.choice((1, 1, 2, 63)), chance.choice((0, 0, 5)), total=total,
            epoch=epoch, valid=int(chance.random() < 0.97), fault=int(chance.random() < 0.03),
            ok=int(chance.random() < 0.8), effect=int(chance.random() < 0.9), alone=chance.randrange(2),
            stale=chance.randrange(2), state=STATE.pack(state),
        )  # fmt: skip


@cocotb.test()
async def sums_saturate_and_wrap_neither_way(dut: Any) -> None:
    sums = await Sums.start(dut, drain=65535, cusum_drift=65535, tree_drift=65535)
    for _ in range(100):  # gains only, nothing proven
        await sums.beat(Op.CALL, 3, 3, total=762, ok=0)
    assert (sums.sums["decayed"], sums.sums["cusum"], sums.tree_sums["tree_sum"]) == (0xFFFF,) * 3
    for step in range(3):
        await sums.beat(Op.CALL, 3, 3, total=-768, epoch=step)
    assert (sums.sums["cusum"], sums.tree_sums["tree_sum"]) == (0, 0)
    for step in range(400):
        await sums.beat(Op.CALL, 3, 3, total=-768, epoch=step & 255)
    assert sums.sums["decayed"] == 0 and sums.sums["pending"] == 768


@cocotb.test()
async def losses_are_proven_and_bounded_within_an_epoch(dut: Any) -> None:
    drain = 1000
    sums = await Sums.start(dut, drain=drain, cusum_drift=300, tree_drift=300)

    def three() -> list[int]:
        return [sums.sums["decayed"], sums.sums["cusum"], sums.tree_sums["tree_sum"]]

    for _ in range(40):
        await sums.beat(Op.CALL, 9, 9, total=700, ok=0, epoch=1)
    high = three()
    # Failed calls, and calls without an effect, lower nothing, whatever they promise.
    for _ in range(20):
        await sums.beat(Op.CALL, 9, 9, total=-700, ok=0, epoch=2)
    assert three() == high
    await sums.beat(Op.CALL, 9, 9, total=-700, ok=0, effect=0, epoch=3)
    for _ in range(20):
        await sums.beat(Op.CALL, 9, 9, total=-700, ok=1, effect=0, epoch=3)
    assert three() == high
    # Proven ones do, by `drain` and what rounding adds, and once more in the next epoch.
    for epoch in (4, 5, 6):
        start = three()
        for _ in range(30):
            await sums.beat(Op.CALL, 9, 9, total=-700, epoch=epoch)
        for before, after in zip(start, three(), strict=True):
            assert before - drain - 256 < after < before
            assert after == (before - drain) >> 8 << 8
