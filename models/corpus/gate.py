"""Release gate: nothing about how a corpus was recorded tells the class of a run.

    first calls   the first 20 system calls, as counts of names and of pairs
    length        how many lines the log has
    processes     how many processes the run had
    order         the place in the order of recording

Each is judged as a model would learn it: a linear classifier over it, cross-validated so that no scenario is on
both sides, every label weighed alike.  Its AUC must lie inside the spread, 2.5 to 97.5 %, of what the same
procedure gives when the labels of whole scenarios are permuted.

Length and processes: benign sessions and builds are longer than any attack here, in the full corpus.  These two,
and the others once more, are therefore judged on the matched subset: in every class of run length and number of
processes (each a factor of two wide) as many runs of one class as of the other.
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
from sklearn.metrics import roc_auc_score

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
    """What one feature tells on one set of runs; `low` and `high` bound the spread of permuted labels."""

    feature: str
    runs: str
    count: int
    auc: float
    low: float
    high: float

    @property
    def passed(self) -> bool:
        """Tell whether the feature is silent."""
        return self.low <= self.auc <= self.high

    def __str__(self) -> str:
        verdict = "silent" if self.passed else "TELLS THE CLASS"
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
    cells: dict[tuple[int, int], dict[str, list[Label]]] = defaultdict(lambda: {"benign": [], "attack": []})
    for label in labels:
        cells[int(2 * log2(label["lines"])), int(2 * log2(label["processes"]))][label["class"]].append(label)
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
    tasks = [("first calls", "all"), ("order", "all")]
    tasks += [(feature, "matched") for feature in ("first calls", "order", "length", "processes")]
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
        rows.append(
            Row(feature, runs, len(those), *spread(features, attack, [label["scenario"] for label in those]))
        )
    return rows


def spread(
    features: Floats, attack: Bools, groups: Sequence[str], permutations: int = PERMUTATIONS
) -> tuple[float, float, float]:
    """Return the cross-validated AUC, and the bounds of what permuted labels of whole groups give."""
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    truth = np.zeros(len(names), bool)
    truth[group] = attack
    rng = np.random.default_rng(0)
    folds = rng.permutation(len(names))[group] % FOLDS
    permuted = [_auc(features, rng.permutation(truth)[group], folds) for _ in range(permutations)]
    low, high = np.percentile(permuted, SPREAD)
    return _auc(features, attack, folds), float(low), float(high)


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
        found.append(float(roc_auc_score(attack[held], features[held] @ slope)))
    return float(np.mean(found)) if found else 0.5


def _bags(starts: Sequence[tuple[str, ...]]) -> Floats:
    """Return counts of names and pairs of neighbours, a column each."""
    bags = [Counter([*start, *pairwise(start)]) for start in starts]
    columns = sorted({key for bag in bags for key in bag}, key=str)
    return np.array([[bag[column] for column in columns] for bag in bags], np.float64)


def _steps(values: Sequence[float]) -> Floats:
    """Return a number as its rank and as ten equal parts, so that a bump in the middle shows as well."""
    # Equals share a rank: which of them comes first would be the file's name, and that holds the class.
    _, place, counts = np.unique(np.asarray(values, float), return_inverse=True, return_counts=True)
    ranks = ((np.cumsum(counts) - (counts + 1) / 2) / len(values))[place]
    parts = np.minimum((ranks * 10).astype(int), 9)
    return np.column_stack([ranks, np.eye(10)[parts]])
