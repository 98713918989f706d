"""Link: frames between the program's two rings and the serial line.

The rings are block RAM; the program reads the receive ring and writes (and may read) the send ring word by word,
and moves places and counters by registers.  One clock domain.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import LINK, RING_WORDS
from hdl.screening.block import Block
from hdl.soc.bus import BusPort, MemoryPort, Registers, bus_port
from hdl.soc.deframer import Deframer
from hdl.soc.enframer import DESCRIPTOR, Enframer
from hdl.soc.rings import SendRing, shared
from hdl.soc.tampering import FRAME_WORDS, AlarmPort

QUEUE_FRAMES = 16
"""Frames that may wait to be sent."""

_ALARM: Any = DESCRIPTOR.const({"place": 0, "length": 4 * FRAME_WORDS})


class Link(Block):
    """Members:
      bus              the registers `LINK`
      receive_window, send_window
                       the rings, each seen twice in a row; an access ends in its first cycle
      received, to_send
                       bytes from the line and to it
      line_sent        the line has nothing to send and is sending nothing
      alarm            a frame of the gateware's own; it goes before all that wait, and does not count in
                       `status.sent`
      irq_received     `received` is not `released`
      frame_received   for one cycle: `received` has moved; three cycles behind the one in which the zero that
                       ends the frame was taken off the stream
      idle             nothing is being sent, and no frame received is still being stored; what has come of a frame
                       that is not yet complete is left aside
    A frame in the send ring may be written over when `status.sent` has counted it.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "bus": In(bus_port(LINK)),
                "receive_window": In(BusPort(2 * RING_WORDS)),
                "send_window": In(MemoryPort(2 * RING_WORDS)),
                "received": In(stream.Signature(8)),
                "to_send": Out(stream.Signature(8)),
                "line_sent": In(1),
                "alarm": In(AlarmPort()),
                "irq_received": Out(1),
                "frame_received": Out(1),
                "idle": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = Registers(LINK)
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        m.submodules.deframer = deframer = Deframer()
        m.submodules.enframer = enframer = Enframer()
        wiring.connect(m, wiring.flipped(self.received), deframer.encoded)
        wiring.connect(m, enframer.encoded, wiring.flipped(self.to_send))

        m.submodules.receive_ring = receive_ring = shared(32, RING_WORDS)
        write, read = receive_ring.write_port(), receive_ring.read_port()
        damaged, dropped = Signal(32), Signal(32)
        m.d.sync += [damaged.eq(damaged + deframer.damaged), dropped.eq(dropped + deframer.dropped)]
        m.d.comb += [
            write.addr.eq(deframer.write_place),
            write.data.eq(deframer.write_data),
            write.en.eq(deframer.write),
            read.addr.eq(self.receive_window.address[: len(read.addr)]),
            self.receive_window.rdata.eq(read.data),
            self.receive_window.ready.eq(1),
            deframer.released.eq(registers.released.place),
            registers.received.place.eq(deframer.received),
            registers.damaged.value.eq(damaged),
            registers.dropped.value.eq(dropped),
            self.irq_received.eq(deframer.received != registers.released.place),
            self.frame_received.eq(deframer.frame_received),
        ]

        m.submodules.send_ring = send_ring = SendRing()
        m.submodules.queue = queue = SyncFIFOBuffered(width=DESCRIPTOR.size, depth=QUEUE_FRAMES)
        wiring.connect(m, wiring.flipped(self.send_window), send_ring.window)
        sent, nothing = Signal(16), Signal()
        # The alarm's words stand where else the ring's do.
        alarm, alarms = self.alarm, Signal()
        with m.If(enframer.frames.ready):
            m.d.sync += alarms.eq(alarm.offered)
        m.d.sync += [sent.eq(sent + (enframer.sent & ~alarms)), alarm.place.eq(enframer.read_place)]
        m.d.comb += [
            send_ring.read_place.eq(enframer.read_place),
            alarm.taken.eq(alarm.offered & enframer.frames.ready),
            alarm.busy.eq(alarms & ~enframer.frames.ready),
            enframer.read_data.eq(Mux(alarms, alarm.word, send_ring.read_data)),
            queue.w_data.eq(registers.send),
            queue.w_en.eq(registers.send_written),
            enframer.frames.payload.eq(Mux(alarm.offered, _ALARM.as_value(), queue.r_data)),
            enframer.frames.valid.eq(alarm.offered | queue.r_rdy),
            queue.r_en.eq(enframer.frames.ready & ~alarm.offered),
            nothing.eq((queue.r_level == 0) & enframer.idle & ~alarm.offered),
            registers.status.room.eq(QUEUE_FRAMES - queue.r_level),
            registers.status.sent.eq(sent),
            registers.status.idle.eq(nothing & self.line_sent),
            self.idle.eq(nothing & deframer.idle),
        ]
        return m
