"""Slots: who lives where.  Checks that every event names a process that lives, and holds what it may call.

Stage 0 of the pipeline: everything answers in the cycle of the beat and is written at its end, so that the next
beat already sees it.  Twin: `_fault_of` and `_change` in `models.golden.run`.
"""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.event import TREES
from hdl.contract.verdict import Fault
from hdl.screening.block import Block, bundle, later, rows_of
from hdl.screening.layouts import EVENT, STATE, Op, names_slot
from hdl.screening.states import States

IDENTITY = data.StructLayout({"live": 1, "generation": 32, "tree": 6, "profile": 4, "allow": 16})


class Slots(Block):
    """The identity of all slots.

    Parameters: `fast`: more is known ahead.

    Members, all valid in the cycle of the beat: `op`, `slot`, `event`, `life` (the generation that the visited
    slot should have, or is to get) and `running` (a model is in force) go in, a cycle before that the slot
    as `look`.  If `fast`, that goes in two cycles before, and one cycle before the beat its `life` and its event's
    id as `coming_life` and `coming_id`.  Out come the `fault` of the event so far, the visited slot's `tree`,
    `profile` and `allow` set after the beat, and `alone`: no other process of the tree is here.
    """

    def __init__(self, fast: bool = False) -> None:
        self.fast = fast
        super().__init__(
            {
                **({"coming_life": In(32), "coming_id": In(9)} if fast else {}),
                "look": In(6),
                "valid": In(1),
                "op": In(Op),
                "slot": In(6),
                "event": In(EVENT),
                "life": In(32),
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
        m.submodules.identities = identities = States(IDENTITY, 1 + self.fast, apart=self.fast)
        m.submodules.users = users = rows_of(7, TREES)
        count, recount = users.read_port(domain="comb"), users.write_port()

        # Whether the tree that the event names has processes.
        used = Signal() if self.fast else count.data != 0
        unused = ~used if self.fast else count.data == 0
        event = self.event
        old = identities.old
        state = data.View(STATE, event.as_value()[64 : 64 + STATE.size])
        carried = bundle(IDENTITY)
        carried_fault = Signal(Fault)

        # What the event may be refused for, by what it wants of this slot.
        own_half = self.slot[5] == event.source
        if self.fast:
            # All that a row may come to be is compared before it is known which it is: what the memory answers
            # piece by piece in the cycle of its answer, and what a beat writes before it is written.
            coming, stored, passed = self.coming_life, identities.stored.generation, identities.passed
            known = Mux(passed[0], identities.written.generation == coming, identities.before.generation == coming)
            renewed, same, from_memory, pieces = (
                later(m, value, 1)
                for value in (
                    identities.new.live & (self.life == coming),
                    passed.any() & known,
                    ~passed.any(),
                    Cat(stored[at : at + 4] == coming[at : at + 4] for at in range(0, 32, 4)),
                )
            )
            lives = Mux(identities.fresh, renewed, identities.found.live & (same | from_memory & pieces.all()))
        else:
            lives = old.live & (old.generation == self.life)
        tree_half = event.id[5] == event.source
        names_other = names_slot(event)
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
                with m.If(~(lives & own_half & (event.a0[:6] != event.slot))):
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
                with m.Elif((self.op == Op.CLEAR) & used):
                    m.d.comb += fault.eq(Fault.TREE)
        m.d.comb += self.fault.eq(fault)

        # A visit to a second slot goes by what the first found; an event without a first visit starts clean.
        with m.If(self.valid):
            m.d.sync += carried_fault.eq(
                Mux((self.op == Op.READ) | (self.op == Op.PEEK) | (self.op == Op.LEAVE), fault, Fault.NONE)
            )
            with m.If(self.op == Op.READ):
                m.d.sync += carried.eq(old)

        # Whoever passed the check has the event's generation, so that a row's is never needed to write it again.
        new, brought = bundle(IDENTITY), bundle(IDENTITY)
        change, fewer, begins, hot = Signal(), Signal(), Signal(), Signal(16)
        m.d.comb += [brought.eq(carried), new.live.eq(1), new.generation.eq(self.life)]
        with m.Switch(self.op):
            with m.Case(Op.CLEAR):
                m.d.comb += [brought.tree.eq(event.id), brought.profile.eq(event.a0), brought.allow.eq(0)]
                m.d.comb += [hot.eq(1 << event.a0[:4]), begins.eq(1)]
            with m.Case(Op.RESTORE):
                m.d.comb += [brought.tree.eq(event.id), brought.profile.eq(state.profile)]
                m.d.comb += [brought.allow.eq(state.allow), begins.eq(1)]
            with m.Case(Op.COPY):
                m.d.comb += begins.eq(1)
            with m.Case(Op.EXEC):
                m.d.comb += [hot.eq(1 << event.a0[:4]), change.eq(1)]
            with m.Case(Op.LEAVE, Op.SPILL):
                m.d.comb += [new.live.eq(0), fewer.eq(1)]
            with m.Case(Op.INIT):
                m.d.comb += [new.live.eq(0), change.eq(1)]
        m.d.comb += [
            new.tree.eq(Mux(begins, brought.tree, old.tree)),
            new.profile.eq(Mux(begins, brought.profile, old.profile)),
            new.allow.eq(Mux(begins, brought.allow, old.allow) | hot),
        ]
        do = self.valid & (fault == Fault.NONE)
        m.d.comb += [
            identities.look.eq(self.look),
            identities.row.eq(self.slot),
            identities.new.eq(new),
            identities.write.eq(do & (change | begins | fewer)),
            self.tree.eq(Mux((self.op == Op.RESTART) | (self.op == Op.INIT), self.slot, new.tree)),
            self.profile.eq(new.profile),
            self.allow.eq(new.allow),
            count.addr.eq(self.tree),
        ]

        # A tree's processes are counted; where time is short a cycle later.
        clears = self.op == Op.INIT
        late = (
            later(m, value, self.fast) for value in (do & (begins | fewer | clears), self.tree, clears, begins)
        )
        counts, counted_tree, blanks, more = late
        counted: Any = count.data
        if self.fast:
            before, tree_before = later(m, recount.data, 1), later(m, recount.addr, 1)
            passed = later(m, recount.en, 1) & (tree_before == counted_tree)
            counted = Mux(passed, before, later(m, count.data, 1))
        m.d.comb += [
            recount.addr.eq(counted_tree),
            recount.en.eq(counts),
            recount.data.eq(Mux(blanks, 0, Mux(more, counted + 1, counted - 1))),
            self.alone.eq(unused),
        ]
        if self.fast:
            # Of the tree that the next beat's event names: two beats may still change the count.
            coming = self.coming_id[:6]
            named = users.read_port(domain="comb")
            count_now = Mux(recount.en & (recount.addr == coming), recount.data, named.data)
            here, did, several, some = (
                later(m, value, 1)
                for value in (
                    (begins | fewer) & (self.tree == coming),
                    do,
                    begins | (count_now != 1),
                    count_now != 0,
                )
            )
            m.d.comb += [named.addr.eq(coming), used.eq(Mux(here & did, several, some))]
        return m
