"""Calls that are allowed, counted by process and call, so that the core need not read a record for each.

Entries stand in a buffer in the order in which they began, and leave it in that order.  A table of hints says
where a process's count of a call stood last: a hint may be wrong, for what it leads to says itself whose it is.
So what finds no entry of its own begins one, and a call may have several.  One clock domain.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.entries import AGGREGATE_ENTRY
from hdl.contract.event import Kind
from hdl.contract.registers import COUNTS
from hdl.contract.verdict import SECRET_FROM, Fault, Verdict
from hdl.screening.block import Block, bundle, rows_of
from hdl.screening.layouts import RECORD
from hdl.soc.calls import CORE_SLOTS

FILLED = COUNTS * 3 // 4
"""Entries from which on the program is to be told."""

_SLOT_BITS = (CORE_SLOTS - 1).bit_length()
KEY = data.StructLayout({"slot": _SLOT_BITS, "id": 9, "generation": 32})
"""Whose call it is, and which."""
ROW = data.StructLayout({"key": KEY, "count": 16})
HINTS = 1 << 10
"""Hints: one for each call of a process; processes in different slots may share some."""


def countable(record: Any) -> Any:
    """Return whether nobody has to see a call's record: it is allowed, by either mode, and touches no secret.

    Twin: `REMARKABLE` in firmware/kernel/screen.c, and `scores_take`.
    """
    return (
        (record.kind == Kind.CALL)
        & (record.verdict == Verdict.ALLOW)
        & (record.proposed == Verdict.ALLOW)
        & (record.fault == Fault.NONE)
        & (record.path_class < SECRET_FROM)
        & (record.slot < CORE_SLOTS)
    )


def follows(record: Any) -> Any:
    """Return whether a record only says that a slot of the core's follows its process, as the kernel asked.

    Twin: `native_counted` in firmware/native/counting.c.
    """
    return (
        ((record.kind == Kind.FORK) | (record.kind == Kind.EXEC) | (record.kind == Kind.EXIT))
        & (record.fault == Fault.NONE)
        & (record.slot < CORE_SLOTS)
    )


def hint_of(key: Any) -> Any:
    """Return where the hint of a key stands: no two calls of a process share one."""
    return Cat(key.slot[0], key.id[:6], key.id[6:] ^ key.slot[1:4])


class Counting(Block):
    """Members:

    on         counting is switched on.
    offered    for one cycle: `record` leaves the pipeline, of a call of the core's.
    counts     in the same cycle: it is counted here, and nobody else need take it.  Not while it is off, for a
               record that is not `countable`, in the three cycles behind one that was, or with all COUNTS entries
               in use.
    waiting    entries; `filled`: FILLED or more.
    since, until   numbers of the first record that was counted since there was no entry, and of the one behind the
               last that was.
    settled    `head` is the oldest entry, as an AGGREGATE_ENTRY; from the second cycle on behind a `take`, from
               the fifth behind a record.
    take       that entry leaves at the end of this cycle; only while `settled`, and with an entry.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "on": In(1),
                "offered": In(1),
                "record": In(RECORD),
                "counts": Out(1),
                "waiting": Out(range(COUNTS + 1)),
                "filled": Out(1),
                "since": Out(32),
                "until": Out(32),
                "settled": Out(1),
                "head": Out(data.ArrayLayout(32, AGGREGATE_ENTRY.words)),
                "take": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.rows = rows = rows_of(ROW, COUNTS, races=False)
        m.submodules.hints = hints = rows_of(range(COUNTS), HINTS, races=False)
        read, write = rows.read_port(), rows.write_port()
        hint, hints_write = hints.read_port(), hints.write_port()
        # Entries stand from `first` on; one more bit than a place has tells a full buffer from an empty one.
        first, end = Signal(range(2 * COUNTS)), Signal(range(2 * COUNTS))
        key, place, begins = bundle(KEY), Signal(range(COUNTS)), Signal()
        resting, looks, waits, writes = Signal(), Signal(), Signal(), Signal()
        record, row = self.record, read.data

        m.d.comb += [
            resting.eq(~(looks | waits | writes)),
            self.waiting.eq((end - first)[: len(end)]),
            self.filled.eq(self.waiting >= FILLED),
            self.counts.eq(self.offered & self.on & countable(record) & resting & (self.waiting != COUNTS)),
        ]
        m.d.sync += [looks.eq(self.counts), waits.eq(looks), writes.eq(waits)]
        with m.If(self.counts):
            m.d.sync += [
                key.slot.eq(record.slot),
                key.id.eq(record.id),
                key.generation.eq(record.generation),
                self.until.eq(record.sequence + 1),
            ]
            with m.If(self.waiting == 0):
                m.d.sync += self.since.eq(record.sequence)

        # looks: for the hint; waits: for the entry that it leads to; writes: that one or a new one.
        depth = Signal(range(COUNTS))
        m.d.comb += [
            hint.addr.eq(hint_of(key)),
            read.addr.eq(Mux(waits, hint.data, first[: len(read.addr)])),
            depth.eq(place - first),
            begins.eq((depth >= self.waiting) | (row.key.as_value() != key.as_value()) | (row.count.all())),
            write.en.eq(writes),
            write.addr.eq(Mux(begins, end[: len(write.addr)], place)),
            write.data.key.eq(key),
            write.data.count.eq(Mux(begins, 1, row.count + 1)),
            hints_write.en.eq(writes & begins),
            hints_write.addr.eq(hint_of(key)),
            hints_write.data.eq(end[: len(write.addr)]),
        ]
        with m.If(waits):
            m.d.sync += place.eq(hint.data)
        with m.If(writes & begins):
            m.d.sync += end.eq(end + 1)
        with m.If(self.take):
            m.d.sync += first.eq(first + 1)

        shown = Signal()
        m.d.sync += shown.eq(resting & ~self.counts & ~self.take)
        packed = {"slot": row.key.slot, "id": row.key.id, "count": row.count, "generation": row.key.generation}
        m.d.comb += [
            self.settled.eq(shown & resting),
            self.head.as_value().eq(
                Cat(C(0, field.width) if (value := packed.get(field.name)) is None else
                    Cat(value, C(0, field.width - len(value)))
                    for field in AGGREGATE_ENTRY.fields)
            ),
        ]  # fmt: skip
        return m
