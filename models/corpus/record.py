"""Record runs of a plan, several at a time, into a folder of logs with `labels.jsonl`.

Both classes are recorded in one shuffled order, in cells of one kind, with the same environment and households.
What is recorded is kept: a second start goes on where the first ended, and records a run anew only if what is
run has changed.
"""

from __future__ import annotations

import fcntl
import json
import lzma
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.corpus import household
from models.corpus.cell import RecordingError, check_machine, count_processes, run_in_cell, without_marks
from models.corpus.plan import HOUSES, Run
from models.corpus.scenario import ATTACK

MIN_LINES, MAX_LINES = 20, 60_000
LABELS = "labels.jsonl"
ATTEMPTS = 2
"""A run that fails is tried once more before it is reported: under load a program may come too late."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""

Label = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """recorded, kept: runs recorded now, and found as they should be.  failures: a line for each that failed."""

    recorded: int
    kept: int
    failures: tuple[str, ...]


def record_runs(
    runs: Sequence[Run],
    out: Path,
    seed: int,
    jobs: int = 1,
    preset: int = 6,
    progress: Progress | None = None,
) -> Result:
    """Record `runs` into `out`; labels of other runs that are already there stay.

    preset: how hard logs are packed, as lzma counts it.
    """
    check_machine()
    out.mkdir(parents=True, exist_ok=True)
    with _alone(out), tempfile.TemporaryDirectory(prefix="corpus-") as scratch:
        book = _Book(out)
        order = {run.file: place for place, run in enumerate(runs)}
        waiting = [run for run in runs if not book.holds(run)]
        kept = len(runs) - len(waiting)
        houses = [Path(scratch, f"house{number}") for number in range(HOUSES)]
        for number in sorted({run.house for run in waiting}):
            household.build(houses[number], seed + number)
        failures: list[str] = []
        begun = time.monotonic()
        pool = ThreadPoolExecutor(jobs)
        jobs_of: dict[Future[Label], Run] = {
            pool.submit(_record, run, houses[run.house], out, preset): run for run in waiting
        }
        try:
            for count, future in enumerate(as_completed(jobs_of), 1):
                run = jobs_of[future]
                try:
                    book.add(future.result() | {"order": order[run.file]})
                except RecordingError as error:
                    failures.append(f"{run.file}: {error}")
                if progress:
                    left = (time.monotonic() - begun) / count * (len(waiting) - count)
                    failed = f", {len(failures)} failed" if failures else ""
                    progress(f"{run.file}{failed}, {left / 60:.0f} min left", kept + count, len(runs))
        finally:
            # Also on Ctrl-C: what has begun comes to its end and is kept, what has not never starts.
            pool.shutdown(cancel_futures=True)
            for future, run in jobs_of.items():
                if future.done() and not future.cancelled() and not future.exception():
                    book.add(future.result() | {"order": order[run.file]})
            book.close()
    return Result(len(waiting) - len(failures), kept, tuple(failures))


def _record(run: Run, house: Path, out: Path, preset: int) -> Label:
    """Record one run, at the second attempt if need be."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return record(run, house, out, preset)
        except RecordingError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def record(run: Run, house: Path, out: Path, preset: int = 6) -> Label:
    """Run once, write the log to `out` and return its label."""
    program = run.stem + run.scenario.language.suffix
    traced = run_in_cell(run.command, {program: run.text.encode()}, house, run.user, run.workdir, run.checkpoint)
    if traced.status:
        raise RecordingError(f"exit status {traced.status}, it printed {traced.printed[-300:]!r}")
    lines, onset = without_marks(traced.log, run.checkpoint)
    if onset is None:
        raise RecordingError(f"its mark was never reached, it printed {traced.printed[-300:]!r}")
    if not MIN_LINES <= len(lines) <= MAX_LINES or onset > len(lines):
        raise RecordingError(
            f"{len(lines)} lines with onset {onset}: make the scenario {MIN_LINES} to {MAX_LINES} lines"
        )
    # Logs are text: byte positions mean nothing to it, so pb is 0.
    packed = lzma.compress(
        "".join(lines).encode("latin-1"), filters=[{"id": lzma.FILTER_LZMA2, "preset": preset, "pb": 0}]
    )
    partial = out / f".{run.file}.part"
    partial.write_bytes(packed)
    partial.replace(out / run.file)
    scenario = run.scenario
    return {
        "file": run.file,
        "class": scenario.cls,
        "kind": scenario.kind,
        "technique": scenario.technique,
        "implementation": scenario.implementation,
        "onset_line": onset if scenario.cls == ATTACK else None,
        "pid": int(lines[0].split()[0]),
        "scenario": scenario.name,
        "run": run.number,
        "user": run.user,
        "embedded": scenario.cls == ATTACK and (scenario.embedded or bool(run.chore)),
        "processes": count_processes(lines),
        "lines": len(lines),
        "digest": run.digest,
    }


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep a second recorder out of the folder."""
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RecordingError(f"{out}: another recorder is at work: wait, or name another folder") from None
        yield
    (out / ".lock").unlink(missing_ok=True)


class _Book:
    """The labels of a folder: appended to as runs end, so that nothing is lost, and put in order at the end."""

    def __init__(self, out: Path) -> None:
        self._path = out / LABELS
        self._labels = {str(label["file"]): label for label in read_labels(out)}
        self._lock = threading.Lock()

    def holds(self, run: Run) -> bool:
        """Tell whether this very run is recorded."""
        label = self._labels.get(run.file)
        return label is not None and label.get("digest") == run.digest and (self._path.parent / run.file).exists()

    def add(self, label: Label) -> None:
        """Enter a label."""
        with self._lock:
            if self._labels.get(label["file"]) != label:
                self._labels[label["file"]] = label
                with self._path.open("a") as file:
                    file.write(json.dumps(label) + "\n")

    def close(self) -> None:
        """Write the labels in the order of their files, each once, without those whose log is gone."""
        write_labels(
            self._path.parent,
            [label for label in self._labels.values() if (self._path.parent / label["file"]).exists()],
        )


def read_labels(folder: Path) -> list[Label]:
    """Return the labels of a corpus folder, none if it has none yet; of two for one log the later counts."""
    path = folder / LABELS
    found: dict[str, Label] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        try:
            label = json.loads(line)
        except ValueError:
            continue  # the recorder was killed while it wrote this
        found[label["file"]] = label
    return list(found.values())


def write_labels(folder: Path, labels: list[Label]) -> None:
    """Write labels in the order of their files."""
    text = "".join(json.dumps(label) + "\n" for label in sorted(labels, key=lambda label: str(label["file"])))
    partial = folder / f".{LABELS}.part"
    partial.write_text(text)
    partial.replace(folder / LABELS)
