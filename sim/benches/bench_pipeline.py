"""Bench of the whole pipeline: records against the golden machine, and the cycle of every commit and verdict."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import cocotb
import numpy as np

from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.layout import Layout
from hdl.contract.load import Target
from hdl.contract.model import IMAGE_BYTES, REGIONS
from hdl.contract.policy import Policy, default_policy
from hdl.contract.syscalls import IDS
from hdl.contract.vaccine import BANKS, HASH_NIBBLES, KEY, BankKey, field_units, hash_set
from hdl.contract.verdict import Fault, Verdict
from hdl.screening.layouts import PATH_BEAT
from models.golden.engine import GoldenEngine
from sim.benches.clocked import PERIOD_NS, Clocked, draw, pack
from sim.stimulus import Stimulus, Stream, random_image

VERDICT_EDGES = 3
READBACK_CYCLES = 3
RECORD_EDGES = 2
BLANKING = 512


def words_of(packed: int) -> list[int]:
    return [packed >> 32 * i & 0xFFFFFFFF for i in range(8)]


def event(kind: Kind, slot: int = 0, **fields: int) -> list[int]:
    """Return an event's words; the source is the slot's half."""
    return words_of(EVENT.pack({"kind": kind, "slot": slot, "source": slot >> 5, **fields}))


def stream_of(events: list[list[int]], paths: list[list[bytes]] | None = None) -> Stream:
    """Return events, and the paths of each, as engines take them; relative paths start at the root."""
    pool, offsets = bytearray(), []
    for texts in paths or [[] for _ in events]:
        offsets.append(len(pool))
        for text in texts:
            pool += bytes((0, 0)) + len(text).to_bytes(2, "little") + text
    return Stream(
        np.array(events, np.uint32).reshape(-1, 8),
        np.frombuffer(bytes(pool) + b"\0", np.uint8),
        np.array(offsets, np.int64),
    )


class Line:
    """The pipeline beside the golden machine.

    Members, in cycles of the bench's clock: `taken` per event, `commits` per beat, `decided` and `recorded` per
    event; `verdicts` and `records` are what was seen then.  `beside` gives further inputs of a cycle.
    """

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.golden = GoldenEngine()
        self.beside: Callable[[int], dict[str, int]] = lambda _now: {}
        self.clear()

    async def read_back(self, slot: int, places: list[int]) -> list[int]:
        """Return the bytes at `places` of a model slot's image."""
        seen = []
        for place in places:
            await self.bench.cycle(readback_start=1, readback_address=slot << 16 | place)
            await self.bench.cycles(READBACK_CYCLES, readback_start=0)
            assert self.bench.get("readback_done")
            seen.append(self.bench.get("readback_data"))
        return seen

    def clear(self) -> None:
        self.taken: list[int] = []
        self.commits: list[int] = []
        self.decided: list[int] = []
        self.recorded: list[int] = []
        self.verdicts: list[int] = []
        self.records: list[int] = []
        self.states: list[int] = []

    @classmethod
    async def start(cls, dut: Any) -> Line:
        """Return a pipeline with secret, policy, hash sets and two models loaded, model 0 in force."""
        line = cls(await Clocked.start(dut), draw())
        bench, golden, chance = line.bench, line.golden, line.chance
        secret = BankKey.from_seed(7)
        golden.load_bank_key(secret)
        for nibble in range(len(HASH_NIBBLES)):
            await bench.load(Target.HASH, secret.tables[nibble], nibble << 4)
        base = default_policy(enforce=0xAAAA, allow={3: frozenset(("read", "write", "getpid"))})
        await line.load_policy(Policy(base.attributes, tuple(chance.getrandbits(48) for _ in base.rows), 0xAAAA))
        for slot, image in enumerate(random_image(seed) for seed in (11, 12)):
            golden.load_model(slot, image)
            await bench.load(Target(slot), image)
        await bench.load(Target.READY, [3])
        await line.check(stream_of([event(Kind.SWAP, a0=0)]))
        return line

    async def load_policy(self, policy: Policy) -> None:
        self.policy = policy
        self.golden.load_policy(policy)
        await self.bench.load(Target.ATTRIBUTES, policy.attributes)
        await self.bench.load(
            Target.JUDGE, [half for row in policy.rows for half in (row & 0xFFFFFFFF, row >> 32)]
        )
        await self.bench.load(Target.ENFORCE, [policy.enforce])

    async def set_hash_set(self, bank: int, fields: int) -> None:
        self.golden.set_hash_set(bank, fields)
        await self.bench.load(Target.HASH_SET, [fields], bank)

    async def cycle(self, **inputs: int) -> None:
        """One cycle; what leaves the pipeline in it is kept."""
        bench = self.bench
        await bench.cycle(**(self.beside(bench.now + 1) | inputs))
        if bench.get("commit"):
            self.commits.append(bench.now)
        if bench.get("decided"):
            self.decided.append(bench.now)
            self.verdicts.append(bench.get("verdict"))
        if bench.get("recorded"):
            self.recorded.append(bench.now)
            self.records.append(bench.get("record"))
            self.states.append(bench.get("state"))

    async def send(self, stream: Stream, gap: float = 0.0, before: list[int] | None = None) -> None:
        """Offer events and their paths as fast as they are taken, then wait until all have left.

        gap: chance of a cycle in which nothing is offered.  before: cycles to wait before each event.
        """
        bench, chance = self.bench, self.chance
        beats: list[int] = []
        for position, words in enumerate(stream.events):
            packed = int.from_bytes(words.tobytes(), "little")
            wait = before[position] if before else 0
            while True:
                offer = not wait and not (gap and chance.random() < gap)
                path = bool(beats) and not (gap and chance.random() < gap)
                inputs = {"events__valid": int(offer), "paths__valid": int(path)}
                if offer:
                    inputs["events__payload"] = packed
                if path:
                    inputs["paths__payload"] = beats[0]
                await self.cycle(**inputs)
                wait -= wait > 0
                if path and bench.get("paths__ready"):
                    beats.pop(0)
                if offer and bench.get("events__ready"):
                    self.taken.append(bench.now)
                    assert not beats, "the next event is taken before this one's paths"
                    beats = self.beats_of(stream, position)
                    break
                assert bench.now - max([*self.taken[-1:], *self.commits[-1:]], default=bench.now) < 5000, "stands"
        while beats or not bench.get("idle") or self.taken[-1] == bench.now:
            path = bool(beats) and not (gap and chance.random() < gap)
            await self.cycle(
                events__valid=0, paths__valid=int(path), **({"paths__payload": beats[0]} if path else {})
            )
            if path and bench.get("paths__ready"):
                beats.pop(0)
        await bench.cycle(paths__valid=0)

    def beats_of(self, stream: Stream, position: int) -> list[int]:
        """Return the path beats of one event."""
        beats, at = [], int(stream.offsets[position])
        for _ in range(int(stream.events[position, 0]) >> 12 & 3):
            node, excess, low, high = (int(byte) for byte in stream.pool[at : at + 4])
            text = stream.pool[at + 4 : at + 4 + (low | high << 8)].tobytes()
            at += 4 + len(text)
            for first in range(0, max(1, len(text)), 2):
                part = text[first : first + 2]
                beat = {"data": int.from_bytes(part, "little"), "count": len(part), "start": first == 0}
                beats.append(
                    pack(PATH_BEAT, beat | {"last": first + 2 >= len(text), "node": node, "excess": excess})
                )
        return beats

    async def check(self, stream: Stream, gap: float = 0.0, before: list[int] | None = None) -> None:
        """Send; every record must be the golden machine's, every verdict and record in its cycle."""
        self.clear()
        await self.send(stream, gap, before)
        records, states = self.golden.screen(stream.events, stream.pool, stream.offsets)
        assert len(self.records) == len(records)
        for number, (seen, row) in enumerate(zip(self.records, records, strict=True)):
            expected = int.from_bytes(row.tobytes(), "little")
            assert seen == expected, f"event {number}: {differences(RECORD, seen, expected)}"
            if seen & 15 == Kind.SPILL:
                assert self.states[number] == int.from_bytes(states[number].tobytes(), "little") & (1 << 190) - 1
        assert self.verdicts == [seen >> RECORD.offset["verdict"] & 7 for seen in self.records]
        assert self.recorded == [cycle + RECORD_EDGES for cycle in self.decided]
        assert {cycle - VERDICT_EDGES for cycle in self.decided} <= set(self.commits)

    def field(self, name: str) -> list[int]:
        """Return one field of all records."""
        return [RECORD.unpack(record)[name] for record in self.records]


def differences(layout: Layout, seen: int, expected: int) -> str:
    """Return the fields that differ, as text."""
    left, right = layout.unpack(seen), layout.unpack(expected)
    return ", ".join(f"{name} {left[name]}, golden {right[name]}" for name in left if left[name] != right[name])


def numeric_calls(chance: random.Random, slots: list[int], count: int) -> list[list[int]]:
    """Return calls without paths; slot s lives generation s + 1."""
    calls = []
    for _ in range(count):
        slot = chance.choice(slots)
        args = {f"a{i}": chance.choice((0, 1, chance.getrandbits(32))) for i in range(6)}
        fields = {"id": chance.randrange(460), "ok": chance.randrange(2), "epoch": chance.randrange(4)}
        calls.append(event(Kind.CALL, slot, generation=slot + 1, **fields, **args))
    return calls


def births(slots: list[int]) -> list[list[int]]:
    return [event(Kind.CLEAR, slot, id=slot, generation=slot + 1, a0=slot & 15) for slot in slots]


@cocotb.test()
async def nothing_is_taken_in_the_first_512_cycles_after_reset(dut: Any) -> None:
    bench = await Clocked.start(dut, events__valid=1, events__payload=0)
    waited = 0
    while not bench.get("events__ready"):
        assert not bench.get("commit") and not bench.get("decided") and not bench.get("idle")
        waited += 1
        await bench.cycle()
    assert waited == BLANKING
    # And what is taken before a model is in force is denied.
    await bench.cycle(events__valid=0)
    await bench.cycles(3)
    assert bench.get("decided") and bench.get("verdict") == Verdict.DENY
    await bench.cycles(2)
    assert bench.get("recorded")
    assert RECORD.unpack(bench.get("record"))["fault"] == Fault.STALE


@cocotb.test()
async def one_event_per_clock_and_the_verdict_three_edges_after_its_commit(dut: Any) -> None:
    line = await Line.start(dut)
    slots = [0, 1, 5, 40]
    await line.check(stream_of(births(slots)))
    runs = {"one slot": [5], "two slots": [0, 40], "all": slots}
    for name, chosen in runs.items():
        await line.check(stream_of(numeric_calls(line.chance, chosen, 1100)))
        first = line.taken[0]
        assert line.taken == list(range(first, first + 1100)), f"{name}: not an event per clock"
        assert line.commits == [cycle + 1 for cycle in line.taken]
        assert line.decided == [cycle + VERDICT_EDGES for cycle in line.commits]
        tiers = set(line.field("tier"))
        cocotb.log.info("%s: 1100 events in %d cycles, tiers %s", name, line.taken[-1] - first + 1, tiers)
    # With gaps the distances stay.
    await line.check(stream_of(numeric_calls(line.chance, slots, 400)), gap=0.4)
    assert line.commits == [cycle + 1 for cycle in line.taken]
    assert line.decided == [cycle + VERDICT_EDGES for cycle in line.commits]


@cocotb.test()
async def decision_on_a_path_of_32_bytes_within_a_microsecond(dut: Any) -> None:
    line = await Line.start(dut)
    await line.check(stream_of(births([2])))
    call = event(Kind.CALL, 2, generation=3, id=IDS["open"], paths=1, ok=1)
    worst = 0
    for text in (
        b"/" + b"x" * 31,
        b"/etc/shadow/aaaaaaaa/bbbbbbbb/cc",
        b"/a" * 16,
        b"a" * 32,
        b"../" * 10 + b"ab",
    ):
        assert len(text) == 32
        await line.check(stream_of([call], [[text]]))
        edges = line.decided[0] - line.taken[0]
        splits = text[-2:-1] == b"/"
        assert edges == 16 + 4 + VERDICT_EDGES + splits, text
        worst = max(worst, edges)
    decision_ns = worst * PERIOD_NS
    cocotb.log.info("32-byte path: verdict %d clock edges after the offer, %d ns", worst, decision_ns)
    # The verdict can be used in its cycle: even that cycle's end is within the microsecond.
    assert decision_ns < 1000 and decision_ns + PERIOD_NS <= 1000


@cocotb.test()
async def random_streams_equal_the_golden_machine(dut: Any) -> None:
    line = await Line.start(dut)
    stimulus = Stimulus(line.chance.getrandbits(30), changes=0.15, paths=0.2)
    for bank, fields in stimulus.random_hash_sets(BANKS).items():
        await line.set_hash_set(bank, fields)
    kinds = [0] * 16
    for gap in (0.0, 0.3, 0.0):
        stream = stimulus.chunk(700)
        await line.check(stream, gap)
        records, states = (
            np.array([[value >> 32 * i & 0xFFFFFFFF for i in range(6)] for value in values], np.uint32)
            for values in (line.records, line.states)
        )
        stimulus.learn(records, states)
        for kind in line.field("kind"):
            kinds[kind] += 1
    assert all(kinds[kind] for kind in Kind if kind != Kind.SWAP), f"a kind of event never came: {kinds}"


@cocotb.test()
async def a_swap_takes_effect_between_two_events(dut: Any) -> None:
    line = await Line.start(dut)
    slots = [1, 2, 33]
    await line.check(stream_of(births(slots)))
    model = 0
    for _ in range(3):
        calls = numeric_calls(line.chance, slots, 120)
        target = 1 - model
        position = line.chance.randrange(20, 100)
        calls[position] = event(Kind.SWAP, a0=target)
        await line.check(stream_of(calls))
        assert line.field("model") == [model] * position + [target] * (120 - position)
        # Taken, 85 cycles of draining, copying and restarting, its commit, and the next event's take with it.
        assert line.taken[position + 1] - line.taken[position] == 86
        assert line.decided[position] - line.taken[position] == 86 + VERDICT_EDGES
        model = target
    # Refused swaps cost no more than a call.
    await line.check(stream_of([event(Kind.SWAP, a0=model), *numeric_calls(line.chance, slots, 3)]))
    assert line.taken[1] - line.taken[0] == 1 and line.field("fault")[0] == Fault.MODEL


@cocotb.test()
async def a_vaccine_is_in_force_for_the_next_event_and_every_hit_counts(dut: Any) -> None:
    line = await Line.start(dut)
    await line.check(stream_of(births([3])))
    for bank in range(4):
        await line.set_hash_set(bank, hash_set("id"))
    open_id, close_id = IDS["getuid"], IDS["getgid"]

    def call(ident: int) -> list[int]:
        return event(Kind.CALL, 3, generation=4, id=ident)

    units = field_units("id")

    def vaccine(kind: Kind, ident: int, index: int) -> list[int]:
        return event(kind, a0=KEY.pack({"id": ident}), a2=index | 1 << 16, a3=0xFFFFFFFF, a4=units)

    await line.check(
        stream_of([call(open_id), vaccine(Kind.VACCINATE, open_id, 7), call(open_id), call(close_id)])
    )
    assert line.field("vaccinated") == [0, 0, 1, 0]
    reaction = line.taken[2] - line.decided[1]
    cocotb.log.info("VACCINATE's verdict to the next call's take: %d cycles", reaction)
    assert reaction <= 16
    expected = 1
    # A new vaccine blanks a counter; hits that are just then on their way are not lost.
    for gap in range(8):
        events = [call(open_id), call(open_id), vaccine(Kind.VACCINATE, close_id, 100 + gap), call(close_id)]
        await line.check(stream_of(events), before=[0, 0, gap, 0])
        expected += 2
        await line.check(stream_of([vaccine(Kind.REVOKE, close_id, 100 + gap)]))
        for index, count in ((7, expected), (100 + gap, 1)):
            await line.bench.cycle(query=index)
            await line.bench.cycle()
            seen = line.bench.get("hits")
            assert seen == count, f"vaccine {index}, {gap} cycles between: {seen} hits counted of {count}"


@cocotb.test()
async def an_expired_vaccine_leaves_by_itself(dut: Any) -> None:
    line = await Line.start(dut)
    await line.check(stream_of(births([3])))
    await line.set_hash_set(0, hash_set("id"))
    key = KEY.pack({"id": IDS["getuid"]})
    await line.bench.cycle(now=99)
    await line.check(stream_of([event(Kind.VACCINATE, a0=key, a2=5, a3=100, a4=field_units("id"))]))
    line.clear()
    for _ in range(3000):
        await line.cycle()
    assert not line.records
    start = line.bench.now
    while not line.records:
        await line.cycle(now=100)
        assert line.bench.now - start < 1100
    record = RECORD.unpack(line.records[0])
    assert (record["kind"], record["vaccine"], record["fault"]) == (Kind.REVOKE, 5, 0)
    cocotb.log.info("expired, and gone %d cycles later", line.recorded[0] - start)


@cocotb.test()
async def an_attribute_is_written_between_two_events(dut: Any) -> None:
    line = await Line.start(dut)
    chance, slots = line.chance, [0, 1, 40]
    await line.check(stream_of(births(slots)))
    ids = [IDS["getuid"], IDS["read"]]
    writes = [0]

    def beside(_now: int) -> dict[str, int]:
        """Now and then a row is written as it is: any event that met it half written would be judged otherwise."""
        ident = chance.choice(ids)
        written = chance.random() < 0.3
        writes[0] += written
        address = Target.ATTRIBUTES << 16 | ident
        return {"load__en": written, "load__address": address, "load__data": line.policy.attributes[ident]}

    calls = [event(Kind.CALL, slot, generation=slot + 1, id=chance.choice(ids)) for slot in slots * 300]
    line.beside = beside
    await line.check(stream_of(calls))
    await line.bench.cycle(load__en=0)
    assert writes[0] > 200


@cocotb.test()
async def the_idle_model_is_read_back_while_events_follow_each_other(dut: Any) -> None:
    line = await Line.start(dut)
    bench, chance = line.bench, line.chance
    slots = [0, 1, 40]
    await line.check(stream_of(births(slots)))
    image = random_image(13)
    places = [*chance.sample(range(IMAGE_BYTES), 300)]
    for region in REGIONS.values():
        places += [region.offset, region.offset + region.size - 1]
    started: list[tuple[int, int]] = []
    answers: list[tuple[int, int]] = []
    written = [0]

    def beside(now: int) -> dict[str, int]:
        """The whole image is written; then a byte of it is asked for every 3 cycles, between other writes."""
        if bench.get("readback_done"):
            answers.append((now - 1, bench.get("readback_data")))
        at, written[0] = written[0], written[0] + 1
        if at < IMAGE_BYTES:
            return {"load__en": 1, "load__address": 1 << 16 | at, "load__data": image[at]}
        due = len(started) == len(answers) and len(started) < len(places)
        if due:
            started.append((now, places[len(started)]))
        return {
            "load__en": int(due), "load__address": Target.CLOCK << 16, "load__data": 7,
            "readback_start": int(due), "readback_address": 1 << 16 | started[-1][1] if started else 0,
        }  # fmt: skip

    line.beside = beside
    calls = numeric_calls(chance, slots, IMAGE_BYTES + 4 * len(places) + 20)
    await line.check(stream_of(calls))
    first = line.taken[0]
    assert line.taken == list(range(first, first + len(calls))), "events waited"
    assert len(answers) == len(places)
    for (asked, place), (came, byte) in zip(started, answers, strict=True):
        assert came == asked + READBACK_CYCLES
        assert byte == image[place], f"byte {place}"
    # Neither the model in force nor any other target is shown.
    line.beside = lambda _now: {}
    await bench.cycle(load__en=0)
    assert await line.read_back(0, places[:20]) == [0] * 20
    assert await line.read_back(Target.JUDGE, places[:20]) == [0] * 20
    await line.check(stream_of([event(Kind.SWAP, a0=1)]))
    assert await line.read_back(1, places[:20]) == [0] * 20
    assert await line.read_back(0, places[:20]) == [random_image(11)[place] for place in places[:20]]
