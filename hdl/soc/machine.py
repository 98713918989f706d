"""The bare computer: core, memories, bus, timer, interrupts; what hangs on the bus beside them is outside.

One clock domain.
"""

from __future__ import annotations

from amaranth import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import REGIONS
from hdl.contract.registers import Irq
from hdl.core.core import Core
from hdl.core.ports import SideBand
from hdl.screening.block import Block
from hdl.soc.interconnect import LOADED, Interconnect, data_port
from hdl.soc.irq import Irqs
from hdl.soc.memory import Ram, Rom
from hdl.soc.system import System
from hdl.soc.timer import SKIP_BITS, Timer
from hdl.soc.window import WINDOW_SHAPE

WITHIN = ("rom", "ram", "system", "irq", "timer")
"""Regions that are answered in here."""

OUTSIDE = tuple(region for region in LOADED if region.name not in WITHIN)
"""Regions whose ports lead out."""


class Machine(Block):
    """Parameters: `rom`, the boot ROM's content; `simulated`, `build` and `cell`, see System.

    Members:
      r              for each region r of OUTSIDE: the port of what answers there
      lines          interrupt lines, bit l: Irq l
      line_divider   see System
      text_window, data_window   the running process's, see Interconnect
      string_fetch, string_place, string_word   see Interconnect
      cell_want, cell_first, cell_place, cell_won, cell_word   see Interconnect
      side, stop     the core's side band; no further instruction begins while `stop` is high
      leds           bit l: lamp l is lit
      reset          for one cycle: the program asks for a reset of the whole board
      skip, now, alarm   the timer's
      sleeping       the core waits for an interrupt, and no line that is enabled asks, the timer's aside
      double_fault   for one cycle: a trap was taken inside a trap handler
      asks, transfers   the core asks for data; the instruction at work is a load or a store: only then it may
    """

    def __init__(self, rom: bytes, *, simulated: bool, build: int, cell: bool = False) -> None:
        self.rom = rom
        self.cell_there = cell
        self.simulated = simulated
        self.build = build
        super().__init__(
            {
                **{region.name: Out(data_port(region)) for region in OUTSIDE},
                "lines": In(len(Irq)),
                "line_divider": In(24),
                "string_fetch": In(1),
                "string_place": In(range(REGIONS["ram"].size // 4)),
                "string_word": Out(32),
                "cell_want": In(1),
                "cell_first": In(1),
                "cell_place": In(range(REGIONS["ram"].size // 4)),
                "cell_won": Out(1),
                "cell_word": Out(32),
                "text_window": In(WINDOW_SHAPE),
                "data_window": In(WINDOW_SHAPE),
                "side": Out(SideBand()),
                "stop": In(1),
                "leds": Out(8),
                "reset": Out(1),
                "skip": In(SKIP_BITS),
                "now": Out(64),
                "alarm": Out(64),
                "sleeping": Out(1),
                "double_fault": Out(1),
                "asks": Out(1),
                "transfers": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.core = core = Core()
        m.submodules.bus = bus = Interconnect()
        m.submodules.rom = rom = Rom(self.rom)
        m.submodules.ram = ram = Ram()
        m.submodules.system = system = System(simulated=self.simulated, build=self.build, cell=self.cell_there)
        m.submodules.irq = irq = Irqs()
        m.submodules.timer = timer = Timer()

        wiring.connect(m, core.fetch, bus.fetch)
        wiring.connect(m, core.data, bus.data)
        wiring.connect(m, bus.rom_fetch, rom.fetch)
        wiring.connect(m, bus.ram_fetch, ram.fetch)
        wiring.connect(m, bus.rom, rom.data)
        wiring.connect(m, bus.ram, ram.data)
        wiring.connect(m, bus.system, system.bus)
        wiring.connect(m, bus.irq, irq.bus)
        wiring.connect(m, bus.timer, timer.bus)
        for region in OUTSIDE:
            wiring.connect(m, getattr(bus, region.name), wiring.flipped(getattr(self, region.name)))
        wiring.connect(m, core.side, wiring.flipped(self.side))

        m.d.comb += [
            core.irq_timer.eq(timer.irq),
            core.irq_external.eq(irq.irq),
            core.stop.eq(self.stop),
            irq.lines.eq(self.lines),
            system.line_divider.eq(self.line_divider),
            bus.string_fetch.eq(self.string_fetch),
            bus.string_place.eq(self.string_place),
            self.string_word.eq(bus.string_word),
            bus.transfers.eq(core.transfers),
            bus.cell_want.eq(self.cell_want),
            bus.cell_first.eq(self.cell_first),
            bus.cell_place.eq(self.cell_place),
            self.cell_won.eq(bus.cell_won),
            self.cell_word.eq(bus.cell_word),
            bus.text_window.eq(self.text_window),
            bus.data_window.eq(self.data_window),
            timer.skip.eq(self.skip),
            self.now.eq(timer.now),
            self.alarm.eq(timer.alarm),
            self.leds.eq(system.leds),
            self.reset.eq(system.reset),
            self.sleeping.eq(core.sleeping & ~irq.asks),
            self.double_fault.eq(core.double_fault),
            self.asks.eq(core.data.request),
            self.transfers.eq(core.transfers),
        ]
        return m
