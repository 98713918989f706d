"""What the clone's core asks for, one after the other: its fetches, its loads and stores, and the kernel's look at
its memory.

    core ── fetch, data ──┐                  ┌── a port of main RAM, which it only reads
                          ├── one at a time ─┤
    kernel ── cell_ram ───┘                  └── the clone's own bytes

One clock domain.  The clone reaches two windows, the frozen process's.  Text is read; of data, what it has stored
itself is its own, and all else is the original's.  Nothing here has a way to write main RAM, or to any peripheral.
"""

from __future__ import annotations

from amaranth import C, Cat, Module, Mux, Signal
from amaranth.lib import enum
from amaranth.lib.wiring import In, Out

from hdl.cell.entry import RETURN, SET_PLACE
from hdl.cell.memory import CloneMemory
from hdl.contract.memory import GRANULE_BYTES, REGIONS
from hdl.contract.registers import CELL
from hdl.core.ports import DataPort, FetchPort
from hdl.screening.block import Block
from hdl.screening.layouts import shape_of
from hdl.soc.bus import MemoryPort
from hdl.soc.window import WINDOW_SHAPE, behind_window, inside

BOOT = 0
"""Where the core begins, and where its traps lead; the page is nowhere."""

_PAGE_BITS = 8
_DATA = REGIONS["user_data"]
_WORDS = REGIONS["cell_ram"].size // 4
_GROWN_BITS = shape_of(CELL.register["grown"].layout).size
_GRANULE_BITS = (GRANULE_BYTES - 1).bit_length()


class _Step(enum.Enum, shape=2):
    REST = 0
    LOOK = 1  # where it lies; main RAM's word and the own bytes are read
    TAKE = 2  # they are there, or it is refused


class _Who(enum.Enum, shape=2):
    FETCH = 0
    DATA = 1
    KERNEL = 2


class Access(Block):
    """Members:
      fetch, data   the core's ports.
      bus           region `cell_ram`: the data window as the clone sees it, while `open`; else, and outside the
                    window, zeros, and what is stored is lost.
      text_window, data_window   the frozen process's; `grown`: granules that the clone has of data, if they are
                   more: zeros.  They change only while `quiet` and not `runs`.
      runs          the core's requests are taken; else they wait.
      enters        fetches below PAGE are answered with the two words of `Entry`, once `may_begin`, `may_return`.
      gone          the core is in reset: what it asked for is forgotten.
      clear         see `CloneMemory`.
      want, place   a word of main RAM is to be read, in the cycle of `won`; `word` is it in the next one.
      looks         a word of main RAM may be wanted; `first`: then, and the kernel waits for it.
      quiet         nothing is under way.
      stored        for one cycle: the core has stored something.
      room          for one cycle: a store of the core has no room.  It is not answered.
      address       of its last load or store that had no room, or was refused.

    Cycles from a request taken to its answer: 3, if main RAM is free at once; the first store to a line 9 more.
    What is refused is answered as an error: outside of the windows; a store to text; a fetch from data.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "fetch": In(FetchPort()),
                "data": In(DataPort()),
                "bus": In(MemoryPort(_WORDS)),
                "open": In(1),
                "text_window": In(WINDOW_SHAPE),
                "data_window": In(WINDOW_SHAPE),
                "grown": In(_GROWN_BITS),
                "runs": In(1),
                "enters": In(1),
                "may_begin": In(1),
                "may_return": In(1),
                "gone": In(1),
                "clear": In(1),
                "want": Out(1),
                "looks": Out(1),
                "first": Out(1),
                "place": Out(range(REGIONS["ram"].size // 4)),
                "won": In(1),
                "word": In(32),
                "quiet": Out(1),
                "stored": Out(1),
                "room": Out(1),
                "address": Out(32),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.memory = memory = CloneMemory()
        fetch, asks, bus = self.fetch, self.data, self.bus
        step, who = Signal(_Step), Signal(_Who)
        write, mask, address, wdata = Signal(), Signal(4), Signal(32), Signal(32)
        kernel, begins = Signal(), Signal()

        # Who is next: the kernel, then loads and stores, then fetches.
        m.d.comb += [
            begins.eq((step == _Step.REST) & ~memory.busy),
            kernel.eq(bus.select & self.open),
            asks.grant.eq(begins & self.runs & ~kernel),
            fetch.grant.eq(begins & self.runs & ~kernel & ~asks.request),
            self.quiet.eq((step == _Step.REST) & ~fetch.valid & ~asks.valid),
        ]
        m.d.sync += [fetch.valid.eq(0), asks.valid.eq(0)]
        with m.If(begins):
            m.d.sync += [
                who.eq(Mux(kernel, _Who.KERNEL, Mux(asks.request, _Who.DATA, _Who.FETCH))),
                write.eq(Mux(kernel, bus.write, asks.request & asks.write)),
                mask.eq(Mux(kernel, bus.mask, asks.mask)),
                wdata.eq(Mux(kernel, bus.wdata, asks.wdata)),
                address.eq(
                    Mux(
                        kernel,
                        Cat(C(0, 2), bus.address) | _DATA.base,
                        Mux(asks.request, asks.address, fetch.address),
                    )
                ),
            ]
            with m.If(kernel | self.runs & (asks.request | fetch.request)):
                m.d.sync += step.eq(_Step.LOOK)

        # Where it lies, and whether it may.
        within, place = behind_window(address, self.text_window, self.data_window)
        ours, may, reads, stub, waits = Signal(), Signal(), Signal(), Signal(), Signal()
        allowed, own, more, blank = Signal(), Signal(), Signal(), Signal()
        granule = address[_GRANULE_BITS : (_DATA.size - 1).bit_length()]
        m.d.comb += [
            more.eq(inside(address, _DATA) & ~within["user_data"] & (granule < self.grown)),
            ours.eq((within["user_data"] | more) & (who != _Who.FETCH)),
            may.eq(ours | within["user_text"] & ~write & (who != _Who.KERNEL)),
            stub.eq((who == _Who.FETCH) & self.enters & (address[_PAGE_BITS:] == BOOT >> _PAGE_BITS)),
            waits.eq(stub & ~Mux(address[2], self.may_return, self.may_begin)),
            reads.eq(may & ~write & ~more),
            self.looks.eq(step == _Step.LOOK),
            self.want.eq(self.looks & reads),
            self.first.eq(self.looks & bus.select),
            self.place.eq(place[2:]),
            memory.clear.eq(self.clear),
            memory.look.eq(step == _Step.LOOK),
            memory.word.eq(address[2:]),
            memory.mask.eq(mask),
            memory.wdata.eq(wdata),
        ]
        with m.If(step == _Step.LOOK):
            m.d.sync += [allowed.eq(may), own.eq(ours), blank.eq(more)]
            with m.If(~waits & (~reads | self.won)):
                m.d.sync += step.eq(_Step.TAKE)

        ends, merged = Signal(), Signal(32)
        takes = step == _Step.TAKE
        m.d.comb += [
            memory.store.eq(takes & allowed & write & ~memory.taken),
            ends.eq(takes & (~memory.store | memory.done)),
            bus.ready.eq(Mux(self.open, ends & (who == _Who.KERNEL), bus.select)),
            self.stored.eq(memory.store & memory.done & (who == _Who.DATA)),
            self.room.eq(takes & allowed & write & memory.taken & (who == _Who.DATA)),
        ]
        for lane in range(4):
            byte = slice(8 * lane, 8 * lane + 8)
            real = Mux(blank, 0, self.word[byte])
            m.d.comb += merged[byte].eq(Mux(own & memory.own[lane], memory.bytes[byte], real))
        with m.If(ends):
            m.d.sync += step.eq(_Step.REST)
            with m.Switch(who):
                with m.Case(_Who.FETCH):
                    m.d.sync += fetch.valid.eq(1)
                with m.Case(_Who.DATA):
                    m.d.sync += asks.valid.eq(~self.room)
            with m.If((who == _Who.DATA) & (self.room | ~allowed)):
                m.d.sync += self.address.eq(address)
        with m.If(takes):
            m.d.sync += [
                fetch.data.eq(Mux(stub, Mux(address[2], RETURN, SET_PLACE), merged)),
                fetch.error.eq(~allowed & ~stub),
            ]
        m.d.comb += [asks.data.eq(fetch.data), asks.error.eq(fetch.error)]
        m.d.sync += bus.rdata.eq(Mux(takes & self.open & allowed, merged, 0))

        with m.If(self.gone & (who != _Who.KERNEL)):
            m.d.sync += [step.eq(_Step.REST), fetch.valid.eq(0), asks.valid.eq(0)]
        return m
