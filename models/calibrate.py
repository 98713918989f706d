"""Tiers from benign processes: at which accumulator values 0.80, 0.90 and 0.95 begin, and the score between.

The unit is the benign process: what counts is the highest value that it ever reaches under a model that has not
seen it.  The few that stand out most, in whichever accumulator, are given up; the thresholds of A, C and T lie
just above all others.  So at most 5 % of the held-out benign processes ever reach 0.80, and at most 1 % reach
0.90, by any of the three.  0.95 lies higher by a margin: above every benign process of the calibration set, or,
where the model was fitted on that set and held-out values come from fits on parts of it, above every benign
process as the model itself sees it and above the 1 % level of the held-out ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdl.contract.verdict import TIER_SCORES
from models.image import CURVE_POINTS, WORD_MAX, Model

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FRACTIONS = (0.05, 0.01)
"""Share of held-out benign processes that may ever reach the first two tiers."""

MARGIN = 0.25
"""By how much the last tier lies above every benign process."""

STEP = 0.1
"""By how much the last tier lies above the one before it."""

_POINT = (WORD_MAX + 1) // CURVE_POINTS
_ANCHORS = (*TIER_SCORES, 1.0)


@dataclass(frozen=True, slots=True)
class Tiers:
    """Thresholds of A, C and T: three each, rising."""

    decayed: tuple[int, int, int]
    cusum: tuple[int, int, int]
    tree: tuple[int, int, int]

    def rows(self) -> tuple[tuple[int, int, int], ...]:
        """Return them in the order A, C, T."""
        return (self.decayed, self.cusum, self.tree)


def choose_tiers(held: Ints, own: Ints | None = None, margin: float = MARGIN, guard: float = 0.0) -> Tiers:
    """Return the thresholds.

    held: (n, 3) highest A, C and T of benign processes under models that have not seen them.
    own: the same under the model itself, where it was fitted on them; None: it was not.
    guard: by how much the first two tiers lie above the processes that are not given up.
    """
    if len(held) < 1:
        raise ValueError("tiers are calibrated on benign processes: there is none")
    chosen = np.zeros((3, 3), np.int64)
    ordered = np.sort(held, axis=0)[::-1]
    for tier, fraction in enumerate(FRACTIONS):
        spare = min(int(fraction * len(held)), len(held) - 1)
        # How far one stands out: against the value that as many exceed as may be given up.
        standing = (held / np.maximum(ordered[spare], 1)).max(axis=1)
        kept = np.argsort(standing, kind="stable")[: len(held) - spare]
        chosen[:, tier] = np.floor(held[kept].max(axis=0) * (1.0 + guard)).astype(np.int64) + 1
    seen = held if own is None else own
    raised = np.floor(chosen[:, 1] * (1.0 + STEP)).astype(np.int64)
    chosen[:, 2] = np.maximum(np.floor(seen.max(axis=0) * (1.0 + margin)).astype(np.int64) + 1, raised)
    return Tiers(*(rising(row) for row in chosen.tolist()))


def out_of_reach(maxima: Ints) -> Ints:
    """Return (n, 3) maxima with those of C and T as high as they go: tiers chosen by them are A's alone.

    What A is given up for stays the same: by C and T nobody stands out then.
    """
    found = maxima.copy()
    found[:, 1:] = WORD_MAX
    return found


def tiers_above(own: Ints, factors: Sequence[float]) -> Tiers:
    """Return thresholds that no benign process reaches: the highest of any, (n, 3) A, C, T, by three factors.

    For a place where the programs are known: no process is given up, so nothing is said of unknown ones.
    """
    highest = own.max(axis=0)
    return Tiers(*(rising([int(np.floor(value * factor)) + 1 for factor in factors]) for value in highest))


def rising(wanted: Sequence[int]) -> tuple[int, int, int]:
    """Return the thresholds strictly rising and within 1..65535."""
    first = min(max(wanted[0], 1), WORD_MAX - 2)
    second = min(max(wanted[1], first + 1), WORD_MAX - 1)
    return first, second, min(max(wanted[2], second + 1), WORD_MAX)


def evidence(values: Ints, model: Model) -> Floats:
    """Return the score 0..1 of accumulator values (n, 3), unrounded.

    Each of A, C and T is mapped piecewise linearly: 0 to 0, its thresholds to 0.80, 0.90 and 0.95, 65535 to 1;
    the highest counts.  So it lies in the tier's band as the score byte does, rises with it, and has hardly
    any ties.
    """
    scores = np.zeros(len(values))
    for column, thresholds in enumerate((model.decayed, model.cusum, model.tree)):
        anchors = np.array([0, *thresholds, max(WORD_MAX, thresholds[2] + 1)], np.float64)
        scores = np.maximum(scores, np.interp(values[:, column].astype(np.float64), anchors, _ANCHORS))
    return scores


def score_curves(tiers: Tiers) -> NDArray[np.uint8]:
    """Return the curves (3, 64): `evidence` at the lower end of every step of 1024, in bytes, rising.

    The machine holds the byte inside the tier's band, so a step that a threshold divides does no harm.
    """
    curves = np.zeros((3, CURVE_POINTS), np.uint8)
    points = np.arange(CURVE_POINTS) * _POINT
    for row, thresholds in enumerate(tiers.rows()):
        anchors = np.array([0, *thresholds, WORD_MAX + 1], np.float64)
        curves[row] = np.floor(np.interp(points, anchors, _ANCHORS) * 255.0).astype(np.uint8)
    return curves
