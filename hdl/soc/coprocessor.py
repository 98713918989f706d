"""The coprocessor: the screening pipeline on the core's bus, and in the core's calls.

    core's side band ── calls ──┐                      ┌── dispatch ◀── handler tables
                                ├─▶ pipeline ── verdict┤
    event, path registers ─ host port                  └── records ──▶ record, state registers
    main RAM ── strings ── paths of the core's calls

The pipeline runs in clock domain `screen`, all else in `sync`; the edges of both coincide, and those of `screen`
may be left out while `screen_idle` says so.  It does not stop the core, it tells: by `stop`, `tamper` and
`irq_tamper`.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, DomainRenamer, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.entries import AGGREGATE_ENTRY
from hdl.contract.event import EVENT as EVENT_LAYOUT
from hdl.contract.event import RECORD as RECORD_LAYOUT
from hdl.contract.event import STATE as STATE_LAYOUT
from hdl.contract.event import Kind
from hdl.contract.memory import CLOCK_HZ, REGIONS
from hdl.contract.paths import StringState
from hdl.contract.registers import COPROCESSOR
from hdl.contract.syscalls import ID_COUNT
from hdl.contract.tamper import TAMPER
from hdl.contract.vaccine import BANK_DEPTH, BANKS
from hdl.contract.verdict import Verdict
from hdl.screening.block import Block
from hdl.screening.pipeline import Pipeline
from hdl.soc.births import Births
from hdl.soc.bus import BusPort, Registers, bus_port
from hdl.soc.calls import CORE_SLOTS, Calls
from hdl.soc.counting import Counting, follows
from hdl.soc.dispatch import Dispatch
from hdl.soc.epoch import Epoch
from hdl.soc.frozen import SLOT, Frozen
from hdl.soc.host_port import HostPort
from hdl.soc.loader import Loader
from hdl.soc.records import Records
from hdl.soc.rest import Rest
from hdl.soc.scores import Scores
from hdl.soc.stray import Stray
from hdl.soc.strings import Strings
from hdl.soc.tampering import AlarmPort, Tampering
from hdl.soc.window import WINDOW_SHAPE

CALLS_WITHIN = 16
"""Calls in the latch and behind it are never as many."""

OBSERVED = {"dispatched": Out(1), "dispatch_waits": Out(1), "dispatch_strings": Out(1)}
"""Members that measurements look at."""


class Coprocessor(Block):
    """The registers of `COPROCESSOR`, and what they stand for.

    Parameters: `clock`, cycles per second; `banks`, of the vaccine CAM; `fast`, see Pipeline; `calls`, who
    makes events of the core's calls: `Calls`, or another block with its members but for `core`, which is its own;
    `screens`: if false, calls are no events, the register sends each to its handler, and nothing stops the core:
    no board is built like that, it is there to measure what screening costs; `observed`: with those of
    OBSERVED; `births`: vaccines are born here, see `Births`, else its registers do nothing; not with `fast`.

    Members:
      bus          the peripheral's port.
      core         what the core does.
      answered     for one cycle: the call in progress is judged, by `verdict`; `answer` is its handler.
      heard        whoever obeys has it from there; 0: it is the program that reads `dispatch`.
      cycles       cycles since reset; it may leap ahead.
      irq_record   a record waits.
      irq_tamper   `tamper` is not zero: until reset.
      alarm        the same as a frame, for the line.
      stop         the core is to begin no further instruction, until reset: from the cycle in which it is back in
                   user mode without having read the call's dispatch register; or from three cycles behind that in
                   which an instruction of the kernel began that is not where the register said (see `Stray`).
      irq_half     half of the places for records are taken.
      text_window, data_window   the registers' values one cycle later; of length 0 while the process that runs is
                   frozen, or `original` was its slot when a clone last began, and none was discarded since.
      clones, original, discards   orders to the cell: see `Frozen`.  These, too, not where `calls` is given, nor
                   is anything frozen there.
      string_fetch, string_place, string_word   a word of main RAM, see `Strings`; not where `calls` is given.
      strings      the region of that name; the same.
      screen_idle  an edge of clock `screen` at the end of this cycle would change nothing that matters.
      recorded     a record leaves the pipeline in this cycle.
      scored       it is that of a call of the core, by the process in slot `scored_slot`, with this `score` byte.
      dispatched   a call's first read of the dispatch register ends in this cycle; `dispatch_waits`: one is under
                   way and does not; `dispatch_strings`: the call that it is for has strings.

    Cycles, if nothing else is in the pipeline:
      - from a call's trap strobe to its dispatch answer on the bus (`ready`): 4, one more if a7 was written in
        the cycle before the strobe; what was read is valid one cycle later.
        A call with strings takes four cycles more, and three for every word of memory that they lie in.
      - from the write of an event's last word to `record_valid` and `irq_record`: 9.
      If `fast`, 7 and 13.

    Order: a birth goes before all others, a call of the core before vaccines that expire, and those before host
    events.  A call waits for births that hold it, and for the event that is in the latch: a host event whose paths
    are all written leaves it after at most 40 cycles, a SWAP after 87; one whose paths are not all written blocks
    it, and its dispatch answers deny in time.  So a program writes all paths, and awaits a SWAP's record, before
    it goes back to user mode.
    Room: host events and expiries are accepted while more than `CORE_SHARE` of the `RECORDS` places are free, a
    SPILL also only while one of `STATES` is.  Where they are not, the write of an event's last word waits until a
    record is read: a program alone on the bus looks at `status.event_ready` first, which speaks of the kind of
    event that it has written so far.  A word of `path` never waits for a record.  A call without a place is
    denied at once, leaves no record, and is counted in `shed`.
    Locks: `model` covers both slots, READY and SWAP events, which are refused with fault MODEL; `vaccines` covers
    hash sets and hash tables, not events.
    """

    def __init__(
        self,
        clock: int = CLOCK_HZ,
        *,
        banks: int = BANKS,
        fast: bool = False,
        calls: Block | None = None,
        screens: bool = True,
        observed: bool = False,
        births: bool = False,
    ) -> None:
        self.births = births
        self.fast = fast
        self.screens = screens
        self.observed = observed
        self.clock = clock
        self.banks = banks
        self.calls: Any = Calls() if calls is None else calls
        self.copies = calls is None
        self.unsettled = Signal()
        copies = {
            "strings": In(BusPort(REGIONS["strings"].size // 4)),
            "string_fetch": Out(1),
            "string_place": Out(range(REGIONS["ram"].size // 4)),
            "string_word": In(32),
            "clones": In(1),
            "original": In(SLOT),
            "discards": In(1),
        }
        super().__init__(
            {
                **(copies if self.copies else {}),
                "bus": In(bus_port(COPROCESSOR)),
                "core": self.calls.signature.members["core"],
                "answered": Out(1),
                "verdict": Out(Verdict),
                "answer": Out(32),
                "heard": In(1),
                "cycles": In(64),
                "irq_record": Out(1),
                "irq_tamper": Out(1),
                "alarm": Out(AlarmPort()),
                "stop": Out(1),
                "irq_half": Out(1),
                "text_window": Out(WINDOW_SHAPE),
                "data_window": Out(WINDOW_SHAPE),
                "screen_idle": Out(1),
                "recorded": Out(1),
                "scored": Out(1),
                "scored_slot": Out(range(CORE_SLOTS)),
                "score": Out(8),
                **(OBSERVED if observed else {}),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pipeline = Pipeline(self.banks, self.fast, self.births)
        m.submodules.pipeline = DomainRenamer("screen")(pipeline)
        m.submodules.registers = registers = Registers(COPROCESSOR)
        m.submodules.calls = calls = self.calls
        m.submodules.epoch = epoch = Epoch(self.clock)
        m.submodules.host = host = HostPort()
        m.submodules.records = records = Records()
        # The pipeline takes its first event when it has blanked all places of a bank.  Handlers are blanked by
        # then: else an event could find one from before a reset.
        assert ID_COUNT <= BANK_DEPTH, f"{ID_COUNT} handlers are blanked later than {BANK_DEPTH} places of a bank"
        m.submodules.dispatch = dispatch = Dispatch(
            edges=pipeline.edges, unasked=Verdict.DENY if self.screens else Verdict.ALLOW
        )
        m.submodules.loader = loader = Loader()
        m.submodules.rest = rest = Rest()
        m.submodules.stray = stray = Stray()
        m.submodules.tampering = tampering = Tampering()

        births = Births() if self.births else None
        self._events(m, pipeline, registers, calls, host, records, births)
        self._paths(m, pipeline, registers, calls, host, dispatch)
        self._leavings(m, pipeline, registers, records)
        if self.copies:
            self._counted(m, pipeline, registers, calls, records)
            self._frozen(m, registers, dispatch)
        self._tables(m, pipeline, registers, loader, dispatch)
        self._broken(m, registers, calls, dispatch, stray, tampering)
        page_waits = stirs = begins = C(0)
        if births is not None:
            m.submodules.births = births
            page_waits = self._births(m, births, pipeline, registers, calls, records, loader)
            stirs, begins = births.stirs, births.begins

        wiring.connect(m, wiring.flipped(self.core), calls.core)
        lock = registers.lock
        argument = Signal(32)
        with m.If(calls.events.valid & calls.events.ready):
            m.d.sync += argument.eq(calls.events.payload.a0)
        m.d.comb += [
            epoch.cycles.eq(self.cycles),
            calls.slot.eq(registers.slot.number),
            calls.generation.eq(registers.generation),
            calls.epoch.eq(epoch.epoch),
            dispatch.call.eq(calls.call),
            dispatch.admitted.eq(calls.admitted if self.screens else 0),
            dispatch.over.eq(calls.over),
            dispatch.returned.eq(calls.returned),
            dispatch.id.eq(calls.id),
            dispatch.taken.eq(calls.events.valid & calls.events.ready),
            dispatch.current.eq(calls.current),
            dispatch.commit.eq(pipeline.commit),
            dispatch.decided.eq(pipeline.decided),
            dispatch.verdict.eq(pipeline.verdict),
            dispatch.select.eq(registers.dispatch_select & ~self.bus.write),
            registers.dispatch.eq(dispatch.answer),
            dispatch.heard.eq(self.heard),
            self.answered.eq(dispatch.arrived),
            self.verdict.eq(dispatch.spoken),
            self.answer.eq(dispatch.answer),
            registers.argument.eq(argument),
        ]

        # A write to the verdicts' handlers that is locked becomes a read, which has no effect.
        bus, guarded = self.bus, registers.verdict_handler_select & lock.handlers
        m.d.comb += [
            registers.bus.select.eq(bus.select),
            registers.bus.write.eq(bus.write & ~guarded),
            registers.bus.address.eq(bus.address),
            registers.bus.wdata.eq(bus.wdata),
            bus.ready.eq(registers.bus.ready),
            bus.rdata.eq(registers.bus.rdata),
        ]
        asked = Signal()
        m.d.sync += asked.eq(registers.vaccine_written)
        questions = registers.vaccine_hits_select | registers.vaccine_expiry_select
        last_word = registers.event_index == EVENT_LAYOUT.words - 1
        m.d.comb += registers.hold.eq(
            page_waits
            | registers.event_select & bus.write & last_word & ~host.event_ready
            | registers.path_select & bus.write & ~host.path_ready
            | dispatch.hold
            | loader.read & ~loader.done
            | questions & asked
            | registers.handler_select & bus.write & dispatch.clearing
            | registers.tampering_select & tampering.hold
            | self.unsettled
        )

        status, shed = registers.status, Signal(32)
        refused = (
            loader.refused
            | registers.handler_written & lock.handlers
            | guarded & bus.write & bus.ready
            | host.offered & (host.offer.kind == Kind.SWAP) & lock.model
        )
        m.d.sync += shed.eq(shed + (calls.call & ~calls.admitted))
        m.d.comb += [
            tampering.locked.eq(refused),
            tampering.cycles.eq(self.cycles),
            status.in_call.eq(dispatch.in_call),
            status.event_ready.eq(host.event_ready),
            status.path_ready.eq(host.path_ready),
            status.record_valid.eq(records.valid),
            status.state_valid.eq(records.state_valid),
            status.load_busy.eq(loader.busy),
            status.running.eq(pipeline.running),
            status.model.eq(pipeline.model),
            status.model_ready.eq(pipeline.model_ready),
            registers.shed.eq(shed),
            self.irq_record.eq(records.valid),
            self.irq_half.eq(records.half),
            self.recorded.eq(pipeline.recorded),
            self.scored.eq(
                pipeline.recorded & (pipeline.record.kind == Kind.CALL) & (pipeline.record.slot < CORE_SLOTS)
            ),
            self.scored_slot.eq(pipeline.record.slot),
            self.score.eq(pipeline.record.score),
            rest.idle.eq(pipeline.idle),
            rest.stirred.eq(pipeline.events.valid | loader.busy | loader.read | asked | stirs),
            rest.rescan.eq(loader.ticked | begins | host.offered & (host.offer.kind == Kind.VACCINATE)),
            self.screen_idle.eq(rest.rests),
        ]
        return m

    def _births(
        self,
        m: Module,
        births: Births,
        pipeline: Pipeline,
        registers: Registers,
        calls: Any,
        records: Records,
        loader: Loader,
    ) -> Any:
        """Vaccines of what was judged; return whether an access waits for a page."""
        asked = Signal()
        m.d.sync += asked.eq(registers.birth_written)
        page = registers.birth_page_index
        key, units = births.page.key, births.page.units
        m.d.comb += [
            births.judges.eq(pipeline.judges),
            births.judged.eq(pipeline.judged),
            births.recorded.eq(pipeline.recorded),
            births.record.eq(pipeline.record),
            births.load.en.eq(loader.load.en),
            births.load.address.eq(loader.load.address),
            births.load.data.eq(loader.load.data),
            births.now.eq(loader.now),
            births.order.eq(registers.birth_order_written),
            births.order_slot.eq(registers.birth_order.slot),
            births.tags.eq(registers.birth_tag_written),
            births.tag_slot.eq(registers.birth_tag.slot),
            births.tag.eq(registers.birth_tag.tag),
            births.new.eq(calls.born),
            births.new_slot.eq(calls.born_slot),
            births.room.eq(records.room_for_births),
            births.ask.eq(asked),
            births.page_index.eq(registers.birth.number),
            records.born.eq(births.begins),
            registers.births_refused.eq(births.refused),
            registers.birth_page.eq(Mux(page == 0, key[:32], Mux(page == 1, key[32:], units))),
        ]
        return registers.birth_page_select & (asked | births.asked)

    def _events(
        self,
        m: Module,
        pipeline: Pipeline,
        registers: Registers,
        calls: Any,
        host: HostPort,
        records: Records,
        births: Births | None,
    ) -> None:
        """All sources into the pipeline, each with a place for its record."""
        from_core = calls.events.valid if self.screens else C(0)
        offered = from_core | host.events.valid
        payload = Mux(from_core, calls.events.payload.as_value(), host.events.payload.as_value())
        ready, holds = pipeline.events.ready, C(0)
        if births is not None:
            holds, ready = births.holds, ready & ~births.holds
            offered = Mux(holds, births.event.valid, offered)
            payload = Mux(holds, births.event.payload.as_value(), payload)
            m.d.comb += births.event.ready.eq(pipeline.events.ready)
        m.d.comb += [
            pipeline.events.valid.eq(offered),
            pipeline.events.payload.eq(payload),
            calls.events.ready.eq(ready if self.screens else 1),
            host.events.ready.eq(ready & ~from_core),
            pipeline.hold_reaps.eq(from_core | ~records.room_for_others | holds),
            pipeline.locked.eq(registers.lock.model),
            host.event_write.eq(registers.event_written),
            host.event_index.eq(registers.event_index),
            host.event_word.eq(registers.event),
            host.path_write.eq(registers.path_written),
            host.path_word.eq(registers.path),
            host.room.eq(records.room_for_others),
            host.state_room.eq(records.state_room),
            calls.room.eq(records.room),
            records.core.eq(calls.admitted if self.screens else 0),
            records.host.eq(host.offered),
            records.spill.eq(host.offer.kind == Kind.SPILL),
            records.reaped.eq(pipeline.reaped),
        ]
        # Events that give one of the core's slots to a new process.
        offer = host.offer
        of_core = host.offered & (offer.source == 0)
        with m.Switch(offer.kind):
            with m.Case(Kind.CLEAR, Kind.RESTORE):
                m.d.comb += [calls.born.eq(of_core & (offer.slot < CORE_SLOTS)), calls.born_slot.eq(offer.slot)]
            with m.Case(Kind.FORK):
                m.d.comb += [calls.born.eq(of_core & (offer.a0 < CORE_SLOTS)), calls.born_slot.eq(offer.a0)]

    def _broken(
        self, m: Module, registers: Registers, calls: Any, dispatch: Dispatch, stray: Stray, tampering: Tampering
    ) -> None:
        """What becomes of a kernel that does not follow the verdict."""
        wiring.connect(m, tampering.alarm, wiring.flipped(self.alarm))
        m.d.comb += [
            stray.call.eq(calls.call),
            stray.over.eq(calls.over),
            stray.began.eq(calls.began),
            stray.pc.eq(calls.pc),
            stray.read.eq(dispatch.read),
            stray.answer.eq(dispatch.answer),
            tampering.undispatched.eq(dispatch.undispatched if self.screens else 0),
            tampering.strayed.eq(stray.strayed if self.screens else 0),
            tampering.last.eq(stray.last),
            tampering.before.eq(stray.before),
            tampering.handler.eq(stray.handler),
            tampering.answered.eq(stray.answered),
            tampering.call.eq(calls.call),
            tampering.slot.eq(registers.slot.number),
            tampering.generation.eq(registers.generation),
            tampering.index.eq(registers.tampering_index),
            tampering.take.eq(registers.tampering_read & (registers.tampering_index == TAMPER.words - 1)),
            registers.tampering.value.eq(tampering.word),
            registers.tamper.as_value().eq(tampering.rules),
            self.irq_tamper.eq(tampering.rules.any()),
            self.stop.eq(tampering.stop),
        ]

    def _paths(
        self, m: Module, pipeline: Pipeline, registers: Registers, calls: Any, host: HostPort, dispatch: Dispatch
    ) -> None:
        """The paths of the event in the latch: a program's, or the strings of the core's call."""
        if not self.copies:
            wiring.connect(m, host.paths, pipeline.paths)
            return
        m.submodules.strings = strings = Strings()
        wiring.connect(m, wiring.flipped(self.strings), strings.bus)
        m.d.comb += [
            strings.begin.eq(calls.events.valid & calls.events.ready if self.screens else 0),
            strings.event.eq(calls.events.payload),
            strings.which.eq(calls.which),
            strings.text_window.eq(registers.text_window),
            strings.data_window.eq(registers.data_window),
            strings.cwd.eq(registers.cwd),
            self.string_fetch.eq(strings.fetch),
            self.string_place.eq(strings.place),
            strings.word.eq(self.string_word),
            registers.strings.eq(strings.states),
            dispatch.patient.eq(strings.busy),
            pipeline.paths.valid.eq(Mux(strings.busy, strings.paths.valid, host.paths.valid)),
            pipeline.paths.payload.eq(
                Mux(strings.busy, strings.paths.payload.as_value(), host.paths.payload.as_value())
            ),
            strings.paths.ready.eq(strings.busy & pipeline.paths.ready),
            host.paths.ready.eq(~strings.busy & pipeline.paths.ready),
        ]
        if self.observed:
            answered = Signal()
            m.d.sync += answered.eq(~calls.call & (answered | dispatch.read))
            m.d.comb += [
                self.dispatched.eq(dispatch.read & ~answered),
                self.dispatch_waits.eq(dispatch.hold),
                self.dispatch_strings.eq(strings.states.state0 != StringState.NONE),
            ]

    def _leavings(self, m: Module, pipeline: Pipeline, registers: Registers, records: Records) -> None:
        """Records and states out of the pipeline, to be read word by word."""
        m.d.comb += [
            records.recorded.eq(pipeline.recorded),
            records.record.eq(pipeline.record),
            records.state.eq(pipeline.state),
            registers.record.eq(records.head[registers.record_index]),
            registers.state.eq(records.state_head[registers.state_index]),
            records.take.eq(registers.record_read & (registers.record_index == RECORD_LAYOUT.words - 1)),
            records.state_take.eq(registers.state_read & (registers.state_index == STATE_LAYOUT.words - 1)),
        ]

    def _counted(self, m: Module, pipeline: Pipeline, registers: Registers, calls: Any, records: Records) -> None:
        """The core's calls that are allowed are counted; the last word on each of its processes is kept."""
        m.submodules.counting = counting = Counting()
        m.submodules.scores = scores = Scores()
        # Of the calls in the pipeline: whether each is the core's, the oldest first.
        origins, calls_within = Signal(CALLS_WITHIN), Signal(range(CALLS_WITHIN + 1))
        enters = pipeline.events.valid & pipeline.events.ready & (pipeline.events.payload.kind == Kind.CALL)
        leaves = pipeline.recorded & (pipeline.record.kind == Kind.CALL)
        from_core, of_core = calls.events.valid if self.screens else C(0), leaves & origins[0]
        left = calls_within - leaves
        m.d.sync += [
            calls_within.eq(left + enters),
            origins.eq(origins >> leaves | (enters & from_core) << left[: (CALLS_WITHIN - 1).bit_length()]),
        ]
        entry = registers.count_index == AGGREGATE_ENTRY.words - 1
        m.d.comb += [
            counting.on.eq(registers.counting.on),
            counting.offered.eq(of_core),
            counting.record.eq(pipeline.record),
            records.counted.eq(
                counting.counts | pipeline.recorded & registers.counting.on & follows(pipeline.record)
            ),
            counting.take.eq(registers.count_read & entry & (counting.waiting != 0)),
            registers.count.eq(counting.head[registers.count_index]),
            registers.counted.entries.eq(counting.waiting),
            registers.counted_from.eq(counting.since),
            registers.counted_to.eq(counting.until),
            registers.status.count_valid.eq(counting.waiting != 0),
            self.unsettled.eq(registers.count_select & ~counting.settled),
            registers.status.count_filled.eq(counting.filled),
            scores.scored.eq(of_core & (pipeline.record.slot < CORE_SLOTS)),
            scores.record.eq(pipeline.record),
            scores.slot.eq(registers.score_slot.slot),
            registers.score.eq(scores.score[registers.score_index]),
        ]

    def _frozen(self, m: Module, registers: Registers, dispatch: Dispatch) -> None:
        """Who does not run, whatever the kernel does."""
        m.submodules.frozen = frozen = Frozen()
        m.d.comb += [
            frozen.slot.eq(registers.slot.number),
            frozen.judged.eq(dispatch.arrived),
            frozen.verdict.eq(dispatch.spoken),
            frozen.order.eq(registers.freeze_written),
            frozen.order_slot.eq(registers.freeze.slot),
            frozen.order_on.eq(registers.freeze.on),
            frozen.clones.eq(self.clones),
            frozen.original.eq(self.original),
            frozen.discards.eq(self.discards),
            frozen.text_window.eq(registers.text_window),
            frozen.data_window.eq(registers.data_window),
            self.text_window.eq(frozen.text_open),
            self.data_window.eq(frozen.data_open),
            registers.frozen.eq(frozen.frozen),
        ]

    def _tables(
        self, m: Module, pipeline: Pipeline, registers: Registers, loader: Loader, dispatch: Dispatch
    ) -> None:
        """The load port with its read-back, handlers, vaccines."""
        wiring.connect(m, loader.load, pipeline.load)
        m.d.comb += [
            loader.address.eq(registers.load_address.address),
            loader.word.eq(registers.load_data),
            loader.write.eq(registers.load_data_written),
            loader.lock.eq(registers.lock),
            loader.read.eq(registers.load_read_select & ~self.bus.write),
            pipeline.readback_start.eq(loader.readback_start),
            pipeline.readback_address.eq(loader.readback_address),
            loader.readback_done.eq(pipeline.readback_done),
            loader.readback_data.eq(pipeline.readback_data),
            pipeline.now.eq(loader.now),
            registers.load_read.byte.eq(loader.byte),
            registers.load_address_step.eq(registers.load_data_written | registers.load_read_read),
            dispatch.write.eq(registers.handler_written & ~registers.lock.handlers),
            dispatch.write_id.eq(registers.handler_index.id),
            dispatch.write_address.eq(registers.handler),
            registers.handler_index_step.eq(registers.handler_written),
            registers.verdict_handler_index.eq(dispatch.verdict_index),
            dispatch.verdict_handler.eq(registers.verdict_handler),
            pipeline.query.eq(registers.vaccine.index),
            registers.vaccine_hits.eq(pipeline.hits),
            registers.vaccine_expiry.eq(Mux(pipeline.live, pipeline.expiry, 0)),
        ]
