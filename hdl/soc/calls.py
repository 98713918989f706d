"""What the core does, as events: the call that an `ecall` makes, from a mirror of the argument registers.

One clock domain.  Calls are seen at the trap's entry, not at a fetch of its vector: the core fetches that address
for other reasons too.  The mirror follows every write to the register file, the kernel's as well as the process's:
what the kernel returned may be the next call's argument.  Where a call's strings are is said beside its event.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux, Signal
from amaranth.lib import data, memory
from amaranth.lib.wiring import In, Out

from hdl.contract.event import SLOTS, Kind
from hdl.contract.syscalls import ID_COUNT, NUMBERS, UNKNOWN
from hdl.core.ports import SideBand
from hdl.screening.block import Block, bundle
from hdl.screening.layouts import EVENT, event_stream
from hdl.soc.strings import WHICH, strings_of

ECALL_FROM_USER = 8
"""The cause of an `ecall` in user mode."""

A0, ARGUMENTS = 10, 8
"""The argument registers a0..a7 are registers 10..17."""

CORE_SLOTS = SLOTS // 2

_KNOWN = data.StructLayout({"id": 9, "which": WHICH})
"""What is known of a call by its number."""


def succeeded(m: Module, slot: Any, call: Any, returned: Any, result: Any, born: Any, born_slot: Any) -> Any:
    """Return whether the last call of `slot` has returned, without an error.

    call, returned: for one cycle, `slot` enters a call or returns from it with `result`; -4095..-1 is an error.
    born: for one cycle, `born_slot` gets a process of its own, which counts as in a call.
    """
    good, open_calls = Signal(CORE_SLOTS), Signal(CORE_SLOTS)
    failed = result >= (1 << 32) - 4095
    with m.If(returned & open_calls.bit_select(slot, 1)):
        m.d.sync += [open_calls.bit_select(slot, 1).eq(0), good.bit_select(slot, 1).eq(~failed)]
    for begins, where in ((call, slot), (born, born_slot)):
        with m.If(begins):
            m.d.sync += [open_calls.bit_select(where, 1).eq(1), good.bit_select(where, 1).eq(0)]
    return good.bit_select(slot, 1)


CALLS_MEMBERS: dict[str, Any] = {
    "slot": In(6),
    "generation": In(32),
    "epoch": In(8),
    "room": In(1),
    "born": In(1),
    "born_slot": In(range(CORE_SLOTS)),
    "call": Out(1),
    "admitted": Out(1),
    "over": Out(1),
    "returned": Out(1),
    "began": Out(1),
    "pc": Out(32),
    "events": Out(event_stream()),
    "which": Out(WHICH),
    "current": Out(1),
    "id": Out(9),
}
"""Members of whoever makes events of calls, beside the port to the core that is its own."""


class Calls(Block):
    """Members:

      core        the core's side band.
      slot, generation, epoch   of the process that runs, and the time.
      room        a record's place is free for one more event.
      born        for one cycle: slot `born_slot` of the core's gets a process of its own.
      call        an ecall from user mode is entered in this cycle; `admitted`: it becomes an event.  It does not
                  where there is no room, or the event of an earlier call still waits.
      over        a call that was in progress is no longer: any other trap, or a return.
      returned    the core is back in user mode, since this cycle, by a return.
      began, pc   an instruction begins in this cycle, at `pc`.
      events      the calls.  Valid in the cycle of `call` (one later if a7 was written in the cycle before), and
                  until it is taken.
      which       with `events`: where its strings are; the event says how many.
      current     with `events` taken: it is the event of the last `call`, and that one is in progress.
      id          the last call's canonical id, from two cycles behind `call` on at the latest.

    An event's `ok`: the slot's previous call has returned to user mode with another value in a0 than -4095..-1.
    A slot that is born counts as in a call, until its first return.
    """

    def __init__(self) -> None:
        super().__init__({"core": In(SideBand()), **CALLS_MEMBERS})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        core = self.core
        mirror = Signal(data.ArrayLayout(32, ARGUMENTS))
        number, result = mirror[7], mirror[0]
        with m.If(core.rf_write & (core.rf_index >= A0) & (core.rf_index < A0 + ARGUMENTS)):
            m.d.sync += mirror[(core.rf_index - A0)[:3]].eq(core.rf_data)

        # What is known of the number that stood in a7 one cycle ago.  One just written is looked up with the call.
        ids = [NUMBERS["riscv64"].get(number, UNKNOWN) for number in range(ID_COUNT)]
        rows: list[Any] = [{"id": ident, "which": strings_of(ident)} for ident in ids]
        table: memory.Memory[Any, Any] = memory.Memory(shape=_KNOWN, depth=ID_COUNT, init=rows)
        m.submodules.ids = table
        lookup = table.read_port()
        beyond, fresh = Signal(), Signal()
        found, kept_which = bundle(_KNOWN), bundle(WHICH)
        m.d.comb += [lookup.addr.eq(number), found.eq(lookup.data)]
        with m.If(beyond):
            m.d.comb += found.eq(_KNOWN.const({"id": UNKNOWN}))
        m.d.sync += [beyond.eq(number >= ID_COUNT), fresh.eq(core.rf_write & (core.rf_index == A0 + 7))]

        m.d.comb += [
            self.call.eq(core.trap & core.user & (core.cause == ECALL_FROM_USER)),
            self.over.eq(core.trap & ~self.call | core.mret),
        ]
        came_back = Signal()
        m.d.sync += came_back.eq(core.mret)
        m.d.comb += [self.returned.eq(came_back & core.user), self.began.eq(core.began), self.pc.eq(core.pc)]

        slot = self.slot[:5]
        good = succeeded(m, slot, self.call, self.returned, result, self.born, self.born_slot)

        live, kept, offered = bundle(EVENT), bundle(EVENT), bundle(EVENT)
        waiting, late, kept_current = Signal(), Signal(), Signal()
        m.d.comb += [
            live.kind.eq(Kind.CALL),
            live.slot.eq(self.slot),
            live.ok.eq(good),
            live.id.eq(found.id),
            live.paths.eq(found.which.count),
            live.epoch.eq(self.epoch),
            live.generation.eq(self.generation),
            *(live[f"a{i}"].eq(mirror[i]) for i in range(6)),
            offered.eq(Mux(waiting, kept.as_value(), live.as_value())),
            self.which.eq(Mux(waiting & ~late, kept_which.as_value(), found.which.as_value())),
            self.id.eq(kept.id),
        ]
        with m.If(waiting & late):
            m.d.comb += [offered.id.eq(found.id), offered.paths.eq(found.which.count)]
        taken = self.events.valid & self.events.ready
        m.d.comb += [
            self.events.valid.eq(waiting | self.call & self.room & ~fresh),
            self.events.payload.eq(offered),
            self.admitted.eq(self.call & self.room & (~waiting | self.events.ready)),
            self.current.eq(Mux(waiting, kept_current & ~self.call & ~self.over, 1)),
        ]
        m.d.sync += late.eq(0)
        with m.If(late):
            m.d.sync += [kept.id.eq(found.id), kept.paths.eq(found.which.count), kept_which.eq(found.which)]
        with m.If(self.admitted):
            m.d.sync += [
                kept.eq(live),
                kept_which.eq(found.which),
                late.eq(fresh),
                kept_current.eq(1),
                waiting.eq(waiting | ~taken),
            ]
        with m.Else():
            with m.If(taken):
                m.d.sync += waiting.eq(0)
            with m.If(self.call | self.over):
                m.d.sync += kept_current.eq(0)
        return m
