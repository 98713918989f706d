"""Link and UART together, on Verilator."""

from __future__ import annotations

from amaranth import Module, Mux
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import LINK, RING_WORDS, SIMULATED_DIVIDER, UART
from hdl.screening.block import Block
from hdl.soc.bus import BusPort, MemoryPort, bus_port
from hdl.soc.link import Link
from hdl.soc.uart import Uart
from sim.benches.frames import alarm_word
from sim.cocotb_runner import run_bench


class OnTheLine(Block):
    """A link on its line; with `loop` the line hears itself.  `quiet`: both are idle.

    alarm: the gateware's own frame is offered, until `alarm_taken`; its words are `alarm_word` of their places.
    seized: the line is no longer the program's.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "bus": In(bus_port(LINK)),
                "line_bus": In(bus_port(UART)),
                "receive_window": In(BusPort(2 * RING_WORDS)),
                "send_window": In(MemoryPort(2 * RING_WORDS)),
                "rx": In(1),
                "tx": Out(1),
                "loop": In(1),
                "alarm": In(1),
                "alarm_taken": Out(1),
                "alarm_busy": Out(1),
                "seized": In(1),
                "irq_received": Out(1),
                "frame_received": Out(1),
                "quiet": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.link = link = Link()
        m.submodules.uart = uart = Uart()
        wiring.connect(m, uart.received, link.received)
        wiring.connect(m, link.to_send, uart.to_send)
        for outer, inner in ((self.bus, link.bus), (self.line_bus, uart.bus)):
            wiring.connect(m, wiring.flipped(outer), inner)
        wiring.connect(m, wiring.flipped(self.receive_window), link.receive_window)
        wiring.connect(m, wiring.flipped(self.send_window), link.send_window)
        m.d.comb += [
            uart.rx.eq(Mux(self.loop, uart.tx, self.rx)),
            self.tx.eq(uart.tx),
            link.line_sent.eq(uart.sent),
            link.alarm.offered.eq(self.alarm),
            link.alarm.word.eq(alarm_word(link.alarm.place)),
            self.alarm_taken.eq(link.alarm.taken),
            self.alarm_busy.eq(link.alarm.busy),
            uart.seized.eq(self.seized),
            uart.line_divider.eq(SIMULATED_DIVIDER),
            self.irq_received.eq(link.irq_received),
            self.frame_received.eq(link.frame_received),
            self.quiet.eq(link.idle & uart.idle),
        ]
        return m


def test_link() -> None:
    assert run_bench(OnTheLine(), "sim.benches.bench_link") == 7
