"""Real weights to int8 tables: one scale for all six, rounding half to even, saturation counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.features import BASES, WEIGHTS

Floats = NDArray[np.float64]

LOWEST, HIGHEST = -128, 127

ROUNDING = "half to even"
"""How a real value becomes an integer (IEEE 754 roundTiesToEven, numpy's `rint`)."""

COVERED = 0.998
"""Share of the entries in use that the scale leaves room for; the others saturate."""


@dataclass(frozen=True, slots=True)
class Quantised:
    """int8 entries of all six tables, the scale (integer steps per unit), and how many entries saturated."""

    tables: NDArray[np.int8]
    scale: float
    saturated: int


def folded(weights: Floats) -> Floats:
    """Return (WEIGHTS,) entries with the bias, which every call adds once, in the unigram table."""
    if weights.shape != (WEIGHTS + 1,):
        raise ValueError(f"{WEIGHTS} weights and a bias are needed, found {weights.shape}")
    entries = weights[:WEIGHTS].copy()
    entries[BASES[0] : BASES[1]] += weights[WEIGHTS]
    return entries


def choose_scale(entries: Floats) -> float:
    """Return the scale at which `COVERED` of the entries in use fit."""
    used = np.sort(np.abs(entries[entries != 0.0]))
    if not len(used):
        raise ValueError("every weight is 0: the classifier was not fitted, or its classes look alike")
    return float(HIGHEST / used[min(int(len(used) * COVERED), len(used) - 1)])


def quantise(weights: Floats, scale: float | None = None) -> Quantised:
    """Return the tables for (WEIGHTS + 1,) weights, the bias last.

    scale: integer steps per unit; chosen from the weights when left out.
    """
    entries = folded(weights)
    steps = choose_scale(entries) if scale is None else scale
    rounded = np.rint(entries * steps)
    saturated = int(((rounded < LOWEST) | (rounded > HIGHEST)).sum())
    return Quantised(np.clip(rounded, LOWEST, HIGHEST).astype(np.int8), steps, saturated)
