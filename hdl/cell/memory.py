"""What a clone has stored: lines of bytes, each marked as its own, over memory that is not here.

One clock domain.  A line is kept in the one place that the low bits of its address name, with the number of the
clone that stored it: so a new clone's memory is ready as soon as the number is another one, in one cycle, however
much the last one stored.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Const, Module, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.cell import CELL_BYTES, CELL_LINE_BYTES
from hdl.contract.memory import REGIONS
from hdl.screening.block import Block, rows_of

WORDS = CELL_BYTES // 4
LINES = CELL_BYTES // CELL_LINE_BYTES
LINE_WORDS = CELL_LINE_BYTES // 4
WINDOW_WORDS = REGIONS["cell_ram"].size // 4
NUMBER_BITS = 17
"""Clones until the numbers begin anew, and all tags are made blank."""

_LANE = data.StructLayout({"byte": 8, "own": 1})
_TAG = data.StructLayout({"number": NUMBER_BITS, "above": (WINDOW_WORDS // WORDS - 1).bit_length()})


class CloneMemory(Block):
    """16 KB of own bytes over a window of 32: four lanes of nine bits, and a tag for each line.

    Parameters: `number_bits`, fewer only to test how the numbers begin anew.

    Members:
      clear    from the next cycle on nothing is own.  Not while a store is under way.
      busy     tags are being made blank, as many cycles as there are lines: after reset, and when the numbers
               begin anew.  Neither `look` nor `store` then.
      look     `word` is looked up in this cycle; what it holds stands at the outputs from the next one on, until
               something else is looked up.
      own      bit b: byte b of the word is own; `bytes` has it.
      taken    another line of this clone has the place: the word cannot be stored.
      store    store the bytes of `wdata` that `mask` names.  Only of the word that was looked up last, unless
               `taken`; `word` and these stay as they are until `done`.
      done     the store is done at the end of this cycle: in its first, or, when it is the first one of its line,
               one for each word of a line later, and one more.
    """

    def __init__(self, *, number_bits: int = NUMBER_BITS) -> None:
        self.number_bits = number_bits
        super().__init__(
            {
                "clear": In(1),
                "busy": Out(1),
                "look": In(1),
                "word": In(range(WINDOW_WORDS)),
                "own": Out(4),
                "bytes": Out(32),
                "taken": Out(1),
                "store": In(1),
                "mask": In(4),
                "wdata": In(32),
                "done": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.tags = tags = rows_of(_TAG, LINES, races=False, block=True)
        read, write = tags.read_port(), tags.write_port()
        place, above = self.word[: (WORDS - 1).bit_length()], self.word[(WORDS - 1).bit_length() :]
        line = place[(LINE_WORDS - 1).bit_length() :]

        # Number 0 is nobody's, as tags are blank at power-up.
        number, last = Signal(NUMBER_BITS, init=1), (1 << self.number_bits) - 1
        sweep, blanking = Signal(range(LINES)), Signal(init=1)
        m.d.comb += self.busy.eq(blanking)
        with m.If(blanking):
            m.d.sync += [sweep.eq(sweep + 1), blanking.eq(sweep != LINES - 1)]
        with m.If(self.clear):
            m.d.sync += number.eq(number + 1)
            with m.If(number == last):
                m.d.sync += [number.eq(1), sweep.eq(0), blanking.eq(1)]

        # Bytes of the line that nobody has stored yet are marked so, word by word, before it is this clone's.
        step, fresh, marks = Signal(range(LINE_WORDS)), Signal(), Signal()
        ours, here = Signal(), Signal()
        m.d.comb += [
            ours.eq(read.data.number == number),
            here.eq(fresh | ours & (read.data.above == above)),
            self.taken.eq(~fresh & ours & (read.data.above != above)),
            marks.eq(self.store & ~here),
            self.done.eq(self.store & here),
            read.en.eq(self.look),
            read.addr.eq(line),
            write.en.eq(blanking | marks & (step == LINE_WORDS - 1)),
            write.addr.eq(line),
            write.data.eq(Cat(number, above)),
        ]
        with m.If(blanking):
            m.d.comb += [write.addr.eq(sweep), write.data.eq(Const(0, len(write.data.as_value())))]
        with m.If(marks):
            m.d.sync += [step.eq(step + 1), fresh.eq(step == LINE_WORDS - 1)]
        with m.If(self.look):
            m.d.sync += [step.eq(0), fresh.eq(0)]

        for lane in range(4):
            memory = rows_of(_LANE, WORDS, races=False, block=True)
            m.submodules[f"lane{lane}"] = memory
            get, put = memory.read_port(), memory.write_port()
            byte = slice(8 * lane, 8 * lane + 8)
            marked: Any = Cat(step, line)
            m.d.comb += [
                get.en.eq(self.look),
                get.addr.eq(place),
                self.bytes[byte].eq(get.data.byte),
                self.own[lane].eq(here & ~fresh & get.data.own),
                put.en.eq(marks | self.done & self.mask[lane]),
                put.addr.eq(place),
                put.data.eq(Cat(self.wdata[byte], 1)),
            ]
            with m.If(marks):
                m.d.comb += [put.addr.eq(marked), put.data.own.eq(0)]
        return m
