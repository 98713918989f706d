"""How a clone's core comes by its registers and into user mode.

One clock domain.  The core knows one way into user mode, a return from a trap: so the two words `csrw mepc, t0`
and `mret` are all the code that it ever runs in machine mode, and they lie nowhere: its fetches are answered with
them.  Meanwhile the registers are put into its register file from outside.  t0 is the address at which to go on
until the first of the two has been, and is itself before the second.
"""

from __future__ import annotations

from amaranth import Module, Mux, Signal
from amaranth.lib import enum
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import REGIONS
from hdl.screening.block import Block

SET_PLACE, RETURN = 0x34129073, 0x30200073
"""`csrw mepc, t0` and `mret`."""

T0, A0, LAST = 5, 10, 31


class _Step(enum.Enum, shape=3):
    REST = 0
    READ = 1  # words are asked for and come
    ANSWER = 2  # a0
    PLACE = 3  # t0, as the address
    TRUE = 4  # t0, as itself, when the address is where it belongs
    OVER = 5


class Entry(Block):
    """Members:
      load         begin with the registers that lie in main RAM from word `registers` on; `result` goes before a0.
      resume       begin with what is in the registers, `result` in a0, at address `next`.  `load` and `resume`:
                   for one cycle, while the core is in reset or stands at a trap's entry.  `registers`, `result`
                   and `next` stay as they are until `may_return`.
      gone         there is no clone any more: what has begun ends.
      want, place  a word of main RAM is to be read; `won`: in this cycle, and `word` is it in the next one.
      put, put_index, put_data   register `put_index` becomes `put_data` at the end of this cycle.
      wrote, wrote_data   the core itself writes t0.
      began        an instruction of the core begins.
      may_begin    the core may have the first of the two words; `may_return`: the second one.

    Cycles from `load` to `may_return`, if every word is had at once: 36; from `resume`: as soon as the first word
    has run, 4 at least.
    """

    def __init__(self) -> None:
        words = range(REGIONS["ram"].size // 4)
        super().__init__(
            {
                "load": In(1),
                "resume": In(1),
                "gone": In(1),
                "registers": In(words),
                "result": In(32),
                "next": In(32),
                "want": Out(1),
                "place": Out(words),
                "won": In(1),
                "word": In(32),
                "put": Out(1),
                "put_index": Out(5),
                "put_data": Out(32),
                "wrote": In(1),
                "wrote_data": In(32),
                "began": In(1),
                "may_begin": Out(1),
                "may_return": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        step, index, asks = Signal(_Step), Signal(5), Signal()
        coming, came, which, taken = Signal(), Signal(), Signal(5), Signal(5)
        word, t0, place = Signal(32), Signal(32), Signal(32)
        began, placed = Signal(), Signal()

        # Word by word: asked for, there, kept.  t0 comes last, when the address has been where t0 is for long.
        m.d.comb += [
            self.want.eq(asks),
            self.place.eq(self.registers + index),
        ]
        m.d.sync += [coming.eq(asks & self.won), which.eq(index), came.eq(coming), taken.eq(which)]
        with m.If(coming):
            m.d.sync += word.eq(self.word)
        with m.If(asks & self.won):
            m.d.sync += [
                index.eq(Mux(index == 0, T0 + 1, Mux(index == LAST, 1, index + 1))),
                asks.eq(index != T0),
            ]
        with m.If(self.wrote):
            m.d.sync += t0.eq(self.wrote_data)
        # The word behind a `began` has had its cycle.
        m.d.sync += began.eq(self.may_begin & self.began)
        with m.If(began):
            m.d.sync += placed.eq(1)

        with m.Switch(step):
            with m.Case(_Step.READ):
                with m.If(came):
                    m.d.comb += [
                        self.put.eq(taken != T0),
                        self.put_index.eq(Mux(taken == 0, T0, taken)),
                        self.put_data.eq(Mux(taken == A0, self.result, word)),
                    ]
                    with m.If(taken == 0):
                        m.d.sync += self.may_begin.eq(1)
                    with m.If(taken == T0):
                        m.d.sync += [t0.eq(word), step.eq(_Step.TRUE)]
            with m.Case(_Step.ANSWER):
                m.d.comb += [self.put.eq(1), self.put_index.eq(A0), self.put_data.eq(self.result)]
                m.d.sync += step.eq(_Step.PLACE)
            with m.Case(_Step.PLACE):
                m.d.comb += [self.put.eq(1), self.put_index.eq(T0), self.put_data.eq(place)]
                m.d.sync += [step.eq(_Step.TRUE), self.may_begin.eq(1)]
            with m.Case(_Step.TRUE):
                with m.If(placed):
                    m.d.comb += [self.put.eq(1), self.put_index.eq(T0), self.put_data.eq(t0)]
                    m.d.sync += [step.eq(_Step.OVER), self.may_return.eq(1)]
        with m.If(self.gone):
            m.d.sync += [step.eq(_Step.REST), asks.eq(0), coming.eq(0), came.eq(0)]
        with m.If(self.load | self.resume):
            m.d.sync += [
                step.eq(Mux(self.load, _Step.READ, _Step.ANSWER)),
                asks.eq(self.load),
                index.eq(0),
                coming.eq(0),
                came.eq(0),
                placed.eq(0),
                began.eq(0),
                place.eq(self.next),
                self.may_begin.eq(0),
                self.may_return.eq(0),
            ]
        return m
