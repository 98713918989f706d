"""What became of each unit of some traces under a method, and the threshold that calibration chooses.

Units are benign processes, and attacks from their onset on (see `models.evaluate`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.recordings import Ints, Joined

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Units(NamedTuple):
    """What a fold's test judged: scores, what they are of, the cluster of each; and the fold's threshold."""

    scores: Floats
    positive: Bools
    clusters: tuple[str, ...]
    threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What a method made of some traces: one entry per unit.

    scores, positive: the highest score; whether it is an attack from its onset on.
    traces: the number of its trace.  calls: how many it made.
    found, blocked: how many it made before the first call above the threshold of 1 % false positives, and before
    the first blocked one; -1: there was none.
    """

    scores: Floats
    positive: Bools
    traces: Ints
    calls: Ints
    found: Ints
    blocked: Ints

    def part(self, chosen: Bools) -> Outcome:
        """Return the outcome of some units."""
        return Outcome(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """One test: its outcome, the threshold that calibration chose, and of each trace label, cluster and kind."""

    outcome: Outcome
    threshold: float
    labels: Sequence[int]
    clusters: Sequence[str]
    kinds: Sequence[str]

    def units(self) -> Units:
        """Return what the statistics are taken of."""
        found = self.outcome
        names = tuple(self.clusters[int(trace)] for trace in found.traces)
        return Units(found.scores, found.positive, names, self.threshold)


def outcome(joined: Joined, labels: Sequence[int], scores: Floats, certain: float | None = None) -> Outcome:
    """Return what became of each unit, by the score of every event.

    certain: the score from which a call is blocked; None: the method blocks nothing.
    """
    at = np.flatnonzero(joined.calls)
    traces, values = joined.traces[at], scores[at]
    bad = (np.asarray(labels, np.int64)[traces] == 1) & joined.late[at]
    # An attack is one unit whatever its processes; generations of different traces differ.
    keys = np.where(bad, -1 - traces, joined.events[at, 1].astype(np.int64))
    names, place = np.unique(keys, return_inverse=True)
    highest = np.full(len(names), -np.inf)
    np.maximum.at(highest, place, values)
    owners = np.zeros(len(names), np.int64)
    owners[place] = traces
    positive, calls = names < 0, np.bincount(place, minlength=len(names))
    order = np.argsort(place, kind="stable")
    rank = np.empty(len(at), np.int64)
    rank[order] = np.arange(len(at)) - np.repeat(np.cumsum(calls) - calls, calls)

    def first(hits: Bools) -> Ints:
        where = np.full(len(names), np.iinfo(np.int64).max)
        np.minimum.at(where, place[hits], rank[hits])
        return np.where(where < np.iinfo(np.int64).max, where, -1)

    never = np.zeros(len(at), np.bool_)
    return Outcome(
        highest, positive, owners, calls.astype(np.int64),
        found=first(values > benign_level(highest[~positive], 0.01)),
        blocked=first(never if certain is None else values >= certain),
    )  # fmt: skip


def benign_level(scores: Floats, rate: float) -> float:
    """Return the score above which at most `rate` of the benign units lie."""
    ordered = np.sort(scores)[::-1]
    allowed = int(rate * len(ordered) + 1e-9)
    return float(ordered[allowed]) if allowed < len(ordered) else -np.inf


def best_threshold(scores: Floats, positive: Bools) -> float:
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
