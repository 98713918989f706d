"""How a peripheral hangs on the bus: its port, and the registers that its declaration in the contract asks for.

One clock domain.  The bus is that of the core: an access lasts until the cycle in which `ready` is high, and what
was read is valid in the cycle behind that one.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import Access, Peripheral, Register
from hdl.screening.block import Block
from hdl.screening.layouts import shape_of


class BusPort(wiring.Signature):
    """A peripheral's port, from the bus's side; `words` is how many words it has.

    select: an access, in every cycle until `ready`; `write`, `address` (a word's) and `wdata` stay as they are.
    ready: the access ends in this cycle.  rdata: what was read, valid in the next cycle.
    """

    def __init__(self, words: int) -> None:
        super().__init__(
            {
                "select": Out(1),
                "write": Out(1),
                "address": Out(range(words)),
                "wdata": Out(32),
                "ready": In(1),
                "rdata": In(32),
            }
        )


class MemoryPort(wiring.Signature):
    """A memory's port, from the bus's side; as `BusPort`, but for writes narrower than a word.

    mask: bit b: byte b of `wdata` is written; reads leave it aside.
    """

    def __init__(self, words: int) -> None:
        super().__init__(
            {
                "select": Out(1),
                "write": Out(1),
                "address": Out(range(words)),
                "wdata": Out(32),
                "mask": Out(4),
                "ready": In(1),
                "rdata": In(32),
            }
        )


def bus_port(peripheral: Peripheral) -> BusPort:
    """Return the port of a declared peripheral."""
    return BusPort(peripheral.region.size // 4)


class Registers(Block):
    """The registers of one peripheral, between its bus port and its logic.

    Parameters: the peripheral's declaration.

    Members, beside `bus`, for each register r of the declaration:
      r           its value: for READ and TAKE from the logic (In; valid in the cycle of the access), for BOTH,
                  STEP and SET to the logic (Out; a register, new in the cycle behind the write), for WRITE to the
                  logic (Out; valid with `r_written` only), for CLEAR to the logic (Out).  Laid out as declared.
      r_written   the access in this cycle ends and writes r (WRITE, BOTH, STEP, CLEAR, SET)
      r_read      the access in this cycle ends and reads r (READ, TAKE)
      r_select    an access to r is under way, ended or not
      r_set       CLEAR only: bits that the logic sets in this cycle; setting goes before clearing
      r_step      STEP only: the logic moves r on by one at the end of this cycle; a write goes before
      r_index     arrays only: which entry the access is about; `r` is then that entry's value.  Arrays of BOTH
                  have `r_index` from the logic instead (In): `r` is the entry it asks for, in the same cycle.
      hold        from the logic: the access of this cycle cannot end yet
    Registers that the logic changes by itself are declared READ, with a WRITE beside them.
    """

    def __init__(self, peripheral: Peripheral) -> None:
        self.peripheral = peripheral
        ports: dict[str, Any] = {"bus": In(bus_port(peripheral)), "hold": In(1)}
        for register in peripheral.registers:
            name, shape = register.name, shape_of(register.layout)
            ports[f"{name}_select"] = Out(1)
            ports[name] = (In if register.access in (Access.READ, Access.TAKE) else Out)(shape)
            if register.access in (Access.READ, Access.TAKE):
                ports[f"{name}_read"] = Out(1)
            else:
                ports[f"{name}_written"] = Out(1)
            if register.access is Access.CLEAR:
                ports[f"{name}_set"] = In(shape)
            if register.access is Access.STEP:
                ports[f"{name}_step"] = In(1)
            if register.count > 1:
                direction = In if register.access is Access.BOTH else Out
                ports[f"{name}_index"] = direction(range(register.count))
        super().__init__(ports)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        bus = self.bus
        read = Signal(32)
        m.d.comb += bus.ready.eq(~self.hold)
        ends = bus.select & ~self.hold
        with m.If(ends):
            m.d.sync += bus.rdata.eq(read)
        for register in self.peripheral.registers:
            self._connect(m, register, ends, read)
        return m

    def _connect(self, m: Module, register: Register, ends: Any, read: Any) -> None:
        bus, name = self.bus, register.name
        first, count, access = register.offset // 4, register.count, register.access
        value = getattr(self, name)
        select = getattr(self, f"{name}_select")
        here = bus.address == first if count == 1 else (bus.address >= first) & (bus.address < first + count)
        m.d.comb += select.eq(bus.select & here)
        index = (bus.address - first)[: max(1, (count - 1).bit_length())]
        if count > 1 and access is not Access.BOTH:
            m.d.comb += getattr(self, f"{name}_index").eq(index)
        if access in (Access.READ, Access.TAKE):
            m.d.comb += getattr(self, f"{name}_read").eq(select & ends & ~bus.write)
            with m.If(here):
                m.d.comb += read.eq(value.as_value())
            return
        written = getattr(self, f"{name}_written")
        m.d.comb += written.eq(select & ends & bus.write)
        width = register.layout.width
        if access is Access.WRITE:
            m.d.comb += value.as_value().eq(bus.wdata)
            return
        if count > 1:
            self._connect_array(m, register, here, index, read)
            return
        kept = Signal(width, init=register.reset, name=f"{name}_kept")
        m.d.comb += value.as_value().eq(kept)
        with m.If(here):
            m.d.comb += read.eq(kept)
        data_in = bus.wdata[:width]
        if access is Access.BOTH:
            with m.If(written):
                m.d.sync += kept.eq(data_in)
        elif access is Access.STEP:
            with m.If(written):
                m.d.sync += kept.eq(data_in)
            with m.Elif(getattr(self, f"{name}_step")):
                m.d.sync += kept.eq(kept + 1)
        elif access is Access.SET:
            with m.If(written):
                m.d.sync += kept.eq(kept | data_in)
        else:
            clear = Mux(written, data_in, 0)
            m.d.sync += kept.eq(kept & ~clear | getattr(self, f"{name}_set").as_value())

    def _connect_array(self, m: Module, register: Register, here: Any, index: Any, read: Any) -> None:
        """Entries of a BOTH array live in flip-flops, so that the bus and the logic read them at once."""
        name = register.name
        entries = Signal(data.ArrayLayout(register.layout.width, register.count), name=f"{name}_kept")
        with m.If(getattr(self, f"{name}_written")):
            m.d.sync += entries[index].eq(self.bus.wdata)
        with m.If(here):
            m.d.comb += read.eq(entries[index])
        m.d.comb += getattr(self, name).as_value().eq(entries[getattr(self, f"{name}_index")])
