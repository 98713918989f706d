"""Bench of the UART: both directions against an independent model, every cycle at its fastest, and the FIFOs.

Twin: `levels`, the line as a sender with a clock of its own makes it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import cocotb
from cocotb.triggers import FallingEdge, RisingEdge, Timer
from cocotb.utils import get_sim_time
from cocotbext.uart import UartSink, UartSource  # type: ignore[import-untyped]

from hdl.contract.memory import CLOCK_HZ
from hdl.contract.registers import SIMULATED_DIVIDER, UART, UART_FIFO_BYTES, uart_divider
from sim.benches.bus_access import Bus
from sim.benches.clocked import PERIOD_NS, Clocked, draw

BAUD = 3_000_000
RECEIVE_CYCLES = 5
"""From a stop bit's cycle, at one cycle a bit, to its byte on the stream."""


def frame(byte: int) -> list[int]:
    """Return a byte's bits on the line."""
    return [0, *(byte >> bit & 1 for bit in range(8)), 1]


def levels(data: bytes, cycles: Fraction, chance: random.Random, gaps: float = 0.0) -> Iterator[int]:
    """Yield the line at every clock edge, for bits of so many cycles each that begin anywhere between two edges.

    gaps: how often the line rests, for up to three bits, before a byte.
    """
    now, seen, rest = Fraction(chance.randrange(64), 64), 0, 1
    for byte in data:
        pause = Fraction(chance.randrange(1, 192), 64) if chance.random() < gaps else 0
        now += pause * cycles
        for level in frame(byte):
            while seen < now:
                yield rest
                seen += 1
            rest = level
            now += cycles
    while seen < now:
        yield rest
        seen += 1


class Line:
    """A UART under a clock, its bus, and what left it as a stream."""

    def __init__(self, bench: Clocked) -> None:
        self.bench, self.bus = bench, Bus(bench, "bus", UART)
        self.received = bytearray()
        self.sent: list[int] = []
        self.quiet: list[int] = []

    @classmethod
    async def start(cls, dut: Any, divider: int) -> Line:
        line = cls(await Clocked.start(dut, rx=1, received__ready=0, to_send__valid=0, bus__select=0))
        await line.divide(divider)
        return line

    async def divide(self, divider: int) -> None:
        """Set the cycles a bit, in 1/256."""
        await self.bus.write("divider", whole=divider >> 8, fraction=divider & 255)

    async def cycle(self, **inputs: int) -> None:
        """One cycle, with the received stream always taken; a byte offered to `to_send` is counted when taken."""
        await self.bench.cycle(received__ready=1, **inputs)
        if self.bench.get("received__valid"):
            self.received.append(self.bench.get("received__payload"))
        self.sent.append(self.bench.get("tx"))
        self.quiet.append(self.bench.get("sent"))
        assert self.bench.get("sent") or not self.bench.get("idle")

    async def settle(self, cycles: int) -> None:
        for _ in range(cycles):
            await self.cycle(rx=1)

    async def send(self, data: bytes) -> None:
        """Give bytes to the stream as fast as it takes them."""
        for byte in data:
            await self.cycle(to_send__valid=1, to_send__payload=byte)
            while not self.bench.get("to_send__ready"):
                await self.cycle()
        await self.cycle(to_send__valid=0)


def decoded(line: list[int]) -> bytes:
    """Return the bytes on a line with one level a bit."""
    data, place = bytearray(), 0
    while place < len(line):
        if line[place]:
            place += 1
            continue
        bits = line[place + 1 : place + 9]
        assert line[place + 9], f"no stop bit behind byte {len(data)}"
        data.append(sum(bit << number for number, bit in enumerate(bits)))
        place += 10
    return bytes(data)


@cocotb.test()
async def one_cycle_a_bit_both_ways(dut: Any) -> None:
    """The rate of simulation: ten cycles a byte and none between, received and looped back."""
    line = await Line.start(dut, SIMULATED_DIVIDER)
    chance, bench = draw(), line.bench
    data = bytes(chance.randrange(256) for _ in range(1000))
    arrivals: list[int] = []
    for byte in data:
        for bit in frame(byte):
            await line.cycle(rx=bit)
            assert len(line.received) == sum(bench.now >= at for at in arrivals)
        arrivals.append(bench.now + RECEIVE_CYCLES)
        if chance.random() < 0.2:
            await line.settle(chance.randrange(1, 15))
    await line.settle(20)
    assert line.received == data

    line.received.clear()
    await line.bench.cycle()
    line.sent.clear()
    offered, first = 0, bench.now
    while len(line.received) < len(data):
        more = offered < len(data)
        last = line.sent[-1] if line.sent else 1
        await line.cycle(rx=last, to_send__valid=more, to_send__payload=data[offered] if more else 0)
        offered += bool(more and bench.get("to_send__ready"))
        assert bench.now - first < 10 * len(data) + 20, "the line rested"
    assert line.received == data and decoded(line.sent) == data
    assert not any((await line.bus.read("errors")).values())


@cocotb.test()
async def a_peer_two_percent_off_at_3_mbaud(dut: Any) -> None:
    """An independent model of the line, slower and faster than ours, with gaps and without."""
    chance = draw()
    line = await Line.start(dut, uart_divider(BAUD, CLOCK_HZ))
    bench = line.bench
    for percent in (98, 100, 102):
        baud = BAUD * percent // 100
        source, sink = UartSource(dut.rx, baud=baud), UartSink(dut.tx, baud=baud)
        for model in (source, sink):
            model.log.setLevel("WARNING")
        data, answer = (bytes(chance.randrange(256) for _ in range(120)) for _ in range(2))
        line.received.clear()
        source.write_nowait(data[:60])
        offered, given, begun = 0, 60, bench.now
        while len(line.received) < len(data) or sink.count() < len(answer):
            assert bench.now - begun < 60_000, f"{len(line.received)} bytes came and {sink.count()} arrived"
            if given < len(data) and source.idle() and chance.random() < 0.01:
                source.write_nowait(data[given : given + 1])
                given += 1
            more = offered < len(answer) and (offered < 60 or chance.random() < 0.01)
            await line.cycle(to_send__valid=more, to_send__payload=answer[offered] if more else 0)
            offered += bool(more and bench.get("to_send__ready"))
        assert line.received == data and sink.read_nowait() == answer
        for running in (source._run_cr, sink._run_cr):
            assert running is not None
            running.cancel()  # they would go on driving and listening at this rate
    assert not any((await line.bus.read("errors")).values())


@cocotb.test()
async def any_phase_and_any_divider(dut: Any) -> None:
    """Senders with clocks of their own, 2 % off at most, whose edges lie anywhere between ours."""
    chance = draw()
    line = await Line.start(dut, SIMULATED_DIVIDER)
    for divider in (uart_divider(BAUD, CLOCK_HZ), *(chance.randrange(8 << 8, 40 << 8) for _ in range(3))):
        await line.divide(divider)
        for percent in (-2, 0, 2):
            line.received.clear()
            data = bytes(chance.choice((0, 0xFF, 0x55, chance.randrange(256))) for _ in range(16))
            cycles = Fraction(divider, 256) * (100 + percent) / 100
            for level in levels(data, cycles, chance, gaps=0.3):
                await line.cycle(rx=level)
            await line.settle(divider >> 7)
            assert line.received == data, f"divider {divider / 256}, {percent} % off"
    assert not any((await line.bus.read("errors")).values())


@cocotb.test()
async def bits_last_what_the_divider_says(dut: Any) -> None:
    """Over back-to-back bytes what is left of a cycle is carried along: the average is exact."""
    chance = draw()
    line = await Line.start(dut, SIMULATED_DIVIDER)
    part = 0
    for divider in (SIMULATED_DIVIDER, 257, 511, 512, 1025, uart_divider(BAUD, CLOCK_HZ), 20 * 256 + 255):
        await line.divide(divider)
        data = bytes(chance.randrange(256) for _ in range(20))
        line.sent.clear()
        line.quiet.clear()
        await line.send(data)
        await line.settle((220 * divider >> 8) - 30)
        expected = []
        for bit in (bit for byte in data for bit in frame(byte)):
            expected += [bit] * (part + divider >> 8)
            part = (part + divider) % 256
        first = line.sent.index(0)
        behind = first + len(expected)
        assert line.sent[first:behind] == expected, f"divider {divider / 256}"
        assert all(line.sent[behind:])
        # Not a cycle too early: the last stop bit belongs to it.
        assert not any(line.quiet[first:behind]) and all(line.quiet[behind:])


@cocotb.test()
async def the_slowest_rate(dut: Any) -> None:
    """65535 cycles a bit and a fraction, both ways; a start bit is looked at in its middle."""
    line = await Line.start(dut, SIMULATED_DIVIDER)
    await line.divide(0xFFFFFF)
    line.bench.handle("to_send__payload").value = 0xF0
    line.bench.handle("to_send__valid").value = 1
    await RisingEdge(dut.clk)
    line.bench.handle("to_send__valid").value = 0
    edges = []
    for edge in (FallingEdge, RisingEdge):
        await edge(dut.tx)
        edges.append(get_sim_time("ns") // PERIOD_NS)
    assert edges[1] - edges[0] == 5 * 0xFFFFFF >> 8
    bit = Timer(65536 * PERIOD_NS, "ns")
    for cycles in (32000, 65536):  # a glitch, and the real one
        dut.rx.value = 0
        await Timer(cycles * PERIOD_NS, "ns")
        dut.rx.value = 1
        await bit
    for level in frame(0x5B)[2:]:
        dut.rx.value = level
        await bit
    await line.settle(10)
    assert line.received == b"\x5b"


@cocotb.test()
async def glitches_and_breaks(dut: Any) -> None:
    """What is no start bit leaves no trace; a byte without a stop bit is dropped, and the next one is found."""
    chance = draw()
    line = await Line.start(dut, SIMULATED_DIVIDER)
    for divider in (4 << 8, uart_divider(BAUD, CLOCK_HZ), 30 << 8):
        await line.divide(divider)
        for _ in range(20):
            for _ in range(chance.randrange(1, max(2, divider >> 9))):
                await line.cycle(rx=0)
            await line.settle(chance.randrange(divider >> 8, divider >> 4))
        assert not line.received and not any((await line.bus.read("errors")).values()), f"{divider / 256}"
        # A break of 13 bits, then a byte.
        for _ in range(13 * divider >> 8):
            await line.cycle(rx=0)
        assert not line.bench.get("idle")
        await line.settle((divider >> 8) + 4)
        assert line.bench.get("idle")
        for level in levels(b"\xa5", Fraction(divider, 256), chance):
            await line.cycle(rx=level)
        await line.settle(divider >> 7)
        assert line.received == b"\xa5"
        line.received.clear()
        assert await line.bus.read("errors") == {"overrun": 0, "framing": 1, "lost": 0}
        await line.bus.write("errors", framing=1)
        assert not any((await line.bus.read("errors")).values())


@cocotb.test()
async def the_program_owns_the_line_with_raw(dut: Any) -> None:
    """FIFOs to the last byte, their levels and interrupts; the streams rest."""
    chance = draw()
    line = await Line.start(dut, 4 << 8)
    bench, bus = line.bench, line.bus
    await bus.write("send", byte=0x11)  # not the program's: dropped
    assert await bus.read("status") == {"received": 0, "room": UART_FIFO_BYTES, "idle": 1}
    await bus.write("control", raw=1)
    assert not (await bus.read("receive"))["valid"]
    await line.cycle(to_send__valid=1)
    assert not bench.get("to_send__ready")
    await line.cycle(to_send__valid=0)
    data = bytes(chance.randrange(256) for _ in range(UART_FIFO_BYTES + 3))
    for level in levels(data, Fraction(4), chance):
        await line.cycle(rx=level)
    await line.settle(20)
    assert not line.received and bench.get("irq_received") and not bench.get("idle")
    assert await bus.read("errors") == {"overrun": 1, "framing": 0, "lost": 0}
    for number, byte in enumerate(data[:UART_FIFO_BYTES]):
        assert (await bus.read("status"))["received"] == UART_FIFO_BYTES - number
        assert await bus.read("receive") == {"byte": byte, "valid": 1}
    assert not (await bus.read("receive"))["valid"] and not bench.get("irq_received") and bench.get("idle")

    await bus.write("divider", whole=2000)  # slower than the program
    for byte in data:
        await bus.write("send", byte=byte)
    # One is on the line: its place in the FIFO was free again.
    assert await bus.read("status") == {"received": 0, "room": 0, "idle": 0}
    assert await bus.read("errors") == {"overrun": 1, "framing": 0, "lost": 1}
    assert not bench.get("irq_sent")
    await line.divide(SIMULATED_DIVIDER)
    while bench.get("tx") == 0 or not bench.get("irq_sent"):
        await line.cycle()
    half = (await bus.read("status"))["room"]
    assert UART_FIFO_BYTES // 2 <= half <= UART_FIFO_BYTES // 2 + 1
