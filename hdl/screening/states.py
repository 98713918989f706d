"""What is kept of every process: a row per slot, in block RAM that is asked ahead of time.

One clock domain.  Block RAM answers an edge late, and knows nothing of a row that is being written; here a row
looked for is always the last one written, also by the beat right before.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS
from hdl.screening.block import Block, later, rows_of


class States(Block):
    """Parameters: `shape` of a row; `ahead`, 1 or 2: how many cycles before its beat a row is looked for; `apart`
    (`ahead` is 2): `old` is put together in its cycle, for those who want to see its parts.

    Members:
      look   the row for the beat that comes `ahead` cycles later.
      old    this cycle's beat finds that row so, all writes in cycles before this one included.
      write  at the end of this cycle row number `row` becomes `new`.
      fresh, written, found
             if `apart`: `old` is what was `written` in the cycle before if it is `fresh`, else what was `found`.
      void   if `apart`: what the beat before this one was to write is not written after all.
      before, stored, passed
             if `apart`: what is `found` in the next cycle is `written` if `passed` is odd, else `before` if it
             is not 0, else what the memory has `stored`.
    """

    def __init__(self, shape: Any, ahead: int = 1, apart: bool = False) -> None:
        self.shape = shape
        self.ahead = ahead
        self.apart = apart
        place = range(SLOTS)
        ports = {"look": In(place), "old": Out(shape), "write": In(1), "row": In(place), "new": In(shape)}
        parts = {"fresh": Out(1), "written": Out(shape), "found": Out(shape), "void": In(1), "before": Out(shape),
                 "stored": Out(shape), "passed": Out(2)} if apart else {}  # fmt: skip
        super().__init__(ports | parts)

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
            # The row looked for comes late in its cycle, so it is compared with those written in the next.
            did, place, looked = later(m, changed, 1), later(m, row, 1), later(m, self.look, 1)
            if self.apart:
                did = did & ~self.void
            before, did_before, place_before = (later(m, value, 1) for value in (written, did, place))
            late, later_still = did & (place == looked), did_before & (place_before == looked)
            found = Mux(late, written, Mux(later_still, before, read.data.as_value()))
            m.d.comb += [write.addr.eq(place), write.data.eq(written), write.en.eq(did)]
            if self.apart:
                m.d.sync += self.found.eq(found)
                m.d.comb += [
                    self.fresh.eq(later(m, changed & (row == looked), 1) & ~self.void),
                    self.written.eq(written),
                    self.before.eq(before),
                    self.stored.eq(read.data),
                    self.passed.eq(Cat(late, later_still)),
                ]
                m.d.comb += self.old.eq(Mux(self.fresh, written, self.found.as_value()))
            else:
                m.d.sync += self.old.eq(Mux(changed & (row == looked), new, found))
        return m
