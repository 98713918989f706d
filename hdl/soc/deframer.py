"""Deframer: from the line's bytes to whole frames in the receive ring.

COBS is undone, the CRC checked; a frame is seen by the program when all of it is there and right.  It knows
neither frame types nor sequence numbers.  One clock domain.
"""

from __future__ import annotations

from amaranth import Cat, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.link import CRC_BYTES, HEADER, PAYLOAD_MAX
from hdl.contract.registers import RING_WORDS
from hdl.screening.block import Block
from hdl.soc.cobs import CobsDecoder
from hdl.soc.crc import RESIDUE, START, crc_step

HEADER_BYTES = 4 * HEADER.words
FRAME_MAX = HEADER_BYTES + PAYLOAD_MAX
"""Longest frame, in bytes of header and payload."""

PLACES = 2 * RING_WORDS
"""Places in a ring are counted modulo this, so that a full ring differs from an empty one."""


class Deframer(Block):
    """A byte is taken in every cycle, but for at most two cycles behind the zero that ends a good frame.

    Members:
      encoded          bytes off the line
      released         place before which the ring may be written again
      received         place where the next frame will begin; a register.  A good frame's zero taken in cycle t
                       moves it for t + 3: behind a word with the length and the words of header and payload, the
                       last one filled up with zeros.
      frame_received   in the first cycle in which `received` is new
      damaged, dropped for one cycle each: a frame was damaged, too short or too long (t + 1); a good one found no
                       room between `received` and `released` (t + 3)
      write, write_place, write_data
                       to the ring: a word, at a place modulo the ring.  Only free places are written.
      idle             no word of an ended frame is still to be written
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "encoded": In(stream.Signature(8)),
                "released": In(range(PLACES)),
                "received": Out(range(PLACES)),
                "frame_received": Out(1),
                "damaged": Out(1),
                "dropped": Out(1),
                "write": Out(1),
                "write_place": Out(range(RING_WORDS)),
                "write_data": Out(32),
                "idle": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.cobs = cobs = CobsDecoder()
        wiring.connect(m, wiring.flipped(self.encoded), cobs.encoded)
        byte = cobs.decoded.payload.byte

        # The last four bytes wait: they may be the CRC, which the ring does not see.
        waiting, waits = Signal(8 * CRC_BYTES), Signal(range(CRC_BYTES + 1))
        crc, length, long = Signal(32, init=START), Signal(range(FRAME_MAX + 1)), Signal()
        word, complete = Signal(32), Signal()
        # Where the word under way belongs, and whether one before it found no room.
        place, full = Signal(range(PLACES), init=1), Signal()
        good = (crc == RESIDUE) & (length >= HEADER_BYTES) & ~long & ~cobs.decoded.payload.damaged

        def begin() -> None:
            """Forget the frame under way."""
            m.d.sync += [crc.eq(START), waits.eq(0), length.eq(0), long.eq(0), full.eq(0)]

        wanted, data = Signal(), Signal(32)
        target = Signal(range(PLACES))
        free = ((target - self.released)[: len(target)]) < RING_WORDS
        m.d.comb += [
            wanted.eq(complete),
            target.eq(place),
            data.eq(word),
            self.write.eq(wanted & free),
            self.write_place.eq(target),
            self.write_data.eq(data),
        ]
        m.d.sync += [complete.eq(0), self.frame_received.eq(0), self.damaged.eq(0), self.dropped.eq(0)]
        with m.If(complete):
            m.d.sync += place.eq(place + 1)
        with m.If(wanted & ~free):
            m.d.sync += full.eq(1)

        with m.FSM():
            with m.State("bytes"):
                m.d.comb += [cobs.decoded.ready.eq(1), self.idle.eq(1)]
                with m.If(cobs.decoded.valid):
                    with m.If(~cobs.decoded.payload.end):
                        m.d.sync += [waiting.eq(Cat(waiting[8:], byte)), crc.eq(crc_step(crc, byte))]
                        with m.If(waits != CRC_BYTES):
                            m.d.sync += waits.eq(waits + 1)
                        with m.Elif(length == FRAME_MAX):
                            m.d.sync += long.eq(1)
                        with m.Else():
                            m.d.sync += [length.eq(length + 1), complete.eq(length[:2] == 3)]
                            with m.Switch(length[:2]):
                                for lane in range(4):
                                    with m.Case(lane):
                                        m.d.sync += word.eq(Cat(word[: 8 * lane], waiting[:8]))
                    with m.Elif(good):
                        m.next = "rest"
                    with m.Else():
                        m.d.sync += [self.damaged.eq(1), place.eq(self.received + 1)]
                        begin()
            with m.State("rest"):
                # The last word, if it is not a whole one: whole ones are written by now.
                with m.If(length[:2] != 0):
                    m.d.comb += wanted.eq(1)
                    m.d.sync += place.eq(place + 1)
                m.next = "length"
            with m.State("length"):
                m.d.comb += [wanted.eq(~full), target.eq(self.received), data.eq(length)]
                with m.If(self.write):
                    m.d.sync += [self.received.eq(place), self.frame_received.eq(1), place.eq(place + 1)]
                with m.Else():
                    m.d.sync += [self.dropped.eq(1), place.eq(self.received + 1)]
                begin()
                m.next = "bytes"
        return m
