"""Screens one recorded trace and says, process by process, what became of it.

A recorded trace has happened already: a denied call does not end its replay, and what follows it is screened
as if it had gone through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.verdict import Tier, Verdict
from host.columns import Bytes, Ints, column
from host.exceptions import NEVER, Exemptions
from models.gateway import Gateway, Screened
from models.slots import Life
from models.trace import Item


@dataclass(frozen=True)
class Block:
    """The first call of a process that is not allowed, or in monitor mode would not be.

    row: its event.  line: of the trace.  name: the call's.  call, calls: it is the process's call number `call`
    of `calls`, from 1.  fraction: part of all the trace's calls that came before it.
    verdict: what was answered; proposed: what enforce mode answers.
    """

    row: int
    line: int
    name: str
    call: int
    calls: int
    fraction: float
    verdict: Verdict
    proposed: Verdict


@dataclass(frozen=True)
class Excepted:
    """Calls of a process that were not allowed and that a line of the list of exceptions lets be.

    entry: number of the exception, from 1.  calls: how many.  first: trace line of the first.  tier: the highest.
    """

    entry: int
    calls: int
    first: int
    tier: Tier


@dataclass(frozen=True)
class ProcessResult:
    """What became of one process: `scores` (0..255) and `tiers` call by call, at the events `rows`.

    block: the first call not allowed that no exception covers.  excepted: what exceptions cover.
    """

    life: Life
    rows: Ints
    scores: Ints
    tiers: Ints
    block: Block | None
    excepted: tuple[Excepted, ...] = ()

    @property
    def worst(self) -> float:
        """Highest score, 0..1."""
        return int(self.scores.max(initial=0)) / 255


class Screening:
    """A screened trace: one row per event, in order.

    name: of the trace.  events, records: packed.  pool, offsets: the events' paths.
    lines, lives, names: see `Batch`.  processes: every `Life`.  exemptions: what is let be all the same.
    """

    def __init__(
        self, name: str, done: list[Screened], processes: list[Life], exemptions: Exemptions | None = None
    ) -> None:
        self.name = name
        self.exemptions = exemptions or Exemptions()
        self.processes = processes
        self.events = np.concatenate([part.batch.events for part in done] or [np.zeros((0, 8), np.uint32)])
        self.records = np.concatenate([part.records for part in done] or [np.zeros((0, 6), np.uint32)])
        self.lines = np.concatenate([part.batch.lines for part in done] or [np.zeros(0, np.int64)])
        self.lives = np.concatenate([part.batch.lives for part in done] or [np.zeros(0, np.int64)])
        self.pool, self.offsets = _joined_paths(done)
        self.names = [name for part in done for name in part.batch.names]

    def field(self, name: str) -> Ints:
        """Return a field of every record."""
        return column(self.records, RECORD, name)

    @cached_property
    def kinds(self) -> Ints:
        """Kind of every event."""
        return column(self.events, EVENT, "kind")

    @cached_property
    def is_call(self) -> NDArray[np.bool_]:
        """Which events are calls."""
        return np.equal(self.kinds, Kind.CALL)

    @cached_property
    def entries(self) -> Ints:
        """Number of the exception that covers each event, from 1; 0: none does."""
        classes = self.field("path_class")
        return self.exemptions.covering(self.names, self.lines, self.lives, classes, self.processes)

    @cached_property
    def results(self) -> list[ProcessResult]:
        """Every process that made a call, in order of appearance."""
        rows = np.flatnonzero(self.is_call)
        order = rows[np.argsort(self.lives[rows], kind="stable")]
        owners = self.lives[order]
        cuts = np.flatnonzero(np.diff(owners)) + 1
        return [self._result(part) for part in np.split(order, cuts)] if len(order) else []

    @property
    def blocked(self) -> ProcessResult | None:
        """The process whose first block comes first, None if all pass."""
        hit = [result for result in self.results if result.block]
        return min(hit, key=lambda result: result.block.row if result.block else 0, default=None)

    @property
    def calls(self) -> int:
        """Calls in the trace."""
        return int(self.is_call.sum())

    def calls_between(self, first: int, last: int) -> int:
        """Return how many calls stand on trace lines from `first` on, before `last`."""
        return int((self.is_call & (self.lines >= first) & (self.lines < last)).sum())

    def digest(self) -> str:
        """Return the SHA-256 of all records but model slot, generation and sequence, which depend on the run."""
        same = self.records[:, :4].astype("<u4")
        same[:, 0] &= ~np.uint32(1 << RECORD.offset["model"])
        return hashlib.sha256(same.tobytes()).hexdigest()

    def _result(self, rows: Ints) -> ProcessResult:
        proposed, tiers = self.field_at("proposed", rows), self.field_at("tier", rows)
        entries = self.entries[rows]
        grounds = np.any([self.field_at(name, rows) != 0 for name in NEVER], axis=0)
        quiet = self.exemptions.excepted(entries, tiers, proposed, grounds)
        hits = np.flatnonzero((proposed != Verdict.ALLOW) & ~quiet)
        block = None
        if len(hits):
            first = int(hits[0])
            row = int(rows[first])
            before = int(self.is_call[:row].sum())
            block = Block(
                row, int(self.lines[row]), self.names[row], first + 1, len(rows), before / self.calls,
                Verdict(int(self.field_at("verdict", rows[first : first + 1])[0])), Verdict(int(proposed[first])),
            )  # fmt: skip
        life = self.processes[int(self.lives[rows[0]])]
        excepted = tuple(
            self._excepted(entry, rows, tiers, quiet & (entries == entry))
            for entry in np.unique(entries[quiet]).tolist()
        )
        return ProcessResult(life, rows, self.field_at("score", rows), tiers, block, excepted)

    def _excepted(self, entry: int, rows: Ints, tiers: Ints, hits: NDArray[np.bool_]) -> Excepted:
        first = int(self.lines[rows[hits][0]])
        return Excepted(entry, int(hits.sum()), first, Tier(int(tiers[hits].max())))

    def field_at(self, name: str, rows: Ints) -> Ints:
        """Return a field of some records."""
        return column(self.records[rows], RECORD, name)


def _joined_paths(done: list[Screened]) -> tuple[Bytes, Ints]:
    """Return the batches' path pools as one."""
    starts = np.cumsum([0, *(len(part.batch.pool) for part in done)])
    offsets = [part.batch.offsets + start for part, start in zip(done, starts, strict=False)]
    pools = [part.batch.pool for part in done]
    return np.concatenate([*pools, np.zeros(1, np.uint8)]), np.concatenate([*offsets, np.zeros(0, np.int64)])


def screen_trace(
    gateway: Gateway,
    name: str,
    items: Iterable[Item],
    progress: Callable[[int], None] | None = None,
    exemptions: Exemptions | None = None,
) -> Screening:
    """Screen one trace to its end; `progress` is told how many events are done."""
    done = []
    events = 0
    for part in gateway.screen(items):
        done.append(part)
        events += len(part.records)
        if progress is not None:
            progress(events)
    return Screening(name, done, gateway.lives, exemptions)
