"""Whether a score means what it says: drift from calibration to test, and how often a score was an attack.

Both are of a method whose score lies in the bands of the tiers (`models.calibrate.evidence`), so that tiers can be
read off it.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from hdl.contract.verdict import TIER_SCORES
from models.calibrate import FRACTIONS
from models.intervals import Statistic, clopper_pearson, interval, over_folds, resampled
from models.outcomes import Floats, Fold, Units

CALIBRATED = (*FRACTIONS, 0.0)
"""Share of the benign calibration processes that reach each tier, at most."""

EDGES = (0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 1.0)
"""Where the bins of the reliability diagram begin; the last one includes its end."""


def reaching(level: float) -> Statistic:
    """Return the statistic: share of benign units at or above a score."""

    def share(units: Units, weights: Floats) -> Floats:
        benign = ~units.positive
        hits, whole = (
            weights @ chosen.astype(np.float64) for chosen in (benign & (units.scores >= level), benign)
        )
        return np.asarray(np.divide(hits, whole, out=np.full(len(whole), np.nan), where=whole > 0))

    return share


def drift(folds: Sequence[Fold]) -> list[dict[str, Any]]:
    """Return, per tier, the share of benign units it was calibrated to and the share in the tests that reach it.

    interval: 95 %, by clusters.  clusters: how many of them hold a unit that reaches it; bound: of their share.
    attacks: how many attacks of the tests reach it, of_attacks of them.
    """
    units = [fold.units() for fold in folds]
    every = {name for one in units for name, hit in zip(one.clusters, one.positive, strict=True) if not hit}
    attacks = [one.scores[one.positive] for one in units]
    rows = []
    for level, calibrated in zip(TIER_SCORES[1:], CALIBRATED, strict=True):
        hits = [(one.scores >= level) & ~one.positive for one in units]
        hit = {
            one.clusters[int(at)] for one, these in zip(units, hits, strict=True) for at in np.flatnonzero(these)
        }
        statistic = reaching(level)
        rows.append(
            {
                "score": level,
                "calibrated": calibrated,
                "tested": round(float(over_folds(units, statistic).mean()), 4),
                "interval": [round(value, 4) for value in interval(resampled(units, statistic))],
                "processes": int(sum(these.sum() for these in hits)),
                "clusters": len(hit),
                "of_clusters": len(every),
                "attacks": int(sum((scores >= level).sum() for scores in attacks)),
                "of_attacks": sum(map(len, attacks)),
                "bound": round(clopper_pearson(len(hit), len(every))[1], 4) if every else None,
            }
        )
    return rows


def pooled(folds: Sequence[Fold]) -> Units:
    """Return the units of all folds as one: tiers give the scores of every fold the same scale."""
    units = [fold.units() for fold in folds]
    return Units(
        np.concatenate([one.scores for one in units]),
        np.concatenate([one.positive for one in units]),
        tuple(name for one in units for name in one.clusters),
        0.0,
    )


def attacks_between(low: float, high: float) -> Statistic:
    """Return the statistic: of the units whose score lies from `low` to below `high`, the share of attacks.

    At equal odds: both classes weigh the same, since how many attacks a test holds is the test's choice.
    """

    def share(units: Units, weights: Floats) -> Floats:
        inside = (units.scores >= low) & ((units.scores < high) | (high >= 1.0))
        rates = []
        for side in (units.positive, ~units.positive):
            hits, whole = (weights @ chosen.astype(np.float64) for chosen in (side & inside, side))
            rates.append(hits / np.maximum(whole, 1e-12))
        both = rates[0] + rates[1]
        return np.asarray(np.divide(rates[0], both, out=np.full(len(both), np.nan), where=both > 0))

    return share


def reliability(folds: Sequence[Fold]) -> list[dict[str, Any]]:
    """Return, per bin of the score that is not empty, how many units it holds and the share of attacks."""
    units = pooled(folds)
    rows = []
    for low, high in pairwise(EDGES):
        inside = (units.scores >= low) & ((units.scores < high) | (high >= 1.0))
        if not inside.any():
            continue
        statistic = attacks_between(low, high)
        rows.append(
            {
                "from": low,
                "to": high,
                "score": round(float(units.scores[inside].mean()), 4),
                "benign": int((inside & ~units.positive).sum()),
                "attacks": int((inside & units.positive).sum()),
                "share": round(float(over_folds([units], statistic)[0]), 4),
                "interval": [round(value, 4) for value in interval(_redrawn(units, statistic))],
            }
        )
    return rows


def _redrawn(units: Units, statistic: Statistic) -> Floats:
    """Return `resampled` of one set of units; a draw that leaves a bin empty tells nothing of it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice")
        return resampled([units], statistic)
