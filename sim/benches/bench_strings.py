"""Bench of the strings of calls: random texts in random places, against what a program would see there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import cocotb

from hdl.contract.memory import GRANULE_BYTES, STRING_AREA_BYTES
from hdl.contract.model import NODE_UNKNOWN
from hdl.contract.paths import CWD_DESCRIPTOR, PATHS, STRING_BYTES, StringState
from hdl.contract.syscalls import IDS
from hdl.screening.layouts import EVENT, PATH_BEAT
from hdl.soc.strings import which_of
from sim.benches.clocked import Clocked, draw, pack, unpack
from sim.benches.user_memory import DATA, RAM, TEXT, UserMemory

AREA_WORDS = STRING_AREA_BYTES // 4
FIRST_BEAT_CYCLES, WORD_CYCLES = 4, 3
CALLS = ("openat", "execve", "renameat2", "symlinkat", "mount", "read", "linkat", "chdir", "newfstatat")


class Rig:
    """The block with a program's memory beside it."""

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench, self.chance = bench, chance
        self.memory = UserMemory()
        self.beats: list[dict[str, int]] = []
        self.asked = -1
        self.fetches = 0
        self.eager = True

    async def cycle(self, **inputs: int) -> None:
        word = self.chance.getrandbits(32)
        if self.asked >= 0:
            word = self.memory.word(self.asked)
        ready = self.eager or self.chance.random() < 0.5
        await self.bench.cycle(**{"begin": 0, "word": word, "paths__ready": ready, **inputs})
        get = self.bench.get
        self.asked = get("place") if get("fetch") else -1
        self.fetches += get("fetch")
        if get("paths__valid") and ready:
            self.beats.append(unpack(PATH_BEAT, get("paths__payload")))

    async def call(self, name: str, arguments: list[int], cwd: tuple[int, int]) -> int:
        """Begin a call, and wait for the end of its strings; return the cycles from `begin` to the last beat."""
        cwd_value = cwd[0] | cwd[1] << 8
        await self.bench.cycle(begin=0, **self.memory.registers())
        event = pack(EVENT, {f"a{place}": value for place, value in enumerate(arguments)})
        await self.cycle(begin=1, event=event, which=which_of(IDS[name]), cwd=cwd_value)
        begun = self.bench.now
        await self.cycle(event=0, which=0)
        while self.bench.get("busy"):
            await self.cycle()
        return self.bench.now - begun - 1

    async def kept(self, which: int, offset: int, length: int) -> bytes:
        """Return what the kernel finds of a string."""
        found = b""
        for word in range((offset + length + 3) // 4):
            await self.cycle(bus__select=1, bus__address=which * AREA_WORDS + word)
            await self.cycle(bus__select=0)
            found += self.bench.get("bus__rdata").to_bytes(4, "little")
        return found[offset : offset + length]

    def draw(self) -> None:
        """Fill memory and set the windows anew."""
        chance, windows = self.chance, self.memory.windows
        for window in windows:
            windows[window] = chance.randrange(RAM.size // GRANULE_BYTES), chance.choice((0, 1, 1, 2, 32))

    def draw_string(self) -> int:
        """Put a string somewhere, or none; return its address."""
        chance = self.chance
        region = chance.choice((TEXT, DATA))
        limit = self.memory.windows[region.name][1] * GRANULE_BYTES
        length = chance.choice((0, 1, 2, 3, chance.randrange(40), chance.randrange(120, 136)))
        end = chance.choice((chance.randrange(GRANULE_BYTES), GRANULE_BYTES - 1, limit - 1, limit, limit + 2))
        address = region.base + max(end - length, 0) if chance.random() < 0.95 else chance.getrandbits(32)
        self.memory.put(address, bytes(chance.randrange(1, 256) for _ in range(length)) + b"\0")
        return address


def texts(beats: list[dict[str, int]]) -> Iterator[tuple[bytes, int, int]]:
    """Return per string its text, and where it starts; beats must be as the pipeline takes them."""
    text, fresh = b"", 1
    for beat in beats:
        assert beat["start"] == fresh, "a string's first beat begins it"
        assert beat["count"] == 2 or beat["last"], "beats are full but for the last"
        text += beat["data"].to_bytes(2, "little")[: beat["count"]]
        if beat["last"]:
            yield text, beat["node"], beat["excess"]
            text = b""
        fresh = beat["last"]
    assert fresh


@cocotb.test()
async def strings_are_what_the_program_has_there(dut: Any) -> None:
    rig = Rig(await Clocked.start(dut), draw())
    chance, seen = rig.chance, dict.fromkeys(StringState, 0)
    for number in range(1500):
        if number % 10 == 0:
            rig.draw()
        rig.eager = chance.random() < 0.5
        name = chance.choice(CALLS)
        arguments = [chance.choice((CWD_DESCRIPTOR & 0xFFFF_FFFF, chance.randrange(9))) for _ in range(6)]
        for path, _base in PATHS.get(name, ()):
            arguments[path] = rig.draw_string()
        expected = [
            (*rig.memory.string(arguments[path]), arguments[path], base) for path, base in PATHS.get(name, ())
        ]
        cwd = chance.randrange(256), chance.randrange(256)
        rig.beats = []
        await rig.call(name, arguments, cwd)
        states = rig.bench.get("states")
        found = list(texts(rig.beats))
        assert len(found) == len(expected)
        for string, (text, state, address, base) in enumerate(expected):
            unknown = base is not None and arguments[base] != CWD_DESCRIPTOR & 0xFFFF_FFFF
            start = (NODE_UNKNOWN, 0) if unknown else cwd
            assert found[string] == (text, *start), f"{name}: string {string} at {address:#x}"
            assert states >> 4 * string & 15 == state | (address & 3) << 2
            if state is StringState.WHOLE:
                assert await rig.kept(string, address & 3, len(text) + 1) == text + b"\0"
            seen[state] += 1
        if len(expected) < 2:
            assert not states >> 4 & 3, "there is no second string"
    cocotb.log.info("strings: %s", seen)
    assert all(count > 50 for state, count in seen.items() if state is not StringState.NONE), seen


@cocotb.test()
async def a_string_takes_three_cycles_a_word(dut: Any) -> None:
    rig = Rig(await Clocked.start(dut), draw())
    rig.memory.windows = {TEXT.name: (8, 4), DATA.name: (16, 4)}
    for length in (0, 1, 2, 3, 4, 31, 32, 100, STRING_BYTES - 1):
        for offset in range(4):
            address = DATA.base + 64 + offset
            rig.memory.put(address, b"a" * length + b"\0")
            rig.fetches = 0
            cycles = await rig.call("chdir", [address, *[0] * 5], (0, 0))
            words = (offset + length) // 4 + 1
            assert cycles <= FIRST_BEAT_CYCLES + WORD_CYCLES * words, (length, offset, cycles)
            assert words <= rig.fetches <= words + 1
