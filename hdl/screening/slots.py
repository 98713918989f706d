"""Slots: who lives where.  Checks that every event names a process that lives, and holds what it may call.

Stage 0 of the pipeline: everything answers in the cycle in which the beat is committed and is written at its
end, so that the next beat already sees it.  Twin: `_fault_of` and `_change` in `models.golden.run`.
"""

from __future__ import annotations

from amaranth import Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS, TREES
from hdl.contract.verdict import Fault
from hdl.screening.block import Block, bundle, rows_of
from hdl.screening.layouts import EVENT, STATE, Op

IDENTITY = data.StructLayout({"live": 1, "generation": 32, "tree": 6, "profile": 4, "allow": 16})


class Slots(Block):
    """The identity of all slots.

    Members, all valid in the cycle of the beat: `op`, `slot`, `event` and `running` (a model is in force) go in;
    `child_free` says that the event names a slot for the child or heir at all.  Out come the `fault` of the event
    so far, the visited slot's `tree`, `profile` and `allow` set after the beat, and `alone`: no other process of
    the tree is here.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "valid": In(1),
                "op": In(Op),
                "slot": In(6),
                "event": In(EVENT),
                "running": In(1),
                "fault": Out(Fault),
                "tree": Out(6),
                "profile": Out(4),
                "allow": Out(16),
                "alone": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.identities = store = rows_of(IDENTITY, SLOTS)
        read, write = store.read_port(domain="comb"), store.write_port()
        m.submodules.users = users = rows_of(7, TREES)
        count, recount = users.read_port(domain="comb"), users.write_port()

        event = self.event
        old = read.data
        state = data.View(STATE, event.as_value()[64 : 64 + STATE.size])
        carried = bundle(IDENTITY)
        carried_fault = Signal(Fault)

        # What the event may be refused for, by what it wants of this slot.
        own_half = self.slot[5] == event.source
        lives = old.live & (old.generation == event.generation)
        tree_half = event.id[5] == event.source
        names_other = event.a0 < SLOTS
        heir_lives = old.live & (old.generation == event.a1) & own_half & (event.a0[:6] != event.slot)
        fault = Signal(Fault)
        with m.Switch(self.op):
            with m.Case(Op.CALL, Op.READ, Op.EXEC, Op.LEAVE, Op.SPILL):
                with m.If(~own_half):
                    m.d.comb += fault.eq(Fault.SOURCE)
                with m.Elif(~lives):
                    m.d.comb += fault.eq(Fault.STALE)
                with m.Elif((self.op == Op.LEAVE) & names_other):  # without an heir no visit came before
                    m.d.comb += fault.eq(carried_fault)
                with m.Elif((self.op == Op.CALL) & ~self.running):
                    m.d.comb += fault.eq(Fault.MODEL)
            with m.Case(Op.PEEK):
                with m.If(~heir_lives):
                    m.d.comb += fault.eq(Fault.STALE)
            with m.Case(Op.COPY):
                with m.If(carried_fault != Fault.NONE):
                    m.d.comb += fault.eq(carried_fault)
                with m.Elif(~names_other | ~own_half | old.live):
                    m.d.comb += fault.eq(Fault.NO_SLOT)
            with m.Case(Op.MERGE):
                m.d.comb += fault.eq(carried_fault)
            with m.Case(Op.CLEAR, Op.RESTORE):
                with m.If(~own_half):
                    m.d.comb += fault.eq(Fault.SOURCE)
                with m.Elif(old.live):
                    m.d.comb += fault.eq(Fault.NO_SLOT)
                with m.Elif(~tree_half):
                    m.d.comb += fault.eq(Fault.SOURCE)
                with m.Elif((self.op == Op.CLEAR) & (count.data != 0)):
                    m.d.comb += fault.eq(Fault.TREE)
        m.d.comb += self.fault.eq(fault)

        # A visit to a second slot goes by what the first found; an event without a first visit starts clean.
        with m.If(self.valid):
            m.d.sync += carried_fault.eq(
                Mux((self.op == Op.READ) | (self.op == Op.PEEK) | (self.op == Op.LEAVE), fault, Fault.NONE)
            )
            with m.If(self.op == Op.READ):
                m.d.sync += carried.eq(old)

        new = bundle(IDENTITY)
        m.d.comb += new.eq(old)
        change, more, fewer = Signal(), Signal(), Signal()
        with m.Switch(self.op):
            with m.Case(Op.CLEAR):
                m.d.comb += [new.tree.eq(event.id), new.profile.eq(event.a0), new.allow.eq(1 << event.a0[:4])]
                m.d.comb += [new.live.eq(1), new.generation.eq(event.generation), change.eq(1), more.eq(1)]
            with m.Case(Op.RESTORE):
                m.d.comb += [new.tree.eq(event.id), new.profile.eq(state.profile), new.allow.eq(state.allow)]
                m.d.comb += [new.live.eq(1), new.generation.eq(event.generation), change.eq(1), more.eq(1)]
            with m.Case(Op.COPY):
                m.d.comb += [new.eq(carried), new.generation.eq(event.a1), change.eq(1), more.eq(1)]
            with m.Case(Op.EXEC):
                m.d.comb += [new.allow.eq(old.allow | (1 << event.a0[:4])), change.eq(1)]
            with m.Case(Op.LEAVE, Op.SPILL):
                m.d.comb += [new.live.eq(0), change.eq(1), fewer.eq(1)]
            with m.Case(Op.INIT):
                m.d.comb += [new.eq(0), change.eq(1)]
        do = self.valid & (fault == Fault.NONE)
        m.d.comb += [
            read.addr.eq(self.slot),
            write.addr.eq(self.slot),
            write.data.eq(new),
            write.en.eq(do & change),
            self.tree.eq(Mux((self.op == Op.RESTART) | (self.op == Op.INIT), self.slot, new.tree)),
            self.profile.eq(new.profile),
            self.allow.eq(new.allow),
            count.addr.eq(self.tree),
            recount.addr.eq(self.tree),
            recount.en.eq(do & (more | fewer | (self.op == Op.INIT))),
            recount.data.eq(Mux(self.op == Op.INIT, 0, Mux(more, count.data + 1, count.data - 1))),
            self.alone.eq(count.data == 0),
        ]
        return m
