"""No birth is lost: `Births` as it ships, under every behaviour of the pipeline and the program.

`births`: what is wanted finds room in the queue, holds up every other event until it is offered, and ends as an
event that is taken or as one that is counted.
"""

from __future__ import annotations

from amaranth import Signal, Value

from hdl.contract.births import BREEDS_FROM, BREEDS_TIER
from hdl.soc.births import QUEUE, Births
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

ON_THE_WAY = 5
"""Events between the latch's taking and the verdict, its own cycle included."""


def build(h: Harness) -> None:
    m, births = h.m, Births()
    inside = h.dut("births", births, "judges")
    queue = inside.signal("queue")
    fresh = inside.signal("fresh")
    states = inside.states("")

    # Events that were taken and have no verdict yet: none is taken while births hold.
    taken, judges = h.any_time(1, "taken"), h.any_time(1, "judges_now")
    way = Signal(range(ON_THE_WAY + 2), name="way")
    m.d.sync += way.eq(way + taken - judges)
    m.d.comb += births.judges.eq(judges)
    h.assume(implies(taken, ~births.holds & ((way < ON_THE_WAY) | judges)))
    h.assume(implies(judges, way != 0))

    h.always(implies(queue.w_en, queue.w_rdy), "what is wanted finds room")

    # What is owed: wanted, and neither taken nor refused.
    lost, offers = inside.signal("lost"), births.event.valid & births.event.ready
    owed = Signal(range(QUEUE + 3), name="owed")
    m.d.sync += owed.eq(owed + queue.w_en - offers - lost)
    h.always(
        implies(owed != 0, births.holds), "until it is offered, or refused and counted, no other event begins"
    )
    h.always(implies(queue.w_en, births.holds), "and from the cycle in which it is wanted")
    h.always(implies(offers, owed != 0), "what is offered was wanted")
    counted = h.past(births.refused, "counted")
    h.always(implies(h.past(lost, "was_lost"), births.refused != counted), "what is refused is counted")
    steady = h.past(births.event.valid & ~births.event.ready, "steady")
    h.always(implies(steady, births.event.valid), "an offer stands until it is taken")
    condemned = (births.judged.verdict >= BREEDS_FROM) & (births.judged.tier >= BREEDS_TIER)
    harsh = h.past(judges & condemned & ~births.judged.vaccinated & ~births.judged.slot[-1], "harsh")
    h.always(implies(harsh, births.holds), "behind a verdict that may breed no event begins")

    # Helpers.
    level = Value.cast(queue.level)
    h.always(owed == level + states["OFFER"], "helper: owed")
    h.always(sum(states.values()) == 1, "helper: state")
    h.always(implies(states["LOOK"], level != 0), "helper: looked at")
    h.always(level + fresh + way <= ON_THE_WAY + 1, "helper: room")
    h.always(way <= ON_THE_WAY, "helper: on the way")

    inside.late_state("", "IDLE")
    inside.late("cleared", 1)

    h.reach(level == ON_THE_WAY + 1, "all that are on the way, and an order")
    h.reach(offers & h.past(offers, "offered") == 0, "an offer")


PROOFS = (
    Proof(
        name="births",
        says="A vaccine that is to be born finds room, and no other event begins until it is offered to the "
        "pipeline, or refused and counted.",
        modules=("hdl/soc/births.py",),
        build=build,
        mutant=Mutant(
            "only what waits holds",
            "births.py",
            "self.holds.eq(fresh | ordered | ",
            "self.holds.eq(ordered | ",
            folder="hdl/soc",
        ),
        depth=4,
        cover_depth=20,
        mutant_depth=12,
        assumes=("pipeline: at most five events are between the latch and their verdicts",),
    ),
)
