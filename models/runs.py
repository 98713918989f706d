"""Many trainings in one run: every method over the same folds, two at a time, each result kept by its content.

A result's name is the digest of the method's sources (all modules of ours that it imports, over any number of
steps), of the data and of the split; so what has not changed is not computed again.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import multiprocessing
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache as remembered
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from hdl import cache
from models.evaluate import Progress
from models.outcomes import Fold, Outcome
from models.peers.peer import Peer
from models.sources import digests, sources_of
from models.trial import PLAIN, Change, Split, Traces, judged, run_split

_LIBRARIES = ("numpy", "scikit-learn", "numba", "scipy")


@dataclass(frozen=True, eq=False)
class Method:
    """A method as a table's row: a name without spaces, its class and what that is made with."""

    key: str
    kind: type[Peer]
    settings: Mapping[str, Any] = field(default_factory=dict)

    def make(self) -> Peer:
        """Return a fresh one."""
        return self.kind(**self.settings)


@dataclass(frozen=True)
class Job:
    """One training: a method and a split, and what is done to the attacks of its test."""

    method: Method
    parts: Split
    changes: Mapping[str, Change | None]
    digest: str


@dataclass(frozen=True)
class Result:
    """A method's folds per change, and what it would cost.  blocks: it has a tier from which calls are blocked.

    seconds: processor time that all folds took together when they were computed; None where that was not noted.
    chosen: the settings that the method has chosen by itself, per fold; empty where it does not.
    """

    name: str
    blocks: bool
    folds: Mapping[str, Sequence[Fold]]
    bytes: int
    cycles: int
    seconds: float | None = None
    chosen: Sequence[Mapping[str, Any]] = ()


def results(
    methods: Sequence[Method],
    traces: Traces,
    splits: Sequence[Split],
    changes: Mapping[str, Change | None] = PLAIN,
    jobs: int = 2,
    progress: Progress | None = None,
) -> dict[str, Result]:
    """Train and test every method on every split; return the results by the methods' keys."""
    known = data_digest(traces)
    work = [
        Job(method, parts, changes, _digest(method, known, parts, changes))
        for parts in splits
        for method in methods
    ]
    missing = [job for job in work if not _place(job).exists()]
    for number, _ in enumerate(_done(missing, traces, jobs), 1):
        if progress:
            progress("training and testing", number, len(missing))
    found = {}
    for method in methods:
        kept = [np.load(_place(job), allow_pickle=False) for job in work if job.method is method]
        folds = {
            change: [_fold(data, change, traces, parts) for data, parts in zip(kept, splits, strict=True)]
            for change in changes
        }
        size, cycles = (max(int(data[name]) for data in kept) for name in ("bytes", "cycles"))
        blocks = method.make().certain is not None
        noted = all("seconds" in data for data in kept)
        seconds = sum(float(data["seconds"]) for data in kept) if noted else None
        said = [json.loads(str(data["chosen"])) if "chosen" in data else {} for data in kept]
        chosen = said if any(said) and not method.settings else ()
        found[method.key] = Result(str(kept[0]["name"]), blocks, folds, size, cycles, seconds, chosen)
    return found


_traces: list[Traces] = []


def _done(work: Sequence[Job], traces: Traces, jobs: int) -> Iterator[None]:
    """Do the jobs, in processes that share the traces."""
    _traces[:] = [traces]
    _work[:] = work
    # One thread each: threads of several libraries in several processes would wait for each other.
    with threadpool_limits(1):
        if jobs < 2 or len(work) < 2:
            yield from map(_do, range(len(work)))
            return
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            yield from pool.imap_unordered(_do, range(len(work)))


_work: list[Job] = []


def _do(number: int) -> None:
    job, traces = _work[number], _traces[0]

    def make(folder: Path) -> None:
        begin = time.process_time()
        method = job.method.make()
        folds = run_split(method, traces, job.parts, job.changes)
        arrays: dict[str, Any] = {
            f"{change}.{name}": getattr(fold.outcome, name)
            for change, fold in folds.items()
            for name in Outcome.__dataclass_fields__
        }
        arrays |= {f"{change}.threshold": fold.threshold for change, fold in folds.items()}
        arrays |= {"name": method.name, "bytes": method.bytes, "cycles": method.cycles}
        arrays["chosen"] = json.dumps(getattr(method, "chosen", {}), sort_keys=True)
        arrays["seconds"] = time.process_time() - begin
        np.savez(folder / "folds.npz", **arrays)

    with threadpool_limits(1):
        cache.made("accuracy", job.digest, "folds.npz", make)


def _place(job: Job) -> Path:
    return cache.root() / "accuracy" / job.digest / "folds.npz"


def _fold(data: Mapping[str, Any], change: str, traces: Traces, parts: Split) -> Fold:
    found = Outcome(**{name: data[f"{change}.{name}"] for name in Outcome.__dataclass_fields__})
    return judged(traces, parts, found, float(data[f"{change}.threshold"]))


def data_digest(traces: Traces) -> str:
    """Return the digest of recordings and labels."""
    digest = hashlib.sha256()
    for recording, label in zip(traces.recordings, traces.labels, strict=True):
        for part in (recording.events, recording.pool, recording.lines):
            digest.update(np.ascontiguousarray(part).tobytes())
        digest.update(f"{recording.name} {recording.group} {recording.onset} {label};".encode())
    return digest.hexdigest()


def _digest(method: Method, data: str, parts: Split, changes: Mapping[str, Change | None]) -> str:
    settings = repr(sorted(method.settings.items()))
    said = [data, method.key, settings, repr(parts), *sorted(changes), *_versions()]
    files = sources_of(Path(inspect.getfile(method.kind))) | sources_of(Path(inspect.getfile(run_split)))
    for change in changes.values():
        if change is not None:
            files |= sources_of(Path(inspect.getfile(change if inspect.isfunction(change) else type(change))))
    said += digests(files)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


@remembered
def _versions() -> tuple[str, ...]:
    return tuple(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
