"""A bare computer with a cell beside it, as one block: for programs that order clones."""

from __future__ import annotations

from typing import Any

from amaranth import ClockDomain, ClockSignal, Module
from amaranth.lib import wiring
from amaranth.lib.wiring import Out

from hdl.cell.cell import Cell
from hdl.contract.registers import Irq
from hdl.screening.block import Block
from hdl.soc.machine import Machine

_BETWEEN = ("cell", "cell_ram", "cell_want", "cell_first", "cell_place", "cell_won", "cell_word")


class Duet(Block):
    """Parameters: `rom`, the boot ROM's content.

    Members: the machine's, but for what leads to the cell; and to be watched:
      asks, transfers   its core asks for data; a load or a store is at work
      cell_reads        the cell has the port of main RAM, and reads word `cell_at`
      cell_irq          it has stopped
    """

    def __init__(self, rom: bytes) -> None:
        self.machine = Machine(rom, simulated=True, build=0)
        members: dict[str, Any] = {
            name: member for name, member in self.machine.signature.members.items() if name not in _BETWEEN
        }
        places = len(self.machine.cell_place)
        members |= {
            "asks": Out(1),
            "transfers": Out(1),
            "cell_reads": Out(1),
            "cell_at": Out(places),
            "cell_irq": Out(1),
        }
        super().__init__(members)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.machine = machine = self.machine
        m.submodules.cell = cell = Cell()
        m.domains.screen = ClockDomain(reset_less=True)
        for name in self.machine.signature.members:
            if name not in _BETWEEN and name != "lines":
                self._lead(m, name)
        wiring.connect(m, machine.cell, cell.bus)
        wiring.connect(m, machine.cell_ram, cell.memory)
        m.d.comb += [
            ClockSignal("screen").eq(ClockSignal()),
            machine.lines.eq(self.lines | cell.irq << Irq.CELL),
            machine.cell_want.eq(cell.want),
            machine.cell_first.eq(cell.first),
            machine.cell_place.eq(cell.place),
            cell.won.eq(machine.cell_won),
            cell.word.eq(machine.cell_word),
            self.asks.eq(machine.asks),
            self.transfers.eq(machine.transfers),
            self.cell_reads.eq(cell.want & machine.cell_won),
            self.cell_at.eq(cell.place),
            self.cell_irq.eq(cell.irq),
        ]
        return m

    def _lead(self, m: Module, name: str) -> None:
        """Lead one of the machine's members out."""
        inner, outer = getattr(self.machine, name), getattr(self, name)
        member = self.machine.signature.members[name]
        if member.is_signature:
            wiring.connect(m, inner, wiring.flipped(outer))
        elif member.flow is Out:
            m.d.comb += outer.eq(inner)
        else:
            m.d.comb += inner.eq(outer)
