"""The call port: hardware that knows of a call by itself says so here, whatever core it watches.

One clock domain.  It stands where `Calls` stands on our board: the calls of the core's half of the slots, made by
the process that the registers `slot` and `generation` name.  A call brings no paths; programs write those.
"""

from __future__ import annotations

from amaranth import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.event import Kind
from hdl.screening.block import Block, bundle
from hdl.screening.layouts import EVENT
from hdl.soc.calls import CALLS_MEMBERS, succeeded

ARGUMENTS = 6


class CallWires(wiring.Signature):
    """From the side of who watches the core.

    valid: a call, until the cycle in which `ready` is high; `id`, canonical, and a0..a5 stay as they are.
    ready: it is taken in this cycle.
    returned: for one cycle: the last call is over, its process goes on with `result`; -4095..-1 is an error.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "valid": Out(1),
                "ready": In(1),
                "id": Out(9),
                **{f"a{i}": Out(32) for i in range(ARGUMENTS)},
                "returned": Out(1),
                "result": Out(32),
            }
        )


class CallPort(Block):
    """Members: `core` is the port; all others are those of `Calls`.

    A call is taken when the one before has entered the pipeline and a place is free for its record: none is shed.
    A call that is taken while another is in progress takes its place.
    """

    def __init__(self) -> None:
        super().__init__({"core": In(CallWires()), **CALLS_MEMBERS})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        core = self.core
        live, kept = bundle(EVENT), bundle(EVENT)
        waiting, current = Signal(), Signal()
        good = succeeded(m, self.slot[:5], self.call, self.returned, core.result, self.born, self.born_slot)
        m.d.comb += [
            core.ready.eq(~waiting & self.room),
            self.call.eq(core.valid & core.ready),
            self.admitted.eq(self.call),
            self.over.eq(core.returned),
            self.returned.eq(core.returned),
            live.kind.eq(Kind.CALL),
            live.slot.eq(self.slot),
            live.ok.eq(good),
            live.id.eq(core.id),
            live.epoch.eq(self.epoch),
            live.generation.eq(self.generation),
            *(live[f"a{i}"].eq(getattr(core, f"a{i}")) for i in range(ARGUMENTS)),
            self.events.valid.eq(waiting | self.call),
            self.events.payload.eq(Mux(waiting, kept.as_value(), live.as_value())),
            self.current.eq(~waiting | current & ~self.over),
            self.id.eq(kept.id),
        ]
        with m.If(self.call):
            m.d.sync += [kept.eq(live), current.eq(1), waiting.eq(~self.events.ready)]
        with m.Else():
            with m.If(self.events.ready):
                m.d.sync += waiting.eq(0)
            with m.If(self.over):
                m.d.sync += current.eq(0)
        return m
