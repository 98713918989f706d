"""Uart: the serial line behind two FIFOs, for the link or, bytewise, for the program.

One clock domain.  It does not know frames: framing and checks are the link's.  There is no hand-shake on the line;
a byte for which the receive FIFO has no room is lost, and `errors` tells.
"""

from __future__ import annotations

from amaranth import Module, Mux
from amaranth.lib import stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import UART, UART_FIFO_BYTES
from hdl.screening.block import Block
from hdl.soc.bus import Registers, bus_port
from hdl.soc.line import DIVIDER_BITS, Receiver, Transmitter


class Uart(Block):
    """Members:
      bus            the registers `UART`
      rx, tx         the line; high when nothing is sent
      received       bytes received, towards the link; none with `control.raw`
      to_send        bytes to be sent, from the link; none is taken with `control.raw`
      seized         the program has no say: as without `control.raw`, at the rate of `line_divider`
      irq_received   the receive FIFO holds something
      irq_sent       the transmit FIFO is at most half full
      sent           nothing is being sent, and nothing waits to be
      idle           `sent`, and nothing is being received, and nothing received waits.  A start bit on rx ends it
                     one cycle later.
    Without `control.raw` reading `receive` takes nothing, and what is written to `send` is dropped.  Let `raw`
    change only while `idle`.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "bus": In(bus_port(UART)),
                "rx": In(1),
                "tx": Out(1),
                "received": Out(stream.Signature(8)),
                "to_send": In(stream.Signature(8)),
                "seized": In(1),
                "line_divider": In(DIVIDER_BITS),
                "irq_received": Out(1),
                "irq_sent": Out(1),
                "sent": Out(1),
                "idle": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = Registers(UART)
        m.submodules.receiver = receiver = Receiver()
        m.submodules.transmitter = transmitter = Transmitter()
        m.submodules.received_fifo = received = SyncFIFOBuffered(width=8, depth=UART_FIFO_BYTES)
        m.submodules.send_fifo = to_send = SyncFIFOBuffered(width=8, depth=UART_FIFO_BYTES)
        raw = registers.control.raw & ~self.seized
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)

        m.d.comb += [
            receiver.rx.eq(self.rx),
            receiver.divider.eq(registers.divider),
            received.w_data.eq(receiver.byte),
            received.w_en.eq(receiver.valid),
            self.received.payload.eq(received.r_data),
            self.received.valid.eq(received.r_rdy & ~raw),
            registers.receive.byte.eq(received.r_data),
            registers.receive.valid.eq(received.r_rdy & raw),
        ]
        with m.If(raw):
            m.d.comb += [
                received.r_en.eq(registers.receive_read),
                to_send.w_data.eq(registers.send.byte),
                to_send.w_en.eq(registers.send_written),
            ]
        with m.Else():
            m.d.comb += [
                received.r_en.eq(self.received.ready),
                to_send.w_data.eq(self.to_send.payload),
                to_send.w_en.eq(self.to_send.valid),
                self.to_send.ready.eq(to_send.w_rdy),
            ]
        m.d.comb += [
            self.tx.eq(transmitter.tx),
            transmitter.divider.eq(Mux(self.seized, self.line_divider, registers.divider.as_value())),
            transmitter.bytes.payload.eq(to_send.r_data),
            transmitter.bytes.valid.eq(to_send.r_rdy),
            to_send.r_en.eq(transmitter.bytes.ready),
        ]

        m.d.comb += [
            registers.status.received.eq(received.r_level),
            registers.status.room.eq(UART_FIFO_BYTES - to_send.r_level),
            registers.status.idle.eq(self.sent),
            registers.errors_set.overrun.eq(receiver.valid & ~received.w_rdy),
            registers.errors_set.framing.eq(receiver.framing),
            registers.errors_set.lost.eq(raw & registers.send_written & ~to_send.w_rdy),
            self.irq_received.eq(received.r_level != 0),
            self.irq_sent.eq(to_send.r_level <= UART_FIFO_BYTES // 2),
            self.sent.eq(~transmitter.busy & (to_send.r_level == 0)),
            self.idle.eq(self.sent & ~receiver.busy & ~receiver.valid & (received.r_level == 0)),
        ]
        return m
