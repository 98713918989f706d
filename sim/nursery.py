"""The pipeline with births beside it, and nothing else of the board: to measure how soon a vaccine is in force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from amaranth import Module, Mux
from amaranth.lib import wiring

from hdl.contract.births import ALWAYS, TEMPLATE, TREE_UNIT
from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.load import Target
from hdl.contract.policy import default_policy
from hdl.contract.syscalls import IDS
from hdl.contract.vaccine import FULL_UNITS, BankKey
from hdl.contract.verdict import Tier
from hdl.screening.block import Block
from hdl.screening.loading import word_write
from hdl.screening.pipeline import VERDICT_EDGES, Pipeline
from hdl.soc.births import Births
from models.gateway import EngineError
from sim.engine import GatewareEngine
from sim.stimulus import random_image
from sim.verilate import ROOT, Design, Progress, library, silent

ORDER = Target.CLOCK
"""A target of the load port that the pipeline does not keep: here, the slot of which a vaccine is ordered."""

OFFENDER, OTHER = 3, 4
"""Slots of the core's."""


class Nursery(Block):
    """Members: those of `Pipeline`."""

    def __init__(self) -> None:
        self.inner = Pipeline(births=True)
        members = self.inner.signature.members
        super().__init__({name: members[name] for name in members if name not in ("judges", "judged")})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.pipeline = pipeline = self.inner
        m.submodules.births = births = Births()
        for name, member in self.signature.members.items():
            if name in ("events", "hold_reaps"):
                continue
            if member.is_signature:
                wiring.connect(m, wiring.flipped(getattr(self, name)), getattr(pipeline, name))
            elif member.flow is wiring.In:
                m.d.comb += getattr(pipeline, name).eq(getattr(self, name))
            else:
                m.d.comb += getattr(self, name).eq(getattr(pipeline, name))
        events, holds = pipeline.events, births.holds
        m.d.comb += [
            events.valid.eq(Mux(holds, births.event.valid, self.events.valid)),
            events.payload.eq(Mux(holds, births.event.payload.as_value(), self.events.payload.as_value())),
            births.event.ready.eq(events.ready),
            self.events.ready.eq(events.ready & ~holds),
            pipeline.hold_reaps.eq(self.hold_reaps | holds),
            births.judges.eq(pipeline.judges),
            births.judged.eq(pipeline.judged),
            births.recorded.eq(pipeline.recorded),
            births.record.eq(pipeline.record),
            births.load.en.eq(self.load.en),
            births.load.address.eq(self.load.address),
            births.load.data.eq(self.load.data),
            births.now.eq(self.now),
            births.room.eq(1),
            births.order.eq(word_write(self.load, ORDER)),
            births.order_slot.eq(self.load.data),
        ]
        return m


def verilog_of_nursery() -> str:
    """Return it as Verilog, its module called as the pipeline's."""
    from amaranth.back import verilog

    return str(verilog.convert(Nursery(), name="pipeline", strip_internal_attrs=True))


NURSERY = Design(
    "pipeline",
    verilog_of_nursery,
    Path(__file__).with_name("pipeline.cpp"),
    (ROOT / "hdl" / "contract", ROOT / "hdl" / "screening", ROOT / "hdl" / "soc" / "births.py", Path(__file__)),
)


def _event(kind: Kind, slot: int, ident: int) -> list[int]:
    packed = EVENT.pack({"kind": kind, "slot": slot, "id": ident, "generation": slot})
    return [packed >> 32 * word & 0xFFFFFFFF for word in range(EVENT.words)]


def _screened(engine: GatewareEngine, events: list[list[int]]) -> tuple[list[dict[str, int]], list[int]]:
    """Screen events as fast as they are taken; return all records, and the cycles of as many verdicts."""
    cycles = np.zeros((len(events), 3), np.uint64)
    words = np.array(events, np.uint32)
    records, _ = engine.screen(words, np.zeros(1, np.uint8), np.zeros(len(words), np.int64), cycles=cycles)
    told = [RECORD.unpack(sum(int(word) << 32 * place for place, word in enumerate(row))) for row in records]
    return told, [int(cycle) for cycle in cycles[:, 2]]


def _nursery(progress: Progress) -> tuple[GatewareEngine, int]:
    """Return a pipeline with births, in which the offender is condemned by his score, and a call that breeds."""
    engine = GatewareEngine(path=library(NURSERY, progress))
    engine.load_policy(default_policy())
    engine.load_bank_key(BankKey.from_seed(1))
    engine.load_model(0, random_image(11))
    swap = _event(Kind.SWAP, 0, 0)
    _screened(engine, [swap, *(_event(Kind.CLEAR, slot, slot) for slot in (OFFENDER, OTHER))])
    draw = np.random.default_rng(1)
    for _ in range(400):
        (told,), _ = _screened(engine, [_event(Kind.CALL, OFFENDER, int(draw.integers(460)))])
        if told["tier"] == Tier.CERTAIN:
            break
    else:
        raise EngineError("no call was condemned")
    call = IDS["getpid"]
    breeds = TEMPLATE.pack({"ignored": FULL_UNITS & ~ALWAYS & ~TREE_UNIT, "breeds": 0xFFFF})
    engine.load(Target.TEMPLATES, [breeds], call)
    return engine, call


def vaccine_active_cycles(progress: Progress = silent) -> tuple[int, int]:
    """Measure how soon a vaccine is in force: (behind the verdict of which it is born, behind an order).

    To the commit of the first event that is matched, with events offered in every cycle.  Raises EngineError.
    """
    engine, call = _nursery(progress)
    others = [_event(Kind.CALL, OTHER, call)] * 30
    told, verdicts = _screened(engine, [_event(Kind.CALL, OFFENDER, call), *others])
    born = next((place for place, one in enumerate(told) if one["kind"] == Kind.VACCINATE), None)
    if born is None or not all(one["vaccinated"] for one in told[born + 1 :]) or told[0]["vaccinated"]:
        raise EngineError("no vaccine was born, or it missed a call behind it")
    by_verdict = verdicts[born + 1] - VERDICT_EDGES - verdicts[0]

    engine, call = _nursery(progress)
    _screened(engine, [_event(Kind.CALL, OTHER, IDS["gettid"])])
    engine.load(ORDER, [OTHER])
    ordered = engine.cycles - 1
    told, verdicts = _screened(engine, [_event(Kind.CALL, OFFENDER, IDS["gettid"])] * 30)
    if told[0]["kind"] != Kind.VACCINATE or not told[1]["vaccinated"]:
        raise EngineError("no vaccine was born of the order, or it missed the call behind it")
    return by_verdict, verdicts[1] - VERDICT_EDGES - ordered
