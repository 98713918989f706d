"""The coprocessor as a program and a core see it: registers by name, events word by word, calls by side band."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any, Self

from hdl.contract.event import RECORD, STATE, Kind
from hdl.contract.load import Target
from hdl.contract.policy import Policy, default_policy
from hdl.contract.registers import COPROCESSOR
from hdl.contract.vaccine import HASH_NIBBLES, BankKey
from hdl.contract.verdict import Verdict
from models.golden.engine import GoldenEngine
from models.golden.machine import Words
from sim.benches.bench_pipeline import differences, event, stream_of
from sim.benches.clocked import Clocked, draw
from sim.benches.user_memory import UserMemory
from sim.stimulus import Stream, random_image

QUIET = {"bus__select": 0, "core__trap": 0, "core__mret": 0, "core__rf_write": 0}
LONGEST_WAIT = 2000
HANDLERS = 0x1000_0000
"""Handler of canonical id i: this plus 4 * i; of verdict v: this plus 0x1000 + 4 * v."""


def handler_of(ident: int) -> int:
    return HANDLERS + 4 * ident


def handler_by_verdict(verdict: int) -> int:
    return HANDLERS + 0x1000 + 4 * verdict


DENY = handler_by_verdict(Verdict.DENY)


class Board:
    """The coprocessor beside the golden machine.

    Members: `recorded`: cycles in which a record left the pipeline; `rested`: cycles in which its clock may stop;
    `user`: the core's mode from the next cycle on; `memory`: the program's.
    """

    BIRTHS = False

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.golden = GoldenEngine(births=self.BIRTHS)
        self.recorded: list[int] = []
        self.rested = 0
        self.user = 0
        self.memory = UserMemory()
        self.asked: int | None = None

    @classmethod
    async def start(cls, dut: Any, models: int = 1) -> Self:
        """Return a coprocessor with secret, policy and models loaded and all handlers set; model 0 is in force.
        The pipeline's clock is stopped where it may be."""
        board = cls(await Clocked.start(dut, gate=1), draw())
        golden, secret = board.golden, BankKey.from_seed(7)
        golden.load_bank_key(secret)
        for nibble in range(len(HASH_NIBBLES)):
            await board.load(Target.HASH, secret.tables[nibble], nibble << 4)
        base = default_policy(enforce=0xAAAA, allow={3: frozenset(("read", "write", "getpid"))})
        policy = Policy(base.attributes, tuple(board.chance.getrandbits(48) for _ in base.rows), 0xAAAA)
        golden.load_policy(policy)
        await board.load(Target.ATTRIBUTES, policy.attributes)
        await board.load(Target.JUDGE, [half for row in policy.rows for half in (row & 0xFFFFFFFF, row >> 32)])
        await board.load(Target.ENFORCE, [policy.enforce])
        for slot, image in enumerate(random_image(seed) for seed in range(11, 11 + models)):
            golden.load_model(slot, image)
            await board.load(Target(slot), image)
        await board.load(Target.READY, [(1 << models) - 1])
        await board.write("handler_index", 0)
        for ident in range(512):
            await board.write("handler", handler_of(ident))
        for verdict in Verdict:
            await board.write("verdict_handler", handler_by_verdict(verdict), verdict)
        await board.check(stream_of([event(Kind.SWAP, a0=0)]))
        return board

    async def cycle(self, **inputs: int) -> None:
        """One cycle; what is not named is quiet."""
        word = self.chance.getrandbits(32) if self.asked is None else self.memory.word(self.asked)
        await self.bench.cycle(**(QUIET | {"core__user": self.user, "string_word": word} | inputs))
        self.asked = self.bench.get("string_place") if self.bench.get("string_fetch") else None
        if self.bench.get("recorded"):
            self.recorded.append(self.bench.now)
        self.rested += self.bench.get("screen_idle")

    async def cycles(self, count: int) -> None:
        for _ in range(count):
            await self.cycle()

    # --- the program ---------------------------------------------------------------------------------------------

    async def _access(self, name: str, index: int, **inputs: int) -> int:
        """Make an access; return how many cycles it waited.  The bench is in its last cycle then."""
        address = COPROCESSOR.register[name].offset // 4 + index
        for waited in range(LONGEST_WAIT):
            await self.cycle(bus__select=1, bus__address=address, **inputs)
            if self.bench.get("bus__ready"):
                return waited
        raise AssertionError(f"an access to {name} has waited for {LONGEST_WAIT} cycles")

    async def write(self, name: str, value: int, index: int = 0) -> int:
        """Write a register; return how many cycles the bus waited."""
        return await self._access(name, index, bus__write=1, bus__wdata=value)

    async def read(self, name: str, index: int = 0) -> int:
        """Read a register."""
        await self._access(name, index, bus__write=0)
        await self.cycle()
        return self.bench.get("bus__rdata")

    async def flags(self, name: str) -> dict[str, int]:
        """Read a register's fields."""
        return COPROCESSOR.register[name].layout.unpack(await self.read(name))

    async def load(self, target: Target, words: Iterable[int], first: int = 0) -> None:
        """Write consecutive words through the load port."""
        await self.write("load_address", target << 16 | first)
        left = iter(words)
        await self.write("load_data", next(left))
        for word in left:
            await self.bench.cycle(bus__wdata=word)
            assert self.bench.get("bus__ready")

    async def set_hash_set(self, bank: int, fields: int) -> None:
        self.golden.set_hash_set(bank, fields)
        await self.load(Target.HASH_SET, [fields], bank)

    async def offer(self, words: Iterable[int]) -> None:
        """Write an event's words."""
        for index, word in enumerate(words):
            await self.write("event", int(word), index)

    async def send(self, stream: Stream, position: int) -> None:
        """Write one event of a stream, and its paths."""
        await self.offer(stream.events[position])
        for word in path_words(stream, position):
            await self.write("path", word)

    async def awaited(self) -> tuple[int, int]:
        """Wait for a record and take it."""
        for _ in range(LONGEST_WAIT):
            if self.bench.get("irq_record"):
                return await self.take()
            await self.cycle()
        raise AssertionError(f"no record has come for {LONGEST_WAIT} cycles")

    async def take(self) -> tuple[int, int]:
        """Read the record that waits, and the state if it is a SPILL's; return both, or 0 for the state."""
        assert (await self.flags("status"))["record_valid"], "no record waits"
        record = 0
        for index in range(RECORD.words):
            record |= await self.read("record", index) << 32 * index
        state = 0
        if record & 15 == Kind.SPILL:
            assert (await self.flags("status"))["state_valid"], "no state waits"
            for index in range(STATE.words):
                state |= await self.read("state", index) << 32 * index
        return record, state

    async def check(self, stream: Stream) -> tuple[Words, Words]:
        """Send events, and read now and then; all records and states must be the golden machine's: return them."""
        taken: list[tuple[int, int]] = []
        for position in range(len(stream.events)):
            await self.write("event", int(stream.events[position, 0]))
            for _ in range(LONGEST_WAIT):
                status = await self.flags("status")
                if status["record_valid"] and (not status["event_ready"] or self.chance.random() < 0.2):
                    taken.append(await self.take())
                elif status["event_ready"]:
                    break
            else:
                raise AssertionError(f"event {position} finds no place")
            await self.send(stream, position)
        while len(taken) < len(stream.events):
            taken.append(await self.awaited())
        records, states = self.golden.screen(stream.events, stream.pool, stream.offsets)
        for number, (seen, state) in enumerate(taken):
            expected = int.from_bytes(records[number].tobytes(), "little")
            assert seen == expected, f"event {number}: {differences(RECORD, seen, expected)}"
            assert state == int.from_bytes(states[number].tobytes(), "little") & (1 << STATE.width) - 1
        return records, states

    # --- the core ------------------------------------------------------------------------------------------------

    async def put(self, number: int, value: int) -> None:
        """Write a register of the register file."""
        await self.cycle(core__rf_write=1, core__rf_index=number, core__rf_data=value)

    async def ecall(self, cause: int = 8) -> int:
        """Enter a trap from user mode; return the cycle of its strobe.  The next cycle is the kernel's."""
        self.user = 1
        await self.cycle()
        await self.cycle(core__trap=1, core__cause=cause)
        self.user = 0
        return self.bench.now

    async def mret(self) -> None:
        """Return to user mode; the bench is in its first cycle then."""
        await self.cycle(core__mret=1)
        self.user = 1
        await self.cycle()


def path_words(stream: Stream, position: int) -> list[int]:
    """Return the words that an event's paths are written as."""
    words, at = [], int(stream.offsets[position])
    for _ in range(int(stream.events[position, 0]) >> 12 & 3):
        head = int.from_bytes(stream.pool[at : at + 4].tobytes(), "little")
        text = stream.pool[at + 4 : at + 4 + (head >> 16)].tobytes()
        at += 4 + len(text)
        words.append(head)
        words += [int.from_bytes(text[first : first + 4], "little") for first in range(0, len(text), 4)]
    return words
