"""Sums of several numbers behind one chain of carries."""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Signal


def extended(value: Any, bits: int) -> Any:
    """Return a value as `bits` bits, its sign repeated if it has one."""
    value = value if value.shape().signed or len(value) >= bits else Cat(value, C(0, bits - len(value)))
    return Cat(value, value[-1].replicate(bits - len(value))) if len(value) < bits else value[:bits]


def added(m: Any, name: str, rows: list[Any], bits: int, ones: int = 0) -> Any:
    """Return the sum of `rows`, and of `ones` more, modulo 2**bits.

    Of three rows at a time only sums and carries are kept, until there are two to add up.  A row of carries has
    nothing at its lowest bit: there the ones go that complements of what is taken away lack.
    """
    assert ones <= len(rows) - 2, f"{len(rows)} rows have no room for {ones} ones"
    rows = [extended(row, bits) for row in rows]
    while len(rows) > 2:
        a, b, c, *rest = rows
        carries = a & b | a & c | b & c
        rows = [*rest, a ^ b ^ c, Cat(C(int(ones > 0), 1), carries[: bits - 1])]
        ones -= 1
    total = Signal(bits, name=name)
    m.d.comb += total.eq(rows[0] + rows[1])
    return total
