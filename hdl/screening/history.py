"""History: the last effective calls of each process, as the model's tokens, and the n-gram hashes over them.

Stage 0: read, hashed and written in the cycle of the beat.  Twin: `gram` in `models.golden.score`.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.model import HISTORY, ORDERS, REGIONS, ROTATION, TABLES
from hdl.screening.block import Block, bundle
from hdl.screening.layouts import STATE, Op
from hdl.screening.states import States

PAST = data.StructLayout({"tokens": data.ArrayLayout(8, HISTORY), "path_class": 4})


def ngram_index(tokens: list[Any], bits: int) -> Any:
    """Return the table index over `tokens`, newest first; twin of `model.ngram_index`."""
    step = ROTATION[bits]
    value: Any = C(0, bits)
    for token in reversed(tokens):
        value = (Cat(value[bits - step :], value[: bits - step]) ^ token)[:bits]
    return value


def index_bits(table: str) -> int:
    return (REGIONS[table].depth - 1).bit_length()


class History(Block):
    """Histories of all slots.

    Parameters: `ahead`, see States.

    Members, valid in the cycle of the beat: `index` per table for the call under way, and `past`, the slot's
    history before it (for COPY the parent's).  `look`: that slot, `ahead` cycles before.  The history of `slot`
    moves on for a call with `effect`, unless `fault`, which comes a cycle later if `ahead` is 2.
    """

    def __init__(self, ahead: int = 1) -> None:
        self.ahead = ahead
        super().__init__(
            {
                "look": In(6),
                "valid": In(1),
                "op": In(Op),
                "slot": In(6),
                "fault": In(1),
                "effect": In(1),
                "ok": In(1),
                "token": In(8),
                "path_class": In(4),
                "state": In(STATE),
                "stale": In(1),
                "past": Out(PAST),
                **{f"index_{table}": Out(index_bits(table)) for table in TABLES},
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.pasts = pasts = States(PAST, self.ahead, apart=self.ahead > 1)
        past, new = pasts.old, bundle(PAST)
        tokens: list[Any] = [self.token, *(past.tokens[i] for i in range(HISTORY))]
        for table, order in ORDERS.items():
            m.d.comb += getattr(self, f"index_{table}").eq(ngram_index(tokens[:order], index_bits(table)))
        m.d.comb += [
            self.index_unigram.eq(self.token),
            self.index_argument.eq(
                self.token ^ Cat(C(0, 6), self.path_class) ^ Cat(C(0, 2), past.path_class) ^ Cat(C(0, 1), ~self.ok)
            ),
        ]
        # A call's tokens move on; a child begins with its parent's; a state that is too old, or none, is blank.
        moves, brought, blank = Signal(), Signal(), Signal()
        with m.Switch(self.op):
            with m.Case(Op.CALL):
                m.d.comb += moves.eq(self.effect)
            with m.Case(Op.COPY):
                m.d.comb += moves.eq(1)
            with m.Case(Op.RESTORE):
                m.d.comb += [moves.eq(1), brought.eq(1), blank.eq(self.stale)]
            with m.Case(Op.CLEAR, Op.RESTART, Op.INIT):
                m.d.comb += [moves.eq(1), blank.eq(1)]
        called, restored = bundle(PAST), bundle(PAST)
        m.d.comb += [
            *(called.tokens[i].eq(tokens[i]) for i in range(HISTORY)),
            called.path_class.eq(self.path_class),
            *(restored.tokens[i].eq(self.state[f"token{i + 1}"]) for i in range(HISTORY)),
            restored.path_class.eq(self.state.path_class),
            new.eq(
                Mux(
                    self.op == Op.CALL,
                    called.as_value(),
                    Mux(blank, 0, Mux(brought, restored.as_value(), past.as_value())),
                )
            ),
        ]
        late = self.ahead > 1
        m.d.comb += [
            pasts.look.eq(self.look),
            pasts.row.eq(self.slot),
            pasts.new.eq(new),
            pasts.write.eq(self.valid & moves if late else self.valid & ~self.fault & moves),
            self.past.eq(past),
        ]
        if late:
            m.d.comb += pasts.void.eq(self.fault)
        return m
