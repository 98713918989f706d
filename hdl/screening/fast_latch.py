"""The latch of the faster pipeline: what leaves in a cycle, and whether there is room, is known in the one before.

So no enable of the pipeline waits for more than one look-up table.  Calls without paths still follow each other
clock by clock; whatever else is taken is looked at for a cycle first.
"""

from __future__ import annotations

from amaranth import Module, Mux, Signal

from hdl.contract.event import Kind
from hdl.screening.latch import Latch
from hdl.screening.layouts import names_slot


class FastLatch(Latch):
    """Members are the latch's, but for this: `hold` counts in the cycle after, so does `paths_done`; and `swap`
    may be given for one cycle more than it takes the models to be busy.
    """

    def elaborate(self, platform: object) -> Module:
        m = Module()
        event = self.event
        full, step, lingering, swapped = Signal(), Signal(2), Signal(range(self.linger + 1)), Signal()
        # Registers: a beat leaves, the event leaves, there is room, the model asked for was ready.
        goes, ends, room, willing = Signal(), Signal(), Signal(), Signal()
        m.d.comb += [self.full.eq(full), self.commit.eq(goes), self.release.eq(ends)]
        m.d.sync += willing.eq(self.swap_ready)
        self._take(m, full, room)
        stays, _waits = self._beat(m, step, swapped, willing)
        self._move_on(m, step, swapped, lingering, stays)

        # What the event that is held does in the next cycle.
        forks, exits = event.kind == Kind.FORK, (event.kind == Kind.EXIT) & names_slot(event)
        keeps, ready, swaps, going, ending = (Signal(name=name) for name in (
            "keeps", "ready", "swaps", "going", "ending"))  # fmt: skip
        moved, second, last = Signal(2), Signal(), Signal()
        m.d.comb += [
            keeps.eq(full & ~ends),
            ready.eq(keeps & ~self.hold & (self.paths_done == event.paths)),
            swaps.eq((event.kind == Kind.SWAP) & ~swapped & self.swap_ready),
            moved.eq(step + goes),
            second.eq(forks & (moved == 1) | exits & (moved != 1)),
            last.eq(~(forks & (moved == 0) | exits & ~moved[1])),
            going.eq(ready & ~swaps & ~self.swap & ~(stays & (goes | (lingering != 0)))),
            ending.eq(going & last & ~stays | (lingering == 2)),
        ]

        # Or the one that is taken: a call without paths goes at once.
        offered = self.events.payload
        quick = ~self.reap.valid & (offered.kind == Kind.CALL) & (offered.paths == 0) & ~self.hold
        m.d.sync += [
            goes.eq(Mux(self.take, quick, going)),
            ends.eq(Mux(self.take, quick, ending)),
            room.eq(Mux(self.take, quick, ~self.hold & (ending | ~keeps))),
            self.swap.eq(ready & swaps & ~self.take),
            self.second.eq(second & ~self.take),
        ]
        # Whose state the next cycle asks for; of what is taken only a call may ask.
        m.d.comb += [
            self.next_slot.eq(Mux(self.take, offered.slot, Mux(second, event.a0, event.slot))),
            self.next_source.eq(Mux(self.take, offered.slot, Mux(second & exits, event.a0, event.slot))),
        ]
        return m
