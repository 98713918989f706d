"""Bench of the accumulators: A, C and T against the golden machine's `score_call`, and what must hold whatever."""

from __future__ import annotations

import os
import random
from collections import deque
from typing import Any, Self

import cocotb

from hdl.contract.event import SLOTS, STATE
from hdl.contract.model import PARAM_NAMES, PARAMS
from hdl.screening.accumulators import SUMS, TREE_SUMS
from hdl.screening.layouts import Op
from hdl.screening.tables import PARTS
from models.golden import machine as m
from models.golden.machine import new_machine
from models.golden.score import score_call
from sim.benches.clocked import Clocked, draw, pack, unpack

FAST = bool(int(os.environ.get("FAST", "0")))

COLUMNS = {
    "decayed": m.A, "cusum": m.C, "pending": m.PENDING, "effective": m.EFFECTIVE,
    "floor_decayed": m.FLOOR_A, "floor_cusum": m.FLOOR_C, "epoch": m.EPOCH,
}  # fmt: skip
TREE_COLUMNS = {"tree_sum": m.T, "tree_floor": m.FLOOR_T, "tree_epoch": m.EPOCH_T}
LOST = ("decayed", "cusum", "pending", "effective", "floor_decayed", "floor_cusum")
Rows = tuple[dict[str, int], dict[str, int]]
Beat = tuple[Op, dict[str, int], Rows | None]
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
    async def start(cls, dut: Any, **params: int) -> Self:
        self = cls(await Clocked.start(dut), draw())
        for slot in range(SLOTS):
            await self.bench.cycle(valid=1, op=Op.INIT.value, slot=slot, tree=slot, fault=0)
        await self.params(**params)
        return self

    async def params(self, **values: int) -> None:
        """Put other parameters into force with the next beat."""
        self.packed = PARAMS.pack(values)
        for slot in range(2):
            self.golden.params[slot] = [values.get(name, 0) for name in PARAM_NAMES]

    def row(self, slot: int) -> dict[str, int]:
        return {name: int(self.golden.slots[slot, column]) for name, column in COLUMNS.items()}

    def tree_row(self, tree: int) -> dict[str, int]:
        return {name: int(self.golden.trees[tree, column]) for name, column in TREE_COLUMNS.items()}

    def inputs(self, op: Op, slot: int, tree: int, **inputs: int) -> dict[str, int]:
        """Return all inputs of a beat; `total` is what the tables say."""
        inputs = {"valid": 1, "fault": 0, "ok": 1, "epoch": 0, "effect": 1, "alone": 0, "stale": 0} | inputs
        return inputs | {"op": op.value, "slot": slot, "tree": tree, "params": self.packed}

    def looks(self, op: Op, slot: int, tree: int) -> dict[str, int]:
        return {"look": self.parent if op == Op.COPY else slot, "tree_look": tree}

    async def beat(self, op: Op, slot: int, tree: int, *, total: int = 0, **more: int) -> None:
        """One beat; its sums in the same cycle must be the golden machine's after it."""
        inputs, looks = self.inputs(op, slot, tree, **more), self.looks(op, slot, tree)
        amounts = {"gain": max(total, 0) * inputs["effect"], "pending": max(-total, 0) * inputs["effect"]}
        likely = {"look": self.chance.choice((1, 2, 63, self.parent)), "tree_look": self.chance.choice((0, tree))}
        await self.bench.beat(looks, likely, **inputs, **amounts)
        expected = self.after(op, slot, tree, total, inputs)
        if inputs["valid"]:
            self.compare(op, expected)

    async def finish(self) -> None:
        """Wait until all beats have been compared."""

    def after(self, op: Op, slot: int, tree: int, total: int, inputs: dict[str, int]) -> Rows | None:
        """Do a beat to the golden machine; return its rows then, if they are to be seen."""
        if not inputs["valid"]:
            return None
        before = self.row(slot)
        if not inputs["fault"]:
            self.change(op, slot, tree, total, inputs.get("state", 0), inputs)
        if op == Op.READ:
            self.parent = slot
        if op == Op.LEAVE:
            self.carried = before
        return None if inputs["fault"] else (self.row(slot), self.tree_row(tree))

    def compare(self, op: Op, expected: Rows | None) -> None:
        self.sums = unpack(SUMS, self.bench.get("sums"))
        self.tree_sums = unpack(TREE_SUMS, self.bench.get("tree_sums"))
        if expected is not None:
            assert (self.sums, self.tree_sums) == expected, f"{op.name}, golden {expected}"

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


class FastSums(Sums):
    """The same of the faster block: beats behind each other, clock by clock.  Each looks two cycles before it
    comes in, and shows two cycles after."""

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        super().__init__(bench, chance)
        idle: Beat = (Op.NONE, {"valid": 0}, None)
        self.on_way: deque[Beat] = deque([idle] * 4, maxlen=5)

    async def params(self, **values: int) -> None:
        await self.finish()
        await super().params(**values)

    async def beat(self, op: Op, slot: int, tree: int, *, total: int = 0, **more: int) -> None:
        """One beat; two cycles after it comes in, its sums must be the golden machine's after it."""
        if op == Op.MERGE:  # never but behind a LEAVE of another slot
            await self.beat(Op.LEAVE, slot ^ 1, tree)
        inputs, looks = self.inputs(op, slot, tree, **more), self.looks(op, slot, tree)
        first = max(-256, min(254, total))
        second = max(-256, min(254, total - first))
        parts = [first, second, total - first - second]
        self.chance.shuffle(parts)
        packed = pack(PARTS, {name: part & 511 for name, part in zip(PARTS.members, parts, strict=True)})
        await self.step(looks, (op, inputs | {"parts": packed}, self.after(op, slot, tree, total, inputs)))

    async def step(self, looks: dict[str, int], beat: Beat) -> None:
        self.on_way.append(beat)
        await self.bench.cycle(**looks, **self.on_way[2][1])
        op, inputs, expected = self.on_way[0]
        if inputs["valid"]:
            self.compare(op, expected)

    async def finish(self) -> None:
        for _ in range(4):
            await self.step({}, (Op.NONE, {"valid": 0}, None))


SUMS_OF = FastSums if FAST else Sums


@cocotb.test()
async def random_operations(dut: Any) -> None:
    sums = await SUMS_OF.start(dut)
    chance = sums.chance
    ops = (*[Op.CALL] * 40, Op.READ, Op.COPY, Op.LEAVE, Op.MERGE, Op.RESTORE, Op.EXEC, Op.PEEK, Op.SPILL, Op.NONE)
    ops += (Op.CLEAR, Op.RESTART)
    epoch, lean = 0, 0
    for number in range(12000):
        if number % 400 == 0:
            drain = chance.choice((0, 64, 255, 256, 1000, 9000, 65535))
            await sums.params(
                drain=drain, cusum_drift=chance.choice((0, 100, 65535)), tree_drift=chance.randrange(400)
            )
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
    sums = await SUMS_OF.start(dut, drain=65535, cusum_drift=65535, tree_drift=65535)
    for _ in range(100):  # gains only, nothing proven
        await sums.beat(Op.CALL, 3, 3, total=762, ok=0)
    await sums.finish()
    assert (sums.sums["decayed"], sums.sums["cusum"], sums.tree_sums["tree_sum"]) == (0xFFFF,) * 3
    for step in range(3):
        await sums.beat(Op.CALL, 3, 3, total=-768, epoch=step)
    await sums.finish()
    assert (sums.sums["cusum"], sums.tree_sums["tree_sum"]) == (0, 0)
    for step in range(400):
        await sums.beat(Op.CALL, 3, 3, total=-768, epoch=step & 255)
    await sums.finish()
    assert sums.sums["decayed"] == 0 and sums.sums["pending"] == 768


@cocotb.test()
async def losses_are_proven_and_bounded_within_an_epoch(dut: Any) -> None:
    drain = 1000
    sums = await SUMS_OF.start(dut, drain=drain, cusum_drift=300, tree_drift=300)

    async def three() -> list[int]:
        await sums.finish()
        return [sums.sums["decayed"], sums.sums["cusum"], sums.tree_sums["tree_sum"]]

    for _ in range(40):
        await sums.beat(Op.CALL, 9, 9, total=700, ok=0, epoch=1)
    high = await three()
    # Failed calls, and calls without an effect, lower nothing, whatever they promise.
    for _ in range(20):
        await sums.beat(Op.CALL, 9, 9, total=-700, ok=0, epoch=2)
    assert await three() == high
    await sums.beat(Op.CALL, 9, 9, total=-700, ok=0, effect=0, epoch=3)
    for _ in range(20):
        await sums.beat(Op.CALL, 9, 9, total=-700, ok=1, effect=0, epoch=3)
    assert await three() == high
    # Proven ones do, by `drain` and what rounding adds, and once more in the next epoch.
    for epoch in (4, 5, 6):
        start = await three()
        for _ in range(30):
            await sums.beat(Op.CALL, 9, 9, total=-700, epoch=epoch)
        for before, after in zip(start, await three(), strict=True):
            assert before - drain - 256 < after < before
            assert after == (before - drain) >> 8 << 8
