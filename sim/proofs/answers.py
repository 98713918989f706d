"""The dispatch register answers with the verdict of the call in progress, or denies.

`Calls`, `Latch` and `Dispatch` as they ship and as `Coprocessor` joins them.  In place of the rest of the pipeline
stands what the proof `order` says of it: a verdict `VERDICT_EDGES` behind the commit of an event's last beat, any
verdict at all.  The core, the host, expiring vaccines and the waits of the latch are free.

A ghost follows the event of the last call by what crosses the ports: through the wait in `Calls`, the latch and
the stages.  What the register answers is compared with what became of that event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from amaranth import Cat, Mux, Signal, Value

from hdl.contract.event import Kind
from hdl.contract.registers import DISPATCH_WAIT
from hdl.contract.syscalls import ID_COUNT
from hdl.contract.verdict import Verdict
from hdl.screening.latch import Latch
from hdl.screening.layouts import EVENT
from hdl.screening.pipeline import VERDICT_EDGES
from hdl.soc.calls import Calls
from hdl.soc.dispatch import ROW, Dispatch
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

DENY = Verdict.DENY.value
EDGES = VERDICT_EDGES


@dataclass(frozen=True)
class Followed:
    """Blocks as `Coprocessor` joins them, and the ghost.

    owed: of `Dispatch`.  read: the register is read in this cycle.
    in_call; known: the verdict of this call's own event has come, or comes in this cycle: `verdict`, of canonical
    id `id`.  denied: it was read before, without one.
    """

    calls: Calls
    dispatch: Dispatch
    owed: Any
    read: Any
    in_call: Any
    known: Any
    verdict: Any
    id: Any
    denied: Any

    @property
    def granted(self) -> Any:
        """The call may run: its own event was judged ALLOW, in time."""
        return self.in_call & self.known & ~self.denied & (self.verdict == Verdict.ALLOW)

    @property
    def handles(self) -> Any:
        """A read answers with a call's handler, none of a verdict's."""
        return self.read & (self.dispatch.answer != self.dispatch.verdict_handler)


def followed(h: Harness, *, shows: bool = True) -> Followed:
    """Join the blocks, and prove what they answer; `shows`: and that each case of it can be reached."""
    m = h.m
    wait = 6 if h.late else DISPATCH_WAIT  # what runs show, they show sooner
    calls, latch, dispatch = Calls(), Latch(), Dispatch(wait)
    in_calls = h.dut("calls", calls, "events")
    in_latch = h.dut("latch", latch, "events", "reap")
    asked = ("call", "admitted", "over", "returned", "id", "taken", "current", "commit", "decided")
    in_dispatch = h.dut("dispatch", dispatch, *asked)

    # As in `Coprocessor` and `Pipeline`.
    host, host_event = h.any_time(1, "host"), h.any_time(EVENT.size, "host_event")
    reap, reap_event = h.any_time(1, "reap"), h.any_time(EVENT.size, "reap_event")
    taken, decided = Signal(), Signal()
    m.d.comb += [
        latch.events.valid.eq(calls.events.valid | host),
        latch.events.payload.eq(Mux(calls.events.valid, Value.cast(calls.events.payload), host_event)),
        calls.events.ready.eq(latch.events.ready),
        latch.reap.valid.eq(reap & ~calls.events.valid),
        latch.reap.payload.eq(reap_event),
        taken.eq(calls.events.valid & calls.events.ready),
        dispatch.call.eq(calls.call),
        dispatch.admitted.eq(calls.admitted),
        dispatch.over.eq(calls.over),
        dispatch.returned.eq(calls.returned),
        dispatch.id.eq(calls.id),
        dispatch.taken.eq(taken),
        dispatch.current.eq(calls.current),
        dispatch.commit.eq(latch.commit),
        dispatch.decided.eq(decided),
    ]
    last = Signal(EDGES)
    m.d.sync += last.eq(Cat(latch.commit & latch.last, last[:-1]))
    m.d.comb += decided.eq(last[-1])
    h.assume(~(calls.core.trap & calls.core.mret))
    h.assume(implies(dispatch.clearing, latch.hold))

    # The ghost: where the event of the last call is, as long as that is in progress.
    ends = calls.call | calls.over
    waits, mine_waits, mine_held = Signal(), Signal(), Signal()
    mine, ids = Signal(EDGES), [Signal(9, name=f"id_{edge}") for edge in range(EDGES + 1)]
    held_id = latch.event.id
    m.d.sync += [
        waits.eq(Mux(calls.admitted, waits | ~taken, waits & ~taken)),
        mine_waits.eq(Mux(calls.admitted, waits | ~taken, mine_waits & ~taken & ~ends)),
        mine_held.eq(
            Mux(taken, Mux(waits, mine_waits & ~ends, calls.admitted), mine_held & ~latch.commit & ~ends)
        ),
        mine.eq(Mux(ends, 0, Cat(mine_held & latch.commit, mine[:-1]))),
        ids[0].eq(held_id),
        *(ids[edge].eq(ids[edge - 1]) for edge in range(1, EDGES)),
    ]
    in_call, known, verdict, denied = Signal(), Signal(), Signal(3), Signal()
    comes = mine[-1]
    now_known, now_verdict, now_id = known | comes, Signal(3), Signal(9)
    read = dispatch.select & ~dispatch.hold
    m.d.comb += [
        now_verdict.eq(Mux(known, verdict, Value.cast(dispatch.verdict))),
        now_id.eq(Mux(known, ids[-1], ids[-2])),
    ]
    with m.If(calls.call):
        m.d.sync += [in_call.eq(1), known.eq(0), denied.eq(~calls.admitted)]
    with m.Elif(calls.over):
        m.d.sync += [in_call.eq(0), known.eq(0), denied.eq(0)]
    with m.Else():
        m.d.sync += [known.eq(now_known), verdict.eq(now_verdict), ids[-1].eq(now_id)]
        m.d.sync += denied.eq(denied | read & in_call & ~now_known)

    # What is to be proved.
    denies = (dispatch.verdict_index == DENY) & (dispatch.answer == dispatch.verdict_handler)
    spoken = (now_verdict != Verdict.ALLOW) & (now_verdict < len(Verdict))
    h.always(implies(read & ~in_call, denies), "no call: denied")
    h.always(implies(read & in_call & ~now_known, denies), "no verdict of this call's event: denied")
    h.always(implies(read & denied, denies), "once denied without a verdict: denied until the call is over")
    found = Followed(
        calls, dispatch, in_dispatch.signal("owed"), read, in_call, now_known, now_verdict, now_id, denied
    )
    handles = found.handles
    h.always(
        implies(handles, found.granted),
        "a call's handler answers only for ALLOW of this call's event",
    )
    h.always(
        implies(read & in_call & now_known & ~denied & spoken, dispatch.verdict_index == now_verdict),
        "a verdict in time is the one that answers",
    )
    held = Signal(range(wait + 2))
    m.d.sync += held.eq(Mux(dispatch.hold, held + ~dispatch.patient, 0))
    h.always(implies(held == wait, ~dispatch.hold), "a read waits no longer than its time, strings left aside")

    # Which handler: the one last written, after the last reset, for the id that was judged.
    one = h.once(9, "one")
    given, address = Signal(), Signal(32)
    with m.If(dispatch.write & ~dispatch.clearing & (dispatch.write_id == one)):
        m.d.sync += [given.eq(1), address.eq(dispatch.write_address)]
    was_id = h.past(calls.id, "was_id")
    was_given, was_address = h.past(given, "was_given"), h.past(address, "was_address")
    h.always(implies(handles, was_id == now_id), "the handler is that of the id that was judged")
    h.always(
        implies(handles & (was_id == one), was_given & (dispatch.answer == was_address)),
        "a handler is one that was written since reset",
    )

    # Helpers: how the registers inside go with the ghost.
    row = ROW(in_dispatch.row("handlers", one))
    h.always(implies(mine_held | mine.any() | known, ~dispatch.clearing), "helper: nothing is taken before")
    place, cleared = in_dispatch.signal("place"), in_dispatch.signal("cleared")
    swept = cleared | (place > one)
    late = in_calls.signal("late")
    h.always(implies(swept, (row.valid == given) & (~given | (row.address == address))), "helper: row")
    h.always(implies(~swept, ~given), "helper: row before the sweep")
    h.always(in_calls.signal("waiting") == waits, "helper: waits")
    h.always(implies(mine_waits, waits & in_calls.signal("kept_current")), "helper: mine waits")
    h.always(implies(waits & in_calls.signal("kept_current"), mine_waits), "helper: who waits is mine")
    h.always(implies(late, waits), "helper: late")
    h.always(dispatch.in_call == in_call, "helper: in call")
    h.always(implies(mine_waits | mine_held | mine.any(), in_call & ~known), "helper: mine only in a call")
    h.always(implies(known, in_call), "helper: known only in a call")
    h.always(implies(denied, in_call), "helper: denied only in a call")
    h.always(mine_waits + mine_held + sum(mine[i] for i in range(EDGES)) + known <= 1, "helper: one place")
    full = in_latch.signal("full")
    kept = in_calls.signal("kept")
    h.always(implies(mine_held, full & (latch.event.kind == Kind.CALL)), "helper: held is a call")
    h.always(implies(waits, kept.kind == Kind.CALL), "helper: waiting is a call")
    h.always(implies(mine_held, held_id == calls.id), "helper: id held")
    for edge in range(EDGES):
        h.always(implies(mine[edge], last[edge] & (ids[edge] == calls.id)), f"helper: id {edge}")
    h.always(implies(known, ids[-1] == calls.id), "helper: id known")
    inner_held, edges, judged = (in_dispatch.signal(name) for name in ("held", "edges", "judged"))
    inner_verdict, waited = in_dispatch.signal("verdict"), in_dispatch.signal("waited")
    h.always(implies(~denied, inner_held == mine_held), "helper: held")
    h.always(implies(~denied, edges == mine), "helper: edges")
    h.always(implies(inner_held, mine_held) & ((edges & ~mine) == 0), "helper: nobody else's")
    h.always(judged == (in_call & (known | denied)), "helper: judged")
    h.always(implies(judged, inner_verdict == Mux(denied, DENY, verdict)), "helper: verdict")
    h.always(waited == held, "helper: waited")
    h.always(waited <= wait, "helper: waited no longer")

    in_dispatch.late("cleared", 1)
    if not shows:
        return found
    h.reach(handles & (was_id == one), "a handler answers")
    h.reach(read & in_call & known & (verdict == Verdict.KILL), "a verdict answers later")
    h.reach(read & comes & spoken, "a verdict answers as it comes")
    h.reach(denied & mine_held, "denied, and the event still in the latch")
    h.reach(waits & ~mine_waits & in_call & calls.admitted, "an older call's event in the way")
    h.reach(~in_call & decided & (last != 0), "a verdict when the call is over")
    assert ID_COUNT == 1 << 9
    return found


def build(h: Harness) -> None:
    followed(h)


PROOFS = (
    Proof(
        name="answers",
        says="The dispatch register never answers with another event's verdict, and denies at reset, without a "
        "call, and when its time is over.",
        modules=("hdl/soc/dispatch.py", "hdl/soc/calls.py", "hdl/screening/latch.py"),
        build=build,
        mutant=Mutant(
            "verdict of an older call",
            "dispatch.py",
            "edges.eq(Mux(ends | times_out, 0, ",
            "edges.eq(Mux(times_out, 0, ",
            folder="hdl/soc",
        ),
        depth=4,
        cover_depth=16,
        mutant_depth=16,
        assumes=(
            "side band: a trap and a return never end in the same cycle",
            "pipeline: it takes nothing for 512 cycles after reset (Models: init)",
            "pipeline (proof `order`): `decided` is VERDICT_EDGES behind the commit of an event's last beat",
        ),
        reset=True,
    ),
)
