"""Rates under weights, and their intervals by resampling clusters of traces.

Traces of one recording session, one program or one set of near-duplicates are not independent, so nothing here
counts them as if they were: a cluster is drawn as a whole or not at all.  A fold of a statistic is given as

    scores, positive, clusters   one entry per unit; equal cluster names belong together, in every fold

and every statistic is first taken within a fold, whose scores share one scale, then averaged over the folds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from scipy.stats import beta

from models.outcomes import Floats, Units

LEVEL = 0.95
DRAWS = 1000
_TINY = 1e-9


Statistic = Callable[[Units, Floats], Floats]
"""A rate of one fold under (draws, units) weights, one value per draw."""


def auc(units: Units, weights: Floats) -> Floats:
    """Return the area under the ROC curve; of equal scores half counts."""
    scores, own, others = _ordered(units, weights)
    # How many of the others are at or above a positive, and how many above it.
    level, above = (np.searchsorted(-scores, -units.scores[units.positive], side) for side in ("right", "left"))
    beaten = others[:, -1:] - (others[:, level] + others[:, above]) / 2.0
    return _share((beaten * own).sum(axis=1), others[:, -1] * own.sum(axis=1))


def tpr_at(rate: float) -> Statistic:
    """Return the statistic: share of positives above every threshold that flags at most `rate` of the others."""

    def share(units: Units, weights: Floats) -> Floats:
        scores, hits, flagged = _ordered(units, weights)
        over = flagged[:, 1:] > (rate + _TINY) * flagged[:, -1:]
        # The highest score that cannot be flagged any more, and how many positives lie above it.
        ends = np.where(over.any(axis=1), scores[np.argmax(over, axis=1)], -np.inf) if len(scores) else -np.inf
        order = np.argsort(-units.scores[units.positive], kind="stable")
        found = _sums(hits[:, order])
        above = np.searchsorted(-units.scores[units.positive][order], -np.broadcast_to(ends, len(weights)))
        return _share(found[np.arange(len(weights)), above], found[:, -1])

    return share


def accuracy(units: Units, weights: Floats) -> Floats:
    """Return the share judged rightly at the fold's threshold."""
    right = (units.scores >= units.threshold) == units.positive
    return _share(weights @ right.astype(np.float64), weights.sum(axis=1))


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
    """Return, per fold, how often each draw holds each unit."""
    strata = tuple((units.clusters, units.positive.tobytes()) for units in folds)
    return _drawn(strata, draws, seed)


@lru_cache(maxsize=2)
def _drawn(folds: tuple[tuple[tuple[str, ...], bytes], ...], draws: int, seed: int) -> list[Floats]:
    """Return `_multiplicities` of folds given as clusters and answers; all methods and statistics have the same.

    Strata are the folds in which clusters appear first, and whether they hold attacks.
    """
    answers = [np.frombuffer(positive, np.bool_) for _, positive in folds]
    names = [np.asarray(clusters) for clusters, _ in folds]
    attacks = {str(name) for these, hits in zip(names, answers, strict=True) for name in these[hits]}
    strata: dict[tuple[int, bool], list[str]] = {}
    seen: set[str] = set()
    for number, (clusters, _) in enumerate(folds):
        for name in sorted(set(clusters) - seen):
            strata.setdefault((number, name in attacks), []).append(name)
        seen.update(clusters)
    draw = np.random.default_rng(seed)
    places: dict[str, int] = {}
    times = []
    for members in strata.values():
        times.append(draw.multinomial(len(members), np.full(len(members), 1.0 / len(members)), size=draws))
        places |= {name: len(places) + number for number, name in enumerate(members)}
    every = np.concatenate(times, axis=1).astype(np.float64)
    return [every[:, [places[name] for name in clusters]] for clusters, _ in folds]


def _ordered(units: Units, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the scores of the units that are no positives, falling; the weights of the positives, as they stand;
    and the sums of the others' weights in that order, from 0 on."""
    at = np.flatnonzero(~units.positive)
    order = at[np.argsort(-units.scores[at], kind="stable")]
    return units.scores[order], weights[:, units.positive], _sums(weights[:, order])


def _sums(weights: Floats) -> Floats:
    """Return the sums along each row, from 0 on."""
    found = np.zeros((len(weights), weights.shape[1] + 1))
    np.cumsum(weights, axis=1, out=found[:, 1:])
    return found


def _share(part: Floats, whole: Floats) -> Floats:
    """Return part / whole, NaN where there is nothing."""
    return np.asarray(np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0))
