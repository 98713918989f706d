"""How well a method tells attacks from honest work: the figures of `vigilante eval`.

The units are the *process* for honest work and the *run from its onset on* for attacks; what the processes of
an attack did before is honest work too, so a crossing there is a false positive.  A unit's score is the highest
of its calls: for our model `calibrate.evidence` as the golden machine computes it with the quantised model, so
exactly what gateware would have said.

    auc                     area under the ROC curve
    tpr_at_1pct_fpr, ..5pct share of attacks found where at most 1 % (5 %) of benign processes are flagged
    accuracy                share judged rightly at a threshold chosen on a calibration fold, never on the test
    blocked_benign          benign processes that reach tier 3; blocked_benign_runs: benign runs that hold one
    blocked_benign_bound    95 % upper bound of the rate of blocked benign clusters (see `models.intervals`)
    blocked_attack          attacks that reach tier 3
    n_benign, n_attack      benign processes, attack runs; n_benign_runs, n_clusters: benign runs, benign clusters
    median_block_fraction   of the attacks that reach tier 3: the share of their calls since the onset that came
                            before; null where none does
    median_found_fraction   the same for the attacks found at 1 % false positives
    spread, intervals       of the four rates: standard deviation over the folds, 95 % interval by clusters
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from hdl.contract.verdict import TIER_SCORES
from models.calibrate import evidence
from models.image import Model, assemble
from models.intervals import accuracy, auc, clopper_pearson, interval, over_folds, resampled, tpr_at
from models.kept import Shelf, shelf
from models.outcomes import Fold, Outcome, outcome
from models.readers.strace import StraceReader
from models.recordings import Recording, join
from models.replay import record, screen
from models.speed import Speed

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""

LABELS = "labels.jsonl"
CERTAIN = 3
_KEYS = ("file", "class", "kind")
_WORTH = 16
"""Traces for which another process is worth its start."""
_Reading = tuple[Path, dict[str, Any], bytes, Shelf]
_Work = TypeVar("_Work")
_Done = TypeVar("_Done")


class CorpusError(Exception):
    """A folder is no corpus; the message names file, line, what was found and the mend."""


RATES = {"auc": auc, "tpr_at_1pct_fpr": tpr_at(0.01), "tpr_at_5pct_fpr": tpr_at(0.05), "accuracy": accuracy}


def judge(recordings: Sequence[Recording], labels: Sequence[int], model: Model) -> Outcome:
    """Screen traces with a model and return what became of each unit."""
    joined = join(recordings)
    return outcome(joined, labels, evidence(screen(joined, assemble(model)).values, model), TIER_SCORES[CERTAIN])


def figures(folds: Sequence[Fold]) -> dict[str, Any]:
    """Return the figures over test folds: rates are means over the folds, counts are sums."""
    units = [fold.units() for fold in folds]
    found: dict[str, Any] = {}
    spread, intervals = {}, {}
    for name, statistic in RATES.items():
        values = over_folds(units, statistic)
        found[name] = round(float(values.mean()), 4)
        spread[name] = round(float(values.std(ddof=1)), 4) if len(values) > 1 else None
        intervals[name] = [round(value, 4) for value in interval(resampled(units, statistic))]
    return {**found, **_counts(folds), "spread": spread, "intervals": intervals}


def _counts(folds: Sequence[Fold]) -> dict[str, Any]:
    """Return counts, sums over the folds, and how early attacks are found."""
    clusters: set[str] = set()
    hit: set[str] = set()
    counts = dict.fromkeys(
        ("blocked_benign", "blocked_benign_runs", "blocked_attack", "n_benign", "n_benign_runs", "n_attack"), 0
    )
    early: dict[str, list[float]] = {"block": [], "found": []}
    for fold in folds:
        out = fold.outcome
        blocked, benign = out.blocked >= 0, ~out.positive
        honest = benign & (np.asarray(fold.labels)[out.traces] == 0)
        counts["blocked_benign"] += int((blocked & benign).sum())
        counts["blocked_benign_runs"] += len(np.unique(out.traces[blocked & honest]))
        counts["blocked_attack"] += int((blocked & ~benign).sum())
        counts["n_benign"] += int(benign.sum())
        counts["n_benign_runs"] += len(np.unique(out.traces[honest]))
        counts["n_attack"] += int((~benign).sum())
        clusters |= {fold.clusters[int(trace)] for trace in out.traces[benign]}
        hit |= {fold.clusters[int(trace)] for trace in out.traces[benign & blocked]}
        for name, first in (("block", out.blocked), ("found", out.found)):
            reached = ~benign & (first >= 0)
            early[name] += (first[reached] / out.calls[reached]).tolist()
    medians = {
        f"median_{name}_fraction": round(float(np.median(shares)), 4) if shares else None
        for name, shares in early.items()
    }
    bound = clopper_pearson(len(hit), len(clusters))[1] if clusters else None
    return {
        **counts,
        "n_clusters": len(clusters),
        "blocked_benign_bound": None if bound is None else round(bound, 4),
        **medians,
    }


def by_kind(folds: Sequence[Fold]) -> dict[str, dict[str, float | int]]:
    """Return, per kind of attack: runs, share found at 1 % false positives, share blocked."""
    tally: dict[str, list[int]] = {}
    for fold in folds:
        out = fold.outcome
        for unit in np.flatnonzero(out.positive).tolist():
            row = tally.setdefault(fold.kinds[int(out.traces[unit])], [0, 0, 0])
            for place, hit in enumerate((True, out.found[unit] >= 0, out.blocked[unit] >= 0)):
                row[place] += int(hit)
    return {
        kind: {"runs": runs, "found": round(found / runs, 4), "blocked": round(blocked / runs, 4)}
        for kind, (runs, found, blocked) in sorted(tally.items())
    }


def read_labels(directory: Path) -> list[dict[str, Any]]:
    """Return the labels of a corpus, sorted by file; CorpusError for whatever is wrong with them."""
    path = directory / LABELS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(
            f"{path}: cannot be read ({error}): name a folder with {LABELS} and *.strace.xz"
        ) from None
    labels = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            label = json.loads(line)
            missing = [key for key in _KEYS if not isinstance(label[key], str)]
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusError(
                f"{path}, line {number}: {error!r}: an object with {', '.join(_KEYS)} belongs here"
            ) from None
        onset = label.get("onset_line")
        if missing or label["class"] not in ("benign", "attack") or not (onset is None or type(onset) is int):
            raise CorpusError(
                f"{path}, line {number}: class is benign or attack, onset_line a line number or null; "
                f"found {label['class']!r}, {onset!r}"
            )
        if not (directory / label["file"]).is_file():
            raise CorpusError(
                f"{path}, line {number}: {label['file']} is not in {directory}: record it, or take the line out"
            )
        labels.append(label)
    if not labels:
        raise CorpusError(f"{path}: holds no labels: record traces first")
    return sorted(labels, key=lambda label: str(label["file"]))


def group_of(label: dict[str, Any]) -> str:
    """Return what a labelled trace may not be separated from by a split."""
    return str(label.get("scenario") or f"{label['kind']} {label.get('implementation', '')}")


def read_corpus(
    directory: Path, image: bytes, progress: Progress | None = None, speed: Speed | None = None
) -> tuple[list[Recording], list[int], list[dict[str, Any]]]:
    """Return the traces of a corpus as recordings under the path trie of `image`, their labels 0 or 1, and the
    label objects.  A trace's group is the program that made it, or, where the labels do not tell, its kind.

    speed: told what was read; says whether logs may be taken as they were read before."""
    labels = read_labels(directory)
    recordings: list[Recording] = []
    place = shelf(image, speed is None or not speed.anew)
    work = [(directory, label, image, place) for label in labels]
    with _uncollected():
        for recording, kept in in_parallel(_read, work):
            if progress:
                progress("reading", len(recordings), len(labels))
            recordings.append(recording)
            if speed is not None:
                speed.read(len(recording), kept)
    return recordings, [int(label["class"] == "attack") for label in labels], labels


def in_parallel(read: Callable[[_Work], _Done], work: Sequence[_Work]) -> Iterator[_Done]:
    """Read traces in order, on all cores where there are enough of them to be worth it."""
    jobs = min(os.cpu_count() or 1, len(work) // _WORTH)
    if jobs < 2:
        yield from map(read, work)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(read, work, chunksize=4)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles of objects, which traces never form: that is a fifth of the time.  Forks inherit it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _read(work: _Reading) -> tuple[Recording, bool]:
    """Return a labelled trace, and whether it was kept from an earlier reading."""
    directory, label, image, place = work
    path = directory / label["file"]
    onset = label.get("onset_line") if label["class"] == "attack" else None
    found, kept = place.take(path, lambda: record(StraceReader(path), image))
    return replace(found, name=label["file"], group=group_of(label), onset=onset), kept
