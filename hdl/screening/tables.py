"""The model's tables: six lookups in parallel, added up.  Stages 0 (addresses) and 1 (sum).

Twin: `table_sum` in `models.golden.score`.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Signal, signed
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.model import REGIONS, SUM_BITS, TABLES
from hdl.screening.block import Block, later
from hdl.screening.history import index_bits
from hdl.screening.layouts import StorePort
from hdl.screening.loading import image_rows, load_bytes

PARTS = data.StructLayout({f"{TABLES[i]}_{TABLES[i + 1]}": signed(9) for i in range(0, len(TABLES), 2)})
"""Pairs of tables, added up."""


class Tables(Block):
    """Both model slots' tables.

    Parameters: `fast`: pairs are added, a cycle later.

    Members: `index_*` and `model` are sampled at the end of every cycle; `total` is valid one cycle later, until
    the end of that cycle.  If `fast`, `parts`, which add up to it, are valid two cycles later.
    """

    def __init__(self, fast: bool = False) -> None:
        self.fast = fast
        super().__init__(
            {
                "model": In(1),
                "load": In(StorePort()),
                **({"parts": Out(PARTS)} if fast else {"total": Out(signed(SUM_BITS))}),
                **{f"index_{table}": In(index_bits(table)) for table in TABLES},
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        values = []
        byte: Any = 0
        for table in TABLES:
            region = REGIONS[table]
            store = image_rows(8, region)
            m.submodules[table] = store
            byte = byte | load_bytes(m, self.load, region, store, fast=self.fast)
            port = store.read_port()
            m.d.comb += port.addr.eq(Cat(getattr(self, f"index_{table}"), self.model))
            value = Signal(signed(8), name=table)
            m.d.comb += value.eq(port.data)
            values.append(value)
        pairs = [later(m, values[i] + values[i + 1], self.fast) for i in range(0, len(values), 2)]
        m.d.comb += self.load.byte.eq(byte)
        if self.fast:
            m.d.comb += [self.parts[name].eq(pair) for name, pair in zip(PARTS.members, pairs, strict=True)]
        else:
            m.d.comb += self.total.eq(pairs[0] + pairs[1] + pairs[2])
        return m
