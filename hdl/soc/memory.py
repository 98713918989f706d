"""The core's memories: main RAM and boot ROM, each with a port for instructions and one for data.

One clock domain.  Both answer at once: `ready` is always high.  What was read is valid in the next cycle.
"""

from __future__ import annotations

import struct
from typing import Any

from amaranth import ClockSignal, Instance, Module
from amaranth.lib import memory
from amaranth.lib.wiring import In

from hdl.contract.memory import REGIONS
from hdl.screening.block import Block
from hdl.soc.bus import BusPort, MemoryPort


class Ram(Block):
    """Main RAM: four byte lanes of block RAM (`ram.v`).

    Parameters: `size` in bytes, a multiple of 4.
    Members: `fetch` (reads only: `write` and `wdata` are not looked at) and `data`.  Undefined is what
    `fetch` reads in the very cycle in which `data` stores to the same byte.
    """

    def __init__(self, size: int = REGIONS["ram"].size) -> None:
        self.words = size // 4
        super().__init__({"fetch": In(BusPort(self.words)), "data": In(MemoryPort(self.words))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += [self.fetch.ready.eq(1), self.data.ready.eq(1)]
        port = self.data
        for lane in range(4):
            byte = slice(8 * lane, 8 * lane + 8)
            m.submodules[f"lane{lane}"] = Instance(
                "ram_lane",
                p_DEPTH=self.words,
                p_BITS=len(port.address),
                i_clk=ClockSignal(),
                i_fetch_en=self.fetch.select,
                i_fetch_address=self.fetch.address,
                o_fetch_rdata=self.fetch.rdata[byte],
                i_read_en=port.select & ~port.write,
                i_write_en=port.select & port.write & port.mask[lane],
                i_address=port.address,
                i_wdata=port.wdata[byte],
                o_rdata=port.rdata[byte],
            )
        return m


def rom_words(content: bytes) -> list[int]:
    """Return the boot ROM's words; what lies behind `content` is 0."""
    size = REGIONS["rom"].size
    if len(content) > size:
        raise ValueError(f"the boot ROM holds {size} bytes, its content has {len(content)}")
    return [word for (word,) in struct.iter_unpack("<I", content.ljust(size, b"\0"))]


class Rom(Block):
    """Boot ROM.

    Parameters: `content`, at most as long as the region; what lies behind it reads as 0.
    Members: `fetch` and `data`; both only read: `write` and `wdata` are not looked at.
    """

    def __init__(self, content: bytes) -> None:
        self.words = rom_words(content)
        super().__init__({"fetch": In(BusPort(len(self.words))), "data": In(BusPort(len(self.words)))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        store: memory.Memory[Any, Any] = memory.Memory(shape=32, depth=len(self.words), init=self.words)
        m.submodules.store = store
        for port in (self.fetch, self.data):
            read = store.read_port()
            m.d.comb += [
                port.ready.eq(1),
                port.rdata.eq(read.data),
                read.addr.eq(port.address),
                read.en.eq(port.select),
            ]
        return m
