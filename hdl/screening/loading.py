"""How blocks take their part of the load port's writes, and show the image of the idle model again.

A memory of the image is read back at the address of its write port.  Block RAM has that as one port, so a memory
that is looked up beside it still needs no second copy.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import memory

from hdl.contract.load import Target
from hdl.contract.model import MODEL_SLOTS, Region
from hdl.screening.block import later, rows_of


def image_rows(shape: Any, region: Region, parts: int = 1) -> memory.Memory[Any, Any]:
    """Return a memory for a region of both model slots, or for one of `parts` of it (slot 1 in the upper half).

    Lookups read the model in force and the load port writes the other one, so the two never meet in a row.  Before
    the first swap they may; no call is judged then.  Reads on the load port are never in the cycle of a write.
    """
    return rows_of(shape, MODEL_SLOTS * region.depth // parts, races=False, block=True)


def model_place(load: Any, region: Region) -> tuple[Any, Any, Any]:
    """Return (inside, model slot, byte offset in `region`) of the address of a store port."""
    target, offset = load.address[16:], load.address[:16]
    bits = (region.size - 1).bit_length()
    assert region.offset % (1 << bits) == 0, f"region {region.name} is not aligned to {1 << bits} bytes"
    inside = ((target == Target.MODEL0) | (target == Target.MODEL1)) & (offset[bits:] == region.offset >> bits)
    if region.size < 1 << bits:
        inside = inside & (offset[:bits] < region.size)
    return inside, load.address[16], offset[:bits]


def load_rows(
    m: Module,
    load: Any,
    store: memory.Memory[Any, Any],
    inside: Any,
    row: Any,
    byte: Any = None,
    *,
    fast: bool = False,
) -> Any:
    """Let a store port write `store` at `row` where `inside`; `byte` of it if rows are arrays of bytes.

    Return the byte that it reads: valid one cycle after `read` (two, if `fast`), 0 unless it was `inside`.
    """
    place, answers = Signal(len(row)), Signal()
    write, back = store.write_port(granularity=None if byte is None else 1), store.read_port()
    m.d.comb += [place.eq(row), write.addr.eq(place), back.addr.eq(place), back.en.eq(load.read)]
    m.d.sync += answers.eq(load.read & inside)
    if byte is None:
        m.d.comb += [write.data.eq(load.data[:8]), write.en.eq(load.en & inside)]
        return later(m, Mux(answers, back.data, 0), fast)
    lane = Signal(len(byte))
    m.d.sync += lane.eq(byte)
    m.d.comb += write.en.eq(Mux(load.en & inside, 1 << byte, 0))
    m.d.comb += [write.data[i].eq(load.data[:8]) for i in range(1 << len(byte))]
    return later(m, Mux(answers, back.data[lane], 0), fast)


def load_bytes(m: Module, load: Any, region: Region, store: memory.Memory[Any, Any], *, fast: bool = False) -> Any:
    """Keep a byte region of both model slots in `store` (slot 1 in the upper half); return the byte read."""
    inside, slot, offset = model_place(load, region)
    return load_rows(m, load, store, inside, Cat(offset, slot), fast=fast)


def load_entries(
    m: Module,
    load: Any,
    region: Region,
    store: memory.Memory[Any, Any],
    half: int | None = None,
    *,
    fast: bool = False,
) -> Any:
    """Keep a region whose entries have 2 or 4 bytes in `store`, byte by byte; return the byte read.

    half: 0 or 1 where `store` holds only the lower or upper half of each slot's entries.
    """
    inside, slot, offset = model_place(load, region)
    shift = (region.entry - 1).bit_length()
    entry, byte = offset[shift:], offset[:shift]
    if half is not None:
        inside = inside & (entry[-1] == half)
        entry = entry[:-1]
    return load_rows(m, load, store, inside, Cat(entry, slot), byte, fast=fast)


def word_write(load: Any, target: Target) -> Any:
    """Return whether the load port writes a word of `target` in this cycle."""
    return load.en & (load.address[16:] == target)
