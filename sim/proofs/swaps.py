"""A change of model never mixes two models in one score.

`Latch` and `Models` as they ship and as `Pipeline` joins them.  A call is picked freely when the latch takes it;
what depends on the model is compared with what it was in that cycle, until no stage reads it any more.
"""

from __future__ import annotations

from amaranth import C, Cat, Mux, Signal, Value

from hdl.contract.event import SLOTS, Kind
from hdl.contract.load import Target
from hdl.contract.model import PARAM_NAMES
from hdl.screening.latch import Latch
from hdl.screening.layouts import PARAMS, Op
from hdl.screening.models import DRAIN_CYCLES, Models
from sim.mutants import Mutant
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof

WORDS = len(PARAM_NAMES)
CHANGE_CYCLES = DRAIN_CYCLES + 1 + WORDS + SLOTS


def build(h: Harness) -> None:
    m = h.m
    latch, models = Latch(), Models()
    in_latch = h.dut("latch", latch, "hold", "swap_ready", "swap_done")
    inside = h.dut("models", models, "start", "target")
    locked, waits = h.any_time(1, "locked"), h.any_time(1, "waits")
    m.d.comb += [
        latch.hold.eq(models.busy | waits),
        latch.swap_ready.eq(models.target_ready & ~locked),
        latch.swap_done.eq(models.switched),
        models.start.eq(latch.swap),
        models.target.eq(latch.event.a0),
    ]

    # A call, from the cycle in which it is looked up until `DRAIN_CYCLES` after its commit.
    picked = h.any_time(1, "picked") & latch.take & (latch.taken.kind == Kind.CALL)
    held, stages = Signal(), Signal(DRAIN_CYCLES)
    params, active = Signal(PARAMS.size), Signal()
    followed = held | stages.any()
    m.d.sync += [
        held.eq(Mux(latch.take, picked & ~followed, held & ~latch.release)),
        stages.eq(Cat(held & latch.commit, stages[:-1])),
    ]
    with m.If(picked & ~followed):
        m.d.sync += [params.eq(Value.cast(models.params)), active.eq(models.active)]
    h.always(implies(followed, Value.cast(models.params) == params), "parameters stay under a call")
    h.always(implies(followed, models.active == active), "the model slot stays under a call")
    h.always(implies(models.busy, ~latch.commit & ~latch.take), "nothing is taken or committed during a change")
    h.always(implies(models.start, ~latch.commit & ~latch.take), "nor in the cycle in which it is asked for")
    h.always(
        implies(models.busy & ~models.init & (models.op != Op.NONE), ~followed),
        "slots restart with none on its way",
    )

    # What is in force is one image, and stays as it is.
    at = inside.states("")
    target, count = inside.signal("target"), inside.signal("count")
    changing = models.busy & ~models.init
    written = models.store_load.en & (models.store_load.address[16:] <= Target.MODEL1)
    slot = models.store_load.address[16]
    h.always(implies(written & models.running, slot != models.active), "the model in force is not written")
    h.always(implies(written & changing, slot != target), "nor the one that comes into force")
    number = h.once(4, "number")
    h.assume(number < WORDS)
    word = Signal(16)
    with m.Switch(number):
        for index, name in enumerate(PARAM_NAMES):
            with m.Case(index):
                m.d.comb += word.eq(models.params[name])
    image = inside.row("store", Cat(number, C(0, 1), Mux(changing, target, models.active)))
    h.always(implies(models.running & ~changing, word == image), "parameters are those of the image in force")
    age = Signal(range(CHANGE_CYCLES + 2))
    m.d.sync += age.eq(Mux(changing, age + 1, 0))
    h.always(implies(changing, age < CHANGE_CYCLES), "a change ends")

    # Helpers.
    h.always(sum(at.values()) == 1, "helper: state")
    event = latch.event
    of_swap = in_latch.signal("full") & (event.kind == Kind.SWAP) & ~in_latch.signal("swapped")
    h.always(implies(changing, of_swap), "helper: a SWAP waits")
    h.always(implies(held, in_latch.signal("full") & (event.kind == Kind.CALL)), "helper: a call is held")
    h.always(implies(held, ~models.busy), "helper: none is held during a change")
    h.always(implies(at["DRAIN"], (count == age) & (age < DRAIN_CYCLES)), "helper: drain")
    h.always(implies(at["COPY"], (count <= WORDS) & (age == DRAIN_CYCLES + count)), "helper: copy")
    h.always(implies(at["COPY"] & (count >= number + 2), word == image), "helper: word copied")
    h.always(
        implies(at["RESTART"], (count < SLOTS) & (age == DRAIN_CYCLES + WORDS + 1 + count) & (word == image)),
        "helper: restart",
    )
    h.always(implies(at["RESTART"], models.active == target), "helper: active")

    inside.late_state("", "IDLE")
    h.reach(followed & stages[-1] & changing, "a change is asked for behind a call")
    h.reach(models.switched, "a change ends")
    h.reach(models.running & held & (active == 1), "a call under the new model")


PROOFS = (
    Proof(
        name="swaps",
        says="A change of model never mixes two models in one score: parameters and model slot stay as they were "
        "when a call was looked up until no stage reads them, and parameters are those of the image in force.",
        modules=("hdl/screening/models.py", "hdl/screening/latch.py"),
        build=build,
        mutant=Mutant("the model in force is written", "models.py", "self.load.en & ~refused", "self.load.en"),
        depth=8,
        cover_depth=100,
        mutant_depth=100,
        assumes=("no stage reads parameters or tables later than DRAIN_CYCLES behind a commit",),
    ),
)
