"""Births: calls become vaccines, ahead of every event that has not begun yet.

    judged calls, orders ── template ── queue ──┬── history: whose work would it meet?
                                                ├── the tree's share
                                                └── VACCINATE ──▶ the pipeline, before all others

One clock domain.  It decides what is born and whom it binds; where a birth stands, and whether it is one already,
the CAM finds out.  Births and benign work are the core's own: the host's processes get none, and are matched like
all others.  It evicts nothing: while no index or no place is free, births are refused, and counted.
Twin: `models.golden.births`.
"""

from __future__ import annotations

from functools import reduce
from operator import xor
from typing import Any

from amaranth import C, Cat, Module, Mux, Signal
from amaranth.lib import data, fifo
from amaranth.lib.wiring import In, Out

from hdl.contract.births import (
    ALWAYS,
    BENIGN_BELOW,
    BIRTH_FIRST,
    BIRTH_UNITS,
    BIRTHS,
    BREEDS_FROM,
    BREEDS_TIER,
    HISTORY,
    HISTORY_ROWS,
    MASKED_BITS,
    PROGRAMS,
    REFILL_SECONDS,
    TAGS,
    TREE_BURST,
    TREE_UNIT,
)
from hdl.contract.event import SLOTS, TREES, Kind
from hdl.contract.load import Target
from hdl.contract.syscalls import ID_COUNT
from hdl.contract.vaccine import MASK_UNITS, TTL_SECONDS
from hdl.contract.verdict import Tier, Verdict
from hdl.screening.block import Block, bundle, later, rows_of
from hdl.screening.layouts import JUDGED, KEY, OUTCOME, RECORD, TEMPLATE, LoadPort, event_stream, shape_of
from hdl.screening.loading import word_write

CORE_SLOTS = SLOTS // 2
UNITS = len(MASK_UNITS)
QUEUE = 8
"""Births that may wait: more than calls are on their way when the first of them holds up the others."""

PAGE = data.StructLayout({"key": KEY.size, "units": UNITS})
"""What a birth is, as the program reads it."""

ROW = shape_of(HISTORY)
WANTED = data.StructLayout({"key": MASKED_BITS, "units": UNITS, "tree": 6, "slot": 6})
"""A birth that waits: its key under its template, whose it is, and whose call it was."""

NOTE = data.StructLayout({"key": MASKED_BITS, "tags": TAGS})
"""A benign call, to be remembered."""


def folded(key: Any) -> Any:
    """Return the row of the history for a masked key; twin of `births.history_row`."""
    parts = []
    for turn, low in enumerate(range(0, MASKED_BITS, 8)):
        byte = key[low : low + 8]
        parts.append(Cat(byte, C(0, 8 - len(byte))).rotate_left(turn))
    return reduce(xor, parts)


class Births(Block):
    """Members:

      judges, judged    the pipeline's: a call is judged in this cycle.
      recorded, record  the pipeline's, two cycles behind a call's verdict.
      load              the load port, for TEMPLATES.
      now               powered seconds.
      order, order_slot for one cycle: the last call of the core's slot is to be a vaccine.
      tags, tag_slot, tag   for one cycle: the program in the core's slot has this tag.
      new, new_slot     for one cycle: the core's slot gets a process of its own, which has called nothing yet.
      room              four places for records are free at least.
      begins            for one cycle: a birth will be offered, and have a record.
      event             the birth; it goes before all others.
      holds             no other event may begin.
      ask, page_index   for one cycle: the page of a birth is to be looked up; `asked` until `page` shows it.
                        What it shows counts while that vaccine is in force.
      refused           births that were not made, since reset: the tree had had its share, no index or place was
                        free, the slot has called nothing, or an order came while the one before waited.
      stirs             something is under way.

    Cycles, if nothing is in the latch: from the verdict to the birth's taking 4, to the commit of the first event
    behind it, which it may match, 10; one more from `order` on, and up to two where a benign call is just being
    noted.  Every event that is taken later than the cycle of the verdict is looked up behind the birth.
    For the first 256 cycles after reset nothing is born.
    Benign calls are noted one at a time: of calls that follow each other faster than every four cycles, some.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "judges": In(1),
                "judged": In(JUDGED),
                "recorded": In(1),
                "record": In(RECORD),
                "load": In(LoadPort()),
                "now": In(32),
                "order": In(1),
                "order_slot": In(range(CORE_SLOTS)),
                "tags": In(1),
                "tag_slot": In(range(CORE_SLOTS)),
                "tag": In(range(TAGS)),
                "new": In(1),
                "new_slot": In(range(CORE_SLOTS)),
                "room": In(1),
                "begins": Out(1),
                "event": Out(event_stream()),
                "holds": Out(1),
                "ask": In(1),
                "page_index": In(range(BIRTHS)),
                "page": Out(PAGE),
                "asked": Out(1),
                "refused": Out(32),
                "stirs": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.queue = queue = fifo.SyncFIFO(width=WANTED.size, depth=QUEUE)
        first = bundle(WANTED)
        wanted, breeds, lacks, fresh, ordered = self._wanted(m, queue.r_rdy)
        note, noting, noted, tag = self._notes(m, wanted, first)
        free, full = self._indices(m)
        birth = bundle(WANTED)
        clear, cleared = Signal(range(HISTORY_ROWS)), Signal()
        spent = self._shares(m, first.tree, clear, cleared)
        m.d.comb += [queue.w_data.eq(wanted), queue.w_en.eq(breeds), first.eq(queue.r_data)]

        # One memory: the history, and behind it the pages.
        m.submodules.rows = rows = rows_of(ROW, HISTORY_ROWS + BIRTHS, races=False, block=True)
        read, write = rows.read_port(), rows.write_port()
        row, looks, asking = read.data, Signal(), Signal(range(BIRTHS))
        with m.If(self.ask):
            m.d.sync += [self.asked.eq(1), asking.eq(self.page_index)]
        assert PROGRAMS == 1, "one other program is enough: its bit is all that is looked at"
        met = Signal()
        m.d.comb += [
            met.eq(row.valid & (row.key == Mux(looks, first.key, note.key))),
            write.addr.eq(folded(note.key)),
            write.data.valid.eq(1),
            write.data.fresh.eq(met),
            write.data.key.eq(note.key),
            write.data.tags.eq(note.tags | Mux(met, row.tags, 0)),
        ]

        narrow, page, outcome = Signal(), bundle(PAGE), bundle(OUTCOME)
        lost, failed, works = Signal(), Signal(), Signal()
        m.d.comb += [works.eq(1), outcome.as_value().eq(self.record.spare1)]
        with m.FSM():
            with m.State("CLEAR"):  # what was remembered before a reset
                m.d.comb += [write.en.eq(1), write.addr.eq(clear), write.data.as_value().eq(0)]
                m.d.sync += clear.eq(clear + 1)
                with m.If(clear == HISTORY_ROWS - 1):
                    m.d.sync += cleared.eq(1)
                    m.next = "IDLE"
            with m.State("IDLE"):
                m.d.comb += works.eq(queue.r_rdy | noting | self.asked)
                with m.If(queue.r_rdy & self.room):
                    m.d.comb += read.addr.eq(folded(first.key))
                    m.next = "LOOK"
                with m.Elif(self.asked):  # also while a birth waits for room: who asks is who makes it
                    m.d.comb += read.addr.eq(HISTORY_ROWS + asking)
                    m.next = "PAGE"
                with m.Elif(noting):
                    m.d.comb += read.addr.eq(folded(note.key))
                    m.next = "NOTE"
            with m.State("LOOK"):
                m.d.comb += [
                    looks.eq(1),
                    queue.r_en.eq(1),
                    lost.eq(spent >= TREE_BURST),
                    self.begins.eq(~lost),
                ]
                m.d.sync += [birth.eq(first), narrow.eq(met & (row.tags & ~(1 << tag)).any())]
                with m.If(lost):
                    m.next = "IDLE"
                with m.Else():
                    m.next = "OFFER"
            with m.State("OFFER"):
                m.d.comb += self.event.valid.eq(1)
                with m.If(self.event.ready):
                    m.d.comb += [
                        write.en.eq(~full),
                        write.addr.eq(HISTORY_ROWS + free),
                        write.data.as_value().eq(page.as_value()),
                    ]
                    m.next = "AWAIT"
            with m.State("AWAIT"):
                with m.If(self.recorded & (self.record.kind == Kind.VACCINATE) & outcome.born):
                    m.d.comb += failed.eq(self.record.fault != 0)
                    m.next = "IDLE"
            with m.State("NOTE"):
                m.d.comb += [noted.eq(1), write.en.eq(1)]
                with m.If(~met & row.valid & row.fresh):
                    m.d.comb += [write.data.eq(row), write.data.fresh.eq(0)]
                m.next = "IDLE"
            with m.State("PAGE"):
                m.d.sync += [self.page.as_value().eq(row.as_value()), self.asked.eq(0)]
                m.next = "IDLE"

        units, tree = birth.units | Mux(narrow, TREE_UNIT, 0), Mux(narrow, birth.tree, 0)
        event = self.event.payload
        m.d.comb += [
            page.key.eq(Cat(birth.key, tree)),
            page.units.eq(units),
            event.kind.eq(Kind.VACCINATE),
            event.slot.eq(birth.slot),
            event.ok.eq(1),
            event.id.eq(birth.key[:9]),
            event.a0.eq(page.key[:32]),
            event.a1.eq(page.key[32:]),
            event.a2.eq(BIRTH_FIRST + free),
            event.a3.eq(self.now + TTL_SECONDS),
            event.a4.eq(units),
            *(event.a5[bank].eq((units & needed) == needed) for bank, needed in BIRTH_UNITS.items()),
            self.holds.eq(fresh | ordered | queue.r_rdy | looks | self.event.valid),
            self.stirs.eq(fresh | ordered | works),
        ]
        m.d.sync += self.refused.eq(self.refused + lost + failed + lacks)
        return m

    def _wanted(self, m: Module, busy: Any) -> tuple[Any, Any, Any, Any, Any]:
        """Make a WANTED of the call that was judged in the cycle before, or ordered while none waits (`busy`).

        Return it; whether it is to be born; whether an order names nothing; whether it may have to be born, known
        earlier; whether an order waits.
        """
        m.submodules.templates = templates = rows_of(TEMPLATE, ID_COUNT)
        m.submodules.last = last = rows_of(KEY, CORE_SLOTS)
        look, load = templates.read_port(), templates.write_port()
        old, keep = last.read_port(domain="comb"), last.write_port()
        judged, slot, known = self.judged, Signal(range(CORE_SLOTS)), Signal(CORE_SLOTS)
        seen, valid, by_order = bundle(JUDGED), Signal(), Signal()
        of_core = self.judges & ~judged.slot[-1]
        with m.If(of_core):
            m.d.sync += known.bit_select(judged.slot[:-1], 1).eq(1)
        with m.If(self.new):
            m.d.sync += known.bit_select(self.new_slot, 1).eq(0)

        # An order takes its turn in a cycle without a verdict, when no birth waits: so the queue is long enough.
        ordered = Signal()
        turn, names = ordered & ~self.judges & ~busy & ~valid, known.bit_select(slot, 1)
        with m.If(self.order & ~ordered):
            m.d.sync += [ordered.eq(1), slot.eq(self.order_slot)]
        with m.Elif(turn):
            m.d.sync += ordered.eq(0)
        m.d.sync += [
            valid.eq(self.judges | turn & names),
            by_order.eq(turn & names),
            seen.eq(judged),
        ]
        with m.If(turn):
            m.d.sync += [seen.key.eq(old.data), seen.slot.eq(slot)]
        m.d.comb += [
            old.addr.eq(slot),
            keep.addr.eq(judged.slot),
            keep.data.eq(judged.key),
            keep.en.eq(of_core),
            look.addr.eq(Mux(self.judges, judged.key.id, old.data.id)),
            load.addr.eq(self.load.address),
            load.data.eq(self.load.data),
            load.en.eq(word_write(self.load, Target.TEMPLATES)),
        ]

        found, wanted, breeds = look.data, bundle(WANTED), Signal()
        harsh = ~seen.slot[-1] & (seen.verdict >= BREEDS_FROM) & (seen.tier >= BREEDS_TIER) & ~seen.vaccinated
        units = (~found.ignored | ALWAYS) & (((1 << UNITS) - 1) & ~TREE_UNIT)
        m.d.comb += [
            wanted.units.eq(units),
            wanted.tree.eq(seen.key.tree),
            wanted.slot.eq(seen.slot),
            *(
                wanted.key[low : low + width].eq(
                    Mux(wanted.units[unit], seen.key.as_value()[low : low + width], 0)
                )
                for unit, (_, low, width) in enumerate(MASK_UNITS)
                if low < MASKED_BITS
            ),
            breeds.eq(valid & (by_order | harsh & found.breeds.bit_select(seen.key.path_class, 1))),
        ]
        lacks = later(m, turn & ~names | self.order & ordered, 1)
        return wanted, breeds, lacks, valid & (by_order | harsh), ordered

    def _notes(self, m: Module, wanted: Any, birth: Any) -> tuple[Any, Signal, Signal, Signal]:
        """Keep one benign call until it is noted.

        Return it; whether there is one; a signal that it is noted; and the tag of the program that `birth` is of.
        """
        m.submodules.tags = store = rows_of(range(TAGS), CORE_SLOTS)
        read, own, write = (store.read_port(domain="comb"), store.read_port(domain="comb"), store.write_port())
        tag_of_birth = Signal(range(TAGS))
        record, note, noting, noted = self.record, bundle(NOTE), Signal(), Signal()
        benign = (
            self.recorded
            & (record.kind == Kind.CALL)
            & (record.fault == 0)
            & ~record.slot[-1]
            & (record.verdict == Verdict.ALLOW)
            & (record.proposed == Verdict.ALLOW)
            & (record.tier == Tier.CALM)
            & (record.score < BENIGN_BELOW)
        )
        masked = later(m, wanted.key, 1)
        m.d.comb += [
            read.addr.eq(record.slot),
            own.addr.eq(birth.slot),
            tag_of_birth.eq(own.data),
            write.addr.eq(self.tag_slot),
            write.data.eq(self.tag),
            write.en.eq(self.tags),
        ]
        with m.If(benign & ~noting):
            m.d.sync += [noting.eq(1), note.key.eq(masked), note.tags.eq(1 << read.data)]
        with m.Elif(noted):
            m.d.sync += noting.eq(0)
        return note, noting, noted, tag_of_birth

    def _indices(self, m: Module) -> tuple[Signal, Signal]:
        """Follow which indices are in force; return the lowest that is not, and whether all are, a cycle late."""
        record, live = self.record, Signal(BIRTHS)
        enters, leaves = record.kind == Kind.VACCINATE, record.kind == Kind.REVOKE
        index = (record.vaccine - BIRTH_FIRST)[: (BIRTHS - 1).bit_length()]
        with m.If(self.recorded & (record.fault == 0) & (enters | leaves) & (record.vaccine >= BIRTH_FIRST)):
            m.d.sync += live.bit_select(index, 1).eq(enters)
        free, full = Signal(range(BIRTHS), init=0), Signal()
        m.d.sync += [free.eq(BIRTHS - 1), full.eq(live.all())]
        for number in reversed(range(BIRTHS)):
            with m.If(~live[number]):
                m.d.sync += free.eq(number)
        return free, full

    def _shares(self, m: Module, tree: Any, clear: Any, cleared: Any) -> Any:
        """Count births by tree; return those of `tree` that its share does not give back yet.

        clear, cleared: a count, and whether it has come to its end: all trees have their shares then.
        """
        m.submodules.shares = shares = rows_of(range(TREE_BURST + 1), TREES)
        mine, theirs, write = (
            shares.read_port(domain="comb"),
            shares.read_port(domain="comb"),
            shares.write_port(),
        )
        shift = REFILL_SECONDS.bit_length() - 1
        assert 1 << shift == REFILL_SECONDS
        past, turn, turns = Signal(32 - shift), Signal(range(TREES)), Signal()
        m.d.sync += past.eq(self.now[shift:])
        with m.If(self.now[shift:] != past):
            m.d.sync += [turns.eq(1), turn.eq(0)]
        with m.Elif(turns & ~self.begins):
            m.d.sync += [turn.eq(turn + 1), turns.eq(turn != TREES - 1)]
        m.d.comb += [
            mine.addr.eq(tree),
            theirs.addr.eq(turn),
            write.en.eq(self.begins | turns | ~cleared),
            write.addr.eq(Mux(self.begins, tree, turn)),
            write.data.eq(Mux(self.begins, mine.data + 1, theirs.data - (theirs.data != 0))),
        ]
        with m.If(~cleared):
            m.d.comb += [write.addr.eq(clear), write.data.eq(0)]
        return mine.data
