"""Bench of the births on the coprocessor: against their golden twin, and how soon a vaccine is in force."""

from __future__ import annotations

from collections import Counter
from typing import Any

import cocotb
import numpy as np

from hdl.contract.births import (
    ALWAYS,
    BIRTH_FIRST,
    BIRTHS,
    HOST_BANKS,
    OUTCOME,
    REFILL_SECONDS,
    TAGS,
    TEMPLATE,
    TREE_BURST,
    TREE_UNIT,
)
from hdl.contract.event import RECORD, Kind
from hdl.contract.load import Target, policy_writes
from hdl.contract.policy import default_policy
from hdl.contract.syscalls import IDS, NUMBERS
from hdl.contract.vaccine import FULL_UNITS, TTL_SECONDS
from hdl.contract.verdict import Fault, Tier
from hdl.soc.records import RECORDS
from models.golden.births import GoldenBirths
from sim.benches.bench_pipeline import differences, event, stream_of
from sim.benches.coprocessor_line import Board
from sim.stimulus import Stimulus, Stream

ACTIVE_CYCLES = 16
"""From the verdict to the commit of the first event that is matched, at most."""

RECORD_EDGES = 2
COMMIT_TO_RECORD = 5
CHUNKS = 12
GETPID = {ident: number for number, ident in NUMBERS["riscv64"].items()}[IDS["getpid"]]
A7 = 17


class Nursery(Board):
    """The coprocessor with births, beside the golden machine and the golden births."""

    BIRTHS = True
    births: GoldenBirths

    async def begin(self, templates: list[int]) -> None:
        """Load templates into both."""
        self.births = GoldenBirths(self.golden)
        self.births.templates = templates
        await self.load(Target.TEMPLATES, templates)

    async def tick(self, seconds: int) -> None:
        """Let the time be so many seconds; every tree's share has been looked at when it returns."""
        self.births.tick(seconds)
        await self.load(Target.CLOCK, [seconds])
        await self.cycles(80)

    async def tag(self, slot: int, tag: int) -> None:
        self.births.tags[slot] = tag
        await self.write("birth_tag", slot | tag << 5)

    def twin(self, stream: Stream, position: int) -> list[list[int]]:
        """Return the records that an event leaves, its births' included."""
        events, pool, offsets = stream.events[position : position + 1], stream.pool, stream.offsets[position:]
        records = [self.golden.screen(events, pool, offsets)[0][0].tolist()]
        kind, slot, child = int(events[0, 0]) & 15, int(events[0, 0]) >> 4 & 63, int(events[0, 2])
        if int(events[0, 0]) >> 10 & 1 == 0:
            if kind in (Kind.CLEAR, Kind.RESTORE):
                self.births.new(slot)
            elif kind == Kind.FORK:
                self.births.new(child)
        self.follow(records)
        return records

    def follow(self, records: list[list[int]]) -> None:
        """Let the golden births follow the last record, and what is born of it."""
        while (born := self.births.follow(records[-1])) is not None:
            self.screened(records, born)

    def screened(self, records: list[list[int]], born: list[int]) -> None:
        events = np.array([born], np.uint32)
        records.append(self.golden.screen(events, np.zeros(1, np.uint8), np.zeros(1, np.int64))[0][0].tolist())

    def ordered(self, slot: int) -> list[list[int]]:
        """Return the records that an order leaves."""
        records: list[list[int]] = []
        if (born := self.births.order(slot)) is not None:
            self.screened(records, born)
            self.follow(records)
        return records

    async def same(self, records: list[list[int]]) -> list[dict[str, int]]:
        """Take as many records, which must be these; return them by field."""
        fields = []
        for words in records:
            expected = sum(word << 32 * number for number, word in enumerate(words))
            seen, _ = await self.awaited()
            assert seen == expected, f"record {words[5]}: {differences(RECORD, seen, expected)}"
            fields.append(RECORD.unpack(seen))
        return fields

    async def step(self, stream: Stream, position: int = 0) -> list[dict[str, int]]:
        """Screen one event; return all records that it leaves."""
        await self.send(stream, position)
        fields = await self.same(self.twin(stream, position))
        await self.cycles(6)  # until a benign call is noted
        return fields

    async def one(self, words: list[int]) -> list[dict[str, int]]:
        return await self.step(stream_of([words]))

    async def order(self, slot: int) -> list[dict[str, int]]:
        await self.write("birth_order", slot)
        records = await self.same(self.ordered(slot))
        await self.cycles(4)
        return records

    async def page(self, index: int) -> tuple[int, int]:
        """Return (key, units) of a birth."""
        await self.write("birth", index - BIRTH_FIRST)
        words = [await self.read("birth_page", number) for number in range(3)]
        return words[0] | words[1] << 32, words[2]

    async def agrees(self) -> None:
        """What the registers say is what the twin has."""
        assert await self.read("births_refused") == self.births.refused
        for index in self.births.live & self.births.pages.keys():
            key, units = self.births.pages[index]
            assert await self.page(index) == (key, units)

    async def default_policy(self) -> None:
        policy = default_policy()
        self.golden.load_policy(policy)
        for target, first, words in policy_writes(policy):
            await self.load(target, words, first)

    async def condemn(self, slot: int, generation: int) -> None:
        """Bring a process so far that its calls are answered harshly, by its score."""
        for _ in range(400):
            ident = self.chance.randrange(460)
            told = (await self.one(event(Kind.CALL, slot, generation=generation, id=ident)))[0]
            if told["tier"] == Tier.CERTAIN:
                return
        raise AssertionError("no call was condemned")


def outcome(record: dict[str, int]) -> dict[str, int]:
    return OUTCOME.unpack(record["spare1"])


@cocotb.test()
async def random_events_and_orders_equal_the_golden_births(dut: Any) -> None:
    board = await Nursery.start(dut)
    chance = board.chance
    few = [unit for unit in range(12) if 1 << unit not in (ALWAYS, TREE_UNIT)]
    await board.begin(
        [
            TEMPLATE.pack(
                {
                    "ignored": sum(1 << unit for unit in few if chance.random() < 0.8),
                    "breeds": chance.choice((0, 0, 0xFFFF, chance.getrandbits(16))),
                }
            )
            for _ in range(512)
        ]
    )
    stimulus = Stimulus(chance.getrandbits(30), changes=0.2, paths=0.1, neutral=0.4, stay=0.3, swaps=False)
    for bank, fields in stimulus.random_hash_sets(HOST_BANKS).items():
        await board.set_hash_set(bank, fields)
    met: Counter[str] = Counter()
    seconds = 0
    await board.default_policy()
    for number in range(CHUNKS):
        await board.cycle(gate=1 - number % 2)
        stream = stimulus.chunk(100)
        for position in range(len(stream.events)):
            told = await board.step(stream, position)
            if chance.random() < 0.2:
                told += await board.order(chance.choice([*board.births.last, 0]))
            if chance.random() < 0.2:
                await board.tag(chance.randrange(32), chance.randrange(TAGS))
            if chance.random() < 0.1:
                seconds += REFILL_SECONDS
                await board.tick(seconds)
            for record in told[1:]:
                births = outcome(record)
                met["refused" if record["fault"] else "merged" if births["merged"] else "born"] += 1
                met["narrowed"] += (
                    not record["fault"] and board.births.pages[record["vaccine"]][1] & TREE_UNIT != 0
                )
            met["vaccinated"] += told[0]["vaccinated"]
        await board.agrees()
    cocotb.log.info("met: %s, refused in all: %d", dict(met), board.births.refused)
    assert all(met[name] for name in ("born", "merged", "narrowed", "vaccinated")), met
    assert board.births.refused > met["refused"], "no tree had its share"


async def quiet_board(dut: Any, breeds: int = 0) -> Nursery:
    """Return a board with a process in slots 3 and 7; `getpid` is generalised, and breeds on these classes."""
    board = await Nursery.start(dut)
    rows = [0] * 512
    rows[IDS["getpid"]] = TEMPLATE.pack({"ignored": FULL_UNITS & ~ALWAYS & ~TREE_UNIT, "breeds": breeds})
    await board.begin(rows)
    await board.default_policy()
    for slot in (7, 3):  # of one program
        await board.tag(slot, 0)
        await board.one(event(Kind.CLEAR, slot, generation=slot + 1, id=slot))
    return board


def call_of(ident: int, slot: int = 3, **fields: int) -> list[int]:
    return event(Kind.CALL, slot, generation=slot + 1, id=ident, **fields)


@cocotb.test()
async def when_all_indices_are_in_force_births_are_refused_but_still_merge(dut: Any) -> None:
    board = await quiet_board(dut)
    for number in range(BIRTHS):
        await board.tick((number + 1) * REFILL_SECONDS)
        await board.one(call_of(100 + number))
        (born,) = await board.order(3)
        assert (born["vaccine"], born["fault"]) == (BIRTH_FIRST + number, 0)
    await board.one(call_of(99))
    (refused,) = await board.order(3)
    assert refused["fault"] == Fault.VACCINE and board.births.refused == 1
    await board.tick((BIRTHS + 1) * REFILL_SECONDS)
    await board.one(call_of(100))
    (merged,) = await board.order(3)
    assert merged["vaccine"] == BIRTH_FIRST and outcome(merged)["merged"]
    await board.write("vaccine", BIRTH_FIRST)
    assert await board.read("vaccine_expiry") == (BIRTHS + 1) * REFILL_SECONDS + TTL_SECONDS
    # One that leaves makes room for one.
    key, _ = await board.page(BIRTH_FIRST + 7)
    (born,) = await board.one(event(Kind.REVOKE, a0=key & 0xFFFFFFFF, a1=key >> 32, a2=BIRTH_FIRST + 7 | 6 << 16))
    assert born["fault"] == 0, "exact births with a node stand in the second of the banks"
    await board.tick((BIRTHS + 2) * REFILL_SECONDS)
    await board.one(call_of(99))
    (born,) = await board.order(3)
    assert (born["vaccine"], born["fault"]) == (BIRTH_FIRST + 7, 0)
    await board.agrees()


@cocotb.test()
async def a_hostile_tree_has_its_share_and_others_have_theirs(dut: Any) -> None:
    board = await quiet_board(dut)
    for number in range(TREE_BURST + 3):
        await board.one(call_of(200 + number))
        assert len(await board.order(3)) == (number < TREE_BURST)
    assert await board.read("births_refused") == 3
    await board.one(event(Kind.CLEAR, 4, generation=5, id=4))
    assert await board.order(4) == [], "the slot has called nothing"
    await board.one(call_of(210, 4))
    assert len(await board.order(4)) == 1
    await board.tick(REFILL_SECONDS)
    await board.one(call_of(211))
    assert len(await board.order(3)) == 1
    await board.agrees()


@cocotb.test()
async def a_birth_waits_for_a_place_for_its_record_and_pages_are_told_meanwhile(dut: Any) -> None:
    board = await quiet_board(dut)
    await board.one(call_of(100))
    (born,) = await board.order(3)
    await board.one(call_of(101))
    await board.write("slot", 3)
    await board.write("generation", 4)
    await board.put(A7, GETPID)
    calls = 0
    while calls < RECORDS - 3:
        await board.ecall()
        await board.mret()
        await board.cycles(12)
        calls += 1
    await board.write("birth_order", 3)
    await board.write("birth_order", 3)  # one too many
    await board.cycles(40)
    key, units = await board.page(born["vaccine"])
    assert (key, units) == board.births.pages[born["vaccine"]]
    assert await board.read("births_refused") == 1
    kinds = [RECORD.unpack((await board.awaited())[0])["kind"] for _ in range(calls + 1)]
    assert kinds == [Kind.CALL] * calls + [Kind.VACCINATE]


@cocotb.test()
async def an_order_is_in_force_sixteen_cycles_later(dut: Any) -> None:
    board = await quiet_board(dut)
    await board.write("slot", 3)
    await board.write("generation", 4)
    await board.put(A7, GETPID)
    await board.one(event(Kind.CLEAR, 5, generation=6, id=5))
    await board.one(call_of(IDS["getpid"], 5))
    board.recorded.clear()
    await board.write("birth_order", 5)
    ordered = board.bench.now
    await board.ecall()
    await board.mret()
    await board.cycles(40)
    records = [RECORD.unpack((await board.awaited())[0]) for _ in range(2)]
    assert [record["kind"] for record in records] == [Kind.VACCINATE, Kind.CALL] and records[1]["vaccinated"]
    active = board.recorded[1] - COMMIT_TO_RECORD - ordered
    cocotb.log.info("order_active_cycles %d", active)
    assert active <= ACTIVE_CYCLES


@cocotb.test()
async def the_next_call_of_any_process_is_caught_sixteen_cycles_behind_the_verdict(dut: Any) -> None:
    board = await quiet_board(dut, 0xFFFF)
    await board.condemn(7, 8)
    offender = event(Kind.CALL, 7, generation=8, id=IDS["getpid"])
    await board.write("slot", 3)
    await board.write("generation", 4)
    await board.put(A7, GETPID)
    waits: dict[int, int] = {}
    for number, late in enumerate(range(24)):
        await board.tick((number + 1) * REFILL_SECONDS * 2)
        board.recorded.clear()
        await board.offer(offender)
        await board.cycles(late)
        called = await board.ecall()
        await board.mret()
        for _ in range(60):
            await board.cycle()
        records = [RECORD.unpack((await board.awaited())[0]) for _ in range(3)]
        cycles = list(board.recorded)
        verdict = cycles[0] - RECORD_EDGES
        of_core = next(
            n for n, record in enumerate(records) if record["slot"] == 3 and record["kind"] == Kind.CALL
        )
        birth = next(record for record in records if record["kind"] == Kind.VACCINATE)
        assert birth["fault"] == 0 and outcome(birth)["born"]
        commit = cycles[of_core] - COMMIT_TO_RECORD
        if records[of_core]["vaccinated"]:
            waits[called - verdict] = commit - verdict
        else:
            assert called <= verdict, f"a call {called - verdict} cycles behind the verdict is not caught"
        # Let everything be as before.
        page = await board.page(birth["vaccine"])
        a2 = birth["vaccine"] | outcome(birth)["bank"] << 16
        revoke = event(Kind.REVOKE, a0=page[0] & 0xFFFFFFFF, a1=page[0] >> 32, a2=a2)
        await board.offer(revoke)
        assert RECORD.unpack((await board.awaited())[0])["fault"] == 0
    active = min(waits.values())
    cocotb.log.info("a call so many cycles behind the verdict is committed so many behind it: %s", waits)
    cocotb.log.info("vaccine_active_cycles %d", active)
    assert active <= ACTIVE_CYCLES
