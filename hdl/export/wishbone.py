"""Wishbone B4, classic cycles: from a bus that most cores have or can have, to a peripheral's port.

One clock domain, 32 bits, word addresses, one access at a time.
"""

from __future__ import annotations

from amaranth import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.screening.block import Block
from hdl.soc.bus import BusPort


class WishbonePort(wiring.Signature):
    """From the master's side; `words` is how many words the slave has.

    cyc, stb: an access, in every cycle until `ack` or `err`; `we`, `adr` (a word's), `sel` and `dat_w` stay as
      they are.
    sel: writes are of whole words: all four bits.  Reads leave it aside and read the whole word.
    ack: for one cycle, the access has ended; `dat_r` is what was read.
    err: for one cycle, instead: a write narrower than a word, which has done nothing.
    """

    def __init__(self, words: int) -> None:
        super().__init__(
            {
                "cyc": Out(1),
                "stb": Out(1),
                "we": Out(1),
                "adr": Out(range(words)),
                "sel": Out(4),
                "dat_w": Out(32),
                "dat_r": In(32),
                "ack": In(1),
                "err": In(1),
            }
        )


class WishboneBridge(Block):
    """Parameters: `words`, the peripheral's.

    Members: `wishbone` to the master, `bus` to the peripheral.

    Cycles: `ack` comes in the cycle behind the one in which the peripheral is ready: an access takes two cycles,
    and one more for each in which the peripheral is not.  An access that the master gives up before its `ack`, by
    lowering `cyc` or `stb`, may have had its effect.
    """

    def __init__(self, words: int) -> None:
        super().__init__({"wishbone": In(WishbonePort(words)), "bus": Out(BusPort(words))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        outer, bus = self.wishbone, self.bus
        asked, narrow, done, refused = Signal(), Signal(), Signal(), Signal()
        m.d.comb += [
            asked.eq(outer.cyc & outer.stb & ~done & ~refused),
            narrow.eq(outer.we & ~outer.sel.all()),
            bus.select.eq(asked & ~narrow),
            bus.write.eq(outer.we),
            bus.address.eq(outer.adr),
            bus.wdata.eq(outer.dat_w),
            outer.dat_r.eq(bus.rdata),
            outer.ack.eq(done & outer.cyc & outer.stb),
            outer.err.eq(refused & outer.cyc & outer.stb),
        ]
        m.d.sync += [done.eq(bus.select & bus.ready), refused.eq(asked & narrow)]
        return m
