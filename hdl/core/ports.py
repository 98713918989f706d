"""How the core speaks to the world: instructions, data, and the side band that screening watches.

All from the core's side, in the core's clock domain.
"""

from __future__ import annotations

from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

CAUSE_BITS = 6
"""Bits of a trap's cause: the number as `mcause` has it, and on top 1 for an interrupt."""


class FetchPort(wiring.Signature):
    """Asks for words of instructions.

    request: in every cycle until `grant`; `address`, in bytes and a multiple of 4, stays as it is.
    grant: the request is taken in this cycle; the next one may follow in the next.
    valid: for one cycle per request taken, in order, one cycle behind the grant at the earliest: `data` is the
      word, or `error` says that there is none.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "request": Out(1),
                "address": Out(32),
                "grant": In(1),
                "valid": In(1),
                "data": In(32),
                "error": In(1),
            }
        )


class DataPort(wiring.Signature):
    """Loads and stores; as `FetchPort`, and what follows stays as it is until `grant` too.

    write: a store of the bytes of `wdata` that `mask` names; else a load, for which `mask` names the bytes that
      the core is going to use.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "request": Out(1),
                "write": Out(1),
                "mask": Out(4),
                "address": Out(32),
                "wdata": Out(32),
                "grant": In(1),
                "valid": In(1),
                "data": In(32),
                "error": In(1),
            }
        )


class SideBand(wiring.Signature):
    """What the core does, seen from beside it; nothing here can be held back.

    user: the instruction in this cycle is a user-mode one.
    trap: a trap is entered at the end of this cycle; `cause` is its cause then, `user` the mode that it leaves.
    mret: a return from a trap ends in this cycle.
    began: an instruction begins in this cycle, at `pc`.
    rf_write: register `rf_index` (1..31) becomes `rf_data` at the end of this cycle.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "user": Out(1),
                "trap": Out(1),
                "cause": Out(CAUSE_BITS),
                "mret": Out(1),
                "began": Out(1),
                "pc": Out(32),
                "rf_write": Out(1),
                "rf_index": Out(5),
                "rf_data": Out(32),
            }
        )
