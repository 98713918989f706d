"""The dispatch register: the address that a call is to go to, as the pipeline judged it.

One clock domain.  Handlers stand by canonical id for calls that may run, and by verdict for those that may not.
Every doubt answers with the deny handler: no call, no verdict in time, no handler, no table yet.  It does not stop
the core: a return without a read is told.
"""

from __future__ import annotations

from amaranth import Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.registers import DISPATCH_WAIT
from hdl.contract.syscalls import ID_COUNT
from hdl.contract.verdict import Verdict
from hdl.screening.block import Block, rows_of
from hdl.screening.pipeline import VERDICT_EDGES

ROW = data.StructLayout({"address": 32, "valid": 1})


class Dispatch(Block):
    """Parameters: `wait`, cycles that a read waits at most; `edges`, the pipeline's; `unasked`, the verdict on a
    call that was not admitted.

    Members:
      call, admitted, over, returned, id   as `Calls` gives them.
      taken, current     the pipeline takes an event of the core; it is that of the call in progress.
      commit             an event leaves the latch.
      decided, verdict   the pipeline's; `edges` behind the commit.
      select             a read of the register is under way; it ends in the first cycle without `hold`.
      hold               it cannot end in this cycle; at most `wait` cycles in a row in which nobody is patient.
      patient            what is waited for has its own bound: the strings of the call.
      answer             what it reads, in the cycle in which it ends.
      read               for one cycle: it was read, for the call in progress, as `answer`.
      verdict_index, verdict_handler   the handler of a verdict, from its register, in the same cycle.
      write, write_id, write_address   a handler for `id`; only while not `clearing`.
      clearing           after reset all handlers are made invalid, for 512 cycles.
      in_call            between a call and the next trap or return.
      arrived, spoken    the verdict of the call in progress has come, for one cycle; `answer` is its handler then.
      heard              whoever obeys has it from there, and need not read the register.
      undispatched       for one cycle: a return to user mode, and the last call's register was not read.

    A verdict counts for the call in progress only.  A call that was answered without one, because it was not
    admitted or the time was over, stays denied: every further read answers the same.
    """

    def __init__(
        self, wait: int = DISPATCH_WAIT, edges: int = VERDICT_EDGES, unasked: Verdict = Verdict.DENY
    ) -> None:
        self.edges = edges
        self.unasked = unasked
        self.wait = wait
        super().__init__(
            {
                "call": In(1),
                "admitted": In(1),
                "over": In(1),
                "returned": In(1),
                "id": In(9),
                "taken": In(1),
                "current": In(1),
                "commit": In(1),
                "decided": In(1),
                "verdict": In(Verdict),
                "select": In(1),
                "hold": Out(1),
                "patient": In(1),
                "answer": Out(32),
                "read": Out(1),
                "verdict_index": Out(range(len(Verdict))),
                "verdict_handler": In(32),
                "write": In(1),
                "write_id": In(9),
                "write_address": In(32),
                "clearing": Out(1),
                "in_call": Out(1),
                "arrived": Out(1),
                "spoken": Out(Verdict),
                "heard": In(1),
                "undispatched": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.handlers = handlers = rows_of(ROW, ID_COUNT)
        read, write = handlers.read_port(), handlers.write_port()
        place, cleared = Signal(range(ID_COUNT)), Signal()
        m.d.comb += [
            self.clearing.eq(~cleared),
            read.addr.eq(self.id),
            write.addr.eq(Mux(self.clearing, place, self.write_id)),
            write.data.valid.eq(~self.clearing),
            write.data.address.eq(self.write_address),
            write.en.eq(self.clearing | self.write),
        ]
        m.d.sync += place.eq(place + 1)
        with m.If(place == ID_COUNT - 1):
            m.d.sync += cleared.eq(1)

        # Where the event of the call in progress is: in the latch, then edges behind its commit.  An event whose
        # call is over goes on, but its verdict is nobody's.
        ends = self.call | self.over
        held, edges = Signal(), Signal(self.edges)
        judged, verdict = Signal(), Signal(3)
        arrives, times_out = Signal(), Signal()
        m.d.sync += [
            held.eq(Mux(self.taken, self.current, held & ~self.commit & ~ends & ~times_out)),
            edges.eq(Mux(ends | times_out, 0, (edges << 1) | (self.commit & held))),
        ]
        m.d.comb += arrives.eq(self.decided & edges[-1] & self.in_call & ~judged)

        waited = Signal(range(self.wait + 1))
        waits = self.select & self.in_call & ~judged & ~arrives
        m.d.comb += [times_out.eq(waits & (waited == self.wait)), self.hold.eq(waits & ~times_out)]
        m.d.sync += waited.eq(Mux(self.hold, waited + ~self.patient, 0))
        with m.If(self.call):
            m.d.sync += [self.in_call.eq(1), judged.eq(~self.admitted), verdict.eq(self.unasked)]
        with m.Elif(self.over):
            m.d.sync += [self.in_call.eq(0), judged.eq(0)]
        with m.Elif(arrives):
            m.d.sync += [judged.eq(1), verdict.eq(self.verdict)]
        with m.Elif(times_out):
            m.d.sync += [judged.eq(1), verdict.eq(Verdict.DENY)]

        spoken = Signal(3)
        m.d.comb += spoken.eq(Mux(judged, verdict, Mux(arrives, self.verdict, Verdict.DENY.value)))
        runs = self.in_call & (spoken == Verdict.ALLOW) & read.data.valid & ~self.clearing
        known = (spoken != Verdict.ALLOW) & (spoken < len(Verdict))
        m.d.comb += [
            self.verdict_index.eq(Mux(self.in_call & known, spoken, Verdict.DENY.value)),
            self.answer.eq(Mux(runs, read.data.address, self.verdict_handler)),
            self.arrived.eq(arrives),
            self.spoken.eq(spoken),
        ]

        owed = Signal()
        m.d.comb += [
            self.read.eq(self.select & ~self.hold & self.in_call),
            self.undispatched.eq(self.returned & owed),
        ]
        with m.If(self.call):
            m.d.sync += owed.eq(1)
        with m.Elif(self.returned | self.read | arrives & self.heard):
            m.d.sync += owed.eq(0)
        return m
