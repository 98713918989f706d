"""Release gate: nothing about how a corpus was recorded tells the class of a run.

    first calls   the first 20 system calls, as counts of names and of pairs
    length        how many lines the log has
    processes     how many processes the run had
    order         the place in the order of recording

Each is judged as a model would learn it: a linear classifier over it, cross-validated so that no scenario is on
both sides, the classes weighed alike.  Its AUC must lie inside the spread, 2.5 to 97.5 %, of what the same
procedure gives when the labels of whole scenarios are permuted.

Length and processes: benign sessions and builds are longer than most attacks.  These two, and the others once
more, are therefore judged on the matched subset: of every class of run length and number of processes (each the
square root of two wide), as many runs of one class as of the other.  It is matched within each fold: matched over
all of them, what one fold has too much of the others would have too little of, and the AUC would fall below one
half by itself.  What length and processes tell over all runs is reported and not judged.
"""

from __future__ import annotations

import hashlib
import lzma
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from math import log2
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

FIRST = 20
FOLDS = 5
PERMUTATIONS = 200
SPREAD = (2.5, 97.5)
_CALL = re.compile(r"^\d+ +\d+\.\d+ (\w+)\(")

Label = dict[str, Any]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Row:
    """What one feature tells on one set of runs; `low` and `high` bound the spread of permuted labels.

    judged: the gate depends on it; length and processes of all runs are only reported.
    """

    feature: str
    runs: str
    count: int
    auc: float
    low: float
    high: float
    judged: bool = True

    @property
    def silent(self) -> bool:
        """Tell whether the feature lies inside the spread."""
        return self.low <= self.auc <= self.high

    @property
    def passed(self) -> bool:
        """Tell whether the gate may open, as far as this row is concerned."""
        return self.silent or not self.judged

    def __str__(self) -> str:
        verdict = "silent" if self.silent else "TELLS THE CLASS" if self.judged else "tells something, not judged"
        return (
            f"{self.feature:<12} {self.runs:<8} {self.count:5} runs  AUC {self.auc:.3f}  "
            f"permuted {self.low:.3f} to {self.high:.3f}  {verdict}"
        )


def first_calls(path: Path, count: int = FIRST) -> tuple[str, ...]:
    """Return the names of a log's first calls."""
    names: list[str] = []
    with lzma.open(path, "rt", encoding="latin-1") as lines:
        for line in lines:
            if match := _CALL.match(line):
                names.append(match[1])
                if len(names) == count:
                    break
    return tuple(names)


def matched(labels: Sequence[Label]) -> list[Label]:
    """Return as many runs of either class in every class of length and processes; which, their files decide."""
    cells: dict[tuple[int, ...], dict[str, list[Label]]] = defaultdict(lambda: {"benign": [], "attack": []})
    for label in labels:
        size = int(2 * log2(label["lines"])), int(2 * log2(label["processes"]))
        cells[fold_of(label["scenario"]), *size][label["class"]].append(label)
    kept = []
    for cell in cells.values():
        count = min(map(len, cell.values()))
        for those in cell.values():
            kept += sorted(those, key=lambda label: hashlib.sha256(label["file"].encode()).digest())[:count]
    return sorted(kept, key=lambda label: str(label["file"]))


def gate(folder: Path, labels: Sequence[Label], progress: Progress | None = None) -> list[Row]:
    """Judge a recorded corpus; the rows in the order of the module's text."""
    with ThreadPoolExecutor(4) as pool:
        starts = dict(
            zip(
                (label["file"] for label in labels),
                pool.map(lambda label: first_calls(folder / label["file"]), labels),
                strict=True,
            )
        )
    sets = {"all": list(labels), "matched": matched(labels)}
    features_of = ("first calls", "order", "length", "processes")
    tasks = [(feature, runs) for runs in sets for feature in features_of]
    rows = []
    for done, (feature, runs) in enumerate(tasks):
        if progress:
            progress(f"gate: {feature}", done, len(tasks))
        those = sets[runs]
        features = (
            _bags([starts[label["file"]] for label in those])
            if feature == "first calls"
            else _steps([label[{"length": "lines"}.get(feature, feature)] for label in those])
        )
        attack = np.array([label["class"] == "attack" for label in those])
        groups = [label["scenario"] for label in those]
        judged = runs == "matched" or feature in ("first calls", "order")
        rows.append(Row(feature, runs, len(those), *spread(features, attack, groups), judged))
    return rows


def fold_of(scenario: str) -> int:
    """Return the fold in which all runs of a scenario are."""
    return hashlib.sha256(scenario.encode()).digest()[0] % FOLDS


def spread(
    features: Floats, attack: Bools, groups: Sequence[str], permutations: int = PERMUTATIONS
) -> tuple[float, float, float]:
    """Return the cross-validated AUC, and the bounds of what permuted labels of whole groups give."""
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    truth = np.zeros(len(names), bool)
    truth[group] = attack
    rng = np.random.default_rng(0)
    folds = np.array([fold_of(name) for name in names])[group]
    # Many small matrices: more threads than one would only wait for each other.
    with threadpool_limits(1):
        permuted = [_auc(features, rng.permutation(truth)[group], folds) for _ in range(permutations)]
        found = _auc(features, attack, folds)
    low, high = np.percentile(permuted, SPREAD)
    return found, float(low), float(high)


def _auc(features: Floats, attack: Bools, folds: NDArray[np.int64]) -> float:
    """Cross-validate a ridge regression on the labels; the mean of the folds' AUC."""
    found = []
    for fold in range(FOLDS):
        held = folds == fold
        if attack[held].all() or not attack[held].any() or attack[~held].all() or not attack[~held].any():
            continue
        x, y = features[~held], attack[~held]
        weights = np.where(y, 1 / y.sum(), 1 / (~y).sum())
        mean = weights @ x / weights.sum()
        centred = (x - mean) * weights[:, None]
        gram = centred.T @ (x - mean) + 1e-3 * np.eye(x.shape[1])
        slope = np.linalg.solve(gram, centred.T @ (2.0 * y - 1.0))
        found.append(_area(features[held] @ slope, attack[held]))
    return float(np.mean(found)) if found else 0.5


def _bags(starts: Sequence[tuple[str, ...]]) -> Floats:
    """Return counts of names and pairs of neighbours, a column each."""
    bags = [Counter([*start, *pairwise(start)]) for start in starts]
    columns = sorted({key for bag in bags for key in bag}, key=str)
    return np.array([[bag[column] for column in columns] for bag in bags], np.float64)


def _area(scores: Floats, positive: Bools) -> float:
    """Return the area under the ROC curve."""
    ranks, count = _ranks(scores), int(positive.sum())
    return float((ranks[positive].mean() - (count - 1) / 2) / (len(scores) - count))


def _ranks(values: Floats) -> Floats:
    """Return places in order, from 0; equals share theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    shared: Floats = (np.cumsum(counts) - (counts + 1) / 2)[place]
    return shared


def _steps(values: Sequence[float]) -> Floats:
    """Return a number as its rank and as ten equal parts, so that a bump in the middle shows as well."""
    # Equals share a rank: which of them comes first would be the file's name, and that holds the class.
    ranks = _ranks(np.asarray(values, float)) / len(values)
    parts = np.minimum((ranks * 10).astype(int), 9)
    return np.column_stack([ranks, np.eye(10)[parts]])
