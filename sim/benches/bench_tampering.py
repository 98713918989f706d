"""Bench of the record of what was broken: words, rules, stop and offers against a twin, over resets."""

from __future__ import annotations

import random
from typing import Any

import cocotb

from hdl.contract.event import SLOTS
from hdl.contract.link import HEADER, FrameType
from hdl.contract.tamper import REPEAT_BITS, RULES, TAMPER, TAMPER_CYCLES
from hdl.soc.tampering import FRAME_WORDS
from sim.benches.clocked import Clocked, draw

WORD = 0xFFFF_FFFF
BITS = {rule.name: 1 << number for number, rule in enumerate(RULES)}
STOPS = BITS["undispatched"] | BITS["strayed"]
CALM = dict.fromkeys((*BITS, "call", "take", "alarm__taken", "alarm__busy"), 0)


class Twin:
    """What the block is to show in a cycle, from the inputs of the cycles before it."""

    def __init__(self) -> None:
        self.kept = dict.fromkeys((field.name for field in TAMPER.fields), 0)
        self.rules = self.heard = 0
        self.reset()

    def reset(self) -> None:
        """All but the record begins anew."""
        self.rules = 0
        self.due = self.locks = self.beat = 0
        self.here, self.prior = 0, 0

    def step(self, inputs: dict[str, int]) -> None:
        """Take the inputs of a cycle."""
        broken = sum(bit for name, bit in BITS.items() if inputs[name])
        stopped, tells = self.rules & STOPS, self.tells()
        caught = self.locks or (broken & STOPS and not stopped)
        if inputs["call"] and not self.rules:
            self.kept.update(slot=inputs["slot"], generation=inputs["generation"])
        if caught:
            self.kept.update(
                answered=inputs["answered"], pc=self.here, before=self.prior, handler=inputs["handler"],
                time_low=inputs["cycles"] & WORD, time_high=inputs["cycles"] >> 32,
            )  # fmt: skip
        if broken:
            self.heard = self.rules | broken
        elif inputs["take"] and not stopped:
            self.heard = 0
        beat = inputs["cycles"] >> REPEAT_BITS & 1
        if caught or beat != self.beat:
            self.due = 1
        elif inputs["alarm__taken"] or not tells:
            self.due = 0
        self.locks = int(bool(broken & BITS["locked"]) and not self.rules)
        self.beat, self.here, self.prior = beat, inputs["last"], inputs["before"]
        self.rules |= broken
        if inputs["rst"]:
            self.reset()

    def tells(self) -> bool:
        return bool(self.rules and self.heard)

    def words(self) -> list[int]:
        """Return header and payload."""
        rules = {name: int(bool(self.heard & bit)) for name, bit in BITS.items()}
        packed = TAMPER.pack({**self.kept, **rules})
        return [
            HEADER.pack({"type": FrameType.TAMPER}),
            *(packed >> 32 * number & WORD for number in range(TAMPER.words)),
        ]


def anything(chance: random.Random, cycles: int) -> dict[str, int]:
    """Return inputs of a cycle in which little is broken."""
    return {
        **{name: int(chance.random() < 0.01) for name in BITS},
        "call": int(chance.random() < 0.2),
        "take": int(chance.random() < 0.03),
        "slot": chance.randrange(SLOTS),
        "answered": chance.randrange(2),
        **{name: chance.getrandbits(32) for name in ("generation", "last", "before", "handler")},
        "cycles": cycles,
        "index": chance.randrange(TAMPER.words),
        "alarm__busy": chance.randrange(2),
        "alarm__place": chance.randrange(FRAME_WORDS),
    }


@cocotb.test()
async def whatever_is_broken_is_recorded_as_the_twin_has_it(dut: Any) -> None:
    bench, chance, twin = await Clocked.start(dut, **CALM), draw(), Twin()
    seen: set[int] = set()
    cycles = 0
    for number in range(12000):
        cycles += 1 + chance.choice((0, 0, 0, 0, TAMPER_CYCLES, chance.getrandbits(36)))
        inputs = anything(chance, cycles)
        inputs["rst"] = int(number % 90 == 0)  # runs are short: a core that is stopped stays so
        # An offer is taken or not; a link that takes what is not offered is none.
        inputs["alarm__taken"] = int(bool(twin.due and twin.tells()) and chance.random() < 0.3)
        await bench.cycle(**inputs)
        words = twin.words()
        place = inputs["alarm__place"] if inputs["alarm__busy"] else inputs["index"] + HEADER.words
        assert bench.get("rules") == twin.rules
        assert bench.get("stop") == bool(twin.rules & STOPS or inputs["undispatched"])
        assert bench.get("alarm__offered") == bool(twin.due and twin.tells())
        assert bench.get("alarm__word") == bench.get("word") == words[place], f"word {place}"
        assert bench.get("hold") == inputs["alarm__busy"]
        twin.step(inputs)
        seen.add(twin.rules)
    assert seen == set(range(1 << len(RULES))), f"of all sets of rules only {seen} were broken"


@cocotb.test()
async def what_stopped_the_core_goes_out_again_and_again_and_outlives_a_reset(dut: Any) -> None:
    bench = await Clocked.start(dut, **CALM)
    await bench.cycle(call=1, slot=9, generation=77, cycles=5)
    await bench.cycle(call=0, last=0x1000_0104, before=0x1000_0100, handler=0x1000_2000, answered=1)
    await bench.cycle(strayed=1, last=0x1000_0108, before=0x1000_0104, cycles=123 << 32 | 456)
    await bench.cycle(strayed=0, call=1, slot=3)  # too late to be meant
    expected = {
        "strayed": 1, "answered": 1, "slot": 9, "generation": 77, "pc": 0x1000_0104, "before": 0x1000_0100,
        "handler": 0x1000_2000, "time_low": 456, "time_high": 123,
    }  # fmt: skip

    async def record() -> dict[str, int]:
        packed = 0
        for number in range(TAMPER.words):
            await bench.cycle(call=0, index=number)
            packed |= bench.get("word") << 32 * number
        return {name: value for name, value in TAMPER.unpack(packed).items() if value}

    assert bench.get("stop") and bench.get("alarm__offered")
    await bench.cycle(alarm__taken=1)
    await bench.cycle(alarm__taken=0)
    assert not bench.get("alarm__offered")
    for beat in range(1, 4):
        await bench.cycle(cycles=beat * TAMPER_CYCLES - 1)
        await bench.cycles(5)
        assert not bench.get("alarm__offered")
        await bench.cycle(cycles=beat * TAMPER_CYCLES)
        await bench.cycle()
        assert bench.get("alarm__offered")
        await bench.cycle(alarm__taken=1)
        await bench.cycle(alarm__taken=0)
    await bench.cycle(take=1)
    await bench.cycle(take=0)
    assert await record() == expected, "a core that is stopped takes nothing"
    await bench.cycle(rst=1)
    await bench.cycle(rst=0)
    assert not bench.get("stop") and not bench.get("rules") and await record() == expected
    await bench.cycle(cycles=5 * TAMPER_CYCLES)
    await bench.cycles(3)
    assert not bench.get("alarm__offered"), "it is the program's now"
    await bench.cycle(take=1)
    await bench.cycle(take=0)
    assert "strayed" not in await record()
