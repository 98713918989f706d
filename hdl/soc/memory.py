"""The core's memories: main RAM and boot ROM, each with a port for instructions and one for data.

One clock domain.  Both answer at once: `ready` is always high.  What was read is valid in the next cycle.
"""

from __future__ import annotations

import struct

from amaranth import Cat, Module
from amaranth.lib import memory
from amaranth.lib.wiring import In

from hdl.contract.memory import REGIONS
from hdl.screening.block import Block
from hdl.soc.bus import BusPort, MemoryPort


class Ram(Block):
    """Main RAM: four byte lanes, each with a port that reads and one that reads or writes, as block RAM has them.

    Parameters: `size` in bytes, a multiple of 4.
    Members: `fetch` (reads only: `write` and `wdata` are not looked at) and `data`.  `rdata` behind a store is
    undefined, as is what `fetch` reads in the very cycle in which `data` stores to the same byte.
    """

    def __init__(self, size: int = REGIONS["ram"].size) -> None:
        self.words = size // 4
        super().__init__({"fetch": In(BusPort(self.words)), "data": In(MemoryPort(self.words))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += [self.fetch.ready.eq(1), self.data.ready.eq(1)]
        fetched, loaded = [], []
        for lane in range(4):
            # Without the attribute, logic is added that settles who wins a collision.
            store = memory.Memory(shape=8, depth=self.words, init=[], attrs={"no_rw_check": 1})
            m.submodules[f"lane{lane}"] = store
            fetch, load, write = store.read_port(), store.read_port(), store.write_port()
            m.d.comb += [
                fetch.addr.eq(self.fetch.address),
                fetch.en.eq(self.fetch.select),
                write.addr.eq(self.data.address),
                write.data.eq(self.data.wdata[8 * lane : 8 * lane + 8]),
                write.en.eq(self.data.select & self.data.write & self.data.mask[lane]),
                # One port of a block RAM: it reads or it writes.
                load.addr.eq(self.data.address),
                load.en.eq(self.data.select & ~self.data.write),
            ]
            fetched.append(fetch.data)
            loaded.append(load.data)
        m.d.comb += [self.fetch.rdata.eq(Cat(*fetched)), self.data.rdata.eq(Cat(*loaded))]
        return m


class Rom(Block):
    """Boot ROM.

    Parameters: `content`, at most as long as the region; what lies behind it reads as 0.
    Members: `fetch` and `data`; both only read: `write` and `wdata` are not looked at.
    """

    def __init__(self, content: bytes) -> None:
        size = REGIONS["rom"].size
        if len(content) > size:
            raise ValueError(f"the boot ROM holds {size} bytes, its content has {len(content)}")
        self.content = content.ljust(size, b"\0")
        super().__init__({"fetch": In(BusPort(size // 4)), "data": In(BusPort(size // 4))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        words = [word for (word,) in struct.iter_unpack("<I", self.content)]
        m.submodules.store = store = memory.Memory(shape=32, depth=len(words), init=words)
        for port in (self.fetch, self.data):
            read = store.read_port()
            m.d.comb += [
                port.ready.eq(1),
                port.rdata.eq(read.data),
                read.addr.eq(port.address),
                read.en.eq(port.select),
            ]
        return m
