"""Latch: holds one event while it is looked up and its paths stream by, then commits it as one or more beats.

An event is taken in one cycle and committed in the next at the earliest; calls without paths follow each other
cycle by cycle.  Events that visit two slots take a beat each; what writes from the latch after its commit stays
for `LINGER` cycles.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.event import Kind
from hdl.contract.vaccine import BANKS
from hdl.contract.verdict import Fault
from hdl.screening.block import Block
from hdl.screening.layouts import EVENT, Op, event_stream, names_slot

LINGER = 4
"""Cycles for which RESTORE, SPILL and vaccine events hold still after their commit, until the record is out; in a
pipeline with more ranks as many more."""

REAPED = ("kind", "a0", "a1", "a2")
"""What a revocation from the vaccine book says; who and where is 0, the rest of the event is of no account."""


class Latch(Block):
    """Parameters: `banks` of the vaccine CAM; `linger`, see LINGER.

    Members: `events` from the core or the link; `reap` from the vaccine book goes first.  `take` says that
    `taken` is latched at the end of this cycle.  `event` is the one held.  `paths_done` counts its classified
    paths.  A beat is committed in every cycle with `commit`: `op`, `slot`, `last`, and `second`: it visits a child
    or heir; `form_fault` is what is wrong with the event apart from slots and vaccines.  `next_slot` is the `slot`
    of the next cycle, `next_source` whose state it needs: the parent's where a child is to get it, else the same;
    they matter if that cycle commits.  `swap` starts the change to model slot a0; until `swap_done` nothing is
    committed, then the record's beat.  `hold` keeps everything waiting.
    """

    def __init__(self, banks: int = BANKS, linger: int = LINGER) -> None:
        self.banks = banks
        self.linger = linger
        super().__init__(
            {
                "events": In(event_stream()),
                "reap": In(event_stream()),
                "take": Out(1),
                "taken": Out(EVENT),
                "event": Out(EVENT),
                "full": Out(1),
                "paths_done": In(2),
                "commit": Out(1),
                "release": Out(1),
                "op": Out(Op),
                "slot": Out(6),
                "second": Out(1),
                "next_slot": Out(6),
                "next_source": Out(6),
                "last": Out(1),
                "form_fault": Out(Fault),
                "swap": Out(1),
                "swap_ready": In(1),
                "swap_done": In(1),
                "hold": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        event = self.event
        full, step, lingering, swapped = Signal(), Signal(2), Signal(range(self.linger + 1)), Signal()
        room = Signal()
        m.d.comb += [
            self.full.eq(full),
            room.eq((~full | self.release) & ~self.hold),
        ]
        self._take(m, full, room)
        names_other = names_slot(event)
        stays, waits_swap = self._beat(m, step, swapped, self.swap_ready)

        # Whose state the next cycle asks for.
        moved, second = Signal(2), Signal()
        coming = self.taken
        m.d.comb += [
            moved.eq(step + self.commit),
            second.eq(Mux(event.kind == Kind.FORK, moved == 1, names_other & (moved != 1))),
            self.next_source.eq(event.slot),
            self.next_slot.eq(event.slot),
        ]
        with m.If(self.take):
            m.d.comb += [self.next_source.eq(coming.slot), self.next_slot.eq(coming.slot)]
            with m.If((coming.kind == Kind.EXIT) & names_slot(coming)):
                m.d.comb += [self.next_source.eq(coming.a0), self.next_slot.eq(coming.a0)]
        with m.Elif(second & ((event.kind == Kind.FORK) | (event.kind == Kind.EXIT))):
            m.d.comb += self.next_slot.eq(event.a0)
            with m.If(event.kind == Kind.EXIT):
                m.d.comb += self.next_source.eq(event.a0)

        m.d.comb += self.second.eq((self.op == Op.PEEK) | (self.op == Op.COPY) | (self.op == Op.MERGE))
        ready = full & ~self.hold & (self.paths_done == event.paths)
        m.d.comb += [
            self.swap.eq(ready & waits_swap),
            self.commit.eq(ready & ~waits_swap & (lingering == 0)),
            self.release.eq(Mux(stays, lingering == 1, self.commit & self.last)),
        ]
        self._move_on(m, step, swapped, lingering, stays)
        return m

    def _take(self, m: Module, full: Signal, room: Signal) -> None:
        """Take what is offered where there is `room`."""
        event = self.event
        m.d.comb += [
            self.reap.ready.eq(room),
            self.events.ready.eq(room & ~self.reap.valid),
            self.take.eq(room & (self.events.valid | self.reap.valid)),
            self.taken.eq(self.events.payload),
        ]
        # Of a revocation from the book only this matters, to the vaccines or in the record.
        with m.If(self.reap.valid):
            m.d.comb += [self.taken[name].eq(self.reap.payload[name]) for name in REAPED]
            m.d.comb += [self.taken[name].eq(0) for name in ("slot", "id", "generation", "paths")]
        with m.If(self.take):
            m.d.sync += [event.eq(self.taken), full.eq(1)]
        with m.Elif(self.release):
            m.d.sync += full.eq(0)

    def _beat(self, m: Module, step: Signal, swapped: Signal, swap_ready: Any) -> tuple[Signal, Signal]:
        """Say what step number `step` of the event does.

        Return whether the event lingers, and whether it waits for a change of model, that is `swap_ready`.
        """
        event = self.event
        names_other = names_slot(event)
        stays, waits_swap = Signal(), Signal()
        m.d.comb += [self.slot.eq(event.slot), self.last.eq(1)]
        with m.Switch(event.kind):
            with m.Case(Kind.CALL):
                m.d.comb += self.op.eq(Op.CALL)
            with m.Case(Kind.CLEAR):
                m.d.comb += self.op.eq(Op.CLEAR)
            with m.Case(Kind.EXEC):
                m.d.comb += self.op.eq(Op.EXEC)
            with m.Case(Kind.FORK):
                with m.If(step == 0):
                    m.d.comb += [self.op.eq(Op.READ), self.last.eq(0)]
                with m.Else():
                    m.d.comb += [self.op.eq(Op.COPY), self.slot.eq(event.a0)]
            with m.Case(Kind.EXIT):
                with m.If(~names_other | (step == 1)):
                    m.d.comb += [self.op.eq(Op.LEAVE), self.last.eq(~names_other)]
                with m.Elif(step == 0):
                    m.d.comb += [self.op.eq(Op.PEEK), self.slot.eq(event.a0), self.last.eq(0)]
                with m.Else():
                    m.d.comb += [self.op.eq(Op.MERGE), self.slot.eq(event.a0)]
            with m.Case(Kind.SPILL):
                m.d.comb += [self.op.eq(Op.SPILL), stays.eq(1)]
            with m.Case(Kind.RESTORE):
                m.d.comb += [self.op.eq(Op.RESTORE), stays.eq(1)]
            with m.Case(Kind.SWAP):
                with m.If(~swapped):
                    with m.If(swap_ready):
                        m.d.comb += waits_swap.eq(1)
                    with m.Else():
                        m.d.comb += self.form_fault.eq(Fault.MODEL)
            with m.Case(Kind.VACCINATE, Kind.REVOKE):
                with m.If(event.a2[16:21] >= self.banks):
                    m.d.comb += self.form_fault.eq(Fault.VACCINE)
                with m.Else():
                    m.d.comb += self.op.eq(Mux(event.kind == Kind.VACCINATE, Op.VACCINATE.value, Op.REVOKE.value))
                m.d.comb += stays.eq(1)
            with m.Default():
                m.d.comb += self.form_fault.eq(Fault.KIND)

        return stays, waits_swap

    def _move_on(self, m: Module, step: Signal, swapped: Signal, lingering: Signal, stays: Signal) -> None:
        """Count the event's beats, and the cycles for which it lingers."""
        with m.If(self.swap_done):
            m.d.sync += swapped.eq(1)
        with m.If(self.release):
            m.d.sync += [step.eq(0), swapped.eq(0)]
        with m.Elif(self.commit):
            m.d.sync += step.eq(step + 1)
        with m.If(self.commit & stays):
            m.d.sync += lingering.eq(self.linger)
        with m.Elif(lingering != 0):
            m.d.sync += lingering.eq(lingering - 1)
