"""The whole board, to its pins.

    core, memories, timer ── bus ──┬── coprocessor: the screening pipeline, on the core's side band too
            machine                ├── link ── uart ── rx, tx
                                   ├── flash ── pins
                                   ├── sha256
                                   ├── cell: clones of frozen processes; reads main RAM by a port of its own
                                   └── scheduler: who runs next, by the scores that the pipeline gives

One clock, as two domains: `sync`, and `screen` for the pipeline, reset with `sync`, and for the cell's core.  On
hardware both are the same net; a simulator may leave out edges of `screen` where `screen_idle` says so.
"""

from __future__ import annotations

from typing import Any

from amaranth import ClockDomain, ClockSignal, DomainRenamer, Module, ResetSignal, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.cell.cell import Cell
from hdl.contract.registers import Irq
from hdl.screening.block import Block
from hdl.soc.coprocessor import OBSERVED, Coprocessor
from hdl.soc.flash import Flash
from hdl.soc.link import Link
from hdl.soc.machine import Machine
from hdl.soc.scheduler import Scheduler
from hdl.soc.sha256 import Sha256
from hdl.soc.timer import SKIP_BITS
from hdl.soc.uart import Uart

RESET_CYCLES = 8
"""Cycles for which the board is held in reset behind power-up, and when a program resets it."""

PINS = {
    "rx": In(1),
    "tx": Out(1),
    "flash_cs_n": Out(1),
    "flash_sck": Out(1),
    "flash_dq_i": In(4),
    "flash_dq_o": Out(4),
    "flash_dq_oe": Out(4),
    "leds": Out(8),
    "line_divider": In(24),
    "skip": In(SKIP_BITS),
    "sleeping": Out(1),
    "screen_idle": Out(1),
    "uart_idle": Out(1),
    "frame_received": Out(1),
    "recorded": Out(1),
    "now": Out(64),
    "alarm": Out(64),
}


def pins_of(*, observed: bool) -> dict[str, Any]:
    """Return the pins of a board, with what only measurements look at."""
    return {**PINS, **(OBSERVED if observed else {})}


class _Board(Block):
    """All but the reset.  Members: see `Soc`; `reset`: a program asks for it, for one cycle."""

    def __init__(self, rom: bytes, *, simulated: bool, build: int, screens: bool, observed: bool) -> None:
        self.machine = Machine(rom, simulated=simulated, build=build, cell=True)
        self.screens = screens
        self.observed = observed
        super().__init__({**pins_of(observed=observed), "reset": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.machine = machine = self.machine
        m.submodules.coprocessor = coprocessor = Coprocessor(
            screens=self.screens, observed=self.observed, births=True
        )
        m.submodules.uart = uart = Uart()
        m.submodules.link = link = Link()
        m.submodules.flash = flash = Flash()
        m.submodules.sha256 = sha256 = Sha256()
        m.submodules.scheduler = scheduler = Scheduler()
        m.submodules.cell = cell = Cell()

        wiring.connect(m, machine.coprocessor, coprocessor.bus)
        wiring.connect(m, machine.uart, uart.bus)
        wiring.connect(m, machine.link, link.bus)
        wiring.connect(m, machine.link_receive, link.receive_window)
        wiring.connect(m, machine.link_send, link.send_window)
        wiring.connect(m, machine.flash, flash.bus)
        wiring.connect(m, machine.flash_window, flash.window)
        wiring.connect(m, machine.sha256, sha256.bus)
        wiring.connect(m, machine.scheduler, scheduler.bus)
        wiring.connect(m, machine.cell, cell.bus)
        wiring.connect(m, machine.cell_ram, cell.memory)
        wiring.connect(m, machine.side, coprocessor.core)
        wiring.connect(m, machine.strings, coprocessor.strings)
        wiring.connect(m, uart.received, link.received)
        wiring.connect(m, link.to_send, uart.to_send)
        wiring.connect(m, coprocessor.alarm, link.alarm)

        asking = {
            Irq.RECORD: coprocessor.irq_record,
            Irq.TAMPER: coprocessor.irq_tamper,
            Irq.UART_RECEIVED: uart.irq_received,
            Irq.UART_SENT: uart.irq_sent,
            Irq.FLASH: flash.irq_done,
            Irq.SHA256: sha256.irq_done,
            Irq.CELL: cell.irq,
            Irq.LINK_RECEIVED: link.irq_received,
            Irq.RECORDS_HALF: coprocessor.irq_half,
        }
        m.d.comb += [machine.lines[line].eq(asks) for line, asks in asking.items()]
        m.d.comb += [
            scheduler.scored.eq(coprocessor.scored),
            scheduler.slot.eq(coprocessor.scored_slot),
            scheduler.score.eq(coprocessor.score),
            machine.line_divider.eq(self.line_divider),
            machine.skip.eq(self.skip),
            machine.string_fetch.eq(coprocessor.string_fetch),
            machine.string_place.eq(coprocessor.string_place),
            coprocessor.string_word.eq(machine.string_word),
            machine.cell_want.eq(cell.want),
            machine.cell_first.eq(cell.first),
            machine.cell_place.eq(cell.place),
            cell.won.eq(machine.cell_won),
            cell.word.eq(machine.cell_word),
            coprocessor.clones.eq(cell.clones),
            coprocessor.original.eq(cell.original),
            coprocessor.discards.eq(cell.discards),
            machine.text_window.eq(coprocessor.text_window),
            machine.data_window.eq(coprocessor.data_window),
            machine.stop.eq(coprocessor.stop),
            coprocessor.cycles.eq(machine.now),
            link.line_sent.eq(uart.sent),
            uart.seized.eq(coprocessor.stop),
            uart.line_divider.eq(self.line_divider),
            uart.rx.eq(self.rx),
            self.tx.eq(uart.tx),
            self.flash_cs_n.eq(flash.cs_n),
            self.flash_sck.eq(flash.sck),
            flash.dq_i.eq(self.flash_dq_i),
            self.flash_dq_o.eq(flash.dq_o),
            self.flash_dq_oe.eq(flash.dq_oe),
            self.leds.eq(machine.leds),
            self.reset.eq(machine.reset),
            self.sleeping.eq(machine.sleeping & ~flash.busy & ~sha256.busy & cell.idle),
            self.screen_idle.eq(coprocessor.screen_idle & cell.empty),
            self.uart_idle.eq(uart.idle & link.idle),
            self.frame_received.eq(link.frame_received),
            self.recorded.eq(coprocessor.recorded),
            self.now.eq(machine.now),
            self.alarm.eq(machine.alarm),
        ]
        if self.observed:
            m.d.comb += [getattr(self, name).eq(getattr(coprocessor, name)) for name in OBSERVED]
        return m


class Soc(Block):
    """Parameters: `rom`, the boot ROM's content; `simulated`: what `system.features` says; `build`, the first 32
    bits of the digest of the gateware's sources; `screens`, `observed`: see `Coprocessor`, only to measure.

    Pins:
      rx, tx             the serial line
      flash_*            see `Flash`: cs_n, sck, and four data lines in, out and with their direction
      leds               bit l: lamp l is lit
      line_divider       a constant: what `system.line_divider` says

    For a simulator, which looks at them at the end of a cycle; on hardware `skip` is 0, and nobody looks:
      skip               cycles that pass at the end of this one besides itself
      sleeping           the core is asleep, nothing that wakes it has come, and neither flash nor SHA-256 nor the
                         cell is at work.  If `screen_idle` and `uart_idle` say so too, nothing happens before the
                         timer's alarm, or an edge on `rx`.
      screen_idle        the edge of `screen` at the end of this cycle may be left out
      uart_idle          neither the line nor the link is at work, and nothing waits in them
      frame_received     for one cycle: a frame stands in the receive ring
      recorded           for one cycle: a record leaves the pipeline
      dispatched, dispatch_waits, dispatch_strings   see `Coprocessor`; only if `observed`
      now, alarm         the timer's

    RESET_KEY in `system.reset` has the effect of `rst`: all but the content of memories begins anew.
    """

    def __init__(
        self, rom: bytes, *, simulated: bool, build: int, screens: bool = True, observed: bool = False
    ) -> None:
        self.board = _Board(rom, simulated=simulated, build=build, screens=screens, observed=observed)
        self.pins = pins_of(observed=observed)
        super().__init__(self.pins)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        board = self.board
        m.submodules.board = DomainRenamer({"sync": "board", "screen": "board_screen"})(board)

        # A flip-flop alone, since a part of the core takes it asynchronously.
        held, left = Signal(init=1), Signal(range(RESET_CYCLES), init=RESET_CYCLES - 1)
        with m.If(board.reset):
            m.d.sync += [left.eq(RESET_CYCLES - 1), held.eq(1)]
        with m.Else():
            m.d.sync += [left.eq(left - (left != 0)), held.eq(left != 0)]

        # The pipeline's own, a cycle behind, in its own domain: what depends on `screen` alone, a simulator works
        # out at its edges only.
        m.domains += [ClockDomain("board"), ClockDomain("board_screen")]
        m.domains += ClockDomain("screen_only", reset_less=True)
        screen_held = Signal(init=1)
        m.d.screen_only += screen_held.eq(held)
        m.d.comb += [
            ClockSignal("board").eq(ClockSignal()),
            ResetSignal("board").eq(held),
            ClockSignal("screen_only").eq(ClockSignal("screen")),
            ClockSignal("board_screen").eq(ClockSignal("screen")),
            ResetSignal("board_screen").eq(screen_held),
        ]
        for name, member in self.pins.items():
            outer, inner = getattr(self, name), getattr(board, name)
            m.d.comb += outer.eq(inner) if member.flow is Out else inner.eq(outer)
        return m
