"""How blocks take their part of the load port's writes."""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux
from amaranth.lib import memory

from hdl.contract.load import Target
from hdl.contract.model import Region


def model_write(load: Any, region: Region) -> tuple[Any, Any, Any]:
    """Return (selected, model slot, byte offset in `region`) of a write to a model image."""
    target, offset = load.address[16:], load.address[:16]
    selected = (
        load.en
        & ((target == Target.MODEL0) | (target == Target.MODEL1))
        & (offset >= region.offset)
        & (offset < region.offset + region.size)
    )
    return selected, load.address[16], (offset - region.offset)[: (region.size - 1).bit_length()]


def load_bytes(m: Module, load: Any, region: Region, store: memory.Memory[Any, Any]) -> None:
    """Let the load port write the byte region of both model slots into `store` (slot 1 in the upper half)."""
    selected, slot, offset = model_write(load, region)
    port = store.write_port()
    m.d.comb += [port.addr.eq(Cat(offset, slot)), port.data.eq(load.data[:8]), port.en.eq(selected)]


def load_entries(
    m: Module, load: Any, region: Region, store: memory.Memory[Any, Any], half: int | None = None
) -> None:
    """Let the load port write, byte by byte, a region whose entries have 2 or 4 bytes.

    half: 0 or 1 where `store` holds only the lower or upper half of each slot's entries.
    """
    selected, slot, offset = model_write(load, region)
    shift = (region.entry - 1).bit_length()
    entry, byte = offset[shift:], offset[:shift]
    if half is not None:
        selected = selected & (entry[-1] == half)
        entry = entry[:-1]
    port = store.write_port(granularity=1)
    m.d.comb += [port.addr.eq(Cat(entry, slot)), port.en.eq(Mux(selected, 1 << byte, 0))]
    m.d.comb += [port.data[i].eq(load.data[:8]) for i in range(region.entry)]


def word_write(load: Any, target: Target) -> Any:
    """Return whether the load port writes a word of `target` in this cycle."""
    return load.en & (load.address[16:] == target)
