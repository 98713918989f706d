"""Enframer: from frames in the send ring to the line's bytes: CRC behind them, COBS, a zero at the end.

One clock domain.  It keeps nothing: what is to be sent again is given again.
"""

from __future__ import annotations

from amaranth import Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.link import CRC_BYTES
from hdl.contract.registers import LINK, RING_WORDS
from hdl.screening.block import Block
from hdl.screening.layouts import shape_of
from hdl.soc.cobs import CobsEncoder
from hdl.soc.crc import START, crc_step

DESCRIPTOR = shape_of(LINK.register["send"].layout)
"""A frame to be sent: what is written to the register `send`."""


class Enframer(Block):
    """A byte is read in every cycle, but for six cycles between frames and one behind 254 bytes without a zero, as
    long as the line takes what comes; the encoder's buffer holds 512 bytes.

    Members:
      frames     what is to be sent, a stream of DESCRIPTOR; taken when the one before is read
      read_place, read_data
                 from the ring: `read_data` is the word that `read_place` named in the cycle before
      sent       for one cycle: the last byte of header and payload was read from the ring in the cycle before
      encoded    bytes for the line
      idle       no frame is being read, and all bytes have left
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "frames": In(stream.Signature(DESCRIPTOR)),
                "read_place": Out(range(RING_WORDS)),
                "read_data": In(32),
                "sent": Out(1),
                "encoded": Out(stream.Signature(8)),
                "idle": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.cobs = cobs = CobsEncoder()
        wiring.connect(m, cobs.encoded, wiring.flipped(self.encoded))
        plain, taken = cobs.plain.payload, cobs.plain.ready
        # The byte to be read next, counted in bytes around the ring.
        position, follows = Signal(range(4 * RING_WORDS)), Signal(range(4 * RING_WORDS))
        left, crc, crc_left = Signal(DESCRIPTOR["length"].width), Signal(32), Signal(range(CRC_BYTES))
        m.d.comb += [follows.eq(position), self.read_place.eq(follows[2:])]
        m.d.sync += [position.eq(follows), self.sent.eq(0)]
        with m.FSM() as states:
            m.d.comb += self.idle.eq(states.ongoing("rest") & cobs.idle)
            with m.State("rest"):
                m.d.comb += [self.frames.ready.eq(1), follows.eq(self.frames.payload.place << 2)]
                m.d.sync += [left.eq(self.frames.payload.length), crc.eq(START), crc_left.eq(CRC_BYTES - 1)]
                with m.If(self.frames.valid):
                    m.next = "bytes"
            with m.State("bytes"):
                m.d.comb += [cobs.plain.valid.eq(1), plain.byte.eq(self.read_data.word_select(position[:2], 8))]
                with m.If(taken):
                    m.d.comb += follows.eq(position + 1)
                    m.d.sync += [left.eq(left - 1), crc.eq(crc_step(crc, plain.byte))]
                    with m.If(left == 1):
                        m.d.sync += self.sent.eq(1)
                        m.next = "crc"
            with m.State("crc"):
                m.d.comb += [cobs.plain.valid.eq(1), plain.byte.eq(~crc[:8]), plain.last.eq(crc_left == 0)]
                with m.If(taken):
                    m.d.sync += [crc.eq(crc[8:]), crc_left.eq(crc_left - 1)]
                    with m.If(crc_left == 0):
                        m.next = "rest"
        return m
