"""Bench of the link on its line: rings, registers and interrupts as the program meets them, at one cycle a bit.

Twin: the frames given, and `sim.benches.frames` for what is on the line.  The block is a Link and a Uart, as
tests/hdl/soc/test_link.py wires them; `loop` lets the line hear itself.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge
from cocotb.utils import get_sim_time

from hdl.contract.registers import LINK, RING_WORDS, SIMULATED_DIVIDER, UART
from hdl.soc.deframer import PLACES
from hdl.soc.link import QUEUE_FRAMES
from hdl.soc.tampering import FRAME_WORDS
from sim.benches.bench_uart import RECEIVE_CYCLES
from sim.benches.bus_access import Bus
from sim.benches.clocked import PERIOD_NS, Clocked, draw
from sim.benches.frames import LENGTH_MAX, alarm_word, content, damaged, decode, encode, stored

ALARM = b"".join(alarm_word(place).to_bytes(4, "little") for place in range(FRAME_WORDS))
MIRRORED = 2 * RING_WORDS


class Program:
    """What a program does with the link: it fills one ring, and empties the other."""

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench, self.chance = bench, chance
        self.bus = Bus(bench, "bus", LINK)
        self.receive, self.send = Bus(bench, "receive_window"), Bus(bench, "send_window")
        self.place = self.released = 0

    @classmethod
    async def start(cls, dut: Any, loop: int) -> Program:
        ports = ("bus", "line_bus", "receive_window", "send_window")
        bench = await Clocked.start(
            dut, rx=1, loop=loop, alarm=0, seized=0, **{f"{port}__select": 0 for port in ports}
        )
        await Bus(bench, "line_bus", UART).write("divider", whole=SIMULATED_DIVIDER >> 8)
        return cls(bench, draw())

    async def queue(self, plain: bytes) -> None:
        """Write a frame behind the last one, in either half of the window, by words or narrower, and send it."""
        chance, padded = self.chance, plain + bytes(-len(plain) % 4)
        for at in range(0, len(padded), 4):
            place = (self.place + at // 4) % RING_WORDS + chance.choice((0, RING_WORDS))
            word = int.from_bytes(padded[at : at + 4], "little")
            masks = ((15,),) if chance.random() < 0.7 else ((3, 12), (1, 2, 12), (4, 1, 8, 2))
            for mask in chance.choice(masks):
                lanes = sum(0xFF << 8 * lane for lane in range(4) if mask >> lane & 1)
                noise = chance.getrandbits(32) & ~lanes
                await self.send.write_word(place, word & lanes | noise, mask=mask)
        await self.bus.write("send", place=self.place, length=len(plain))
        self.place = (self.place + len(padded) // 4) % RING_WORDS

    async def take(self, frames: Iterable[bytes]) -> None:
        """Check that these frames have been received and no others, and release them one by one."""
        bench = self.bench
        for plain in frames:
            assert bench.get("irq_received")
            first, half = self.released % RING_WORDS, self.chance.choice((0, RING_WORDS))
            for number, word in enumerate(stored(plain)):
                found = await self.receive.read_word((first + half + number) % MIRRORED)
                assert found == word, f"word {number} of a frame of {len(plain)} bytes at {self.released}"
            self.released = (self.released + len(stored(plain))) % PLACES
            await self.bus.write("released", place=self.released)
        assert await self.bus.read("received") == {"place": self.released}
        assert not bench.get("irq_received")

    async def received(self) -> list[bytes]:
        """Return the frames received, and release them."""
        end, found = (await self.bus.read("received"))["place"], []
        while self.released != end:
            length = await self.receive.read_word(self.released % MIRRORED)
            words = [
                await self.receive.read_word((self.released + 1 + n) % MIRRORED) for n in range(-(-length // 4))
            ]
            found.append(b"".join(word.to_bytes(4, "little") for word in words)[:length])
            self.released = (self.released + 1 + len(words)) % PLACES
        await self.bus.write("released", place=self.released)
        return found

    async def hear(self, line: bytes) -> None:
        """Put bytes on the line, back to back, as levels."""
        for byte in line:
            for level in (0, *(byte >> bit & 1 for bit in range(8)), 1):
                await self.bench.cycle(rx=level)

    async def raise_alarm(self) -> None:
        """Offer the gateware's frame until it is taken."""
        bench = self.bench
        await bench.cycle(alarm=1)
        while not bench.get("alarm_taken"):
            assert not bench.get("alarm_busy") and not bench.get("quiet")
            await bench.cycle()
        await bench.cycle(alarm=0)
        assert bench.get("alarm_busy")

    async def settle(self, cycles: int = 40) -> None:
        await self.bench.cycles(cycles, rx=1)


@cocotb.test()
async def what_is_sent_arrives(dut: Any) -> None:
    """Through the line and back, several times around both rings, and the line never rests within a batch."""
    program = await Program.start(dut, loop=1)
    chance, bus = program.chance, program.bus
    sent = words = 0
    longest = (LENGTH_MAX, 4000)  # all that a ring holds
    for lengths in (
        (4, 5, 6, 7, 8, 250),
        longest,
        (254, 1000, 250, 9),
        longest,
        (4,) * 16,
        (LENGTH_MAX - 1, 3000),
    ):
        plains = [content(length, chance) for length in lengths]
        begun = get_sim_time("ns")
        for plain in plains:
            await program.queue(plain)
        await RisingEdge(dut.quiet)
        took = (get_sim_time("ns") - begun) // PERIOD_NS
        on_line = 10 * sum(len(encode(plain)) for plain in plains)
        # Before the first byte leaves its frame is written: a word may be four narrow writes of two cycles.
        assert lengths is not longest or took <= on_line + 8 * stored(plains[0])[0] // 4 + 400
        await program.settle(2)
        await program.take(plains)
        sent += len(plains)
        words += sum(map(len, map(stored, plains)))
        assert await bus.read("status") == {"room": QUEUE_FRAMES, "idle": 1, "sent": sent}
    assert words > PLACES, "a counter's end was not met"
    assert (await bus.read("damaged"))["value"] == (await bus.read("dropped"))["value"] == 0


@cocotb.test()
async def good_frames_among_damaged_ones(dut: Any) -> None:
    """On the line's fastest rate, byte behind byte: what is good is stored, what is not is counted."""
    program = await Program.start(dut, loop=0)
    chance, bench = program.chance, program.bench
    lost = 0
    for _ in range(12):
        line = b"".join(
            chance.choice((good, good, damaged(good, chance), good[:-1], b"\0"))
            for good in (encode(content(chance.choice((4, 7, 30, 60, 260)), chance)) for _ in range(4))
        )
        line += encode(content(5, chance))
        chunks = [chunk for chunk in line.split(b"\0") if chunk]
        plains = [plain for plain in map(decode, chunks) if plain is not None]
        lost += len(chunks) - len(plains)
        await program.hear(line)
        if decode(chunks[-1]) is not None:
            # The last stop bit's cycle is this one.
            for cycle in range(1, 10):
                await bench.cycle(rx=1)
                assert bench.get("frame_received") == (cycle == RECEIVE_CYCLES + 3)
                assert bench.get("quiet") == (cycle >= RECEIVE_CYCLES + 3)
        await program.settle()
        assert bench.get("quiet")
        await program.take(plains)
        assert (await program.bus.read("damaged"))["value"] == lost
    assert lost > 5


@cocotb.test()
async def a_full_ring_drops_and_goes_on(dut: Any) -> None:
    program = await Program.start(dut, loop=1)
    # A ring holds no more than three of them.
    plains = [content(min(RING_WORDS + 4, LENGTH_MAX), program.chance) for _ in range(5)]
    for batch in (plains[:3], plains[3:]):
        for plain in batch:
            await program.queue(plain)
        await RisingEdge(dut.quiet)
        await program.settle(2)
    await program.take(plains[:3])
    await program.queue(plains[0])
    await RisingEdge(dut.quiet)
    await program.settle(2)
    await program.take(plains[:1])
    assert (await program.bus.read("dropped"))["value"] == 2
    assert (await program.bus.read("status"))["sent"] == 6


@cocotb.test()
async def frames_wait_for_the_line(dut: Any) -> None:
    """The queue's room is what `status` says; what is given beyond it is lost, and nothing else."""
    program = await Program.start(dut, loop=1)
    bus, line = program.bus, Bus(program.bench, "line_bus", UART)
    await line.write("control", raw=1)  # nothing is taken off the link's hands
    plains: list[bytes] = []
    while True:
        status = await bus.read("status")
        # One is being read and stands with the encoder's buffer full; it has left the queue.
        assert status["room"] == QUEUE_FRAMES - max(0, len(plains) - 1) and status["sent"] == 0
        assert status["idle"] == (not plains)
        if not status["room"]:
            break
        # The first is long enough to stand in the encoder; all of them fit the ring.
        plains.append(content(400 if plains else 540, program.chance))
        await program.queue(plains[-1])
        await program.settle(10 if len(plains) > 1 else 600)
    assert len(plains) == QUEUE_FRAMES + 1
    for _ in range(2):
        await bus.write("send", place=0, length=540)
    await line.write("control", raw=0)
    await RisingEdge(dut.quiet)
    await program.settle(2)
    await program.take(plains)
    assert (await bus.read("status"))["sent"] == len(plains)
    # A short frame is read long before it has left: `idle` waits for the line.
    await program.queue(b"idle")
    seen = []
    while not (status := await bus.read("status"))["idle"]:
        seen.append(status["sent"])
    assert seen[-1] == status["sent"] == len(plains) + 1
    assert (await line.read("status"))["idle"]


@cocotb.test()
async def an_alarm_goes_before_frames_that_wait(dut: Any) -> None:
    """Behind the one that is being read; it counts for nobody, and no byte of another frame is lost."""
    program = await Program.start(dut, loop=1)
    chance, bus, sent, places = program.chance, program.bus, 0, set()
    for delay in (0, 1, 2, 5, 9, 40, 300, 700):
        plains = [content(chance.choice((4, 30, 200, 700)), chance) for _ in range(4)]
        for plain in plains[: delay and None]:
            await program.queue(plain)
        await program.bench.cycles(delay)
        ahead = (await bus.read("status"))["sent"] - sent
        await program.raise_alarm()
        if not delay:
            for plain in plains:
                await program.queue(plain)
        await RisingEdge(dut.quiet)
        await program.settle(2)
        found = await program.received()
        place = found.index(ALARM)
        places.add(place)
        assert found[:place] + found[place + 1 :] == plains
        # One may have been read to its end, and another begun, while the register was read.
        assert ahead <= place <= ahead + 2, f"at {place}, where {ahead} had been read"
        sent += len(plains)
        assert await bus.read("status") == {"room": QUEUE_FRAMES, "idle": 1, "sent": sent}
    assert len(places) > 2, "always in the same place"


@cocotb.test()
async def an_alarm_is_heard_on_a_line_that_the_program_has_spoilt(dut: Any) -> None:
    """Bytewise and far too slow: once it is seized the line is the link's, at the board's own rate."""
    program = await Program.start(dut, loop=0)
    bench, line = program.bench, Bus(program.bench, "line_bus", UART)
    await line.write("control", raw=1)
    await line.write("divider", whole=0xFFFF)
    await program.queue(plain := content(40, program.chance))
    await bench.cycles(200)
    assert bench.get("tx"), "what is spoilt says nothing"
    await bench.cycle(seized=1, alarm=1)
    levels, taken = [], 0
    while not bench.get("quiet"):
        levels.append(bench.get("tx"))
        taken |= bench.get("alarm_taken")
        await bench.cycle(alarm=not taken)
    said, at = bytearray(), 0
    while at < len(levels):
        if levels[at]:
            at += 1
            continue
        said.append(sum(level << number for number, level in enumerate(levels[at + 1 : at + 9])))
        at += 10
    assert bytes(said) == encode(plain) + encode(ALARM)


@cocotb.test()
async def the_send_ring_reads_back(dut: Any) -> None:
    program = await Program.start(dut, loop=0)
    await program.queue(plain := content(64, program.chance))
    for number, word in enumerate(stored(plain)[1:]):
        for half in (0, RING_WORDS):
            assert await program.send.read_word(number + half) == word
