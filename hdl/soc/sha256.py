"""SHA-256's compression function, one round a cycle.

One clock domain.  Words are as memory has them, so that a block is copied as it stands: the standard's have the
first byte on top, which is a matter of wires.  Padding is the program's business.
"""

from __future__ import annotations

from math import isqrt
from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import SHA256
from hdl.screening.block import Block
from hdl.soc.bus import Registers, bus_port

ROUNDS = 64
BLOCK_WORDS = 16
STATE_WORDS = 8

BUSY_CYCLES = ROUNDS + 1
"""Cycles that a block takes."""


def _primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found


def _cube_root(number: int) -> int:
    """Return the whole part of the cube root."""
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle)
    return low


# FIPS 180-4: the first 32 bits behind the point of roots of the first primes.
INITIAL = [isqrt(prime << 64) & 0xFFFFFFFF for prime in _primes(STATE_WORDS)]
CONSTANTS = [_cube_root(prime << 96) & 0xFFFFFFFF for prime in _primes(ROUNDS)]


def _swapped(word: Any) -> Any:
    """Return a word with its bytes in the other order."""
    return Cat(word.word_select(byte, 8) for byte in reversed(range(4)))


def _rotated(word: Any, *amounts: int) -> Any:
    """Return the sum modulo 2 of a word rotated right by each of `amounts`."""
    total = word.rotate_right(amounts[0])
    for amount in amounts[1:]:
        total = total ^ word.rotate_right(amount)
    return total


class Sha256(Block):
    """The hash.

    Members: `bus`, the registers; `irq_done`, high from the end of a block until `digest` is read or `block` or
    `control` written; `busy`, as in `status`.

    `go` written in cycle t: busy from t + 1 for BUSY_CYCLES cycles, behind them `digest` is that of the blocks
    so far.  While busy, accesses to `control`, `block` and `digest` wait; `status` answers at once.  Every block
    wants all its words written anew.  `first` without `go` does nothing.
    """

    def __init__(self) -> None:
        super().__init__({"bus": In(bus_port(SHA256)), "irq_done": Out(1), "busy": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = Registers(SHA256)
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        constants: memory.Memory[Any, Any] = memory.Memory(shape=32, depth=ROUNDS, init=CONSTANTS)
        m.submodules.constants = constants
        constant = constants.read_port()

        state = Signal(data.ArrayLayout(32, STATE_WORDS))
        working = Signal(data.ArrayLayout(32, STATE_WORDS))
        schedule = Signal(data.ArrayLayout(32, BLOCK_WORDS))
        busy, last, round_ = Signal(), Signal(), Signal(range(ROUNDS))
        waits = registers.control_select | registers.block_select | registers.digest_select
        go = registers.control_written & registers.control.go
        m.d.comb += [
            registers.hold.eq(busy & waits),
            registers.status.busy.eq(busy),
            self.busy.eq(busy),
            registers.digest.value.eq(_swapped(state[registers.digest_index])),
            constant.addr.eq(Mux(busy, round_ + 1, 0)),
        ]

        with m.If(registers.block_written):
            m.d.sync += schedule[registers.block_index].eq(_swapped(registers.block.value))
        with m.If(go):
            m.d.sync += busy.eq(1)
            for word, initial in enumerate(INITIAL):
                begin = Mux(registers.control.first, initial, state[word])
                m.d.sync += [state[word].eq(begin), working[word].eq(begin)]
        with m.If(busy & ~last):
            m.d.sync += [round_.eq(round_ + 1), last.eq(round_ == ROUNDS - 1)]
            self._round(m, working, schedule, constant.data)
        with m.If(last):
            m.d.sync += [busy.eq(0), last.eq(0)]
            m.d.sync += [state[word].eq(state[word] + working[word]) for word in range(STATE_WORDS)]

        with m.If(last):
            m.d.sync += self.irq_done.eq(1)
        with m.Elif(registers.digest_read | registers.block_written | registers.control_written):
            m.d.sync += self.irq_done.eq(0)
        return m

    def _round(self, m: Module, working: Any, schedule: Any, constant: Any) -> None:
        """Take the schedule's first word into the working variables, and move the schedule on by one word."""
        a, b, c, d, e, f, g, h = (working[word] for word in range(STATE_WORDS))
        chosen = (e & f) ^ (~e & g)
        majority = (a & b) ^ (a & c) ^ (b & c)
        first = (h + _rotated(e, 6, 11, 25) + chosen + constant + schedule[0])[:32]
        second = (_rotated(a, 2, 13, 22) + majority)[:32]
        for word, new in enumerate((first + second, a, b, c, d + first, e, f, g)):
            m.d.sync += working[word].eq(new)
        early, late = schedule[1], schedule[14]
        mixed = schedule[0] + schedule[9]
        mixed += (_rotated(early, 7, 18) ^ early >> 3) + (_rotated(late, 17, 19) ^ late >> 10)
        for word in range(BLOCK_WORDS - 1):
            m.d.sync += schedule[word].eq(schedule[word + 1])
        m.d.sync += schedule[BLOCK_WORDS - 1].eq(mixed)
