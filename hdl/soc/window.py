"""The address space of processes: two windows onto main RAM, for text and for data, each with a base and a limit.

Every program is linked at the same addresses.  Only the upper bits of an address go through an adder, and nothing
but the address counts, no mode: the first fetch behind a return would still have the old one.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Mux

from hdl.contract.memory import GRANULE_BYTES, REGIONS, WINDOWS, Region
from hdl.contract.registers import COPROCESSOR
from hdl.screening.layouts import shape_of

WINDOW_SHAPE = shape_of(COPROCESSOR.register["text_window"].layout)
"""A window as its register has it: base and limit in granules."""

_RAM = REGIONS["ram"]
_GRANULE_BITS = (GRANULE_BYTES - 1).bit_length()


def inside(address: Any, region: Region) -> Any:
    """Return whether `address` lies in `region`."""
    bits = (region.size - 1).bit_length()
    if region.base & ((1 << bits) - 1):
        raise ValueError(f"region {region.name!r} at {region.base:#x} is not aligned to its size")
    above = address[bits:] == region.base >> bits
    return above if region.size == 1 << bits else above & (address[:bits] < region.size)


def _half_bit() -> int:
    """Return the address bit that tells the windows' regions apart: they are a pair, text below data."""
    text, data = (REGIONS[name] for name in WINDOWS)
    bit = text.size.bit_length() - 1
    if text.size != data.size or data.base != text.base ^ 1 << bit:
        raise ValueError(f"{text.name!r} and {data.name!r} are not the halves of one region")
    return bit


def behind_window(address: Any, text: Any, data: Any) -> tuple[dict[str, Any], Any]:
    """Return, by user region, whether `address` lies in it and within its window, and where in main RAM it lies.

    The second is an address of main RAM in any case, the window's or `address` itself; it is of worth only where
    `address` lies in main RAM or within a window.  A window does not reach beyond the end of main RAM.
    """
    half = _half_bit()
    granule = address[_GRANULE_BITS:half]
    base, limit = (Mux(address[half], data[field], text[field]) for field in ("base", "limit"))
    place = base + granule
    within = (granule < limit) & (place < _RAM.size // GRANULE_BYTES)
    # One bit tells a user region from main RAM; what lies elsewhere is nobody's question.
    apart = (REGIONS[WINDOWS[0]].base ^ _RAM.base).bit_length() - 1
    bits = (_RAM.size - 1).bit_length()
    ours = Mux(address[apart], place[: bits - _GRANULE_BITS], address[_GRANULE_BITS:bits])
    return {name: inside(address, REGIONS[name]) & within for name in WINDOWS}, Cat(address[:_GRANULE_BITS], ours)
