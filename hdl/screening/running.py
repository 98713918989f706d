"""Running sums that are written and read again in every cycle, with one chain of carries on the way.

What an accumulator holds after a call is kept as it came out of the adder, beside the floor that it must not fall
below; whether it did is found out in the next cycle, while both things that it may be are already added to.
Twin: `accumulate` in `models.golden.score`.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Module, Mux, Signal, signed
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.model import LEAK_SHIFT, SUM_BITS
from hdl.screening.block import Block, bundle, later
from hdl.screening.carries import added, extended

SETTLED = data.StructLayout({"value": 16, "floor": 8})
"""A sum as everyone else knows it."""

RAW = data.StructLayout({"low": 16, "over": 1, "negative": 1, "floor": 8, "called": 1})
"""A sum as a call left it: `low` is good unless it is `over` 65535 or `negative`; neither is it below `floor` << 8
once it is settled.  Not `called`: nothing is left to settle."""

BITS = 18
"""Of a sum less what a call can take from it, sign included."""


def bound_of(m: Module, raw: Any) -> Any:
    """Return whether a sum is not what its `low` says but its bound: 65535 if it is over, else its floor."""
    bound = Signal(src_loc_at=1)
    m.d.comb += bound.eq(raw.over | raw.called & (raw.negative | (raw.low[8:] < raw.floor)))
    return bound


def settled(m: Module, raw: Any) -> Any:
    """Return a sum as a SETTLED."""
    out, bound = bundle(SETTLED), bound_of(m, raw)
    at_bound = Cat(raw.over.replicate(8), raw.floor | raw.over.replicate(8))
    m.d.comb += [out.value.eq(Mux(bound, at_bound, raw.low)), out.floor.eq(raw.floor)]
    return out


def reaches(raw: Any, threshold: Any) -> Any:
    """Return whether a sum is `threshold` or more, without settling it first."""
    return raw.over | ~raw.negative & (raw.low >= threshold) | raw.called & (Cat(C(0, 8), raw.floor) >= threshold)


class RunningSum(Block):
    """One of the accumulators, of the slot or tree whose beat is there.

    Parameters: `leaks`: a proven call takes 1/32 of the sum, instead of `drift`.

    Members: `change` (gain less loss), `proven`, `drift`, `drain` and `same` (the epoch) are a call's.  What the
    beat does is one of `call`, `keep`, `bring` (what is in `brought`) and `merge` (the higher of both, each for
    itself; not in the cycle behind a call of that row); none: it blanks.  `forward`: the next beat has the same
    row and this one writes it, else it finds `found`. `old` is the row before the beat; `raw` after it, in the
    next cycle.
    """

    def __init__(self, leaks: bool) -> None:
        self.leaks = leaks
        super().__init__(
            {
                "change": In(signed(SUM_BITS)),
                "proven": In(1),
                "drift": In(16),
                "drain": In(16),
                "same": In(1),
                "call": In(1),
                "keep": In(1),
                "bring": In(1),
                "merge": In(1),
                "brought": In(SETTLED),
                "forward": In(1),
                "found": In(SETTLED),
                "old": Out(RAW),
                "raw": Out(RAW),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        old, bound = self.old, Signal()
        m.d.comb += bound.eq(bound_of(m, old))
        high = old.floor | old.over.replicate(8)
        at_bound = Cat(old.over.replicate(8), high)

        # Both things that the sum may be, after the call.
        sums = []
        for name, value in (("low", old.low), ("bound", at_bound)):
            taken = Mux(self.proven, value >> LEAK_SHIFT, 0) if self.leaks else self.drift
            sums.append(added(m, f"moved_{name}", [value, self.change, ~extended(taken, BITS)], BITS, 1))

        # The floor: what the sum was less the drain, or the last one of this epoch if that is higher.
        rest = Signal(signed(17))
        over_floor = added(
            m, "over_floor", [old.low, ~extended(self.drain, BITS), ~extended(Cat(C(0xFF, 8), old.floor), BITS)],
            BITS, 1,
        )  # fmt: skip
        up = later(m, self.drain[8:] + self.drain[:8].any(), 1)
        lowered, top = Signal(signed(9)), Signal(8)
        rises, at_top = Signal(), Signal(8)
        m.d.comb += [
            rest.eq(old.low - self.drain),
            rises.eq(Mux(self.same, ~over_floor[-1], ~rest[-1])),
            lowered.eq(old.floor - up),
            top.eq(~self.drain[8:]),
            at_top.eq(Mux(self.same & (old.floor >= top), old.floor, top)),
        ]
        kept_floor = Mux(self.same, old.floor, 0)
        low_floor = Mux(rises, rest[8:16], kept_floor)
        bound_floor = Mux(old.over, at_top, Mux(self.same, old.floor, Mux(lowered[-1], 0, lowered[:8])))

        called, moved, new = bundle(RAW), bundle(RAW), bundle(RAW)
        total = Mux(bound, sums[1], sums[0])
        m.d.comb += [
            called.low.eq(total),
            called.over.eq(Mux(bound, sums[1][16] & ~sums[1][17], sums[0][16] & ~sums[0][17])),
            called.negative.eq(total[17]),
            called.floor.eq(Mux(bound, bound_floor, low_floor)),
            called.called.eq(1),
        ]

        # Everything else.
        brought = self.brought
        m.d.comb += moved.eq(Mux(self.keep | self.merge, old.as_value(), 0))
        with m.If(self.bring | self.merge & (brought.value > old.low)):
            m.d.comb += [moved.eq(0), moved.low.eq(brought.value)]
        m.d.comb += moved.floor.eq(
            Mux(
                self.bring | self.merge & (brought.floor > old.floor),
                brought.floor,
                Mux(self.keep | self.merge, old.floor, 0),
            )
        )
        other = bundle(RAW)
        m.d.comb += other.eq(moved)
        with m.If(~self.forward):
            m.d.comb += [other.eq(0), other.low.eq(self.found.value), other.floor.eq(self.found.floor)]
        m.d.comb += new.eq(Mux(self.call, called.as_value(), moved.as_value()))
        m.d.sync += [
            self.raw.eq(new),
            old.eq(Mux(self.call & self.forward, called.as_value(), other.as_value())),
        ]
        return m
