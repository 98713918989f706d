"""What is kept of every process: a row per slot, in block RAM that is asked ahead of time.

One clock domain.  Block RAM answers an edge late, and knows nothing of a row that is being written; here a row
looked for is always the last one written, also by the beat right before.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS
from hdl.screening.block import Block, later, rows_of


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
        changed, row, new = self.write, self.row, self.new.as_value()
        written = later(m, new, 1)
        m.d.comb += read.addr.eq(self.look)
        if self.ahead == 1:
            late = later(m, changed & (row == self.look), 1)
            m.d.comb += [write.addr.eq(row), write.data.eq(new), write.en.eq(changed)]
            m.d.comb += self.old.eq(Mux(late, written, read.data.as_value()))
        else:
            # What is new goes into registers first, and from there into the memory: a cycle later.
            before = later(m, written, 1)
            did, place, looked = later(m, changed, 1), later(m, row, 1), later(m, self.look, 1)
            late = later(m, changed & (row == self.look), 1)
            later_still = later(m, did & (place == self.look), 1)
            found = Mux(late, written, Mux(later_still, before, read.data.as_value()))
            m.d.comb += [write.addr.eq(place), write.data.eq(written), write.en.eq(did)]
            m.d.sync += self.old.eq(Mux(changed & (row == looked), new, found))
        return m
