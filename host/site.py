"""Looks at a host's benign recordings: what each process reached, what it ran, when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from hdl.contract.policy import default_policy
from host.exceptions import Exemptions
from host.screen import Screening, screen_trace
from models.encode import Ints
from models.evaluate import LABELS, CorpusError, Progress, group_of, in_parallel, read_labels
from models.gateway import Gateway, switch
from models.golden.engine import GoldenEngine
from models.readers.detect import open_trace
from models.site import Seen, clusters_of, host_hours
from models.trace import Call, Item

PATTERNS = ("*.strace", "*.strace.xz", "*.strace.gz", "*.strace.bz2")

_SUMS = ("decayed", "cusum", "tree_sum")


@dataclass(slots=True)
class _Span:
    """The first and the last time that a recording tells."""

    begin: float | None = None
    end: float | None = None

    def watch(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield the items; note their times."""
        for item in items:
            if type(item) is Call and item.time is not None:
                if self.begin is None:
                    self.begin = item.time
                self.end = item.time
            yield item


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What one recording shows, an entry per process with a call.

    maxima, free, covered: see `models.site.Seen`.  programs: run last; pids; calls: canonical ids of its calls.
    span: its first and last time in seconds, None if it tells none.
    """

    maxima: Ints
    free: Ints
    covered: Ints
    programs: list[str]
    pids: list[int]
    calls: list[Ints]
    span: tuple[float, float] | None


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A host's recordings: what was seen, and of each process the recording, pid and program.

    files: their names.  left_out: recordings of attacks among them.
    """

    seen: Seen
    where: list[str]
    pids: list[int]
    programs: list[str]
    files: list[str] = field(default_factory=list)
    left_out: int = 0


def look(path: Path, image: bytes, exemptions: Exemptions) -> Look:
    """Screen one recording with the golden machine."""
    engine = GoldenEngine()
    engine.load_policy(default_policy())
    engine.load_model(0, image)
    switch(engine, 0)
    span = _Span()
    screening = screen_trace(
        Gateway(engine, image), path.name, span.watch(open_trace(path)), exemptions=exemptions
    )
    values = np.stack([screening.field(name) for name in _SUMS], axis=1)
    ids = screening.field("id")
    results = screening.results
    parts = [_maxima(screening, values, result.rows, len(exemptions)) for result in results]
    empty = np.zeros((0, 2 + len(exemptions), 3), np.int64)
    highest = np.stack(parts) if parts else empty
    known = span.begin is not None and span.end is not None
    return Look(
        maxima=highest[:, 0], free=highest[:, 1], covered=highest[:, 2:],
        programs=[result.life.program().decode(errors="backslashreplace") for result in results],
        pids=[result.life.pid for result in results],
        calls=[ids[result.rows].astype(np.int64) for result in results],
        span=(span.begin or 0.0, span.end or 0.0) if known else None,
    )  # fmt: skip


def _maxima(screening: Screening, values: Ints, rows: Ints, entries: int) -> Ints:
    """Return (2 + entries, 3) maxima of a process: over all calls, those not excepted, those of each exception."""
    found = np.zeros((2 + entries, 3), np.int64)
    found[0] = values[rows].max(axis=0)
    by = screening.entries[rows]
    for entry in range(entries + 1):
        found[1 + entry] = values[rows[by == entry]].max(axis=0, initial=0)
    return found


def read_site(directory: Path, image: bytes, exemptions: Exemptions, progress: Progress | None = None) -> Site:
    """Return what a folder's benign recordings show under a model; CorpusError if it holds none.

    With labels.jsonl it is a corpus: its benign recordings are taken, and clusters are its programs.  Without,
    every strace log in it and below is one of benign work, and clusters are the programs that processes ran last,
    with near-duplicates.
    """
    scenarios: list[str] | None = None
    left_out = 0
    if (directory / LABELS).is_file():
        labels = read_labels(directory)
        benign = [label for label in labels if label["class"] == "benign"]
        left_out = len(labels) - len(benign)
        paths = [directory / label["file"] for label in benign]
        scenarios = [group_of(label) for label in benign]
    else:
        paths = sorted({path for pattern in PATTERNS for path in directory.rglob(pattern) if path.is_file()})
    if not paths:
        raise CorpusError(
            f"{directory}: no recording of benign work ({', '.join(PATTERNS)}): make some with `vigilante record "
            "--here`, or with strace -f -ttt -y"
        )
    looks: list[Look] = []
    reading: Callable[[Path], Look] = partial(look, image=image, exemptions=exemptions)
    for found in in_parallel(reading, paths):
        if progress:
            progress("reading", len(looks), len(paths))
        looks.append(found)
    programs = [program for one in looks for program in one.programs]
    if scenarios is None:
        clusters = clusters_of(programs, [ids for one in looks for ids in one.calls])
    else:
        clusters = [name for name, one in zip(scenarios, looks, strict=True) for _ in one.pids]
    seen = Seen(
        maxima=np.concatenate([one.maxima for one in looks]),
        free=np.concatenate([one.free for one in looks]),
        covered=np.concatenate([one.covered for one in looks]),
        ceilings=exemptions.ceilings(),
        clusters=clusters,
        hours=host_hours([one.span for one in looks]),
    )
    files = [str(path.relative_to(directory)) for path in paths]
    where = [name for name, one in zip(files, looks, strict=True) for _ in one.pids]
    return Site(seen, where, [pid for one in looks for pid in one.pids], programs, files, left_out)
