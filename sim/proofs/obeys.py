"""No system call of a program reaches a handler without a verdict of its own, or the core is stopped.

The blocks of the proof `answers`, and what watches the kernel: `Stray` and `Tampering`, as `Coprocessor` joins
them.  The kernel is no part of it: the core may run any instructions at all, as its side band tells them, with
loads from the register wherever it likes.

A ghost of its own watches the instructions that begin behind a call's entry until one does not follow the one
before it, and keeps what the register said in this call, and why.
"""

from __future__ import annotations

from amaranth import Signal

from hdl.contract.tamper import RULES
from hdl.soc.stray import LONG, SHORT, Stray
from hdl.soc.tampering import Tampering
from sim.mutants import Mutant
from sim.proofs.answers import PROOFS as ANSWERS
from sim.proofs.answers import followed
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

STRAYED = [rule.name for rule in RULES].index("strayed")
UNDISPATCHED = [rule.name for rule in RULES].index("undispatched")


def build(h: Harness) -> None:
    m = h.m
    path = followed(h, shows=False)
    calls, dispatch = path.calls, path.dispatch
    core = calls.core
    stray, tampering = Stray(), Tampering()
    in_stray = h.dut("stray", stray, "call", "over", "began", "pc", "read", "answer")
    told = ("undispatched", "strayed", "last", "before", "handler", "answered", "call")
    in_tampering = h.dut("tampering", tampering, *told)
    m.d.comb += [
        stray.call.eq(calls.call),
        stray.over.eq(calls.over),
        stray.began.eq(calls.began),
        stray.pc.eq(calls.pc),
        stray.read.eq(dispatch.read),
        stray.answer.eq(dispatch.answer),
        tampering.undispatched.eq(dispatch.undispatched),
        tampering.strayed.eq(stray.strayed),
        tampering.last.eq(stray.last),
        tampering.before.eq(stray.before),
        tampering.handler.eq(stray.handler),
        tampering.answered.eq(stray.answered),
        tampering.call.eq(calls.call),
    ]
    h.assume(~dispatch.heard)

    # The core, as its side band has it.
    was_user = h.past(core.user, "was_user")
    h.assume(implies(core.user & ~was_user, h.past(core.mret, "was_mret")))
    h.assume(implies(h.past(core.trap, "was_trap"), ~core.user))

    # The ghost: the first jump behind a call's entry, and what was read in this call.
    on, entered, pc = Signal(), Signal(), Signal(32)
    step = Signal(32)
    m.d.comb += step.eq(core.pc - pc)
    breaks = core.began & on & entered & (step != SHORT) & (step != LONG)
    with m.If(core.began):
        m.d.sync += [pc.eq(core.pc), entered.eq(1)]
    with m.If(calls.over | breaks):
        m.d.sync += on.eq(0)
    asked, answer, granted, ruled = Signal(), Signal(32), Signal(), Signal()
    with m.If(path.read & path.in_call):
        by_verdict = dispatch.answer == dispatch.verdict_handler
        m.d.sync += [asked.eq(1), answer.eq(dispatch.answer), granted.eq(path.granted), ruled.eq(by_verdict)]
    with m.If(calls.call):
        m.d.sync += [on.eq(1), entered.eq(0), asked.eq(0), granted.eq(0), ruled.eq(0)]

    # What is to be proved.
    jumped, there = h.past(breaks, "jumped"), h.past(core.pc, "there")
    obeys = asked & (there == answer)
    h.always(implies(jumped & obeys, granted | ruled), "who obeys has ALLOW, or is at a verdict's")
    disobeyed = h.past(jumped & ~obeys, "disobeyed")
    h.always(implies(h.past(disobeyed, "long_disobeyed"), tampering.stop), "a jump elsewhere: stopped")
    left = h.past(calls.over & on & entered & ~breaks, "left")
    h.always(implies(h.past(left, "long_left"), tampering.stop), "an end without any jump: stopped")
    called = Signal()
    returns = core.user & ~was_user
    with m.If(calls.call):
        m.d.sync += called.eq(1)
    with m.Elif(returns):
        m.d.sync += called.eq(0)
    h.always(implies(returns & called & ~asked, tampering.stop), "back in a program, never asked: stopped at once")
    h.always(implies(h.past(tampering.stop, "was_stopped"), tampering.stop), "stopped until reset")
    stopped = tampering.rules[STRAYED] | tampering.rules[UNDISPATCHED]
    rules = in_tampering.signal("rules")
    h.always(implies(stopped, rules.any()), "there is a record of every stop")
    h.always(
        implies(stopped & ~h.past(stopped, "was_told"), tampering.alarm.offered), "and it goes out on the line"
    )

    # Helpers: how the registers inside go with the ghost.
    watches, inner_entered, looks = (in_stray.signal(name) for name in ("watches", "entered", "looks"))
    ended = h.past(calls.over, "ended")
    looked, before = h.past(core.began & on & entered, "looked"), h.past(pc, "pc_before")
    gap = (there - before)[:32]
    h.always(implies(on, ~jumped & path.in_call), "helper: on in a call")
    h.always(watches == (on | jumped & ~ended), "helper: watches")
    h.always(inner_entered == entered, "helper: entered")
    h.always(stray.last == pc, "helper: last")
    h.always(looks == looked, "helper: looks")
    h.always(implies(looked, (stray.last == there) & (stray.before == before)), "helper: there")
    h.always(jumped == (looked & (gap != SHORT) & (gap != LONG)), "helper: jumped")
    h.always(stray.answered == asked, "helper: answered")
    h.always(implies(asked, (stray.handler == answer) & (granted | ruled)), "helper: asked")
    h.always(implies(path.in_call, called & ~core.user), "helper: in a call")
    h.always(implies(core.user & was_user, ~called), "helper: called")
    h.always(path.owed == (called & ~asked), "helper: owed")
    h.always(in_tampering.signal("stopped") == stopped, "helper: stopped")
    for number in (STRAYED, UNDISPATCHED):
        h.always(implies(tampering.rules[number], rules[number]), f"helper: record {number}")
    astray = h.past(jumped & ~obeys | calls.over & on & entered, "astray")
    h.always(stray.strayed == astray, "helper: astray")

    h.reach(jumped & obeys & granted, "a call's own handler")
    h.reach(jumped & obeys & ~granted, "a verdict's handler")
    h.reach(stopped & ~asked & tampering.alarm.offered, "stopped, never asked")
    h.reach(stopped & asked, "stopped, having asked")


PROOFS = (
    Proof(
        name="obeys",
        says="No system call of a program reaches a handler without a verdict of its own: the first jump behind "
        "its entry goes where the register said in this call, by ALLOW of its own event or to a verdict's one, "
        "else the core is stopped until reset; so is one that is back in a program and never asked.",
        modules=("hdl/soc/stray.py", "hdl/soc/tampering.py", *ANSWERS[0].modules),
        build=build,
        mutant=Mutant(
            "anywhere, once it has asked",
            "stray.py",
            "named & (here == handler)",
            "named",
            folder="hdl/soc",
        ),
        depth=4,
        cover_depth=20,
        mutant_depth=20,
        assumes=(
            *ANSWERS[0].assumes,
            "side band: user mode begins by a return only; behind a trap's entry the mode is not user",
            "side band: `began` and `pc` tell every instruction that begins, and under `stop` none does",
        ),
        reset=True,
    ),
)
