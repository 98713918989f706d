"""Read-back: the image in the idle model slot, byte by byte, so that what was loaded can be verified.

It goes by the load port's way into the memories and never by the lookups', so events do not notice it.
"""

from __future__ import annotations

from amaranth import Module, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.load import ADDRESS_BITS
from hdl.screening.block import Block, later
from hdl.screening.layouts import LoadPort, StorePort


class Readback(Block):
    """Parameters: `fast`: what is written goes on a cycle later, and `store` answers after three cycles
    instead of one.

    Members: `start` for one cycle asks for the byte at `address`, as on the load port; `done` holds for one
    cycle, three cycles later (five, if `fast`) and one more for each write of `load` that the request waits for,
    with the byte in `data`.  `start` is not given again before.  `store` carries the load port's writes, and the
    requests.
    """

    def __init__(self, fast: bool = False) -> None:
        self.fast = fast
        super().__init__(
            {
                "start": In(1),
                "address": In(ADDRESS_BITS),
                "done": Out(1),
                "data": Out(8),
                "load": In(LoadPort()),
                "store": Out(StorePort()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        store = self.store
        load_en, address, data = (
            later(m, value, self.fast) for value in (self.load.en, self.load.address, self.load.data)
        )
        waiting, place = Signal(), Signal(ADDRESS_BITS)
        with m.If(self.start):
            m.d.sync += [waiting.eq(1), place.eq(self.address)]
        with m.Elif(~load_en):
            m.d.sync += waiting.eq(0)
        m.d.comb += [
            store.en.eq(load_en),
            store.data.eq(data),
            store.read.eq(waiting & ~load_en),
            store.address.eq(place),
        ]
        with m.If(load_en):
            m.d.comb += store.address.eq(address)
        m.d.sync += [self.done.eq(later(m, store.read, 1 + 2 * self.fast)), self.data.eq(store.byte)]
        return m
