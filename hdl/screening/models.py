"""Model slots: which model is in force, its parameters, and the change from one to the other.

A swap takes its turn like every event.  The latch lets the pipeline run empty, then this block copies the new
model's parameters into the registers that all stages share and restarts every slot, one a cycle; only then does
the SWAP leave with its record and the next event enter.  So no event ever sees parts of two models.
"""

from __future__ import annotations

from amaranth import Cat, Module, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS
from hdl.contract.load import Target
from hdl.contract.model import MODEL_SLOTS, PARAM_NAMES, REGIONS
from hdl.contract.vaccine import BANK_DEPTH
from hdl.screening.block import Block, later
from hdl.screening.layouts import PARAMS, Op, StorePort
from hdl.screening.loading import image_rows, load_entries, word_write

DRAIN_CYCLES = 4
"""From the last commit until no stage holds a beat that reads parameters; more in a pipeline with more ranks."""


class Models(Block):
    """Parameters: `drain`, see DRAIN_CYCLES; `fast`: what `load` asks goes on a cycle later, and
    `load.byte` answers after three.

    Members: `start` for one cycle begins the change to `target`, `switched` holds in its last cycle;
    `drain` + 1 + 15 + 64 cycles in all.  While `busy`, `op` and `slot` are the beats to commit (`Op.NONE`:
    none), `next_slot` is the slot of the next cycle.  After reset the same counter blanks all slots, trees and
    vaccine places (512 cycles): `init`.  `ready`: which slots hold a verified model.  `target_ready`: the one
    that `target` names does, and is not in force.
    What `load` asks of the slot in force, and while `busy` with a change of the one that comes into force, is not
    let through to `store_load`: writes do nothing, reads answer 0.
    """

    def __init__(self, drain: int = DRAIN_CYCLES, fast: bool = False) -> None:
        self.drain = drain
        self.fast = fast
        super().__init__(
            {
                "start": In(1),
                "target": In(1),
                "target_ready": Out(1),
                "switched": Out(1),
                "busy": Out(1),
                "op": Out(Op),
                "slot": Out(6),
                "next_slot": Out(6),
                "init": Out(1),
                "init_place": Out(9),
                "active": Out(1),
                "running": Out(1),
                "ready": Out(MODEL_SLOTS),
                "swaps": Out(12),
                "params": Out(PARAMS),
                "load": In(StorePort()),
                "store_load": Out(StorePort()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        region = REGIONS["params"]
        m.submodules.store = store = image_rows(data.ArrayLayout(8, 2), region)
        byte = load_entries(m, self.store_load, region, store, fast=self.fast)
        read = store.read_port()

        to_slot = (self.load.address[16:] == Target.MODEL0) | (self.load.address[16:] == Target.MODEL1)
        target = Signal()
        changing = self.busy & ~self.init
        refused = to_slot & (
            self.running & (self.load.address[16] == self.active) | changing & (self.load.address[16] == target)
        )
        m.d.comb += [
            self.store_load.en.eq(later(m, self.load.en & ~refused, self.fast)),
            self.store_load.address.eq(later(m, self.load.address, self.fast)),
            self.store_load.data.eq(later(m, self.load.data, self.fast)),
            self.store_load.read.eq(later(m, self.load.read & ~refused, self.fast)),
            self.load.byte.eq(byte | self.store_load.byte),
        ]
        with m.If(word_write(self.load, Target.READY)):
            m.d.sync += self.ready.eq(self.load.data)
        in_force = self.running & (self.target == self.active)
        m.d.comb += self.target_ready.eq(self.ready.bit_select(self.target, 1) & ~in_force)

        count, following = Signal(range(BANK_DEPTH)), Signal(range(BANK_DEPTH))
        words = len(PARAM_NAMES)
        m.d.comb += [read.addr.eq(Cat(count[:5], target)), self.slot.eq(count), self.init_place.eq(count)]
        m.d.comb += [following.eq(count + 1), self.next_slot.eq(following)]
        m.d.sync += count.eq(following)
        with m.FSM(init="INIT"):
            with m.State("INIT"):
                m.d.comb += [self.busy.eq(1), self.init.eq(1)]
                with m.If(count < SLOTS):
                    m.d.comb += self.op.eq(Op.INIT)
                with m.If(count == BANK_DEPTH - 1):
                    m.next = "IDLE"
            with m.State("IDLE"):
                m.d.comb += following.eq(0)
                with m.If(self.start):
                    m.d.sync += target.eq(self.target)
                    m.next = "DRAIN"
            with m.State("DRAIN"):
                m.d.comb += self.busy.eq(1)
                with m.If(count == self.drain - 1):
                    m.d.comb += following.eq(0)
                    m.next = "COPY"
            with m.State("COPY"):
                # The word asked for in one cycle arrives in the next.
                m.d.comb += self.busy.eq(1)
                with m.Switch(count):
                    for index, name in enumerate(PARAM_NAMES):
                        with m.Case(index + 1):
                            m.d.sync += self.params[name].eq(read.data.as_value())
                with m.If(count == words):
                    m.d.comb += following.eq(0)
                    m.d.sync += self.active.eq(target)
                    m.next = "RESTART"
            with m.State("RESTART"):
                m.d.comb += [self.busy.eq(1), self.op.eq(Op.RESTART)]
                with m.If(count == SLOTS - 1):
                    m.d.comb += self.switched.eq(1)
                    m.d.sync += [self.running.eq(1), self.swaps.eq(self.swaps + 1)]
                    m.next = "IDLE"
        return m
