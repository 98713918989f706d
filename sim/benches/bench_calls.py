"""Bench of the core's calls: arguments, numbers and results as the register file's writes make them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cocotb

from hdl.contract.event import EVENT, Kind
from hdl.contract.paths import PATHS
from hdl.contract.syscalls import UNKNOWN, from_number, name_of
from hdl.soc.strings import which_of
from sim.benches.clocked import Clocked, draw

USER_CALL, INTERRUPT, FAULT = 8, 32 | 11, 5
QUIET = {"core__trap": 0, "core__mret": 0, "core__rf_write": 0, "born": 0}


@dataclass
class Golden:
    """What the core does, cycle by cycle; `step` is told a cycle's inputs.

    Members: `registers` as they are written; per slot `open` (its last call has not returned) and `good`.
    """

    registers: list[int] = field(default_factory=lambda: [0] * 32)
    open: set[int] = field(default_factory=set)
    good: set[int] = field(default_factory=set)
    in_call: bool = False
    came_back: bool = False

    def event(self, slot: int, generation: int, epoch: int) -> int:
        arguments = {f"a{i}": self.registers[10 + i] for i in range(6)}
        number = self.registers[17]
        ok = slot in self.good and slot not in self.open
        ident = from_number("riscv64", number) if number < 512 else UNKNOWN
        return EVENT.pack(
            {"kind": Kind.CALL, "slot": slot, "generation": generation, "epoch": epoch, "ok": ok}
            | {"id": ident, "paths": len(PATHS.get(name_of(ident), ()))}
            | arguments
        )

    def step(self, inputs: dict[str, int]) -> None:
        slot = inputs["slot"]
        if self.came_back and inputs["core__user"] and slot in self.open:
            self.open.discard(slot)
            failed = self.registers[10] in range((1 << 32) - 4095, 1 << 32)
            (self.good.discard if failed else self.good.add)(slot)
        self.came_back = bool(inputs["core__mret"])
        if inputs["core__trap"] and inputs["core__user"] and inputs["core__cause"] == USER_CALL:
            self.open.add(slot)
        if inputs["born"]:
            self.open.add(inputs["born_slot"])
        if inputs["core__rf_write"] and inputs["core__rf_index"]:
            self.registers[inputs["core__rf_index"]] = inputs["core__rf_data"]


@cocotb.test()
async def every_call_has_the_arguments_the_number_and_the_result_that_were_written(dut: Any) -> None:
    bench, chance, golden = await Clocked.start(dut), draw(), Golden()
    inputs = QUIET | {"core__user": 0, "slot": 0, "generation": 0, "epoch": 0, "born_slot": 0}
    inputs |= {"core__cause": 0, "core__rf_index": 0, "core__rf_data": 0}
    waiting: list[int] = []
    seen = {"ok": 0, "failed": 0, "missed": 0, "unknown": 0, "late": 0, "stale": 0}
    last_write = 0
    in_progress = False
    calls: list[int] = []  # those that are on their way, by number
    number = 0
    for _ in range(30000):
        inputs |= QUIET | {"epoch": chance.randrange(256) if chance.random() < 0.01 else inputs["epoch"]}
        user = inputs["core__user"]
        what = chance.random()
        if golden.came_back:
            user = 1  # every return of this kernel leads there
        elif what < 0.12 and user:
            inputs |= {"core__trap": 1, "core__cause": chance.choice((USER_CALL,) * 4 + (INTERRUPT, FAULT))}
        elif what < 0.12:
            inputs |= {"core__mret": 1}
            if chance.random() < 0.02:
                inputs |= {"core__mret": 0, "core__trap": 1, "core__cause": chance.choice((FAULT, USER_CALL, 11))}
        elif what < 0.7:
            value = chance.choice(
                (chance.getrandbits(32), (1 << 32) - chance.randrange(4097), chance.randrange(470))
            )
            inputs |= {"core__rf_write": 1, "core__rf_data": value}
            inputs["core__rf_index"] = chance.choice((10, 17, chance.randrange(1, 32)))
            if inputs["core__rf_index"] == 17 and chance.random() < 0.8:
                inputs["core__rf_data"] = chance.choice((chance.randrange(520), 63, 64, 1 << chance.randrange(32)))
        elif what < 0.75 and not user:
            inputs |= {"slot": chance.randrange(4) if chance.random() < 0.8 else chance.randrange(32)}
            inputs["generation"] = chance.getrandbits(32)
        elif what < 0.77 and not user:
            inputs |= {"born": 1, "born_slot": chance.randrange(4)}
        if golden.came_back:
            inputs["core__user"] = 1
        room, ready = int(chance.random() < 0.95), int(chance.random() < 0.4)
        await bench.cycle(room=room, events__ready=ready, **inputs)

        call = bool(inputs["core__trap"] and inputs["core__user"] and inputs["core__cause"] == USER_CALL)
        over = bool((inputs["core__trap"] and not call) or inputs["core__mret"])
        assert bench.get("call") == call and bench.get("over") == over
        assert bench.get("returned") == (golden.came_back and inputs["core__user"])
        fresh = last_write == 17
        taken = bool(bench.get("events__valid") and ready)
        admitted = call and room and (not waiting or ready)
        assert bench.get("admitted") == admitted
        valid = bool(waiting) or (call and room and not fresh)
        assert bench.get("events__valid") == valid
        if call:
            seen["missed"] += not admitted
            number += 1
            in_progress = True
        if admitted:
            event = golden.event(inputs["slot"], inputs["generation"], inputs["epoch"])
            waiting.append(event)
            calls.append(number)
            seen["ok" if EVENT.unpack(event)["ok"] else "failed"] += 1
            seen["unknown"] += EVENT.unpack(event)["id"] == UNKNOWN
            seen["late"] += fresh
        if over:
            in_progress = False
        if taken:
            expected = waiting.pop(0)
            payload = bench.get("events__payload")
            assert payload == expected, (EVENT.unpack(payload), EVENT.unpack(expected))
            assert bench.get("which") == which_of(EVENT.unpack(payload)["id"])
            current = calls.pop(0) == number and in_progress
            assert bench.get("current") == current
            seen["stale"] += not current
        golden.step(inputs)
        last_write = inputs["core__rf_index"] if inputs["core__rf_write"] else 0
        if inputs["core__trap"]:
            inputs["core__user"] = 0
    cocotb.log.info("calls: %s", seen)
    assert min(seen.values()) > 20, seen


@cocotb.test()
async def the_id_stands_two_cycles_behind_the_call(dut: Any) -> None:
    bench = await Clocked.start(dut, room=1, events__ready=1, core__user=1)
    for gap in range(4):
        for number in (64, 63, 511, 512, 1 << 31):
            await bench.cycle(core__rf_write=1, core__rf_index=17, core__rf_data=number)
            await bench.cycles(gap, core__rf_write=0)
            await bench.cycle(core__rf_write=0, core__trap=1, core__cause=USER_CALL)
            assert bench.get("events__valid") == (gap > 0)
            # What the handler writes from here on is no longer this call's.
            await bench.cycle(core__trap=0, core__rf_write=1, core__rf_index=17, core__rf_data=5)
            for _ in range(3):
                await bench.cycle(core__rf_write=0)
                assert bench.get("id") == (from_number("riscv64", number) if number < 512 else UNKNOWN)
