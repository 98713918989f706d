"""Rates under weights, and their intervals by resampling clusters of traces.

Traces of one recording session, one program or one set of near-duplicates are not independent, so nothing here
counts them as if they were: a cluster is drawn as a whole or not at all.  A fold of a statistic is given as

    scores, positive, clusters   one entry per unit; equal cluster names belong together, in every fold

and every statistic is first taken within a fold, whose scores share one scale, then averaged over the folds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEVEL = 0.95
DRAWS = 1000
_TINY = 1e-9


class Units(NamedTuple):
    """What a fold's test judged: scores, what they are of, the cluster of each; and the fold's threshold."""

    scores: Floats
    positive: Bools
    clusters: tuple[str, ...]
    threshold: float


Statistic = Callable[[Units, Floats], Floats]
"""A rate of one fold under (draws, units) weights, one value per draw."""


def auc(units: Units, weights: Floats) -> Floats:
    """Return the area under the ROC curve; of equal scores half counts."""
    _, place = np.unique(units.scores, return_inverse=True)
    order = np.argsort(place, kind="stable")
    ends = np.searchsorted(place[order], place[order], side="right") - 1
    begins = np.searchsorted(place[order], place[order], side="left")
    ordered, answers = weights[:, order], units.positive[order]
    below = np.concatenate([np.zeros((len(weights), 1)), np.cumsum(ordered * ~answers, axis=1)], axis=1)
    won = (below[:, begins] + below[:, ends + 1]) / 2.0
    return _share((won * ordered * answers).sum(axis=1), below[:, -1] * (ordered * answers).sum(axis=1))


def tpr_at(rate: float) -> Statistic:
    """Return the statistic: share of positives above every threshold that flags at most `rate` of the others."""

    def share(units: Units, weights: Floats) -> Floats:
        order = np.argsort(-units.scores, kind="stable")
        scores, answers, ordered = units.scores[order], units.positive[order], weights[:, order]
        # Where each run of equal scores begins: a threshold cannot divide it.
        begins = np.searchsorted(-scores, -scores, side="left")
        flagged = np.cumsum(ordered * ~answers, axis=1)
        found = np.concatenate([np.zeros((len(weights), 1)), np.cumsum(ordered * answers, axis=1)], axis=1)
        over = flagged > (rate + _TINY) * flagged[:, -1:]
        above = np.where(over.any(axis=1), begins[np.argmax(over, axis=1)], len(scores))
        return _share(found[np.arange(len(weights)), above], found[:, -1])

    return share


def accuracy(units: Units, weights: Floats) -> Floats:
    """Return the share judged rightly at the fold's threshold."""
    right = (units.scores >= units.threshold) == units.positive
    return _share((weights * right).sum(axis=1), weights.sum(axis=1))


def over_folds(folds: Sequence[Units], statistic: Statistic) -> Floats:
    """Return the statistic of each fold, every unit counted once."""
    return np.array([statistic(units, np.ones((1, len(units.scores))))[0] for units in folds])


def resampled(folds: Sequence[Units], statistic: Statistic, draws: int = DRAWS, seed: int = 0) -> Floats:
    """Return (draws,) means over the folds, each with as many clusters of either class redrawn.

    The draw depends on clusters, classes, folds and seed alone: two methods judged on the same folds are redrawn
    alike, so differences of these arrays are differences on the same traces.
    """
    weights = _multiplicities(folds, draws, seed)
    values = [statistic(units, weight) for units, weight in zip(folds, weights, strict=True)]
    return np.asarray(np.nanmean(np.stack(values), axis=0))


def interval(values: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Return the percentile interval of resampled values."""
    low, high = np.nanpercentile(values, [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)


def clopper_pearson(hits: int, count: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the exact interval of a rate; for no hits one-sided, 3 / count roughly: the rule of three."""
    if not 0 <= hits <= count or count < 1:
        raise ValueError(f"{hits} hits of {count}: a rate needs at least one cluster, and no more hits than those")
    tail = (1 - level) / 2 if 0 < hits < count else 1 - level
    low = float(beta.ppf(tail, hits, count - hits + 1)) if hits else 0.0
    high = float(beta.ppf(1 - tail, hits + 1, count - hits)) if hits < count else 1.0
    return low, high


def _multiplicities(folds: Sequence[Units], draws: int, seed: int) -> list[Floats]:
    """Return, per fold, how often each draw holds each unit.

    Strata are the folds in which clusters appear first, and whether they hold attacks.
    """
    attacks = {name for units in folds for name, hit in zip(units.clusters, units.positive, strict=True) if hit}
    strata: dict[tuple[int, bool], list[str]] = {}
    seen: set[str] = set()
    for number, units in enumerate(folds):
        for name in sorted(set(units.clusters) - seen):
            strata.setdefault((number, name in attacks), []).append(name)
        seen.update(units.clusters)
    draw = np.random.default_rng(seed)
    times: dict[str, Floats] = {}
    for names in strata.values():
        drawn = draw.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=draws)
        times.update(zip(names, drawn.T.astype(np.float64), strict=True))
    return [np.stack([times[name] for name in units.clusters], axis=1) for units in folds]


def _share(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, NaN where there is nothing."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))
