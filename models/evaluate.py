"""How well a model tells attacks from honest work: the figures of `vigilante eval`.

The unit is the trace, and its score the highest `calibrate.evidence` over all calls of all its processes, as
the golden machine computes it with the quantised model: integers, so exactly what gateware would have said.
Of an attack with an onset only the calls from there on count; what it reached before is one more benign unit
in every curve, so a crossing there is a false positive.

    auc                     area under the ROC curve
    tpr_at_1pct_fpr, ..5pct share of attacks found at the threshold that flags at most 1 % (5 %) of benign units
    accuracy                share judged rightly at a threshold chosen on a calibration fold, never on the test
    blocked_benign          benign traces that reach tier 3
    n_benign, n_attack      traces of either class
    median_block_fraction   of the attacks that reach tier 3: the share of their calls since the onset that came
                            before; null where none does
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from models.calibrate import evidence
from models.image import Model, assemble
from models.readers.strace import StraceReader
from models.recordings import Ints, Recording, join, record, screen

Floats = NDArray[np.float64]

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much is done, and of how much."""

LABELS = "labels.jsonl"
CERTAIN = 3
_KEYS = ("file", "class", "kind")


class CorpusError(Exception):
    """A folder is no corpus; the message names file, line, what was found and the mend."""


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a model made of some traces.

    scores, positive: one unit each: benign traces, attacks from their onset on, attacks before it.
    traces: the trace of each unit.  blocked: per trace, the call (counted from the onset) that reached tier 3
    as a share of those calls; NaN: none did.
    """

    scores: Floats
    positive: NDArray[np.bool_]
    traces: Ints
    blocked: Floats


def judge(recordings: Sequence[Recording], labels: Sequence[int], model: Model) -> Outcome:
    """Screen traces with a model and return what became of each unit."""
    joined = join(recordings)
    attack = np.asarray(labels, np.int64) == 1
    sums = screen(joined, assemble(model))
    at = np.flatnonzero(joined.calls)
    traces = joined.traces[at]
    late = joined.late[at] | ~attack[traces]
    units, place = np.unique(traces * 2 + late, return_inverse=True)
    scores = np.zeros(len(units))
    np.maximum.at(scores, place, evidence(sums.values[at], model))
    blocked = np.full(len(recordings), np.nan)
    certain = sums.tiers[at] == CERTAIN
    for trace in np.unique(traces[certain & late]):
        hits = certain[(traces == trace) & late]
        blocked[trace] = float(np.argmax(hits)) / len(hits)
    return Outcome(scores, attack[units // 2] & (units % 2 == 1), units // 2, blocked)


def tpr_at(scores: Floats, positive: NDArray[np.bool_], rate: float) -> float:
    """Return the share of positives above every threshold that flags at most `rate` of the others."""
    benign = np.sort(scores[~positive])[::-1]
    allowed = int(rate * len(benign))
    if allowed >= len(benign):
        return 1.0
    return float((scores[positive] > benign[allowed]).mean())


def best_threshold(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Return the threshold with the highest accuracy; a unit is called an attack at or above it."""
    order = np.argsort(scores, kind="stable")
    ordered, answers = scores[order], positive[order]
    # Number k calls the units from position k on attacks.
    right = np.concatenate([[0], np.cumsum(~answers)]) + np.concatenate([np.cumsum(answers[::-1])[::-1], [0]])
    # Between equal scores no threshold can divide.
    right[1:-1][np.diff(ordered) == 0.0] = -1
    best = int(np.argmax(right))
    if best == len(ordered):
        return float(np.nextafter(ordered[-1], np.inf))
    return float(ordered[best]) if best == 0 else float((ordered[best - 1] + ordered[best]) / 2)


def figures(
    tests: Sequence[Outcome], thresholds: Sequence[float], labels: Sequence[Sequence[int]]
) -> dict[str, Any]:
    """Return the figures over test folds: rates are means over the folds, counts are sums."""
    rates: dict[str, list[float]] = {
        name: [] for name in ("auc", "tpr_at_1pct_fpr", "tpr_at_5pct_fpr", "accuracy")
    }
    blocked_benign, fractions = 0, []
    for test, threshold, truth in zip(tests, thresholds, labels, strict=True):
        attack = np.asarray(truth) == 1
        rates["auc"].append(float(roc_auc_score(test.positive, test.scores)))
        rates["tpr_at_1pct_fpr"].append(tpr_at(test.scores, test.positive, 0.01))
        rates["tpr_at_5pct_fpr"].append(tpr_at(test.scores, test.positive, 0.05))
        rates["accuracy"].append(float(((test.scores >= threshold) == test.positive).mean()))
        reached = ~np.isnan(test.blocked)
        blocked_benign += int((reached & ~attack).sum())
        fractions += test.blocked[reached & attack].tolist()
    counted = [label for truth in labels for label in truth]
    return {
        **{name: round(float(np.mean(values)), 4) for name, values in rates.items()},
        "blocked_benign": blocked_benign,
        "n_benign": counted.count(0),
        "n_attack": counted.count(1),
        "median_block_fraction": round(float(np.median(fractions)), 4) if fractions else None,
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
    directory: Path, image: bytes, progress: Progress | None = None
) -> tuple[list[Recording], list[int], list[dict[str, Any]]]:
    """Return the traces of a corpus as recordings under the path trie of `image`, their labels 0 or 1, and the
    label objects.  A trace's group is the program that made it, or, where the labels do not tell, its kind."""
    labels = read_labels(directory)
    recordings = []
    for number, label in enumerate(labels):
        if progress:
            progress("reading", number, len(labels))
        onset = label.get("onset_line") if label["class"] == "attack" else None
        recordings.append(
            record(StraceReader(directory / label["file"]), image, label["file"], group_of(label), onset)
        )
    return recordings, [int(label["class"] == "attack") for label in labels], labels
