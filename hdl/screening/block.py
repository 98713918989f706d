"""What every block of the pipeline is: a component whose ports have the types that its signature gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amaranth import Module, Mux, Signal
from amaranth.lib import memory, wiring

if TYPE_CHECKING:
    Component = wiring.Component[Any]
else:
    Component = wiring.Component


class Block(Component):
    """A component.  Ports are made from the signature, which type checkers cannot see: to them a port is Any."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


def bundle(shape: Any, name: str | None = None) -> Any:
    """Return a signal of a layout, as the view that Amaranth makes of it."""
    return Signal(shape, name=name, src_loc_at=1)


def rows_of(shape: Any, depth: int, *, races: bool = True, block: bool = False) -> memory.Memory[Any, Any]:
    """Return a memory of `depth` rows, all zero at power-up.

    races: a row is read in the very cycle in which it is written, and finds the old content.  Without, what such
    a read returns is undefined in hardware and must not matter; block RAM then needs no logic around it.
    (Yosys heeds that in Verilog; in RTLIL only after its pass `memory_nordff`.)
    block: block RAM even for few rows.
    """
    attributes: dict[str, Any] = {} if races else {"no_rw_check": 1}
    if block:
        attributes["ram_style"] = "block"
    return memory.Memory(shape=shape, depth=depth, init=[], attrs=attributes)


def chosen(index: Any, values: list[Any]) -> Any:
    """Return `values[index]` as a tree of multiplexers, which is what look-up tables are good at.

    Beyond the last value the last one of its branch answers.
    """
    if len(values) == 1:
        return values[0]
    half = 1 << (len(values) - 1).bit_length() - 1
    return Mux(index[half.bit_length() - 1], chosen(index, values[half:]), chosen(index, values[:half]))


def later(m: Module, value: Any, edges: int) -> Any:
    """Return `value` as it was `edges` clock edges ago."""
    for _ in range(edges):
        held: Any = Signal(value.shape())
        m.d.sync += held.eq(value)
        value = held
    return value
