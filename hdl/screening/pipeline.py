"""The screening pipeline: from an event to its verdict in three clock edges, one event per clock.

    latch ── classifier, paths ──┐ commit
      stage 0  slots, history, vaccine places        edge 1
      stage 1  tables summed, vaccines compared      edge 2
      stage 2  accumulators                          edge 3
      stage 3  tier, judge: the verdict is valid     edge 4
      stage 4  score                                 edge 5
               record

One clock domain.  The pipeline decides; it does not dispatch, does not talk to a bus and keeps no log.
The whole equals `models.golden`, record for record.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from amaranth import Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.births import HOST_BANKS
from hdl.contract.event import STATE as STATE_LAYOUT
from hdl.contract.load import ADDRESS_BITS, Target
from hdl.contract.model import HISTORY, MODEL_SLOTS, TABLES
from hdl.contract.vaccine import BANKS
from hdl.contract.verdict import Fault, Verdict
from hdl.screening.accumulators import SUMS, TREE_SUMS, Accumulators
from hdl.screening.block import Block, bundle, later
from hdl.screening.book import Book
from hdl.screening.cam import Cam
from hdl.screening.classifier import Classifier, Profile
from hdl.screening.fast_accumulators import FastAccumulators
from hdl.screening.fast_latch import FastLatch
from hdl.screening.history import History
from hdl.screening.judge import TIERS, Judge
from hdl.screening.latch import LINGER, Latch
from hdl.screening.layouts import (
    BEAT,
    ENTRY_BEAT,
    JUDGED,
    KEY,
    RECORD,
    STATE,
    LoadPort,
    Op,
    event_stream,
    path_stream,
)
from hdl.screening.loading import word_write
from hdl.screening.models import DRAIN_CYCLES, Models
from hdl.screening.paths import PathClassifier
from hdl.screening.readback import Readback
from hdl.screening.recorder import Recorder
from hdl.screening.slots import Slots
from hdl.screening.tables import Tables

VERDICT_EDGES = 3
FAST_RANKS = 3
"""Registers behind the latch, within the sum, and between tier and verdict."""


def verdict_edges(fast: bool) -> int:
    """Return the clock edges from the commit of an event's last beat to its verdict."""
    return VERDICT_EDGES + (FAST_RANKS if fast else 0)


class Pipeline(Block):
    """The whole pipeline.

    Parameters: `banks`, banks of the vaccine CAM; `births`: VACCINATE may name banks to choose from, and with the
    members named last; not with `fast`.

    Members:
      events    events, in order; not ready for the first 512 cycles after reset.
      paths     the path arguments of the event in the latch, in order.
      load      tables, policy and secrets; one write a cycle, never refused except for the model in force; while
                an attribute is written, nothing is taken or committed.
      readback_start
                for one cycle asks for the byte at `readback_address` (as on the load port) of the model slot that
                is not in force; it comes as `readback_data` with `readback_done`, for one cycle, three cycles
                later (five, if `fast`), and one more for each write on the load port that goes first.  0
                elsewhere, and from a slot that is coming into force.  Not to be given again before the answer;
                events do not notice.
      commit    high in the cycle in which a beat leaves the latch.
      verdict   with `decided`, for one cycle, `edges` clock edges after the commit of an event's last beat.
      record    with `recorded`, for one cycle, two edges later (four, if `fast`); `state` belongs to it if it is
                a SPILL's.
      now       powered time in seconds, for the expiry of vaccines.
      idle      nothing is held or on its way.
      query     vaccine index; `hits`, `live`, `expiry` of it are valid one cycle later.
      hold_reaps    vaccines that have expired stay in force as long as it is high; `reaped`: one leaves with an
                event of its own, that has been taken in this cycle.
      locked    a SWAP is refused, as if no model were ready.
      running   a model is in force, in slot `model`; `model_ready` names the slots that hold verified ones.
      judges, judged   with `decided`: it is a call that was not refused for its form.
    """

    def __init__(self, banks: int = BANKS, fast: bool = False, births: bool = False) -> None:
        self.births = births
        self.banks = banks
        self.fast = fast
        self.edges = verdict_edges(fast)
        super().__init__(
            {
                "events": In(event_stream()),
                "paths": In(path_stream()),
                "load": In(LoadPort()),
                "readback_start": In(1),
                "readback_address": In(ADDRESS_BITS),
                "readback_done": Out(1),
                "readback_data": Out(8),
                "now": In(32),
                "query": In(9),
                "hits": Out(32),
                "live": Out(1),
                "expiry": Out(32),
                "hold_reaps": In(1),
                "reaped": Out(1),
                "locked": In(1),
                "running": Out(1),
                "model": Out(1),
                "model_ready": Out(MODEL_SLOTS),
                "idle": Out(1),
                "commit": Out(1),
                "decided": Out(1),
                "verdict": Out(Verdict),
                "recorded": Out(1),
                "record": Out(RECORD),
                "state": Out(STATE),
                **({"judges": Out(1), "judged": Out(JUDGED)} if births else {}),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        fast, ranks = self.fast, self.edges - VERDICT_EDGES
        m.submodules.latch = latch = (FastLatch if fast else Latch)(self.banks, LINGER + ranks)
        m.submodules.readback = readback = Readback(fast)
        m.submodules.models = models = Models(DRAIN_CYCLES + ranks, fast)
        m.submodules.classifier = classifier = Classifier(fast)
        m.submodules.profile = profile = Profile()
        m.submodules.paths = paths = PathClassifier(fast)
        m.submodules.slots = slots = Slots(fast)
        m.submodules.history = history = History(1 + fast)
        m.submodules.tables = tables = Tables(fast)
        m.submodules.cam = cam = Cam(self.banks, fast, self.births)
        m.submodules.book = book = Book(self.banks, fast, self.births)
        m.submodules.accumulators = accumulators = FastAccumulators() if fast else Accumulators()
        m.submodules.judge = judge = Judge(fast)
        m.submodules.recorder = recorder = Recorder(fast, self.births)

        wiring.connect(m, wiring.flipped(self.events), latch.events)
        m.d.comb += [
            latch.reap.valid.eq(book.reap.valid & ~self.hold_reaps),
            latch.reap.payload.eq(book.reap.payload),
            book.reap.ready.eq(latch.reap.ready & ~self.hold_reaps),
            self.reaped.eq(latch.reap.valid & latch.reap.ready),
        ]
        wiring.connect(m, wiring.flipped(self.paths), paths.path)
        wiring.connect(m, wiring.flipped(self.load), readback.load)
        wiring.connect(m, readback.store, models.load)
        m.d.comb += [
            readback.start.eq(self.readback_start),
            readback.address.eq(self.readback_address),
            self.readback_done.eq(readback.done),
            self.readback_data.eq(readback.data),
        ]
        keepers = (classifier, paths, tables, recorder)
        m.d.comb += [keeper.load.read.eq(models.store_load.read) for keeper in keepers]
        m.d.comb += models.store_load.byte.eq(reduce(or_, (keeper.load.byte for keeper in keepers)))
        for block in (*keepers, cam, judge):
            m.d.comb += [
                block.load.en.eq(models.store_load.en),
                block.load.address.eq(models.store_load.address),
                block.load.data.eq(models.store_load.data),
            ]
        # In the latch.
        init, init_place = (later(m, value, fast) for value in (models.init, models.init_place))
        writes, waits = classifier.writes, latch.full & ~models.busy
        if fast:  # a write is on its way; models are busy with nobody who has paths to come
            waits = latch.full
            coming = word_write(self.load, Target.ATTRIBUTES)
            writes = coming | later(m, coming, 1) | init
        m.d.comb += [
            latch.hold.eq(models.busy | writes),
            latch.paths_done.eq(paths.done),
            latch.swap_ready.eq(models.target_ready & ~self.locked),
            latch.swap_done.eq(models.switched),
            models.start.eq(latch.swap),
            models.target.eq(latch.event.a0),
            classifier.take.eq(latch.take),
            classifier.id.eq(latch.taken.id),
            classifier.model.eq(models.active),
            *(
                target.eq(later(m, value, fast))
                for target, value in (
                    (classifier.event, latch.event),
                    (classifier.path_class, paths.path_class),
                    (classifier.node, paths.node),
                )
            ),
            paths.clear.eq(latch.release),
            paths.enable.eq(waits & (paths.done != latch.event.paths)),
            paths.model.eq(models.active),
            paths.seed.eq(models.params.as_value()[16 * 13 :][:24]),
            book.check.eq(latch.take),
            book.check_index.eq(latch.taken.a2),
        ]

        # Out of the latch, or out of what blanks and restarts every slot.
        sweeps, sweep_op, sweep_slot, sweep_next = (
            later(m, value, fast) for value in (models.busy, models.op, models.slot, models.next_slot)
        )
        leaving = bundle(ENTRY_BEAT)
        m.d.comb += [
            leaving.valid.eq(latch.commit | (sweep_op != Op.NONE)),
            leaving.last.eq(latch.last & latch.commit),
            leaving.op.eq(Mux(sweeps, sweep_op, latch.op)),
            leaving.slot.eq(Mux(sweeps, sweep_slot, latch.slot)),
            leaving.form_fault.eq(latch.form_fault),
            leaving.life.eq(Mux(latch.second, latch.event.a1, latch.event.generation)),
            leaving.event.eq(latch.event),
            leaving.token.eq(classifier.token),
            leaving.call_class.eq(classifier.call_class),
            leaving.allow.eq(classifier.allow),
            leaving.path_class.eq(paths.path_class),
            leaving.node.eq(paths.node),
            leaving.overlong.eq(paths.overlong),
            leaving.key.eq(classifier.key),
        ]
        entry = later(m, leaving, fast)
        event = entry.event
        restored = data.View(STATE, event.as_value()[64 : 64 + STATE_LAYOUT.width])

        # Stage 0.
        key, sought = entry.key, cam.key
        if fast:
            key, sought = classifier.key, bundle(KEY)
            m.d.comb += [slots.coming_life.eq(leaving.life), slots.coming_id.eq(leaving.event.id)]
            m.d.comb += cam.key.eq(later(m, sought, 1))
        stale = restored.swaps != models.swaps
        beat0, fault0 = bundle(BEAT), Signal(3)
        # In the faster pipeline faults, allow-lists and vaccines are looked at a stage later.
        asked = later(m, beat0, fast)
        m.d.comb += [
            slots.look.eq(Mux(sweeps, sweep_next, latch.next_slot)),
            history.look.eq(latch.next_source),
            slots.valid.eq(beat0.valid),
            slots.op.eq(beat0.op),
            slots.slot.eq(beat0.slot),
            slots.event.eq(event),
            slots.life.eq(entry.life),
            slots.running.eq(models.running),
            fault0.eq(Mux(entry.form_fault != 0, entry.form_fault, slots.fault)),
            profile.allow.eq(later(m, entry.allow, fast)),
            profile.profiles.eq(later(m, slots.allow, fast)),
            history.valid.eq(beat0.valid),
            history.op.eq(beat0.op),
            history.slot.eq(beat0.slot),
            history.fault.eq(asked.fault != 0),
            history.effect.eq(entry.call_class != 0),
            history.ok.eq(event.ok),
            history.token.eq(entry.token),
            history.path_class.eq(entry.path_class),
            history.state.eq(restored),
            history.stale.eq(stale),
            tables.model.eq(models.active),
            cam.valid.eq(asked.valid & (asked.fault == 0)),
            cam.op.eq(asked.op),
            sought.eq(key),
            cam.bank.eq(event.a2[16:]),
            cam.index.eq(event.a2),
            cam.units.eq(event.a4),
            cam.index_used.eq(book.used),
            cam.known.eq(book.known),
            cam.init.eq(init),
            cam.init_place.eq(init_place),
            *(beat0[name].eq(entry[name]) for name in ENTRY_BEAT.members if name in BEAT.members),
            *(beat0[name].eq(event[name]) for name in ("kind", "id", "generation", "ok", "epoch")),
            beat0.event_slot.eq(event.slot),
            beat0.tree.eq(slots.tree),
            beat0.profile.eq(slots.profile),
            *(() if fast else (beat0.violation.eq(profile.violation & (entry.op == Op.CALL)),)),
            beat0.model.eq(models.active),
            beat0.vaccine.eq(event.a2),
            beat0.fault.eq(fault0),
            beat0.alone.eq(slots.alone),
            beat0.stale.eq(stale),
        ]
        with m.If(entry.op == Op.CALL):
            m.d.comb += sought.tree.eq(slots.tree)
        with m.If((entry.op == Op.INIT) | (entry.op == Op.RESTART)):
            m.d.comb += beat0.fault.eq(0)
        for table in TABLES:
            m.d.comb += getattr(tables, f"index_{table}").eq(getattr(history, f"index_{table}"))

        def answered(beat: Any) -> Any:
            """A beat, refused if the vaccines refuse it."""
            out = bundle(BEAT, name="summed")
            m.d.comb += out.eq(beat)
            with m.If(cam.refused & (beat.fault == 0)):
                m.d.comb += out.fault.eq(Fault.VACCINE)
            if self.births:
                with m.If(cam.merged):
                    m.d.comb += out.vaccine.eq(cam.twin)
            return out

        # Stage 1.
        if fast:
            beat1, allowed = asked, bundle(BEAT)
            m.d.comb += [allowed.eq(beat1), allowed.violation.eq(profile.violation & (beat1.op == Op.CALL))]
            summed = compared = later(m, allowed, 1)
        else:
            beat1 = compared = later(m, beat0, 1)
            summed = answered(compared)
        m.d.comb += [
            book.inserted.eq(later(m, cam.inserted, fast)),
            book.removed.eq(later(m, cam.removed, fast)),
            book.index.eq(Mux(cam.merged, cam.twin, event.a2[:9]) if self.births else event.a2),
            book.bank.eq(cam.chosen if self.births else event.a2[16:]),
            book.key.eq(key.as_value()),
            book.expiry.eq(event.a3),
            book.now.eq(self.now),
            book.init.eq(init),
            book.init_index.eq(init_place),
            book.query.eq(self.query),
            self.hits.eq(book.hits),
            self.live.eq(book.live),
            self.expiry.eq(book.query_expiry),
        ]

        # Stage 2.
        beat2 = later(m, summed, 1)
        if fast:
            amounts = {"parts": tables.parts}
        else:
            # A call with an effect gains at once, or loses once it is proven.
            total, counts = tables.total, summed.call_class != 0
            amounts = {
                "gain": later(m, Mux(counts & ~total[-1], total[:-1], 0), 1),
                "pending": later(m, Mux(counts & total[-1], (-total)[: len(total) - 1], 0), 1),
            }

        def source(beat: Any) -> Any:
            """Whose state a beat needs: a child's is its parent's."""
            return Mux(beat.op == Op.COPY, beat.event_slot, beat.slot)

        # The faster accumulators want everything a cycle ahead.
        looking, adding = (beat0, compared) if fast else (beat1, beat2)
        m.d.comb += [
            accumulators.look.eq(source(looking)),
            accumulators.tree_look.eq(looking.tree),
            accumulators.valid.eq(adding.valid),
            accumulators.op.eq(adding.op),
            accumulators.slot.eq(adding.slot),
            accumulators.tree.eq(adding.tree),
            accumulators.fault.eq(adding.fault != 0),
            accumulators.ok.eq(adding.ok),
            accumulators.epoch.eq(adding.epoch),
            accumulators.effect.eq(adding.call_class != 0),
            accumulators.alone.eq(adding.alone),
            accumulators.stale.eq(adding.stale),
            *(getattr(accumulators, name).eq(amount) for name, amount in amounts.items()),
            accumulators.params.eq(models.params),
            accumulators.state.eq(restored),
        ]

        # Stage 3.
        beat3 = later(m, answered(beat2) if fast else beat2, 1)
        if fast:
            sums3, tree_sums3 = accumulators.sums, accumulators.tree_sums
            judged_sums = [accumulators.decayed, accumulators.cusum, accumulators.tree_sum]
        else:
            sums3, tree_sums3 = (later(m, value, 1) for value in (accumulators.sums, accumulators.tree_sums))
            judged_sums = [sums3.decayed, sums3.cusum, tree_sums3.tree_sum]
        hit3 = cam.hit if fast else later(m, cam.hit, 1)
        judged, sums, tree_sums, vaccinated = (later(m, value, fast) for value in (beat3, sums3, tree_sums3, hit3))
        m.d.comb += [
            book.hit.eq(vaccinated & judged.valid),
            book.hit_index.eq(cam.vaccine),
            judge.look.eq(source(summed if fast else beat2)),
            judge.beat2.eq(beat2),
            judge.beat3.eq(beat3),
            judge.decayed.eq(judged_sums[0]),
            judge.cusum.eq(judged_sums[1]),
            judge.tree_sum.eq(judged_sums[2]),
            judge.vaccinated.eq(hit3),
            judge.params.eq(models.params),
            judge.state.eq(restored),
        ]

        # Judged.
        busy = models.busy | sweeps if fast else models.busy
        m.d.comb += [
            recorder.beat3.eq(judged),
            recorder.sums.eq(sums),
            recorder.tree_sums.eq(tree_sums),
            recorder.tiers.eq(judge.tiers),
            recorder.verdict.eq(judge.verdict),
            recorder.proposed.eq(judge.proposed),
            recorder.enforce.eq(judge.enforce),
            recorder.vaccinated.eq(vaccinated),
            recorder.vaccine.eq(cam.vaccine),
            recorder.floored.eq(judge.floored),
            recorder.by_tree.eq(judge.by_tree),
            self.running.eq(models.running),
            self.model.eq(models.active),
            self.model_ready.eq(models.ready),
            self.commit.eq(latch.commit),
            self.idle.eq(
                ~(latch.full | busy | book.reap.valid | recorder.valid | recorder.pending)
                & ~reduce(or_, (beat.valid for beat in (entry, beat1, summed, beat2, beat3, judged)))
            ),
            self.decided.eq(judged.valid & judged.last),
            self.verdict.eq(judge.verdict),
            self.recorded.eq(recorder.valid),
            self.record.eq(recorder.record),
        ]

        if self.births:
            self._births(m, event, cam, book, recorder, judged, hit3)

        # A spilled state is gathered behind its beat; the SPILL lingers, so that none overtakes, and its slot is
        # looked for all the while.  A refused one leaves with zeros: it might name another process's slot.
        spilled = self.state

        def spills(beat: Any) -> Any:
            return beat.valid & (beat.op == Op.SPILL) & (beat.fault == 0)

        with m.If(spills(beat1)):
            m.d.sync += [spilled[f"token{i + 1}"].eq(history.past.tokens[i]) for i in range(HISTORY)]
            m.d.sync += spilled.path_class.eq(history.past.path_class)
            m.d.sync += [spilled.profile.eq(slots.profile), spilled.allow.eq(slots.allow)]
            m.d.sync += spilled.swaps.eq(models.swaps)
        with m.If(spills(beat3 if fast else beat2)):
            m.d.sync += [spilled[name].eq(accumulators.sums[name]) for name in SUMS.members]
            m.d.sync += [spilled[name].eq(accumulators.tree_sums[name]) for name in TREE_SUMS.members]
        with m.If(spills(judged)):
            m.d.sync += [spilled[name].eq(judge.tiers[name]) for name in TIERS.members]
        with m.If(beat0.valid & (beat0.op == Op.SPILL)):
            m.d.sync += spilled.eq(0)
        return m

    def _births(
        self, m: Module, event: Any, cam: Cam, book: Book, recorder: Recorder, judged: Any, hit: Any
    ) -> None:
        """What a birth needs of the pipeline: a choice of banks, and calls that are judged, with their keys."""
        bank, merged = Signal(range(BANKS)), Signal()
        with m.If(cam.inserted | cam.merged):
            m.d.sync += [bank.eq(Mux(cam.choice != 0, cam.chosen, 0)), merged.eq(cam.merged)]
        done, outcome = judged.fault == 0, recorder.outcome
        m.d.comb += [
            outcome.bank.eq(Mux(done, bank, 0)),
            outcome.merged.eq(done & merged),
            outcome.born.eq(event.ok & ~event.source),
        ]
        call = self.judged
        m.d.comb += [
            cam.choice.eq(event.a5[HOST_BANKS:BANKS]),
            book.renewed.eq(cam.merged),
            self.judges.eq(judged.valid & (judged.op == Op.CALL) & (judged.fault == 0)),
            call.key.eq(later(m, cam.key, VERDICT_EDGES)),
            call.slot.eq(judged.event_slot),
            call.verdict.eq(self.verdict),
            call.tier.eq(recorder.tiers.tier),
            call.vaccinated.eq(hit),
        ]
