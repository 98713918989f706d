"""Who is frozen, and whose clone is in the cell, gets neither an instruction nor any of its memory from the bus.

`Frozen`, `Interconnect` and, for verdicts, `Dispatch`, as they ship and as `Coprocessor` and `Soc` join them.  The
core, the kernel, the pipeline and the cell may do anything: whichever slot runs, whatever windows are written,
whatever is asked for.  A ghost follows one slot, any one: what made it stand, and what freed it.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from amaranth import Signal

from hdl.contract.memory import REGIONS, WINDOWS
from hdl.contract.verdict import FREEZING
from hdl.soc.dispatch import Dispatch
from hdl.soc.frozen import Frozen
from hdl.soc.interconnect import Interconnect
from sim.mutants import Mutant
from sim.proofs.harness import Harness, Inside, implies
from sim.proofs.proof import Proof

_TEXT, _DATA = (REGIONS[name] for name in WINDOWS)


def _freezes(verdict: Any) -> Any:
    return reduce(or_, (verdict == one for one in FREEZING))


def _joined(h: Harness, *driven: str) -> tuple[Frozen, Interconnect, Inside]:
    """Add the windows of whoever runs, and the bus behind them."""
    frozen, bus = Frozen(), Interconnect()
    inside = h.dut("frozen", frozen, *driven)
    h.dut("bus", bus, "text_window", "data_window")
    h.m.d.comb += [bus.text_window.eq(frozen.text_open), bus.data_window.eq(frozen.data_open)]
    h.assume(implies(h.past(bus.data.request & ~bus.data.grant, "waited"), bus.data.request))
    return frozen, bus, inside


def _stands(h: Harness, frozen: Frozen, bus: Interconnect, stands: Any, who: str) -> None:
    """Prove that the bus gives nothing to the process that runs, from the cycle behind `stands` on."""
    stood = h.past(stands, "stood")
    refused = {}
    for name, what in (("fetch", "instruction"), ("data", "load or store")):
        port = getattr(bus, name)
        users = (port.address >= _TEXT.base) & (port.address < _DATA.end)
        granted = h.past(port.request & port.grant & users, f"{name}_granted")
        refused[name] = h.past(stood, f"{name}_stood") & granted
        h.always(implies(refused[name], port.valid & port.error), f"{who} gets no {what}")
        h.reach(refused[name], f"{who} asks for it: {what}")
        once = Signal(name=f"{name}_once")
        with h.m.If(refused[name]):
            h.m.d.sync += once.eq(1)
        h.reach(once & granted & port.valid & ~port.error, f"behind it somebody gets one: {what}")
    h.always(implies(refused["data"], ~bus.ram.write), f"main RAM is not written for {who}")
    shut = (bus.text_window.limit == 0) & (bus.data_window.limit == 0)
    h.always(implies(stood, shut), "helper: shut")


def originals(h: Harness) -> None:
    frozen, bus, inside = _joined(h)
    one = h.once(len(frozen.slot), "one")
    cloned = Signal()
    with h.m.If(frozen.clones | frozen.discards):
        h.m.d.sync += cloned.eq(frozen.clones & (frozen.original == one))
    _stands(h, frozen, bus, cloned & (frozen.slot == one), "a clone's original")
    lodged, lodger = inside.signal("lodged"), inside.signal("lodger")
    h.always(cloned == (lodged & (lodger == one)), "helper: cloned")
    freed = frozen.order & ~frozen.order_on & (frozen.order_slot == one)
    h.reach(cloned & freed & (frozen.slot == one), "the kernel frees it meanwhile")


def verdicts(h: Harness) -> None:
    m = h.m
    frozen, bus, _inside = _joined(h, "judged", "verdict")
    dispatch = Dispatch()
    in_dispatch = h.dut("dispatch", dispatch)
    m.d.comb += [frozen.judged.eq(dispatch.arrived), frozen.verdict.eq(dispatch.spoken)]

    one = h.once(len(frozen.slot), "one")
    bound = Signal()
    arrives = frozen.judged & _freezes(frozen.verdict)
    order = frozen.order & (frozen.order_slot == one)
    with m.If(order):
        m.d.sync += bound.eq(frozen.order_on)
    with m.If(arrives & (frozen.slot == one)):
        m.d.sync += bound.eq(1)
    _stands(h, frozen, bus, bound & (frozen.slot == one), "who is frozen")
    h.always(frozen.frozen.bit_select(one, 1) == bound, "helper: bound")

    # The kernel hears of a verdict that freezes when whoever called is frozen already, or is so now.
    heard, caller, freed = Signal(), Signal(), Signal()
    with m.If(order & ~frozen.order_on):
        m.d.sync += freed.eq(1)
    with m.If(dispatch.call | dispatch.over):
        m.d.sync += heard.eq(0)
    with m.Elif(arrives):
        m.d.sync += [heard.eq(1), caller.eq(frozen.slot == one), freed.eq(0)]
    speaks = dispatch.select & ~dispatch.hold & _freezes(dispatch.verdict_index)
    h.always(implies(speaks, heard | arrives), "a verdict that freezes is told behind its freeze")
    h.always(implies(heard & caller & ~freed, bound), "who called is frozen until the kernel frees it")
    judged, verdict = in_dispatch.signal("judged"), in_dispatch.signal("verdict")
    h.always(implies(judged & _freezes(verdict), heard), "helper: heard")
    h.always(implies(judged, dispatch.in_call), "helper: judged in a call")
    in_dispatch.late("cleared", 1)
    h.reach(speaks & heard & caller, "the kernel reads such a verdict")


_UNDER = (
    "a request stays until it is granted, as `FetchPort` says",
    "the kernel has each process run under its own slot: gateware knows a process by it",
    "user mode reaches nothing but the two windows: the core's protection, set at boot",
)

PROOFS = (
    Proof(
        name="freezes",
        says="A process that the kernel or a verdict CLONE or QUARANTINE has frozen gets no instruction, no load "
        "and no store from the bus until the kernel frees it, from the second cycle on in which its slot is the "
        "one that runs; and such a verdict is read by nobody before it has frozen who called.",
        modules=("hdl/soc/frozen.py", "hdl/soc/interconnect.py", "hdl/soc/dispatch.py"),
        build=verdicts,
        mutant=Mutant(
            "any order of the kernel's goes before a verdict that freezes",
            "frozen.py",
            "with m.If(freezes):",
            "with m.If(freezes & ~self.order):",
            folder="hdl/soc",
        ),
        depth=3,
        cover_depth=16,
        mutant_depth=16,
        assumes=_UNDER,
    ),
    Proof(
        name="stands",
        says="A process whose clone was ordered to begin gets no instruction, no load and no store from the bus "
        "until the cell is told to discard that clone, or to begin another one: whatever the kernel has frozen or "
        "freed.",
        modules=("hdl/soc/frozen.py", "hdl/soc/interconnect.py"),
        build=originals,
        mutant=Mutant(
            "a clone's original is freed like any other",
            "frozen.py",
            "self.frozen.bit_select(self.slot, 1) | lodged & (lodger == self.slot)",
            "self.frozen.bit_select(self.slot, 1)",
            folder="hdl/soc",
        ),
        depth=3,
        cover_depth=12,
        mutant_depth=8,
        assumes=_UNDER,
    ),
)
