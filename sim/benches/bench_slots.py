"""Bench of the slots: every operation and every refusal against the golden machine's `_fault_of` and `_change`."""

from __future__ import annotations

from typing import Any

import cocotb
import numpy as np

from hdl.contract.event import EVENT, SLOTS, STATE, Kind
from hdl.contract.verdict import Fault
from hdl.screening.layouts import Op
from models.golden import machine as m
from models.golden.machine import new_machine
from models.golden.run import _change, _fault_of
from sim.benches.clocked import Clocked, draw

FEW = (0, 1, 2, 31, 32, 33, 63)


def beats_of(kind: int, slot: int, other: int) -> list[tuple[Op, int]]:
    """Return the visits to slots that an event is made of, as the latch commits them."""
    single = {Kind.CALL: Op.CALL, Kind.CLEAR: Op.CLEAR, Kind.EXEC: Op.EXEC, Kind.SPILL: Op.SPILL}
    single[Kind.RESTORE] = Op.RESTORE
    if kind == Kind.FORK:
        return [(Op.READ, slot), (Op.COPY, other & 63)]
    if kind == Kind.EXIT:
        return [(Op.PEEK, other), (Op.LEAVE, slot), (Op.MERGE, other)] if other < SLOTS else [(Op.LEAVE, slot)]
    return [(single[Kind(kind)], slot)]


def life_of(op: Op, event: int) -> int:
    """Return the generation that a beat is about, as the latch says it."""
    return EVENT.unpack(event)["a1" if op in (Op.PEEK, Op.COPY, Op.MERGE) else "generation"]


@cocotb.test()
async def every_fault_and_every_change(dut: Any) -> None:
    chance = draw()
    bench = await Clocked.start(dut)
    golden = new_machine()
    for slot in range(SLOTS):
        await bench.cycle(valid=1, op=Op.INIT.value, slot=slot)
        assert bench.get("tree") == slot and bench.get("fault") == 0
    kinds = [Kind.CALL, Kind.CLEAR, Kind.FORK, Kind.EXEC, Kind.EXIT, Kind.SPILL, Kind.RESTORE]
    kinds += [Kind.CALL, Kind.CLEAR, Kind.FORK]
    met: dict[tuple[int, int], int] = {}
    for _ in range(9000):
        kind, slot = chance.choice(kinds), chance.choice(FEW)
        known = [s for s in FEW if golden.slots[s, m.LIVE]]
        if known and kind not in (Kind.CLEAR, Kind.RESTORE) and chance.random() < 0.7:
            slot = chance.choice(known)
        lives = int(golden.slots[slot, m.GENERATION])
        generation = lives if chance.random() < 0.85 else chance.choice((lives ^ 1 << 31, lives + 1, 0))
        other = chance.choice((*FEW, *FEW, 64, 64 + slot, 1 << 31))
        source = slot >> 5 if chance.random() < 0.93 else 1 - (slot >> 5)
        fields = {"kind": kind, "slot": slot, "source": source, "generation": generation}
        fields |= {"id": chance.choice((0, 1, 2, 32, 33, 34))}
        if kind == Kind.RESTORE:
            state = {
                "profile": chance.randrange(16),
                "allow": chance.getrandbits(16),
                "swaps": chance.randrange(2),
            }
            packed = STATE.pack(state)
            fields |= {f"a{i}": packed >> 32 * i & 0xFFFFFFFF for i in range(6)}
        else:
            fields["a0"] = chance.randrange(64) if kind in (Kind.CLEAR, Kind.EXEC) else other
            fields["a1"] = chance.getrandbits(32)
            if kind == Kind.EXIT and other < SLOTS and chance.random() < 0.8:
                fields["a1"] = int(golden.slots[other, m.GENERATION])
        event = EVENT.pack(fields)
        words = np.array([event >> 32 * i & 0xFFFFFFFF for i in range(8)], np.uint32)
        golden.registers[m.RUNNING] = int(chance.random() < 0.97)
        fault = int(_fault_of(golden, kind, slot, source, words, fields["id"] & 63))
        tree = fields["id"] & 63
        alone = golden.trees[tree, m.USERS] == 0
        if chance.random() < 0.1:
            # A beat that is not valid changes nothing.
            await bench.cycle(valid=0, op=chance.choice(list(Op)).value, slot=slot, event=event)
        for op, visited in beats_of(kind, slot, other):
            await bench.beat(
                {"look": visited}, {"look": chance.choice((*FEW, other & 63))},
                op=op.value, slot=visited, event=event, running=int(golden.registers[m.RUNNING]),
                life=life_of(op, event),
            )  # fmt: skip
        assert bench.get("fault") == fault, f"{Kind(kind).name} {fields}: {bench.get('fault')}, golden {fault}"
        met[kind, fault] = met.get((kind, fault), 0) + 1
        if fault:
            continue
        shown = slot if kind == Kind.CALL else int(_change(golden, kind, slot, words, np.zeros(6, np.uint32)))
        row = golden.slots[shown]
        seen = tuple(bench.get(name) for name in ("tree", "profile", "allow"))
        assert seen == (row[m.TREE_OF], row[m.PROFILE], row[m.ALLOW]), Kind(kind).name
        if kind == Kind.RESTORE:
            assert bench.get("alone") == alone
        if chance.random() < 0.05:
            # Operations that touch no identity.
            op = chance.choice((Op.NONE, Op.RESTART, Op.VACCINATE, Op.REVOKE))
            visited = chance.randrange(SLOTS)
            await bench.cycle(valid=1, op=op.value, slot=visited)
            assert bench.get("fault") == 0
            assert op != Op.RESTART or bench.get("tree") == visited
    assert {fault for _, fault in met} == {f for f in Fault if f not in (Fault.VACCINE, Fault.KIND)}
    for kind in kinds:
        assert met.get((kind, 0), 0) > 50, f"{Kind(kind).name} hardly ever succeeded"
    cocotb.log.info("%s", {f"{Kind(k).name}/{Fault(f).name}": n for (k, f), n in sorted(met.items())})


@cocotb.test()
async def a_refused_exit_does_not_refuse_the_next(dut: Any) -> None:
    bench = await Clocked.start(dut)
    for slot in range(SLOTS):
        await bench.cycle(valid=1, op=Op.INIT.value, slot=slot)
    for slot in (0, 1):
        event = EVENT.pack({"kind": Kind.CLEAR, "slot": slot, "id": slot, "generation": 5})
        await bench.beat({"look": slot}, {}, op=Op.CLEAR.value, slot=slot, event=event, life=5)
        assert bench.get("fault") == Fault.NONE
    for slot, generation, fault in (
        (0, 6, Fault.STALE),
        (1, 5, Fault.NONE),
        (1, 5, Fault.STALE),
        (0, 5, Fault.NONE),
    ):
        event = EVENT.pack({"kind": Kind.EXIT, "slot": slot, "generation": generation, "a0": SLOTS})
        await bench.beat({"look": slot}, {}, op=Op.LEAVE.value, slot=slot, event=event, life=generation)
        assert bench.get("fault") == fault
