"""Bench of the latch: which beats an event becomes and when, and that no event is lost or doubled."""

from __future__ import annotations

import os
import random
from typing import Any

import cocotb

from hdl.contract.event import EVENT, SLOTS, Kind
from hdl.contract.vaccine import BANKS
from hdl.contract.verdict import Fault
from hdl.screening.latch import LINGER
from hdl.screening.layouts import Op
from sim.benches.clocked import Clocked, draw

FAST = int(os.environ.get("FAST", "0"))
"""The faster latch: all but calls without paths are committed a cycle later, and `hold` counts a cycle later."""

Beat = tuple[int, int, int, int]
"""Operation, slot, last, fault."""

SINGLE = {
    Kind.CALL: Op.CALL, Kind.CLEAR: Op.CLEAR, Kind.EXEC: Op.EXEC, Kind.SPILL: Op.SPILL, Kind.RESTORE: Op.RESTORE,
    Kind.VACCINATE: Op.VACCINATE, Kind.REVOKE: Op.REVOKE,
}  # fmt: skip
ESSENCE = EVENT.pack({name: -1 & ((1 << EVENT.field[name].width) - 1) for name in (
    "kind", "slot", "paths", "id", "generation", "a0", "a1", "a2")})  # fmt: skip
"""What a revocation from the vaccine book says; the rest of that event is whatever is offered beside it."""
LINGERS = (Kind.SPILL, Kind.RESTORE, Kind.VACCINATE, Kind.REVOKE)


def beats_of(event: dict[str, int], swap_ready: bool) -> list[Beat]:
    """Return the beats that an event is committed as.  A beat without operation may name any slot."""
    kind, slot, other = event["kind"], event["slot"], event["a0"]
    if kind > Kind.REVOKE:
        return [(0, slot, 1, Fault.KIND)]
    if kind == Kind.SWAP:
        return [(0, slot, 1, 0 if swap_ready else Fault.MODEL)]
    if kind in (Kind.VACCINATE, Kind.REVOKE) and event["a2"] >> 16 & 31 >= BANKS:
        return [(0, slot, 1, Fault.VACCINE)]
    if kind == Kind.FORK:
        return [(Op.READ.value, slot, 0, 0), (Op.COPY.value, other & 63, 1, 0)]
    if kind == Kind.EXIT and other < SLOTS:
        visits = ((Op.PEEK, other, 0), (Op.LEAVE, slot, 0), (Op.MERGE, other, 1))
        return [(op.value, where, last, 0) for op, where, last in visits]
    op = Op.LEAVE if kind == Kind.EXIT else SINGLE[Kind(kind)]
    return [(op.value, slot, 1, 0)]


class Held:
    """The latch with the model slots and the path classifier played around it.

    Members: `taken` events with their cycles, `beats` with theirs; `cycle` offers and watches one cycle.
    """

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.taken: list[tuple[int, int]] = []
        self.beats: list[tuple[int, Beat, int]] = []
        self.reaped = 0
        self.done = 0
        self.swapping = 0
        self.was_held = False
        self.swap_ready = 1
        self.swaps = 0
        self.ahead = (0, 0)
        self.reaps: set[int] = set()

    def same(self, seen: int, payload: int) -> bool:
        """Whether an event is `payload`, as far as it matters."""
        return (seen ^ payload) & (ESSENCE if payload in self.reaps else -1) == 0

    async def cycle(self, offer: int | None, reap: int | None, hold: bool = False) -> tuple[bool, bool]:
        """One cycle; return whether `offer` and `reap` were taken in it."""
        bench = self.bench
        if reap is not None:
            self.reaps.add(reap)
        if self.swapping:
            self.swapping -= 1
        held = self.taken[-1][1] if self.taken else 0
        paths = held >> EVENT.offset["paths"] & 3
        busy = bool(self.swapping)
        await bench.cycle(
            events__valid=int(offer is not None), events__payload=offer or 0,
            reap__valid=int(reap is not None), reap__payload=reap or 0,
            hold=int(hold or busy), swap_done=int(self.swapping == 1), swap_ready=self.swap_ready,
            paths_done=self.done,
        )  # fmt: skip
        took_reap = reap is not None and bool(bench.get("reap__ready"))
        took_offer = offer is not None and bool(bench.get("events__ready"))
        assert not (took_offer and took_reap), "two events are taken in one cycle"
        assert bench.get("take") == (took_offer or took_reap)
        if bench.get("full"):
            assert self.same(bench.get("event"), held), "what is held is not what was taken"
        if bench.get("commit"):
            assert bench.get("full") and not (self.was_held if FAST else hold or busy) and self.done == paths
            beat = tuple(bench.get(name) for name in ("op", "slot", "last", "form_fault"))
            source = held >> EVENT.offset["slot"] & 63 if beat[0] == Op.COPY.value else beat[1]
            assert beat[0] == Op.NONE.value or self.ahead == (beat[1], source), "another slot was looked for"
            self.beats.append((bench.now, (beat[0], beat[1], beat[2], beat[3]), len(self.taken) - 1))
        self.ahead = (bench.get("next_slot"), bench.get("next_source"))
        self.was_held = hold or busy
        if bench.get("swap") and not busy:
            self.swapping = 7
            self.swaps += 1
        if bench.get("release"):
            self.done = 0
        elif bench.get("full") and self.done < paths and self.chance.random() < 0.4:
            self.done += 1
        for took, payload in ((took_reap, reap), (took_offer, offer)):
            if took and payload is not None:
                assert self.same(bench.get("taken"), payload)
                self.taken.append((bench.now, payload))
        return took_offer, took_reap


def random_event(chance: random.Random) -> dict[str, int]:
    kind = chance.choice((0, 0, 0, 0, *range(16)))
    fields = {"kind": kind, "slot": chance.randrange(64), "generation": chance.getrandbits(32)}
    fields |= {"a0": chance.choice((chance.randrange(64), 64, 1 << 31)), "a1": chance.getrandbits(32)}
    fields |= {"a2": chance.getrandbits(32), "paths": chance.randrange(4) * (kind == 0 and chance.random() < 0.3)}
    return fields


@cocotb.test()
async def no_event_is_lost_or_doubled(dut: Any) -> None:
    held = Held(await Clocked.start(dut), draw())
    chance, expected = held.chance, []
    for phase in range(6):
        gap, reaps, holds = ((0.0, 0.0, 0.0), (0.4, 0.0, 0.0), (0.2, 0.2, 0.1))[phase % 3]
        held.swap_ready = phase & 1
        events = [random_event(chance) for _ in range(500)]
        queue = [EVENT.pack(event) for event in events]
        offer: int | None = None
        reap: int | None = None
        start, quiet = len(held.taken), 0
        while queue or offer is not None or reap is not None or quiet < 20:
            if offer is None and queue and chance.random() >= gap:
                offer = queue.pop(0)
            if reap is None and queue and chance.random() < reaps:
                fields = {"kind": Kind.REVOKE, "a0": chance.getrandbits(32), "a2": chance.randrange(512)}
                reap = EVENT.pack(fields)
            took_offer, took_reap = await held.cycle(offer, reap, chance.random() < holds)
            assert not (took_offer and reap is not None), "the vaccine book goes first"
            quiet = 0 if took_offer or took_reap or held.bench.get("full") else quiet + 1
            offer, reap = (None if took_offer else offer), (None if took_reap else reap)
            held.reaped += took_reap
        offered = [EVENT.pack(event) for event in events]
        own = set(offered)
        assert [payload for _, payload in held.taken[start:] if payload in own] == offered
        expected += [beats_of(EVENT.unpack(payload), bool(held.swap_ready)) for _, payload in held.taken[start:]]
    got: list[list[Beat]] = [[] for _ in held.taken]
    for _, beat, number in held.beats:
        got[number].append(beat)
    for (_, payload), seen, wanted in zip(held.taken, got, expected, strict=True):
        assert seen == wanted, EVENT.unpack(payload)
    assert held.reaped > 50 and held.swaps > 20


@cocotb.test()
async def one_event_per_clock_beats_in_a_row_and_lingering(dut: Any) -> None:
    held = Held(await Clocked.start(dut), draw())
    bench, chance = held.bench, held.chance

    async def run(events: list[dict[str, int]]) -> tuple[list[int], list[int]]:
        """Offer events without gaps; return the cycles of takes and of commits."""
        held.taken.clear()
        held.beats.clear()
        queue = [EVENT.pack(event) for event in events]
        while queue:
            if (await held.cycle(queue[0], None))[0]:
                queue.pop(0)
        for _ in range(30):
            await held.cycle(None, None)
        return [cycle for cycle, _ in held.taken], [cycle for cycle, _, _ in held.beats]

    calls = [{"kind": Kind.CALL, "slot": chance.randrange(64), "generation": i} for i in range(1200)]
    taken, committed = await run(calls)
    assert taken == list(range(taken[0], taken[0] + 1200)) and committed == [cycle + 1 for cycle in taken]

    other = {"kind": Kind.CALL, "slot": 1}
    for event, beats in (
        ({"kind": Kind.FORK, "slot": 2, "a0": 3}, 2),
        ({"kind": Kind.EXIT, "slot": 2, "a0": 3}, 3),
        ({"kind": Kind.EXIT, "slot": 2, "a0": 64}, 1),
        ({"kind": Kind.EXEC, "slot": 2}, 1),
        ({"kind": Kind.CLEAR, "slot": 2}, 1),
        ({"kind": 12}, 1),
    ):
        taken, committed = await run([event, other])
        assert committed == [taken[0] + 1 + FAST + i for i in range(beats)] + [taken[1] + 1]
        assert taken[1] == committed[beats - 1], "the next event is taken with the last beat"
    for kind in LINGERS:
        for bank in (0, BANKS):
            taken, committed = await run([{"kind": kind, "slot": 2, "a2": bank << 16}, other])
            assert committed == [taken[0] + 1 + FAST, taken[1] + 1]
            assert taken[1] == committed[0] + LINGER, f"{kind.name} must hold still for {LINGER} cycles"
    # A swap: its beat leaves in the cycle behind the last busy one (the one after, if it is the faster latch).
    held.swap_ready = 1
    taken, committed = await run([{"kind": Kind.SWAP, "a0": 1}, other])
    assert committed == [taken[0] + 1 + 7 + 2 * FAST, taken[1] + 1] and taken[1] == committed[0]
    assert held.swaps == 1
    held.swap_ready = 0
    taken, committed = await run([{"kind": Kind.SWAP, "a0": 1}, other])
    assert committed == [taken[0] + 1 + FAST, taken[1] + 1] and held.swaps == 1
    assert bench.get("events__ready")


@cocotb.test()
async def the_vaccine_book_goes_first(dut: Any) -> None:
    held = Held(await Clocked.start(dut), draw())
    call = EVENT.pack({"kind": Kind.CALL, "slot": 9})
    reap = EVENT.pack({"kind": Kind.REVOKE, "a2": 4})
    assert await held.cycle(call, reap) == (False, True)
    waited = 0
    while not (await held.cycle(call, None))[0]:
        waited += 1
    assert waited == LINGER + FAST, "the call enters when the revocation has lingered"
    for _ in range(FAST):
        await held.cycle(None, None, hold=True)
    assert await held.cycle(call, None, hold=True) == (False, False)
    assert await held.cycle(None, reap, hold=True) == (False, False)
    for _ in range(FAST):
        assert await held.cycle(call, reap) == (False, False)
    assert await held.cycle(call, reap) == (False, True)
