"""Link and UART together, on Verilator."""

from __future__ import annotations

from amaranth import Module, Mux
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import LINK, RING_WORDS, UART
from hdl.screening.block import Block
from hdl.soc.bus import BusPort, MemoryPort, bus_port
from hdl.soc.link import Link
from hdl.soc.uart import Uart
from sim.cocotb_runner import run_bench


class OnTheLine(Block):
    """A link on its line; with `loop` the line hears itself.  `quiet`: both are idle."""

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
            self.irq_received.eq(link.irq_received),
            self.frame_received.eq(link.frame_received),
            self.quiet.eq(link.idle & uart.idle),
        ]
        return m


def test_link() -> None:
    assert run_bench(OnTheLine(), "sim.benches.bench_link") == 5
