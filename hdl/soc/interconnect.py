"""The bus: brings the core's fetches and its loads and stores to the regions that each may reach.

One clock domain.  Both masters go at once, to different ports of the same memory too; only the flash window has
one port for both.  Memories are read at once; stores, and whatever may keep an access waiting, come a cycle later
and from registers: the core's protection speaks late in the cycle, and nothing but registers waits for it.  An
access that nothing answers ends at once with a bus error: outside every region, in one that the master may not
reach, a store where nothing can be written, less than a word of a peripheral.  Whether user mode may is the core's
protection's business, not the bus's.

The user regions are windows onto main RAM, in every mode: by the address alone, so that the first fetch behind a
change of mode goes where it should.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import MASTERS, REGIONS, WINDOWS, Region
from hdl.core.ports import DataPort, FetchPort
from hdl.screening.block import Block
from hdl.soc.bus import BusPort, MemoryPort
from hdl.soc.window import WINDOW_SHAPE, behind_window, inside

ABSENT = WINDOWS
"""Regions without a port of their own: main RAM answers."""

_REACHES = {master.name: [REGIONS[name] for name in master.reaches if name not in ABSENT] for master in MASTERS}
FETCHED = _REACHES["core_fetch"]
LOADED = _REACHES["core_data"]
MEMORIES = ("rom", "ram")
"""Regions that are always ready, with a port of their own for fetches, named `*_fetch`."""

WINDOW = REGIONS["flash_window"]
"""The region whose one port is for fetches and loads."""


def data_port(region: Region) -> wiring.Signature:
    """Return the port behind which a region answers loads and stores."""
    words = region.size // 4
    return MemoryPort(words) if "w" in region.access and not region.io else BusPort(words)


_ASKED = {"fetch": ("address",), "data": ("address", "write", "mask", "wdata")}
"""What each master says of an access."""


class _Waiting(NamedTuple):
    """What a master waits for: it stands at the window, and the address of what it was last granted."""

    at_window: Any
    address: Any


class Interconnect(Block):
    """Parameters: none; masters, regions and what reaches what are the contract's.

    Members:
      fetch, data   the core's ports.  A request is granted at once, but while an earlier one of the same master
                    still waits.  Stores, loads and fetches from a memory, and errors are answered in the next
                    cycle.  A store to a memory is done in that cycle.  Everything else stands at its region's port
                    from that cycle on, until it is `ready`; a load is answered in the cycle behind that.
      r             for each region r of LOADED: the port behind which it answers `data`
      rom_fetch, ram_fetch   and `fetch`
      flash_window  answers both: `data` goes first, but an access that has begun is not overtaken
      string_fetch, string_place, string_word   a word of main RAM is asked for, by its number, and comes in the
                    next cycle; this goes before `fetch`, which is not granted in that cycle
      cell_want, cell_place, cell_won, cell_word   a word of main RAM is asked for, by its number, and comes in the
                    cycle behind `cell_won`.  It is read at the port of loads and stores, in a cycle in which that
                    has nothing to do: `transfers` says that `data` may ask for something.  While `cell_first` is
                    high, `data` is not granted.
      text_window, data_window   where main RAM answers for the user regions; an access is by what they are when it
                    is granted
    Ports of memories must be ready in every cycle; they read in every cycle without a store.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "fetch": In(FetchPort()),
                "data": In(DataPort()),
                **{region.name: Out(data_port(region)) for region in LOADED},
                **{f"{name}_fetch": Out(BusPort(REGIONS[name].size // 4)) for name in MEMORIES},
                "string_fetch": In(1),
                "string_place": In(range(REGIONS["ram"].size // 4)),
                "string_word": Out(32),
                "transfers": In(1),
                "cell_want": In(1),
                "cell_first": In(1),
                "cell_place": In(range(REGIONS["ram"].size // 4)),
                "cell_won": Out(1),
                "cell_word": Out(32),
                "text_window": In(WINDOW_SHAPE),
                "data_window": In(WINDOW_SHAPE),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        window = self.flash_window
        # The flash window is the fetch's in this cycle.
        fetch_has_window, fetch_began = Signal(), Signal()
        loads = self._serve(m, "data", LOADED, window.ready & ~fetch_has_window)
        fetches = self._serve(m, "fetch", FETCHED, window.ready & fetch_has_window)
        m.d.comb += [
            self.string_word.eq(self.ram_fetch.rdata),
            self.cell_word.eq(self.ram.rdata),
            fetch_has_window.eq(fetch_began | ~loads.at_window),
            window.select.eq(fetches.at_window | loads.at_window),
            window.address.eq(Mux(fetch_has_window, fetches.address, loads.address)[2:]),
        ]
        m.d.sync += fetch_began.eq(fetches.at_window & fetch_has_window & ~window.ready)
        return m

    def _serve(self, m: Module, name: str, regions: list[Region], window_ready: Any) -> _Waiting:
        """Connect a master to its regions, but for the window's port, which has two."""
        asks: Any = getattr(self, name)
        reaches = {region for master in MASTERS if master.name == f"core_{name}" for region in master.reaches}
        begins, waits = Signal(name=f"{name}_begins"), Signal(name=f"{name}_waits")
        held_up = self.string_fetch if name == "fetch" else self.cell_first
        m.d.comb += [asks.grant.eq(~waits & ~held_up), begins.eq(asks.request & asks.grant)]
        # What the master asked for when it was last granted.
        kept = {}
        for member in _ASKED[name]:
            live = getattr(asks, member)
            kept[member] = Signal.like(live, name=f"{name}_{member}")
            with m.If(~waits):
                m.d.sync += kept[member].eq(live)

        reached, standing, ends, read = [], [], [], []
        at_window: Any = 0
        for region in regions:
            at_once = region.name in MEMORIES
            port = getattr(self, f"{region.name}_fetch" if at_once and name == "fetch" else region.name)
            allowed, answered = (Signal(name=f"{name}_{what}_{region.name}") for what in ("reaches", "ends"))
            chosen = Signal(name=f"{name}_answer_{region.name}")
            rule = inside(asks.address, region)
            if name == "data":
                rule &= (asks.mask.all() if region.io else 1) & (1 if "w" in region.access else ~asks.write)
            asked, granted = asks.address, kept["address"]
            if region.name == "ram":
                behind, asked = behind_window(asks.address, self.text_window, self.data_window)
                for user in sorted(reaches & set(WINDOWS)):
                    stored = name == "data" and "w" not in REGIONS[user].access
                    rule |= behind[user] & (~asks.write if stored else 1)
                granted = Signal.like(asked, name=f"{name}_place")
                with m.If(~waits):
                    m.d.sync += granted.eq(asked)
            m.d.comb += allowed.eq(rule)
            m.d.sync += chosen.eq(answered)
            reached.append(allowed)
            ends.append(answered)
            read.append(Mux(chosen, port.rdata, 0))
            place, written = granted[2:], "w" in region.access and name == "data"
            if at_once:
                # Memories always read.  A store waits a cycle for the verdict on it, which comes late.
                m.d.comb += [answered.eq(begins & allowed), port.select.eq(1)]
                place = asked[2:]
                if written:
                    stores = Signal(name=f"{name}_stores_{region.name}")
                    m.d.sync += stores.eq(answered & asks.write)
                    m.d.comb += port.write.eq(stores)
                    standing.append(stores)
                    # The core's request itself comes too late to choose by.
                    m.d.comb += self.cell_won.eq(self.cell_want & ~stores & (self.cell_first | ~self.transfers))
                    place = Mux(stores | self.cell_won, Mux(stores, granted[2:], self.cell_place), place)
            else:
                stands, done = Signal(name=f"{name}_at_{region.name}"), Signal(name=f"{name}_done_{region.name}")
                m.d.comb += done.eq(stands & (window_ready if region == WINDOW else port.ready))
                m.d.sync += stands.eq(begins & allowed | stands & ~done)
                standing.append(stands)
                # A store is answered before it is done: there is nothing to tell.
                posted = begins & allowed & asks.write if written else 0
                m.d.comb += answered.eq(done & ~kept["write"] | posted if written else done)
                if region == WINDOW:
                    at_window = stands
                    continue
                m.d.comb += port.select.eq(stands)
                if written:
                    m.d.comb += port.write.eq(kept["write"])
            if region.name == "ram" and name == "fetch":
                place = Mux(self.string_fetch, self.string_place, place)
            m.d.comb += port.address.eq(place)
            if written:
                m.d.comb += port.wdata.eq(kept["wdata"])
                if not region.io:
                    m.d.comb += port.mask.eq(kept["mask"])
        nowhere = begins & ~Cat(reached).any()
        m.d.comb += [waits.eq(Cat(standing).any()), asks.data.eq(reduce(or_, read))]
        m.d.sync += [asks.valid.eq(nowhere | Cat(ends).any()), asks.error.eq(nowhere)]
        return _Waiting(at_window, kept["address"])
