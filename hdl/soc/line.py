"""Line: bytes to bits and back, 8 data bits, no parity, one stop bit, least bit first.

One clock domain.  `divider` is the contract's: cycles a bit in 1/256, at least 1.0.  Bits begin at the whole cycle
before their exact time, so that the average is exact and no edge is more than a cycle off.  A divider that changes
takes effect with the next bit.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import stream
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import UART_FRACTION_BITS, UART_WHOLE_BITS
from hdl.screening.block import Block

DIVIDER_BITS = UART_FRACTION_BITS + UART_WHOLE_BITS


def _next_bit(part: Any, divider: Any) -> tuple[Any, Any]:
    """Return (cycles to the next bit less one, part of a cycle left over) where `part` was left over before."""
    total = part + divider
    return (total >> UART_FRACTION_BITS) - 1, total[:UART_FRACTION_BITS]


class Transmitter(Block):
    """Sends the bytes of a stream, back to back where there are any.

    Members:
      divider   cycles a bit
      bytes     what is to be sent; taken in the cycle before its start bit
      tx        the line, a register; high when nothing is sent
      busy      a byte is on the line: from the first cycle of its start bit to the last one of its stop bit
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "divider": In(DIVIDER_BITS),
                "bytes": In(stream.Signature(8)),
                "tx": Out(1),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        count, part = Signal(UART_WHOLE_BITS), Signal(UART_FRACTION_BITS)
        level, bits, left = Signal(init=1), Signal(9), Signal(range(10))
        m.d.comb += self.tx.eq(level)
        cycles, rest = _next_bit(part, self.divider)
        with m.If(count != 0):
            m.d.sync += count.eq(count - 1)
        with m.Elif(left != 0):
            m.d.sync += [Cat(level, bits).eq(bits), left.eq(left - 1), count.eq(cycles), part.eq(rest)]
        with m.Else():
            m.d.comb += self.bytes.ready.eq(1)
            m.d.sync += self.busy.eq(self.bytes.valid)
            with m.If(self.bytes.valid):
                m.d.sync += [level.eq(0), bits.eq(Cat(self.bytes.payload, 1)), left.eq(9)]
                m.d.sync += [count.eq(cycles), part.eq(rest)]
        return m


class Receiver(Block):
    """Finds bytes on the line, each bit sampled in its middle.

    Behind two flip-flops, a byte begins with the first low cycle.  If the line is high again in the middle of the
    start bit, that was a glitch and leaves no trace.  A byte without a stop bit is dropped, and the next one is
    looked for when the line has been high.  Bits may be 2 % off from 8 cycles a bit on; at 1.0 they must come from
    this clock.

    Members:
      divider   cycles a bit
      rx        the line, from another clock
      byte      valid with `valid`, which is high for one cycle: the third one (at 1.0 cycle a bit) behind the
                cycle of the stop bit's middle
      framing   for one cycle: a stop bit was missing
      busy      something is on the line, or on its way through the flip-flops
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "divider": In(DIVIDER_BITS),
                "rx": In(1),
                "byte": Out(8),
                "valid": Out(1),
                "framing": Out(1),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        early, line = Signal(init=1, reset_less=True), Signal(init=1, reset_less=True)
        m.d.sync += [early.eq(self.rx), line.eq(early), self.valid.eq(0), self.framing.eq(0)]

        count, part, left = Signal(UART_WHOLE_BITS), Signal(UART_FRACTION_BITS), Signal(range(11))
        broken, half = Signal(), self.divider >> 1
        resting = left == 0
        # Below two cycles a bit the middle of the start bit is where it is first seen.
        at_once = half[UART_FRACTION_BITS:] == 0
        cycles, rest = _next_bit(Mux(resting, half[:UART_FRACTION_BITS], part), self.divider)
        m.d.comb += self.busy.eq(~resting | broken | ~line | ~early)
        with m.If(resting):
            with m.If(line):
                m.d.sync += broken.eq(0)
            with m.Elif(~broken):
                with m.If(at_once):
                    m.d.sync += [count.eq(cycles), part.eq(rest), left.eq(9)]
                with m.Else():
                    m.d.sync += [count.eq(half[UART_FRACTION_BITS:] - 1), part.eq(half), left.eq(10)]
        with m.Elif(count != 0):
            m.d.sync += count.eq(count - 1)
        with m.Else():
            m.d.sync += [count.eq(cycles), part.eq(rest), left.eq(left - 1)]
            with m.If(left == 10):
                with m.If(line):
                    m.d.sync += left.eq(0)
            with m.Elif(left == 1):
                m.d.sync += [self.valid.eq(line), self.framing.eq(~line), broken.eq(~line)]
            with m.Else():
                m.d.sync += self.byte.eq(Cat(self.byte[1:], line))
        return m
