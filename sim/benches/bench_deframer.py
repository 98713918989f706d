"""Bench of the deframer: what reaches the ring, where and when; what leaves no trace there.

Twin: `Twin`, with the decoders of `sim.benches.frames`.
"""

from __future__ import annotations

import os
import random
from typing import Any

import cocotb

from hdl.contract.link import cost
from hdl.contract.memory import RING_BYTES
from hdl.contract.registers import RING_WORDS
from hdl.soc.deframer import HEADER_BYTES, PLACES
from sim.benches.clocked import Clocked, draw
from sim.benches.frames import LENGTH_MAX, SWEEP, TELLING, content, damaged, decode, encode, stored

COUNTED: tuple[str, ...] = ("frame_received", "damaged", "dropped")


class Twin:
    """A deframer, and what it is to do: bytes in, events out with the cycle in which they are due."""

    def __init__(self, bench: Clocked) -> None:
        self.bench = bench
        self.ring: list[int] = [0] * RING_WORDS
        self.received = self.released = 0
        self.too_late = False  # the frame under way once met a full ring
        self.frames: list[bytes] = []
        self.counts = dict.fromkeys(COUNTED, 0)
        self._begun = bytearray()
        self._due: dict[int, tuple[str, int]] = {}

    @classmethod
    async def start(cls, dut: Any) -> Twin:
        return cls(await Clocked.start(dut, encoded__valid=0, released=0))

    @property
    def room(self) -> int:
        """Free words of the ring."""
        return RING_WORDS - (self.received - self.released) % PLACES

    async def cycle(self, **inputs: int) -> bool:
        """One cycle; return whether a byte was taken.  All outputs are checked."""
        bench = self.bench
        await bench.cycle(**inputs)
        event, place = self._due.pop(bench.now, ("", self.received))
        self.received = place
        for name in COUNTED:
            assert bench.get(name) == (name == event), f"cycle {bench.now}: {name}, expected {event or 'nothing'}"
        assert bench.get("received") == self.received
        ended = [self._due.get(bench.now + ahead, ("damaged",))[0] != "damaged" for ahead in (1, 2)]
        assert bench.get("idle") == (not any(ended)), "busy for two cycles behind a good frame, and no others"
        if event:
            self.counts[event] += 1
        if bench.get("write"):
            place = bench.get("write_place")
            used = (self.received - self.released) % PLACES
            assert (place - self.released) % RING_WORDS >= used, f"place {place} is not free"
            self.ring[place] = bench.get("write_data")
        taken = bool(bench.get("encoded__valid") and bench.get("encoded__ready"))
        if taken and (byte := bench.get("encoded__payload")):
            self._begun.append(byte)
        elif taken:
            self._end()
        return taken

    def _end(self) -> None:
        encoded, self._begun = bytes(self._begun), bytearray()
        if not encoded:
            return
        now, plain = self.bench.now, decode(encoded)
        if plain is None:
            self._due[now + 1] = "damaged", self.received
        elif self.too_late or 4 * self.room < cost(len(plain) - HEADER_BYTES):
            self.too_late = False
            self._due[now + 3] = "dropped", self.received
        else:
            self.frames.append(plain)
            self._due[now + 3] = "frame_received", (self.received + len(stored(plain))) % PLACES

    async def give(self, data: bytes, chance: random.Random, rests: float = 0.0) -> None:
        """Put bytes on the stream; `rests`: how often it has none."""
        waited = 0
        for byte in data:
            while chance.random() < rests:
                await self.cycle(encoded__valid=0)
            while not await self.cycle(encoded__valid=1, encoded__payload=byte):
                waited += 1
                assert waited <= 2, "more than two cycles without a byte taken"
            waited = 0

    async def settle(self) -> None:
        for _ in range(5):
            await self.cycle(encoded__valid=0)
        assert not self._due and self.bench.get("idle")

    async def read_and_release(self) -> None:
        """Check the frames in the ring from `released` on, and release them."""
        for plain in self.frames:
            words = stored(plain)
            found = [self.ring[(self.released + at) % RING_WORDS] for at in range(len(words))]
            assert found == words, f"a frame of {len(plain)} bytes at {self.released}"
            self.released = (self.released + len(words)) % PLACES
        self.frames.clear()
        assert self.released == self.received
        await self.cycle(encoded__valid=0, released=self.released)


@cocotb.test()
async def frames_of_every_telling_length(dut: Any) -> None:
    """Good frames, one behind the other, over the ring's end; SWEEP: many more lengths."""
    twin, chance = await Twin.start(dut), draw()
    lengths = list(SWEEP if os.environ.get("SWEEP") == "1" else TELLING)
    chance.shuffle(lengths)
    passed = released = 0
    for length in lengths:
        bytes_in_ring = cost(length - HEADER_BYTES)
        if passed + bytes_in_ring - released > RING_BYTES or chance.random() < 0.1:
            await twin.settle()
            await twin.read_and_release()
            released = passed
        await twin.give(encode(content(length, chance)), chance, chance.choice((0, 0, 0.2)))
        passed += bytes_in_ring
    await twin.settle()
    await twin.read_and_release()
    assert twin.counts == {"frame_received": len(lengths), "damaged": 0, "dropped": 0}
    assert passed > RING_BYTES, "the ring's end was not met"


@cocotb.test()
async def damage_leaves_no_trace(dut: Any) -> None:
    """Bytes changed, lost and doubled, delimiters lost, frames too short and too long, noise."""
    twin, chance = await Twin.start(dut), draw()
    for _ in range(150):
        length = chance.choice((4, 5, 8, 40, chance.choice(TELLING[:60])))
        good = encode(content(length, chance))
        match chance.randrange(6):
            case 0 | 1:
                await twin.give(damaged(good, chance), chance)
            case 2:
                await twin.give(encode(content(chance.randrange(HEADER_BYTES), chance)), chance)
            case 3:
                await twin.give(chance.randbytes(chance.randrange(1, 60)), chance)
            case 4:
                await twin.give(bytes(chance.randrange(1, 5)), chance)
            case _:
                await twin.give(bytes(chance.randrange(1, 256) for _ in range(4)) + b"\0", chance)
        # After a lost delimiter the next frame is lost with it; the one behind that is whole.
        await twin.give(good + encode(b"ping" + chance.randbytes(3)), chance, chance.choice((0, 0.2)))
        await twin.settle()
        assert twin.frames and twin.frames[-1][:4] == b"ping"
        await twin.read_and_release()
    for length in (LENGTH_MAX + 1, LENGTH_MAX + 2, 9000):
        before = twin.counts["damaged"]
        await twin.give(encode(chance.randbytes(length)), chance)
        await twin.settle()
        assert twin.counts["damaged"] == before + 1 and not twin.frames
    for _ in range(3):  # right to the last byte, but for a last block that says it is longer
        good = encode(bytes((1, 2, 3, 0, *range(1, chance.randrange(10, 20)))))
        before = twin.counts["damaged"]
        await twin.give(good[:4] + bytes((good[4] + 1,)) + good[5:], chance)
        await twin.settle()
        assert twin.counts["damaged"] == before + 1
    for short in (b"\1\0", b"\2\7\0", encode(b""), encode(b"abc")):
        before = twin.counts["damaged"]
        await twin.give(short, chance)
        await twin.settle()
        assert twin.counts["damaged"] == before + 1
    assert twin.counts["damaged"] > 100 and twin.counts["frame_received"] > 200


@cocotb.test()
async def no_room_drops_and_keeps_what_is_there(dut: Any) -> None:
    """Filled to the last word; a frame too many is counted and writes on nobody."""
    twin, chance = await Twin.start(dut), draw()
    for _ in range(2):
        while twin.room > 600:
            await twin.give(encode(content(chance.randrange(1000, 2300), chance)), chance)
            await twin.settle()
        # Frames for exactly the room, for one word more and for one less; a damaged one is damaged, room or not.
        await twin.give(encode(content(4 * twin.room - 3, chance)), chance)
        await twin.give(encode(content(4 * twin.room, chance))[1:], chance)
        await twin.settle()
        assert twin.counts["dropped"] and twin.counts["damaged"]
        await twin.give(encode(content(4 * (twin.room - 1) - chance.randrange(4), chance)), chance)
        await twin.settle()
        assert twin.room == 0
        await twin.give(encode(b"head"), chance)
        await twin.give(encode(content(LENGTH_MAX, chance)), chance)
        await twin.settle()
        assert twin.room == 0
        # The oldest frame is released: there is room for as much, wherever the ring ends.
        first = twin.frames.pop(0)
        twin.released = (twin.released + len(stored(first))) % PLACES
        await twin.cycle(encoded__valid=0, released=twin.released)
        await twin.give(encode(content(len(first), chance)), chance)
        await twin.settle()
        assert twin.room == 0
        await twin.read_and_release()
    assert twin.counts["dropped"] == 6


@cocotb.test()
async def room_that_comes_too_late(dut: Any) -> None:
    """A frame that met a full ring once is dropped whole, also if there is room for the rest of it."""
    twin, chance = await Twin.start(dut), draw()
    while twin.room > 100:
        await twin.give(encode(content(min(4 * twin.room - 204, 4000), chance)), chance)
        await twin.settle()
    encoded = encode(content(1000, chance))
    await twin.give(encoded[:-20], chance)
    twin.too_late, twin.released = True, twin.received
    await twin.cycle(encoded__valid=0, released=twin.released)
    twin.frames.clear()
    await twin.give(encoded[-20:], chance)
    await twin.settle()
    assert twin.counts["dropped"] == 1
    await twin.give(encode(content(1000, chance)), chance)
    await twin.settle()
    await twin.read_and_release()
    assert twin.counts["dropped"] == 1
