"""What is kept of every process: a row per slot, in block RAM that is asked ahead of time.

One clock domain.  Block RAM answers an edge late, and knows nothing of a row that is being written; here a row
looked for is always the last one written, also by the beat right before.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS
from hdl.screening.block import Block, bundle, rows_of


class States(Block):
    """Parameters: `shape` of a row; `ahead`, 1 or 2: how many cycles before its beat a row is looked for.

    Members:
      look   the row for the beat that comes `ahead` cycles later.
      old    this cycle's beat finds that row so, all writes in cycles before this one included.
      write  at the end of this cycle row number `row` becomes `new`.
    """

    def __init__(self, shape: Any, ahead: int = 1) -> None:
        self.shape = shape
        self.ahead = ahead
        place = range(SLOTS)
        super().__init__(
            {"look": In(place), "old": Out(shape), "write": In(1), "row": In(place), "new": In(shape)}
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rows = store = rows_of(self.shape, SLOTS, races=False, block=True)
        read, write = store.read_port(), store.write_port()
        late, latest, found = Signal(), bundle(self.shape), bundle(self.shape)
        m.d.comb += [
            read.addr.eq(self.look),
            write.addr.eq(self.row),
            write.data.eq(self.new),
            write.en.eq(self.write),
            found.eq(Mux(late, latest.as_value(), read.data.as_value())),
        ]
        m.d.sync += [late.eq(self.write & (self.row == self.look)), latest.eq(self.new)]
        if self.ahead == 1:
            m.d.comb += self.old.eq(found)
        else:
            looked = Signal.like(self.look)
            m.d.sync += looked.eq(self.look)
            m.d.sync += self.old.eq(Mux(self.write & (self.row == looked), self.new.as_value(), found.as_value()))
        return m
