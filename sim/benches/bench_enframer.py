"""Bench of the enframer: every frame as others encode it, in order, at a byte a cycle.

Twin: `encode` of `sim.benches.frames`.
"""

from __future__ import annotations

import os
from collections import deque
from typing import Any

import cocotb

from hdl.contract.link import CRC_BYTES
from hdl.contract.registers import RING_WORDS
from hdl.soc.enframer import DESCRIPTOR
from sim.benches.clocked import Clocked, draw, pack
from sim.benches.frames import SWEEP, TELLING, content, encode


class Sender:
    """An enframer with its ring, the frames that are offered to it, and what came out."""

    def __init__(self, bench: Clocked) -> None:
        self.bench = bench
        self.ring = bytearray(4 * RING_WORDS)
        self.offers: deque[tuple[int, int]] = deque()
        self.encoded = bytearray()
        self.sent = 0
        self._place = self._progress = 0

    @classmethod
    async def start(cls, dut: Any) -> Sender:
        return cls(await Clocked.start(dut, frames__valid=0, encoded__ready=0))

    def offer(self, place: int, plain: bytes) -> None:
        """Write a frame into the ring and offer it."""
        for number, byte in enumerate(plain):
            self.ring[(4 * place + number) % len(self.ring)] = byte
        self.offers.append((place, len(plain)))

    async def cycle(self, ready: bool = True) -> None:
        """One cycle: the ring answers for the cycle before, the oldest offer stands until it is taken."""
        bench = self.bench
        place, length = self.offers[0] if self.offers else (0, 0)
        await bench.cycle(
            read_data=int.from_bytes(self.ring[4 * self._place : 4 * self._place + 4], "little"),
            frames__valid=bool(self.offers),
            frames__payload=pack(DESCRIPTOR, {"place": place, "length": length}),
            encoded__ready=ready,
        )
        self._place = bench.get("read_place")
        if self.offers and bench.get("frames__ready"):
            self.offers.popleft()
        if ready and bench.get("encoded__valid"):
            self.encoded.append(bench.get("encoded__payload"))
            self._progress = bench.now
        assert bench.now - self._progress < 2000, f"nothing comes behind {len(self.encoded)} bytes"
        self.sent += bench.get("sent")


@cocotb.test()
async def frames_of_every_telling_length(dut: Any) -> None:
    """One behind the other, anywhere in the ring, to a line that takes bytes now and then; SWEEP: more lengths."""
    sender, chance = await Sender.start(dut), draw()
    lengths = list(SWEEP if os.environ.get("SWEEP") == "1" else TELLING)
    chance.shuffle(lengths)
    for length in lengths:
        plain = content(length, chance)
        sender.offer(chance.randrange(RING_WORDS), plain)
        expected, sent = encode(plain), sender.sent
        share = chance.choice((1.0, 1.0, 0.6))
        sender.encoded.clear()
        assert sender.bench.get("idle")
        await sender.cycle(ready=False)
        while len(sender.encoded) < len(expected):
            await sender.cycle(ready=chance.random() < share)
            assert not sender.bench.get("idle")
        await sender.cycle()
        assert sender.encoded == expected, f"{length} bytes"
        assert sender.bench.get("idle") and sender.sent == sent + 1


def full_blocks(encoded: bytes) -> int:
    """Return how many blocks of 254 bytes a frame has, its last block left aside."""
    at, full = 0, 0
    while at + encoded[at] < len(encoded) - 1:
        full += encoded[at] == 255
        at += encoded[at]
    return full


@cocotb.test()
async def a_byte_a_cycle(dut: Any) -> None:
    """Six cycles between frames, one for each full block; the first frame is begun at once."""
    sender, chance = await Sender.start(dut), draw()
    plains = [content(length, chance) for length in (2000, 4, 4, 7, 300, 254, 600, 4, 1000)]
    plains += [bytes(chance.randrange(1, 256) for _ in range(1500)), bytes(900)]
    place = 0
    for plain in plains:
        sender.offer(place, plain)
        place += (len(plain) + 3) // 4
    expected = b"".join(map(encode, plains))
    before, cycles = sender.bench.now + 2 - 6, 0
    for number, plain in enumerate(plains, 1):
        while sender.sent < number:
            await sender.cycle()
        # `sent` is high one cycle behind the frame's last byte; its last full block may end with the CRC.
        cycles += 6 + len(plain)
        full = sum(full_blocks(encode(plain)) for plain in plains[:number])
        late = full_blocks(encode(plain)) > full_blocks(encode(plain[:-CRC_BYTES]))
        took = sender.bench.now - before - cycles
        assert full - late <= took <= full + late, f"frame {number} of {len(plain)} bytes"
    while len(sender.encoded) < len(expected):
        await sender.cycle()
    assert sender.encoded == expected


@cocotb.test()
async def a_line_that_rests(dut: Any) -> None:
    """The buffer fills and holds what was read: what was counted as sent may be written over."""
    sender, chance = await Sender.start(dut), draw()
    plains = [content(chance.choice((4, 60, 253, 254, 258, 700)), chance) for _ in range(40)]
    expected, left = b"".join(map(encode, plains)), deque(plains)
    while len(sender.encoded) < len(expected):
        if not sender.offers and sender.sent == len(plains) - len(left):
            sender.ring[:] = b"\xa5" * len(sender.ring)
            if left:
                sender.offer(chance.randrange(RING_WORDS), left.popleft())
        rests = chance.choice((0, 0, 300)) if chance.random() < 0.01 else 0
        for _ in range(rests):
            await sender.cycle(ready=False)
        await sender.cycle(ready=chance.random() < 0.9)
    assert sender.encoded == expected and sender.sent == len(plains)
