"""Rings: block RAM that two sides share.  One clock domain."""

from __future__ import annotations

from typing import Any

from amaranth import Module
from amaranth.lib import memory
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import RING_WORDS
from hdl.screening.block import Block
from hdl.soc.bus import MemoryPort


def shared(bits: int, depth: int) -> memory.Memory[Any, Any]:
    """Return a memory, all zero at power-up, that one side writes and another reads.

    What a port reads in the very cycle in which another one writes the same place is left open, so that block RAM
    needs nothing around it: nobody may look at a place of which he has not been told that it is written.
    """
    attributes: Any = {"no_rw_check": 1}
    return memory.Memory(shape=bits, depth=depth, init=[], attrs=attributes)


class SendRing(Block):
    """The ring of frames to be sent: four lanes of a byte each, so that narrow writes need no read.

    Members: `window`, the program's port, ready at once; `read_place` and `read_data`, the enframer's, one cycle
    later.  A word must not be written while it is read through the other port.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "window": In(MemoryPort(2 * RING_WORDS)),
                "read_place": In(range(RING_WORDS)),
                "read_data": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        window = self.window
        place = window.address[: (RING_WORDS - 1).bit_length()]
        m.d.comb += window.ready.eq(1)
        for number in range(4):
            m.submodules[f"lane{number}"] = lane = shared(8, RING_WORDS)
            write, back, read = lane.write_port(), lane.read_port(), lane.read_port()
            bits = slice(8 * number, 8 * number + 8)
            m.d.comb += [
                write.addr.eq(place),
                write.data.eq(window.wdata[bits]),
                write.en.eq(window.select & window.write & window.mask[number]),
                # The program's two ports are one of the block RAM's: it reads or writes.
                back.addr.eq(place),
                back.en.eq(~write.en),
                window.rdata[bits].eq(back.data),
                read.addr.eq(self.read_place),
                self.read_data[bits].eq(read.data),
            ]
        return m
