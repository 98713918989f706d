"""Bench of the coprocessor with a core beside it: calls among host events, their verdicts and their records."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import cocotb

from hdl.contract.entries import AGGREGATE_ENTRY
from hdl.contract.event import RECORD, SLOTS, Kind
from hdl.contract.load import Target
from hdl.contract.paths import CWD_DESCRIPTOR, PATHS
from hdl.contract.registers import COPROCESSOR, DISPATCH_WAIT, SCORE
from hdl.contract.syscalls import IDS, NUMBERS, UNKNOWN, name_of
from hdl.contract.tamper import TAMPER
from hdl.contract.vaccine import KEY, field_units, hash_set
from hdl.contract.verdict import FREEZING, SECRET_FROM, Fault, Verdict
from hdl.soc.records import CORE_SHARE, RECORDS
from hdl.soc.rest import SCAN
from sim.benches.bench_pipeline import births, differences, event, numeric_calls, stream_of
from sim.benches.coprocessor_line import DENY, Board, handler_by_verdict, handler_of, path_words
from sim.benches.user_memory import DATA, TEXT
from sim.stimulus import random_path

ANSWER_CYCLES = 4
"""From a call's strobe until its dispatch read ends, if nothing else is in the pipeline."""

STRING_CYCLES, WORD_CYCLES = 12, 3
"""More, for a call with strings: for all of them, and for each word of memory that they lie in."""

LATCH_CYCLES = 40
"""How long a host event whose paths are all written stays before a call at most."""

NUMBER_OF = {ident: number for number, ident in NUMBERS["riscv64"].items()}
CLOCK = 1600
WINDOW = COPROCESSOR.register["text_window"].layout


def expected_answer(record: dict[str, int]) -> int:
    verdict = record["verdict"]
    if verdict == Verdict.ALLOW:
        return handler_of(record["id"])
    return handler_by_verdict(verdict) if verdict < len(Verdict) else DENY


class Kernel:
    """A core with processes in slots 0 to 3, as a kernel lets them run; slot s lives generation s + 1.

    Members: `calls`: the events that it has made, as the golden machine takes them, with their paths; `answers`:
    what each call's register read; `cycles`: time.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self.registers = [0] * 32
        self.slot = 0
        self.good: set[int] = set()
        self.open = {0, 1, 2, 3}
        self.calls: list[tuple[list[int], list[bytes]]] = []
        self.answers: list[int] = []
        self.units = 0

    @classmethod
    async def start(cls, dut: Any, models: int = 1) -> Kernel:
        board = await Board.start(dut, models)
        kernel = cls(board)
        await board.cycle(cycles=0)
        await board.check(stream_of(births([0, 1, 2, 3, 40])))
        await kernel.run(0)
        return kernel

    async def put(self, number: int, value: int) -> None:
        self.registers[number] = value
        await self.board.put(number, value)

    async def run(self, slot: int, result: int = 0) -> None:
        """Return to the process in `slot`."""
        board = self.board
        self.slot = slot
        await board.write("slot", slot)
        await board.write("generation", slot + 1)
        await self.put(10, result)
        await board.mret()
        if slot in self.open:
            self.open.discard(slot)
            (self.good.discard if result >= (1 << 32) - 4095 else self.good.add)(slot)

    async def leap(self, units: int) -> None:
        """Let sixteenths of a second pass."""
        self.units += units
        await self.board.cycle(cycles=self.units * CLOCK // 16)
        await self.board.cycles(units // 256 + units % 256 + 2)

    async def ecall(self, gap: int = 2) -> int:
        """The process calls; return the cycle of the strobe.  `gap`: cycles since the last write of a register."""
        board, slot = self.board, self.slot
        board.user = 1
        await board.cycles(gap)
        await board.cycle(core__trap=1, core__cause=8)
        board.user = 0
        number = self.registers[17]
        ident = NUMBERS["riscv64"].get(number, UNKNOWN)
        fields = {f"a{i}": self.registers[10 + i] for i in range(6)} | {"epoch": self.units & 255, "id": ident}
        ok = slot in self.good and slot not in self.open
        texts = [board.memory.string(self.registers[10 + path])[0] for path, _ in PATHS.get(name_of(ident), ())]
        call = event(Kind.CALL, slot, generation=slot + 1, ok=ok, paths=len(texts), **fields)
        self.calls.append((call, texts))
        self.open.add(slot)
        return board.bench.now

    async def point(self) -> int:
        """Have the next call's path arguments point to texts, which start at the cwd; return in how many words."""
        board, chance, words = self.board, self.board.chance, 0
        ident = NUMBERS["riscv64"].get(self.registers[17], UNKNOWN)
        for place, (path, base) in enumerate(PATHS.get(name_of(ident), ())):
            text = random_path(chance)[:150]
            address = DATA.base + chance.randrange(600) + 1200 * place
            board.memory.put(address, text + b"\0")
            await self.put(10 + path, address)
            if base is not None:
                await self.put(10 + base, CWD_DESCRIPTOR & 0xFFFF_FFFF)
            words += ((address & 3) + len(text)) // 4 + 1
        return words

    async def dispatch(self) -> int:
        """Read the dispatch register; return how many cycles the bus waited."""
        board = self.board
        waited = await board._access("dispatch", 0, bus__write=0)
        ended = board.bench.now
        await board.cycle()
        self.answers.append(board.bench.get("bus__rdata"))
        self.ended = ended
        return waited


@cocotb.test()
async def calls_go_where_their_records_say(dut: Any) -> None:
    kernel = await Kernel.start(dut)
    board, chance = kernel.board, kernel.board.chance
    await board.set_hash_set(0, hash_set("id", "field0", "field1"))
    # Handlers that are locked are none of the program's any more.
    await board.write("lock", COPROCESSOR.register["lock"].layout.pack({"handlers": 1}))
    await board.write("handler_index", 0)
    for _ in range(512):
        await board.write("handler", 0xBAD)
    for verdict in Verdict:
        await board.write("verdict_handler", 0xBAD, verdict)
    board.memory.windows = {TEXT.name: (3, 2), DATA.name: (7, 3)}
    for name, value in board.memory.registers().items():
        await board.write(name, value)
    hosts: list[tuple[list[int], list[bytes]]] = []
    taken: list[int] = []
    idents = [ident for ident in NUMBER_OF if ident < 60]
    pointing = [IDS[name] for name in ("openat", "execve", "renameat2", "symlinkat", "newfstatat")]
    verdicts: dict[int, int] = {}
    frozen: set[int] = set()
    for number in range(400):
        for register in chance.sample(range(10, 18), chance.randrange(4)):
            await kernel.put(register, chance.choice((0, 1, chance.getrandbits(32))))
        await kernel.put(17, chance.choice((NUMBER_OF[chance.choice(idents)],) * 6 + (511, 512, 1 << 31)))
        words = 0
        if chance.random() < 0.3:
            await kernel.put(17, NUMBER_OF[chance.choice(pointing)])
        words = await kernel.point()
        late = chance.random() < 0.2
        if late:
            await kernel.put(17, kernel.registers[17])
        quiet = board.bench.get("screen_idle")
        strobe = await kernel.ecall(0 if late else chance.randrange(1, 4))
        await board.cycles(chance.choice((0, 0, 1, 2, 3, 10)))
        begins = board.bench.now + 1
        await kernel.dispatch()
        soonest = strobe + ANSWER_CYCLES + late
        if quiet and not words:
            assert kernel.ended == max(begins, soonest)
        elif quiet:
            assert kernel.ended <= max(begins, soonest + STRING_CYCLES + WORD_CYCLES * words)
        if chance.random() < 0.1:
            await kernel.dispatch()
            assert kernel.answers.pop() == kernel.answers[-1], "a second read answers something else"
        # Who is frozen has no windows, from the verdict on until the kernel frees it.
        if kernel.answers[-1] in map(handler_by_verdict, FREEZING):
            frozen.add(kernel.slot)
        await board.cycle()
        for register_name, window in board.memory.registers().items():
            shut = WINDOW.pack({**WINDOW.unpack(window), "limit": 0})
            assert board.bench.get(register_name) == (shut if kernel.slot in frozen else window)
        if chance.random() < 0.4:
            told = {"slot": chance.randrange(4), "on": chance.random() < 0.2}
            await board.write("freeze", COPROCESSOR.register["freeze"].layout.pack(told))
            (frozen.add if told["on"] else frozen.discard)(told["slot"])
        assert await board.read("frozen") == sum(1 << slot for slot in frozen)
        # The kernel's own work.
        for register in chance.sample(range(5, 32), 3):
            await kernel.put(register, chance.getrandbits(32))
        if chance.random() < 0.3:
            texts = [random_path(chance)[:200] for _ in range(chance.randrange(4))]
            call = event(Kind.CALL, 40, generation=41, id=IDS["open"], paths=len(texts), ok=1)
            hosts.append((call, texts))
            await board.send(stream_of([call], [texts]), 0)
        if chance.random() < 0.05:
            key = KEY.pack(
                {"id": chance.choice(idents), "field0": chance.randrange(2), "field1": chance.randrange(2)}
            )
            units = field_units("id", "field0", "field1")
            vaccine = event(Kind.VACCINATE, a0=key & 0xFFFFFFFF, a1=key >> 32, a2=number, a3=0xFFFFFFFF, a4=units)
            hosts.append((vaccine, []))
            await board.offer(vaccine)
        while (await board.flags("status"))["record_valid"]:
            taken.append((await board.take())[0])
        if chance.random() < 0.1:
            await kernel.leap(chance.choice((1, 3, 300, 5000)))
        await kernel.run(chance.randrange(4), chance.choice((0, 1, (1 << 32) - chance.randrange(1, 5000))))
    while len(taken) < len(kernel.calls) + len(hosts):
        taken.append((await board.awaited())[0])
    # In the order in which they left, each source's in its own.
    core, answers = iter(kernel.calls), iter(kernel.answers)
    host = iter(hosts)
    order = [next(core) if not seen & 15 and not seen >> 9 & 1 else next(host) for seen in taken]
    stream = stream_of([words for words, _ in order], [texts for _, texts in order])
    records, _ = board.golden.screen(stream.events, stream.pool, stream.offsets)
    for seen, row in zip(taken, records, strict=True):
        expected = int.from_bytes(row.tobytes(), "little")
        assert seen == expected, differences(RECORD, seen, expected)
        record = RECORD.unpack(seen)
        if record["kind"] == Kind.CALL and record["slot"] < 32:
            assert next(answers) == expected_answer(record)
            verdicts[record["verdict"]] = verdicts.get(record["verdict"], 0) + 1
    cocotb.log.info("%d calls, verdicts %s, %d host events", len(kernel.calls), verdicts, len(hosts))
    assert len(verdicts) > 4 and max(RECORD.unpack(seen)["vaccinated"] for seen in taken)
    assert await board.flags("tamper") == {"undispatched": 0, "strayed": 0, "locked": 1}
    assert await board.read("shed") == 0


@cocotb.test()
async def a_call_goes_before_every_host_event_that_is_not_in_the_latch(dut: Any) -> None:
    kernel = await Kernel.start(dut)
    board, chance = kernel.board, kernel.board.chance
    worst = 0
    texts = [[b"/a" * 400], [b"/tmp/x" * 9, b"", b"q" * 63], [b"/" + b"b" * 300, b"/c" * 31, b"."], [b"x" * 64]]
    for case, paths in enumerate(texts * 4):
        first = event(Kind.CALL, 40, generation=41, id=IDS["open"], paths=len(paths))
        second = numeric_calls(chance, [40], 1)[0]
        stream = stream_of([first, second], [paths, []])
        await board.offer(second[:7])
        await board.send(stream, 0)
        for word in range(case % 3 and 8):
            await board.write("event", second[word], word)
        await kernel.put(17, NUMBER_OF[IDS["getpid"]])
        strobe = await kernel.ecall(1)
        if not case % 3:
            await board.offer(second)
        await kernel.dispatch()
        worst = max(worst, kernel.ended - strobe - ANSWER_CYCLES)
        slots = []
        for _ in range(3):
            record = RECORD.unpack((await board.awaited())[0])
            slots.append(record["slot"])
            if record["slot"] < 32:
                assert kernel.answers[-1] == expected_answer(record)
        assert slots == [40, 0, 40]
        await kernel.run(0)
    cocotb.log.info("a host event's paths held a call up for %d cycles", worst)
    assert 30 < worst <= LATCH_CYCLES


@cocotb.test()
async def a_call_behind_paths_that_are_never_written_is_denied_in_time(dut: Any) -> None:
    kernel = await Kernel.start(dut)
    board, chance = kernel.board, kernel.board.chance
    stuck = event(Kind.CALL, 40, generation=41, id=IDS["open"], paths=1)
    stream = stream_of([stuck], [[b"/etc/shadow"]])
    await board.offer(stuck)
    await kernel.put(17, NUMBER_OF[IDS["getpid"]])
    await kernel.ecall()
    assert await kernel.dispatch() == DISPATCH_WAIT
    assert kernel.answers.pop() == DENY
    await kernel.run(1)
    # The event of that call still waits: another has no place, and is denied at once.
    await kernel.ecall()
    assert await kernel.dispatch() == 0
    assert kernel.answers.pop() == DENY and await board.read("shed") == 1
    unseen = kernel.calls.pop()
    await kernel.run(0)
    # The paths come: the old call's verdict is nobody's, and the next one waits for its own.
    for word in path_words(stream, 0)[:-1]:
        await board.write("path", word)
    assert not (await board.flags("status"))["event_ready"]
    await board.write("path", path_words(stream, 0)[-1])
    records = [RECORD.unpack((await board.awaited())[0])]
    await kernel.put(17, NUMBER_OF[IDS["read"]])
    await kernel.ecall()
    await kernel.dispatch()
    for _ in range(2):
        records.append(RECORD.unpack((await board.awaited())[0]))
    assert [(record["slot"], record["id"]) for record in records] == [
        (40, IDS["open"]), (0, IDS["getpid"]), (0, IDS["read"]),
    ]  # fmt: skip
    assert kernel.answers.pop() == expected_answer(records[2])
    assert unseen[0][1] == 2, "the call without a place was slot 1's"
    # Words of paths that nobody announced are ignored.
    for _ in range(50):
        await board.write("path", chance.getrandbits(32))
    past = stream_of([stuck, *(call for call, _ in kernel.calls)], [[b"/etc/shadow"], [], []])
    board.golden.screen(past.events, past.pool, past.offsets)
    await board.check(stream_of([stuck], [[b"/home/a"]]))


@cocotb.test()
async def no_record_is_ever_lost(dut: Any) -> None:
    """Nobody reads for a long time, while the host offers events, processes call, and vaccines expire."""
    kernel = await Kernel.start(dut)
    board, golden = kernel.board, kernel.board.golden
    await board.set_hash_set(0, hash_set("id", "field0"))
    keys = {index: KEY.pack({"id": 300 + index // 9, "field0": index}) for index in range(0, 90, 3)}

    def vaccine(kind: Kind, index: int) -> list[int]:
        key = keys[index]
        units = field_units("id", "field0")
        return event(kind, a0=key & 0xFFFFFFFF, a1=key >> 32, a2=index, a3=100, a4=units)

    born, _ = await board.check(stream_of([vaccine(Kind.VACCINATE, index) for index in keys]))
    expiring = sum(int(word) >> RECORD.offset["fault"] & 7 == 0 for word in born[:, 0])  # some places clash
    offered = numeric_calls(board.chance, [40], 40)
    for call in offered:
        await board.offer(call)
        await board.cycles(2)  # until it is in the latch
    await board.cycles(10)
    board.recorded.clear()
    await board.load(Target.CLOCK, [100])
    await board.cycles(2 * SCAN)
    # Some have expired; the others have no place, nor has a host event.
    filled = RECORDS - CORE_SHARE
    assert len(board.recorded) == filled - len(offered) < expiring
    assert not (await board.flags("status"))["event_ready"]
    for count in range(CORE_SHARE + 3):
        await kernel.put(17, count)
        await kernel.ecall()
        waited = await kernel.dispatch()
        if count >= CORE_SHARE:
            assert waited == 0 and kernel.answers.pop() == DENY
            kernel.calls.pop()
        await kernel.run(0)
    assert await board.read("shed") == 3
    assert len(board.recorded) == RECORDS - len(offered)
    taken = [(await board.awaited())[0] for _ in range(len(offered) + expiring + CORE_SHARE)]
    await board.cycles(2 * SCAN)
    assert not board.bench.get("irq_record")
    assert (await board.flags("status"))["event_ready"]
    core, host = iter(kernel.calls), iter([(call, list[bytes]()) for call in offered])
    order: list[tuple[list[int], list[bytes]]] = []
    for seen in taken:
        record = RECORD.unpack(seen)
        if record["kind"] == Kind.REVOKE:
            order.append((vaccine(Kind.REVOKE, record["vaccine"]), []))
        else:
            order.append(next(core if record["slot"] < 32 else host))
    stream = stream_of([words for words, _ in order], [texts for _, texts in order])
    records, _ = golden.screen(stream.events, stream.pool, stream.offsets)
    for seen, row in zip(taken, records, strict=True):
        assert seen == int.from_bytes(row.tobytes(), "little"), RECORD.unpack(seen)
    assert max(RECORD.unpack(seen)["fault"] for seen in taken) == Fault.NONE


@cocotb.test()
async def a_return_without_a_dispatch_read_is_told_until_reset(dut: Any) -> None:
    kernel = await Kernel.start(dut)
    board = kernel.board
    assert await board.read("dispatch") == DENY, "outside of a call"
    await kernel.put(17, NUMBER_OF[IDS["getpid"]])
    await kernel.ecall()
    assert (await board.flags("status"))["in_call"]
    await board.write("dispatch", 0)  # no read
    assert not board.bench.get("irq_tamper")
    await kernel.run(0)
    await board.cycles(2)
    assert board.bench.get("irq_tamper")
    assert await board.flags("tamper") == {"undispatched": 1, "strayed": 0, "locked": 0}
    assert not (await board.flags("status"))["in_call"]

    async def told() -> dict[str, int]:
        words = [await board.read("tampering", number) for number in range(TAMPER.words)]
        packed = sum(word << 32 * number for number, word in enumerate(words))
        return {name: value for name, value in TAMPER.unpack(packed).items() if value and "time" not in name}

    record = {"undispatched": 1, "generation": 1}
    assert await told() == record
    await board.cycle(rst=1)
    await board.cycle(rst=0)
    assert not board.bench.get("irq_tamper") and await board.read("tamper") == 0
    assert await told() == record, "it is kept over a reset"
    assert (await told()).get("undispatched") is None, "once it is read it is forgotten"
    # Whatever was set before, a reset's answer is the deny handler, and that is nowhere yet.
    for _ in range(600):
        await board.cycle()
    await board.write("verdict_handler", DENY, Verdict.DENY)
    assert await board.read("dispatch") == DENY
    await kernel.ecall()
    await kernel.dispatch()
    assert kernel.answers == [DENY]
    assert RECORD.unpack((await board.awaited())[0])["fault"] == Fault.STALE


@cocotb.test()
async def what_leaves_no_record_is_counted(dut: Any) -> None:
    """Calls of the core and the host, and the kernel's own about the core's: counted or recorded, none twice.

    A slot that follows its process as it should leaves nothing, one that does not a record."""
    kernel = await Kernel.start(dut)
    board, chance = kernel.board, kernel.board.chance
    idents = [ident for ident in NUMBER_OF if ident < 60]
    child, lives, on = 9, itertools.count(1000), True
    quiet: list[int] = []  # places in `made` of what leaves nothing
    made: list[tuple[list[int], list[bytes], bool]] = []  # and whether the core made it
    taken: list[int] = []
    counted: Counter[tuple[int, int, int]] = Counter()

    async def settle() -> None:
        await board.cycles(60)
        while (await board.flags("status"))["record_valid"]:
            taken.append((await board.take())[0])

    async def drain() -> None:
        for _ in range((await board.flags("counted"))["entries"]):
            entry = await board.read("count", 0) | await board.read("count", 1) << 32
            values = AGGREGATE_ENTRY.unpack(entry)
            counted[values["slot"], values["id"], values["generation"]] += values["count"]
        assert not (await board.flags("status"))["count_valid"]

    for number in range(300):
        if number % 60 == 0:
            on = number != 120
            await board.write("counting", on)
        await kernel.put(17, NUMBER_OF[chance.choice(idents)])
        await kernel.ecall()
        await kernel.dispatch()
        made.append((*kernel.calls[-1], True))
        await settle()
        if chance.random() < 0.3:
            slot = chance.choice((40, kernel.slot))
            texts = [random_path(chance)[:100]]
            call = event(Kind.CALL, slot, generation=slot + 1, id=IDS["open"], paths=1, ok=1)
            made.append((call, texts, False))
            await board.send(stream_of([call], [texts]), 0)
            await settle()
        if chance.random() < 0.2:
            life = next(lives)
            for kind, slot, fields in (
                (Kind.FORK, kernel.slot, {"generation": kernel.slot + 1, "a0": child, "a1": life}),
                (Kind.EXEC, child, {"generation": life - chance.randrange(2)}),  # of the life before: a fault
                (Kind.EXIT, child, {"generation": life, "a0": SLOTS}),
            ):
                if on and fields["generation"] != life - 1:
                    quiet.append(len(made))
                made.append((event(kind, slot, **fields), [], False))
                await board.send(stream_of([made[-1][0]]), 0)
                await settle()
        if chance.random() < 0.05:
            await drain()
        await kernel.run(chance.randrange(4))
    await drain()
    stream = stream_of([words for words, _, _ in made], [texts for _, texts, _ in made])
    records, _ = board.golden.screen(stream.events, stream.pool, stream.offsets)
    left, expected = [], Counter[tuple[int, int, int]]()
    last: dict[Any, Any] = {}
    for number, (row, (_words, _texts, core)) in enumerate(zip(records, made, strict=True)):
        seen = int.from_bytes(row.tobytes(), "little")
        record = RECORD.unpack(seen)
        key = record["slot"], record["id"], record["generation"]
        counts = not 120 <= sum(core for _, _, core in made[: number + 1]) - 1 < 180
        plain = not any(record[name] for name in ("verdict", "proposed", "fault"))
        if core and counts and plain and record["path_class"] < SECRET_FROM:
            expected[key] += 1
        elif number in quiet:
            assert not record["fault"] and record["kind"] in (Kind.FORK, Kind.EXEC, Kind.EXIT)
        else:
            left.append(seen)
        if core:
            old = last.get(record["slot"], {"allowed": 0})
            last[record["slot"]] = {name: record[name] for name in ("score", "tier", "verdict", "generation")} | {
                "allowed": old["allowed"] + (not record["verdict"]),
                "spare0": 0,
            }
    assert taken == left and counted == expected
    assert len(quiet) > 50 and any(RECORD.unpack(seen)["kind"] == Kind.EXEC for seen in left)
    for slot, said in last.items():
        await board.write("score_slot", slot)
        words = [await board.read("score", index) for index in range(SCORE.words)]
        shown = SCORE.unpack(sum(word << 32 * index for index, word in enumerate(words)))
        assert shown == said, differences(SCORE, SCORE.pack(shown), SCORE.pack(said))
    cocotb.log.info("%d of %d calls were counted", sum(counted.values()), len(made))
    assert sum(counted.values()) > 20 and len(taken) > 100
