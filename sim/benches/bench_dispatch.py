"""Bench of the dispatch register: what a read answers, and when, whatever the pipeline does meanwhile."""

from __future__ import annotations

import random
from typing import Any

import cocotb

from hdl.contract.registers import DISPATCH_WAIT
from hdl.contract.syscalls import ID_COUNT
from hdl.contract.verdict import Verdict
from hdl.screening.pipeline import VERDICT_EDGES
from sim.benches.clocked import Clocked, draw

STROBES = (
    "call", "admitted", "over", "returned", "taken", "current", "commit", "decided", "select", "write",
)  # fmt: skip
BY_VERDICT = 0xFFFF_0000
"""Stands for the handler of whatever verdict is asked for."""

HANDLER = 0x1000
"""Handler of id i: this plus 4 * i."""


class Rig:
    """The register with a pipeline played around it: an event waits, one is in the latch, others behind a commit.

    Members: `number` of the last call, `active` while it is in progress; per call its `verdict`, and whether its
    event was `admitted`; `arrived`: the cycle of the verdict.  `pace`: chance that an event moves on in a cycle.
    """

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench, self.chance = bench, chance
        self.waiting: list[int] = []
        self.latch: list[int] = []
        self.edges: list[int] = [0] * VERDICT_EDGES
        self.pace = 1.0
        self.number, self.active = 0, False
        self.verdict: dict[int, int] = {}
        self.arrived: dict[int, int] = {}
        self.admitted: set[int] = set()

    @classmethod
    async def start(cls, dut: Any) -> Rig:
        rig = cls(await Clocked.start(dut, verdict_handler=BY_VERDICT, id=0), draw())
        while rig.bench.get("clearing"):
            await rig.cycle()
        return rig

    async def cycle(self, **inputs: int) -> None:
        """One cycle.  With `call`, one begins; its event goes its way."""
        chance = self.chance
        drive = dict.fromkeys(STROBES, 0) | {"verdict": chance.randrange(8)} | inputs
        if inputs.get("call"):
            self.number += 1
            self.verdict.setdefault(self.number, chance.randrange(8))
        out = self.edges.pop()
        if out:
            drive |= {"decided": 1, "verdict": self.verdict[out]}
        elif chance.random() < 0.2:
            drive["decided"] = 1  # of another source
        commits = bool(self.latch) and chance.random() < self.pace
        self.edges.insert(0, self.latch.pop() if commits else 0)
        drive["commit"] = int(commits or (not self.latch and chance.random() < 0.2))
        ready = not self.latch and chance.random() < self.pace
        if inputs.get("call") and (not self.waiting or ready):
            drive["admitted"] = 1
            self.admitted.add(self.number)
            self.waiting.append(self.number)
        if self.waiting and ready:
            event = self.waiting.pop(0)
            self.latch.append(event)
            in_progress = (self.active or "call" in inputs) and not inputs.get("over")
            drive |= {"taken": 1, "current": int(event == self.number and in_progress)}
        await self.bench.cycle(**drive)
        if out:
            self.arrived[out] = self.bench.now
        assert self.bench.get("in_call") == self.active
        self.active = bool(inputs.get("call") or (self.active and not inputs.get("over")))

    async def read(self) -> tuple[int, int]:
        """Read the register; return the verdict whose handler is named or the handler, and the cycles waited."""
        for waited in range(DISPATCH_WAIT + 2):
            await self.cycle(select=1)
            if not self.bench.get("hold"):
                answer = self.bench.get("answer")
                return (self.bench.get("verdict_index") if answer == BY_VERDICT else answer), waited
        raise AssertionError("the read waits for longer than it may")

    async def back(self) -> int:
        """Return to user mode; return whether that was told as undispatched."""
        await self.cycle(over=1)
        assert not self.bench.get("undispatched")
        await self.cycle(returned=1)
        return self.bench.get("undispatched")


@cocotb.test()
async def no_handler_outlives_a_reset(dut: Any) -> None:
    rig = await Rig.start(dut)
    for ident in range(ID_COUNT):
        await rig.cycle(write=1, write_id=ident, write_address=HANDLER + 4 * ident)
    await rig.bench.cycle(rst=1)
    await rig.bench.cycle(rst=0)
    clearing = 0
    while rig.bench.get("clearing"):
        clearing += 1
        await rig.cycle()
    assert clearing == ID_COUNT
    for ident in (0, 1, 511):
        rig.verdict[rig.number + 1] = Verdict.ALLOW
        await rig.cycle(call=1, id=ident)
        assert (await rig.read())[0] == Verdict.DENY
        await rig.back()


@cocotb.test()
async def a_read_answers_the_verdict_of_its_own_call_or_denies(dut: Any) -> None:
    rig = await Rig.start(dut)
    bench, chance = rig.bench, rig.chance
    handlers = {ident: HANDLER + 4 * ident for ident in range(0, ID_COUNT, 2)}
    for ident, address in handlers.items():
        await rig.cycle(write=1, write_id=ident, write_address=address)
    met = dict.fromkeys(("handler", "no handler", "verdict", "no verdict", "late", "not admitted", "no call"), 0)
    for _ in range(1300):
        rig.pace = chance.choice((1.0, 1.0, 0.5, 0.1, 0.02))
        # Outside of a call.
        for _ in range(chance.randrange(3)):
            assert await rig.read() == (Verdict.DENY, 0)
            met["no call"] += 1
        ident = chance.randrange(40)
        await rig.cycle(call=1)
        number, spoken, dispatched = rig.number, None, False
        await bench_id(rig, ident)
        for _ in range(chance.choice((0, 0, chance.randrange(8), chance.randrange(100)))):
            await rig.cycle()
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            start = bench.now + 1
            answer, waited = await rig.read()
            dispatched = True
            if spoken is not None:
                assert (answer, waited) == (spoken, 0), "a second read answers something else"
                continue
            verdict, in_time = rig.verdict[number], rig.arrived.get(number, bench.now + 1) <= bench.now
            if number not in rig.admitted:
                assert (answer, waited) == (Verdict.DENY, 0)
                met["not admitted"] += 1
            elif not in_time:
                assert (answer, waited) == (Verdict.DENY, DISPATCH_WAIT)
                met["late"] += 1
            else:
                assert waited == max(0, rig.arrived[number] - start)
                if verdict == Verdict.ALLOW:
                    assert answer == handlers.get(ident, Verdict.DENY)
                    met["handler" if ident in handlers else "no handler"] += 1
                else:
                    assert answer == (verdict if verdict < len(Verdict) else Verdict.DENY)
                    met["verdict" if verdict < len(Verdict) else "no verdict"] += 1
            spoken = answer
        if chance.random() < 0.1:  # a trap in the kernel
            await rig.cycle(over=1)
            assert await rig.read() == (Verdict.DENY, 0)
        for _ in range(chance.choice((0, 0, chance.randrange(8), chance.randrange(100)))):
            await rig.cycle()
        assert await rig.back() == (not dispatched)
        await rig.cycle(over=1)
        await rig.cycle(returned=1)
        assert not bench.get("undispatched"), "a return that ends no call is told"
    cocotb.log.info("reads: %s", met)
    assert min(met.values()) > 20


async def bench_id(rig: Rig, ident: int) -> None:
    """Name the call's id, as late as it may come."""
    await rig.cycle()
    await rig.cycle(id=ident)


@cocotb.test()
async def a_verdict_counts_in_its_very_cycle_and_for_no_other_call(dut: Any) -> None:
    rig = await Rig.start(dut)
    await rig.cycle(write=1, write_id=0, write_address=HANDLER)
    # Taken with the strobe, committed one cycle later, three edges, and the read that waits ends.
    rig.verdict[1] = Verdict.ALLOW
    await rig.cycle(call=1)
    strobe = rig.bench.now
    answer, _ = await rig.read()
    assert answer == HANDLER and rig.bench.now - strobe == 1 + VERDICT_EDGES
    assert not await rig.back()
    # Whenever the next call begins, the verdict of one that was given up is not its own.
    for delay in range(12):
        for gone in (0, 1):
            number = rig.number + 1
            rig.verdict |= {number: Verdict.ALLOW, number + 1: Verdict.KILL}
            await rig.cycle(call=1)
            for _ in range(delay):
                await rig.cycle()
            if gone:
                await rig.cycle(over=1)
            await rig.cycle(call=1)
            assert (await rig.read())[0] == Verdict.KILL
            await rig.back()
    # At the last moment, and one cycle after it.
    for late in (0, 1):
        rig.pace = 0.0
        number = rig.number + 1
        rig.verdict[number] = Verdict.CLONE
        await rig.cycle(call=1)
        for waited in range(DISPATCH_WAIT + 1):
            if waited == DISPATCH_WAIT - 1 - VERDICT_EDGES + late:
                rig.pace = 1.0
            await rig.cycle(select=1)
            assert rig.bench.get("hold") == (waited < DISPATCH_WAIT)
        assert rig.bench.get("verdict_index") == (Verdict.DENY if late else Verdict.CLONE)
        assert (await rig.read())[0] == (Verdict.DENY if late else Verdict.CLONE)
        await rig.back()
