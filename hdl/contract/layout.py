"""Bit-packed layouts as plain data: the one way in which the contract room declares a record's shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A field of `width` bits.  `values` names the numbers of an enumeration, where it is one."""

    name: str
    width: int
    doc: str
    values: tuple[str, ...] = ()


class Layout:
    """Fields packed from bit 0 upward, without gaps.

    Parameters: a name, what the layout is for, and its fields in order.
    Members: `width` (bits), `words` (32-bit words that hold it), `offset[name]`, `field[name]`.
    """

    def __init__(self, name: str, doc: str, fields: tuple[Field, ...]) -> None:
        self.name = name
        self.doc = doc
        self.fields = fields
        self.field = {field.name: field for field in fields}
        self.offset: dict[str, int] = {}
        position = 0
        for field in fields:
            if field.name in self.offset:
                raise ValueError(f"layout {name}: field {field.name!r} is declared twice")
            self.offset[field.name] = position
            position += field.width
        self.width = position
        self.words = -(-position // 32)

    def pack(self, values: Mapping[str, int]) -> int:
        """Return the integer that holds `values`; fields not named are 0."""
        packed = 0
        for name, value in values.items():
            if name not in self.field:
                raise ValueError(f"layout {self.name} has no field {name!r}")
            if not 0 <= value < 1 << self.field[name].width:
                raise ValueError(f"{self.name}.{name} = {value} does not fit {self.field[name].width} bits")
            packed |= value << self.offset[name]
        return packed

    def unpack(self, packed: int) -> dict[str, int]:
        """Return every field of the integer `packed` by name."""
        if not 0 <= packed < 1 << self.width:
            raise ValueError(f"{packed:#x} does not fit the {self.width} bits of {self.name}")
        return {field.name: packed >> self.offset[field.name] & ((1 << field.width) - 1) for field in self.fields}
