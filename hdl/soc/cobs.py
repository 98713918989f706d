"""COBS: takes the zero bytes out of a frame, so that one can end it, and puts them back.

Encoded, a frame is blocks: a byte that says how far it is to the next block, then that many less one bytes, none
of them zero.  Between two blocks there was a zero, unless the first is full (254 bytes).  One clock domain.
"""

from __future__ import annotations

from amaranth import Module, Mux, Signal
from amaranth.lib import data, stream
from amaranth.lib.wiring import In, Out

from hdl.contract.link import DELIMITER
from hdl.screening.block import Block
from hdl.soc.rings import shared

FULL = 255
"""First byte of a full block."""

DECODED = data.StructLayout(
    {
        "byte": 8,  # the next byte; nothing with `end`
        "end": 1,  # the frame ends here
        "damaged": 1,  # with `end`: its last block was cut short
    }
)

PLAIN = data.StructLayout({"byte": 8, "last": 1})

BUFFER_BYTES = 512


class CobsDecoder(Block):
    """One byte in a cycle; in the same cycle what it means comes out, if it means anything.  Empty frames vanish.

    Members: `encoded`, the line's bytes; `decoded`, a stream of DECODED.
    """

    def __init__(self) -> None:
        super().__init__({"encoded": In(stream.Signature(8)), "decoded": Out(stream.Signature(DECODED))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        byte, decoded = self.encoded.payload, self.decoded.payload
        left, begun, full = Signal(8), Signal(), Signal()
        speaks = Signal()
        m.d.comb += [
            decoded.end.eq(byte == DELIMITER),
            decoded.damaged.eq(left != 0),
            # Where a block begins, the zero before it.
            decoded.byte.eq(Mux(left == 0, 0, byte)),
            speaks.eq(Mux(decoded.end, begun, (left != 0) | begun & ~full)),
            self.decoded.valid.eq(self.encoded.valid & speaks),
            self.encoded.ready.eq(self.decoded.ready | ~speaks),
        ]
        with m.If(self.encoded.valid & self.encoded.ready):
            m.d.sync += begun.eq(~decoded.end)
            with m.If(decoded.end):
                m.d.sync += left.eq(0)
            with m.Elif(left == 0):
                m.d.sync += [left.eq(byte - 1), full.eq(byte == FULL)]
            with m.Else():
                m.d.sync += left.eq(left - 1)
        return m


class CobsEncoder(Block):
    """Encodes frames and ends each with a zero byte.

    A block is held back until it is complete: it is built in a buffer of 512 bytes, where its first byte is filled
    in at its end.  A byte a cycle goes in, one cycle more for each full block and two more for each frame, as long
    as there is room; a byte a cycle comes out.

    Members: `plain`, a stream of PLAIN (at least one byte a frame); `encoded`, the line's bytes; `idle`, nothing
    is in the buffer and no frame is half encoded.
    """

    def __init__(self) -> None:
        super().__init__(
            {"plain": In(stream.Signature(PLAIN)), "encoded": Out(stream.Signature(8)), "idle": Out(1)}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.buffer = buffer = shared(8, BUFFER_BYTES)
        write, read = buffer.write_port(), buffer.read_port()
        plain = self.plain.payload
        # Places: the block under way begins at `block`, its next byte goes to `place`; `taken` has been read out.
        places = range(2 * BUFFER_BYTES)
        block, place, taken = Signal(places), Signal(places, init=1), Signal(places)
        length = (place - block)[:8]
        room = (place - taken)[: len(place)] < BUFFER_BYTES
        opened, last = Signal(), Signal()

        def close() -> None:
            """The block is complete; the next one begins."""
            m.d.comb += [write.addr.eq(block), write.data.eq(length), write.en.eq(1)]
            m.d.sync += [block.eq(place), place.eq(place + 1)]

        with m.FSM():
            with m.State("bytes"):
                m.d.comb += self.plain.ready.eq(room)
                with m.If(self.plain.valid & room):
                    m.d.sync += [opened.eq(1), last.eq(plain.last)]
                    with m.If(plain.byte == 0):
                        close()
                    with m.Else():
                        m.d.comb += [write.addr.eq(place), write.data.eq(plain.byte), write.en.eq(1)]
                        m.d.sync += place.eq(place + 1)
                    with m.If(plain.last | (plain.byte != 0) & (length == FULL - 1)):
                        m.next = "close"
            with m.State("close"):
                with m.If(room):
                    close()
                    m.next = "bytes"
                    with m.If(last):
                        m.next = "delimiter"
            with m.State("delimiter"):
                # In the place kept for the first byte of a block that does not come.
                with m.If(room):
                    m.d.comb += [write.addr.eq(block), write.data.eq(DELIMITER), write.en.eq(1)]
                    m.d.sync += [block.eq(place), place.eq(place + 1), opened.eq(0)]
                    m.next = "bytes"

        follows = Signal(places)
        m.d.comb += [
            follows.eq(taken + (self.encoded.valid & self.encoded.ready)),
            read.addr.eq(follows),
            self.encoded.payload.eq(read.data),
            self.idle.eq(~opened & (taken == block)),
        ]
        m.d.sync += [taken.eq(follows), self.encoded.valid.eq(follows != block)]
        return m
