"""What every block of the pipeline is: a component whose ports have the types that its signature gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amaranth import Signal
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


def rows_of(shape: Any, depth: int) -> memory.Memory[Any, Any]:
    """Return a memory of `depth` rows, all zero at power-up."""
    return memory.Memory(shape=shape, depth=depth, init=[])
