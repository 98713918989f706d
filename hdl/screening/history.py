"""History: the last effective calls of each process, as the model's tokens, and the n-gram hashes over them.

Stage 0: read, hashed and written in the cycle of the beat.  Twin: `gram` in `models.golden.score`.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Module, Signal
from amaranth.lib import data, memory, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS
from hdl.contract.model import HISTORY, ORDERS, REGIONS, ROTATION, TABLES
from hdl.screening.layouts import STATE, Op

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


class History(wiring.Component):
    """Histories of all slots.

    Members, valid in the cycle of the beat: `index` per table for the call under way, and `past`, the slot's
    history before it.  The history moves on for a call with `effect`, unless `fault`.
    """

    def __init__(self) -> None:
        super().__init__(
            {
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
        m.submodules.pasts = store = memory.Memory(shape=PAST, depth=SLOTS, init=[])
        read, write = store.read_port(domain="comb"), store.write_port()
        past = read.data
        carried, new = Signal(PAST), Signal(PAST)
        tokens: list[Any] = [self.token, *(past.tokens[i] for i in range(HISTORY))]
        for table, order in ORDERS.items():
            m.d.comb += getattr(self, f"index_{table}").eq(ngram_index(tokens[:order], index_bits(table)))
        m.d.comb += [
            self.index_unigram.eq(self.token),
            self.index_argument.eq(
                self.token ^ Cat(C(0, 6), self.path_class) ^ Cat(C(0, 2), past.path_class) ^ Cat(C(0, 1), ~self.ok)
            ),
        ]
        change = Signal()
        with m.Switch(self.op):
            with m.Case(Op.CALL):
                m.d.comb += [new.tokens[i].eq(tokens[i]) for i in range(HISTORY)]
                m.d.comb += [new.path_class.eq(self.path_class), change.eq(self.effect)]
            with m.Case(Op.COPY):
                m.d.comb += [new.eq(carried), change.eq(1)]
            with m.Case(Op.RESTORE):
                with m.If(~self.stale):
                    m.d.comb += [new.tokens[i].eq(self.state[f"token{i + 1}"]) for i in range(HISTORY)]
                    m.d.comb += new.path_class.eq(self.state.path_class)
                m.d.comb += change.eq(1)
            with m.Case(Op.CLEAR, Op.RESTART, Op.INIT):
                m.d.comb += change.eq(1)
        with m.If(self.valid & (self.op == Op.READ)):
            m.d.sync += carried.eq(past)
        m.d.comb += [
            read.addr.eq(self.slot),
            write.addr.eq(self.slot),
            write.data.eq(new),
            write.en.eq(self.valid & ~self.fault & change),
            self.past.eq(past),
        ]
        return m
