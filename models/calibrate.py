"""Tiers from benign processes: at which accumulator values 0.80, 0.90 and 0.95 begin, and the score between.

The unit is the benign trace: what counts is the highest value that it ever reaches.  A, the decayed sum, is
given the whole budget of false alarms; C and T, which watch longer spans, may add none: their thresholds lie
above every benign trace that A leaves alone, by a margin.  So a trace is alarming at 0.80 for at most 5 % of
the benign ones, at 0.90 for 1 %, and nothing benign comes near 0.95.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdl.contract.verdict import TIER_SCORES
from models.image import CURVE_POINTS, WORD_MAX, Model

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FRACTIONS = (0.05, 0.01, 0.0)
"""Share of benign traces that may ever reach each tier."""

MARGIN = 0.25
"""By how much the last tier of A, and every tier of C and T, lies above the benign traces."""

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


def choose_tiers(maxima: Ints, margin: float = MARGIN, fractions: tuple[float, ...] = FRACTIONS) -> Tiers:
    """Return the thresholds for benign traces whose highest A, C and T are the rows of `maxima` (n, 3)."""
    if len(maxima) < 1:
        raise ValueError("tiers are calibrated on benign traces: there is none")
    chosen = np.zeros((3, 3), np.int64)
    for tier, fraction in enumerate(fractions):
        flagged = np.zeros(len(maxima), np.bool_)
        for accumulator in range(3):
            spare = int(fraction * len(maxima)) if accumulator == 0 else 0
            left = np.sort(maxima[~flagged, accumulator])[::-1]
            above = int(left[min(spare, len(left) - 1)]) if len(left) else 0
            if accumulator or tier == len(fractions) - 1:
                above = int(above * (1.0 + margin))
            chosen[accumulator, tier] = above + 1
            flagged |= maxima[:, accumulator] > above
    return Tiers(*(_rising(row) for row in chosen.tolist()))


def _rising(wanted: list[int]) -> tuple[int, int, int]:
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
