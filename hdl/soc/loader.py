"""The load port's program side: address and word by register, what is locked, the read-back of models, the clock.

One clock domain.  It checks who may write, not what: images and policies are the program's to verify.
"""

from __future__ import annotations

from amaranth import Module, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.load import ADDRESS_BITS, Target
from hdl.contract.registers import COPROCESSOR
from hdl.screening.block import Block
from hdl.screening.layouts import LoadPort, shape_of

LOCKED_BY = {
    Target.MODEL0: "model", Target.MODEL1: "model", Target.READY: "model",
    Target.ATTRIBUTES: "policy", Target.JUDGE: "policy", Target.ENFORCE: "policy",
    Target.TEMPLATES: "policy", Target.HASH_SET: "vaccines", Target.HASH: "vaccines",
}  # fmt: skip
"""What locks each target; the clock never is."""


class Loader(Block):
    """Members:

    address, word, write   a word for the load port, at the end of this cycle.
    lock      the locks; a write to what is locked is ignored, and `refused` tells it in the same cycle.
    load      to the pipeline, one cycle behind `write`; `busy` then.
    now       seconds, from the target CLOCK; `ticked` for one cycle when they are written, one before they show.
    read      a read-back of the byte at `address` is wanted, in every cycle until `done`; `byte` is valid then.
    readback_start, readback_address, readback_done, readback_data   the pipeline's side of it.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "address": In(ADDRESS_BITS),
                "word": In(32),
                "write": In(1),
                "lock": In(shape_of(COPROCESSOR.register["lock"].layout)),
                "refused": Out(1),
                "load": Out(LoadPort()),
                "busy": Out(1),
                "now": Out(32),
                "ticked": Out(1),
                "read": In(1),
                "done": Out(1),
                "byte": Out(8),
                "readback_start": Out(1),
                "readback_address": Out(ADDRESS_BITS),
                "readback_done": In(1),
                "readback_data": In(8),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        locked, clock = Signal(), Signal()
        with m.Switch(self.address[16:]):
            for target, lock in LOCKED_BY.items():
                with m.Case(target):
                    m.d.comb += locked.eq(self.lock[lock])
            with m.Case(Target.CLOCK):
                m.d.comb += clock.eq(1)
        m.d.comb += [
            self.refused.eq(self.write & locked),
            self.ticked.eq(self.write & clock),
            self.busy.eq(self.load.en),
        ]
        m.d.sync += self.load.en.eq(self.write & ~locked & ~clock)
        with m.If(self.write):
            m.d.sync += [self.load.address.eq(self.address), self.load.data.eq(self.word)]
        with m.If(self.ticked):
            m.d.sync += self.now.eq(self.word)

        # A word written just before is in its place by then: the write comes out ahead of the question.
        asked = Signal()
        m.d.comb += [
            self.readback_address.eq(self.address),
            self.readback_start.eq(self.read & ~asked & ~self.busy),
            self.done.eq(asked & self.readback_done),
            self.byte.eq(self.readback_data),
        ]
        with m.If(self.readback_start):
            m.d.sync += asked.eq(1)
        with m.If(self.done):
            m.d.sync += asked.eq(0)
        return m
