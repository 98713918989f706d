"""The bus: brings the core's fetches and its loads and stores to the regions that each may reach.

One clock domain.  Both masters go at once, to different ports of the same memory too; only the flash window has
one port for both.  An access that nothing answers ends at once with a bus error: outside every region, in one
that the master may not reach, a store where nothing can be written, less than a word of a peripheral.  Whether
user mode may is the core's protection's business, not the bus's.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import MASTERS, REGIONS, Region
from hdl.core.ports import DataPort, FetchPort
from hdl.screening.block import Block
from hdl.soc.bus import BusPort, MemoryPort

ABSENT = ("cell_ram", "user")
"""Regions where nothing is built yet."""

_REACHES = {master.name: [REGIONS[name] for name in master.reaches if name not in ABSENT] for master in MASTERS}
FETCHED = _REACHES["core_fetch"]
LOADED = _REACHES["core_data"]
DOUBLE = ("rom", "ram")
"""Regions with a port of its own for fetches, named `*_fetch`."""


def data_port(region: Region) -> wiring.Signature:
    """Return the port behind which a region answers loads and stores."""
    words = region.size // 4
    return MemoryPort(words) if "w" in region.access and not region.io else BusPort(words)


def inside(address: Any, region: Region) -> Any:
    """Return whether `address` lies in `region`."""
    bits = (region.size - 1).bit_length()
    if region.base & ((1 << bits) - 1):
        raise ValueError(f"region {region.name!r} at {region.base:#x} is not aligned to its size")
    above = address[bits:] == region.base >> bits
    return above if region.size == 1 << bits else above & (address[:bits] < region.size)


class Interconnect(Block):
    """Parameters: none; masters, regions and what reaches what are the contract's.

    Members:
      fetch, data   the core's ports.  An access is granted in the cycle in which its region's port is `ready` (at
                    once, if it is an error) and answered in the next; so a master has at most one outstanding.
      r             for each region r of LOADED: the port behind which it answers `data`
      rom_fetch, ram_fetch   and `fetch`
      flash_window  answers both: `data` goes first, but an access that has begun is not overtaken
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "fetch": In(FetchPort()),
                "data": In(DataPort()),
                **{region.name: Out(data_port(region)) for region in LOADED},
                **{f"{name}_fetch": Out(BusPort(REGIONS[name].size // 4)) for name in DOUBLE},
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        fetch, data = self.fetch, self.data
        window, window_region = self.flash_window, REGIONS["flash_window"]

        # The flash window is the fetch's in this cycle.
        fetch_has_window, fetch_began = Signal(), Signal()
        data_asks, fetch_asks = Signal(), Signal()
        m.d.comb += [
            fetch_asks.eq(fetch.request & inside(fetch.address, window_region)),
            data_asks.eq(data.request & ~data.write & inside(data.address, window_region)),
            fetch_has_window.eq(fetch_began | ~data_asks),
        ]
        m.d.sync += fetch_began.eq(fetch_asks & fetch_has_window & ~window.ready)

        # Loads and stores.
        whole = data.mask.all()
        answers = []
        for region in LOADED:
            port = getattr(self, region.name)
            allowed = Signal(name=f"{region.name}_allowed")
            rule = inside(data.address, region)
            if "w" not in region.access:
                rule &= ~data.write
            if region.io:
                rule &= whole
            m.d.comb += allowed.eq(rule)
            ready = port.ready
            if region is window_region:
                ready = ready & ~fetch_has_window
            else:
                m.d.comb += [port.select.eq(data.request & allowed), port.address.eq(data.address[2:])]
            if "w" in region.access:
                m.d.comb += [port.write.eq(data.write), port.wdata.eq(data.wdata)]
                if not region.io:
                    m.d.comb += port.mask.eq(data.mask)
            answers.append((allowed, ready, port.rdata))
        self._answer(m, data, answers)

        # Instructions.
        answers = []
        for region in FETCHED:
            allowed = Signal(name=f"{region.name}_fetchable")
            m.d.comb += allowed.eq(inside(fetch.address, region))
            if region is window_region:
                answers.append((allowed, window.ready & fetch_has_window, window.rdata))
                continue
            port = getattr(self, f"{region.name}_fetch")
            m.d.comb += [port.select.eq(fetch.request & allowed), port.address.eq(fetch.address[2:])]
            answers.append((allowed, port.ready, port.rdata))
        self._answer(m, fetch, answers)

        m.d.comb += [
            window.select.eq(fetch_asks | data_asks),
            window.address.eq(Mux(fetch_has_window, fetch.address[2:], data.address[2:])),
        ]
        return m

    def _answer(self, m: Module, master: Any, answers: list[tuple[Any, Any, Any]]) -> None:
        """Grant what a master asks for, and answer it from (may reach, ready, rdata) of its regions."""
        waits = Cat(*(allowed & ~ready for allowed, ready, _ in answers)).any()
        reached = Cat(*(allowed for allowed, _, _ in answers))
        chosen = Signal(len(answers))
        m.d.comb += master.grant.eq(~waits)
        m.d.sync += [
            master.valid.eq(master.request & master.grant),
            master.error.eq(~reached.any()),
            chosen.eq(reached),
        ]
        read: Any = 0
        for place, (_, _, rdata) in enumerate(answers):
            read = read | Mux(chosen[place], rdata, 0)
        m.d.comb += master.data.eq(read)
