"""The cell reads main RAM through the windows of the frozen process alone, and never writes it or reaches a peripheral.

Two circuits.  In the first, a clone's accesses and the entry that loads its registers, as `Cell` joins them; the core,
the kernel and the clone's memory may do anything.  In the second, the bus: whatever the cell's port does, main RAM is
written, and a peripheral's port is touched, only for an access that the board's own core was granted.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Mux, Signal

from hdl.cell.access import BOOT, Access
from hdl.cell.entry import Entry
from hdl.contract.memory import GRANULE_BYTES, REGIONS
from hdl.soc.interconnect import LOADED, MEMORIES, Interconnect
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

REGISTERS = 32
_TEXT, _DATA, _RAM = (REGIONS[name] for name in ("user_text", "user_data", "ram"))


def accesses(h: Harness) -> None:
    m = h.m
    access, entry = Access(), Entry()
    inside = h.dut("access", access, "won", "may_begin", "may_return")
    in_entry = h.dut("entry", entry, "won")
    won, want, place = h.any_time(1, "won"), Signal(), Signal(len(access.place))
    m.d.comb += [
        want.eq(entry.want | access.want),
        place.eq(Mux(entry.want, entry.place, access.place)),
        entry.won.eq(won),
        access.won.eq(won & ~entry.want),
        access.may_begin.eq(entry.may_begin),
        access.may_return.eq(entry.may_return),
    ]
    h.assume(implies(won, want))

    # In words, without the arithmetic of the gateware: a window is [base, base + limit) granules, up to main RAM's end.
    words = GRANULE_BYTES // 4
    wide = Signal(32, name="wide")
    m.d.comb += wide.eq(place)

    def holds(window: Any) -> Any:
        base, limit = window.base * words, window.limit * words
        return (wide >= base) & (wide < base + limit)

    text, data = holds(access.text_window), holds(access.data_window)
    from_registers = (wide - entry.registers)[: len(place)] < REGISTERS
    h.always(implies(want & ~entry.want, text | data), "what the clone reads lies in its windows")
    h.always(implies(want & ~entry.want, wide < _RAM.size // 4), "and in main RAM")
    h.always(implies(entry.want, from_registers), "what the entry reads are the saved registers")

    # What the core gets is an answer to what it last asked for, and that lies in a window if it is no error.
    busy = h.past(~access.quiet, "busy")
    limits = Cat(access.text_window, access.data_window, access.grown)
    h.assume(implies(busy, limits == h.past(limits, "limits")))
    entered = h.past(access.enters, "entered")
    step, who, address = (inside.signal(name) for name in ("step", "who", "address"))
    write, allowed = inside.signal("write"), inside.signal("allowed")
    at_work = step != step.shape().REST
    for name, port in (("fetch", access.fetch), ("data", access.data)):
        asked, stores = Signal(32, name=f"{name}_asked"), Signal(name=f"{name}_stores")
        with m.If(port.grant & port.request):
            m.d.sync += asked.eq(port.address)
            if name == "data":
                m.d.sync += stores.eq(port.write)
        good, entering = Signal(name=f"{name}_good"), Signal(name=f"{name}_entering")
        in_text = (asked >= _TEXT.base) & (asked < _TEXT.end)
        in_text &= asked < _TEXT.base + access.text_window.limit * GRANULE_BYTES
        ends = [part * GRANULE_BYTES + _DATA.base for part in (access.data_window.limit, access.grown)]
        in_data = (asked >= _DATA.base) & (asked < _DATA.end) & ((asked < ends[0]) | (asked < ends[1]))
        m.d.comb += [
            entering.eq(entered & (asked[8:] == BOOT >> 8)),
            good.eq(in_text | entering if name == "fetch" else in_data | in_text & ~stores),
        ]
        h.always(implies(port.valid & ~port.error, good), f"{name}: what answers lies in a window")
        h.reach(port.valid & ~port.error & in_text, f"{name}: text answers")
        h.reach(port.valid & port.error, f"{name}: an error")
        mine = at_work & (who == getattr(who.shape(), name.upper()))
        h.always(implies(mine, (address == asked) & (write == stores)), f"helper: {name} at work")
        may = in_text if name == "fetch" else good
        takes = step == step.shape().TAKE
        h.always(implies(mine & takes & allowed, may), f"helper: {name} allowed")
    h.always(~(access.fetch.valid & access.data.valid), "helper: one answer")
    h.always(implies(at_work, ~access.fetch.valid & ~access.data.valid), "helper: an answer is the end")
    index, asks = (in_entry.signal(name) for name in ("index", "asks"))
    h.always(implies(asks, index < REGISTERS), "helper: index")
    h.reach(want & ~entry.want & data & won, "a word of the original's data")
    h.reach(entry.want & won, "a saved register")


def bus(h: Harness) -> None:
    m = h.m
    interconnect = Interconnect()
    inside = h.dut("bus", interconnect)
    asks, ram = interconnect.data, interconnect.ram
    h.assume(implies(h.past(asks.request & ~asks.grant, "waited"), asks.request))
    # What the core was last granted.
    granted, address, write = Signal(), Signal(32), Signal()
    with m.If(asks.request & asks.grant):
        m.d.sync += [address.eq(asks.address), write.eq(asks.write), granted.eq(1)]
    just = h.past(asks.request & asks.grant, "just")
    h.always(implies(ram.write, just & write), "main RAM is written for a store of the core alone")
    h.always(
        implies(interconnect.cell_won, ~ram.write & (ram.address == interconnect.cell_place)), "the cell reads"
    )
    h.always(implies(interconnect.cell_won, interconnect.cell_want), "when it asks")
    fetched = Signal(32)
    with m.If(interconnect.fetch.request & interconnect.fetch.grant):
        m.d.sync += fetched.eq(interconnect.fetch.address)
    for region in LOADED:
        if region.name in MEMORIES:
            continue
        port = getattr(interconnect, region.name)
        here = granted & (address >= region.base) & (address < region.end)
        if region.name == "flash_window":
            there = (fetched >= region.base) & (fetched < region.end)
            h.always(implies(port.select, here | there), f"{region.name} for the core alone")
            h.always(implies(inside.signal("loads").at_window, here), "helper: data at the window")
            h.always(implies(inside.signal("fetches").at_window, there), "helper: a fetch at the window")
            continue
        h.always(implies(port.select, here), f"{region.name} for the core alone")
        h.reach(
            port.select & h.past(interconnect.cell_won, f"{region.name}_beside"), f"{region.name}, and the cell"
        )
    h.reach(ram.write & interconnect.cell_want, "a store, and the cell waits")
    h.reach(interconnect.cell_won & asks.request & ~asks.grant, "the cell goes first")


PROOFS = (
    Proof(
        name="confines",
        says="The cell reads main RAM in the windows of the frozen process alone, and the registers that were saved of "
        "it; what it asks for elsewhere, or to store to text, or to run of data, is refused.",
        modules=("hdl/cell/access.py", "hdl/cell/entry.py", "hdl/soc/window.py"),
        build=accesses,
        mutant=Mutant(
            "a granule too many",
            "window.py",
            "within = (granule < limit)",
            "within = (granule <= limit)",
            folder="hdl/soc",
        ),
        depth=3,
        cover_depth=14,
        mutant_depth=10,
        assumes=(
            "the windows stay as they are while an access is under way: the kernel waits for `status.quiet`",
            "the clone's memory, the core and the kernel may do anything",
        ),
        free=("top.access/memory",),
    ),
    Proof(
        name="apart",
        says="Whatever the cell does, main RAM is written and a peripheral is touched for an access alone that the "
        "board's own core was granted; what the cell has of the bus is a word of main RAM that it asked for.",
        modules=("hdl/soc/interconnect.py",),
        build=bus,
        mutant=Mutant(
            "the cell's address where the core stores",
            "interconnect.py",
            "self.cell_want & ~stores & (",
            "self.cell_want & (",
            folder="hdl/soc",
        ),
        depth=3,
        cover_depth=8,
        mutant_depth=8,
        assumes=("a request stays until it is granted, as `FetchPort` says",),
    ),
)
