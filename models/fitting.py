"""The fit: weights under which every attack's highest sum lies above a threshold and every benign process's below.

The decayed accumulator is replayed in real numbers, and the slope of the loss runs back through it, call by call:

    loss = sum over units of share * log(1 + exp(-+(peak - threshold)))  +  decay / 2 * |weights|^2

A unit is judged by its peak, as in gateware; the slope spreads over the calls near it by the share that they
would have in a smooth maximum.  Steps are Adam's (Kingma and Ba 2015), over all data at once.  Everything is
sequential arithmetic in IEEE doubles without the C library's functions: the same data gives the same weights to
the last bit on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdl.contract.model import LEAK_SHIFT
from models.features import WEIGHTS, Features, Indices
from models.golden.jit import jit_allocating as jit

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEAK = 1.0 / (1 << LEAK_SHIFT)

PRIOR = 0.2
"""Weight that an entry begins with which only attacks use; one that only benign work uses has the opposite."""

BIAS_RATE = 0.1
"""The bias moves slower than the weights: it is added at every call."""

THRESHOLD = 3.0
"""Where the threshold begins, in units of the loss."""

_REACH = 12.0
"""Calls whose sum lies this far below their unit's peak have no share in it."""

_FIRST, _SECOND, _TINY = 0.9, 0.99, 1e-8
"""Adam's constants: what it keeps of the slope's mean and of its square's, and what it adds to a divisor."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is judged.  of: (n,) the unit of each event; bad, shares: per unit, whether it is an attack, and how
    much it counts before the classes are balanced."""

    of: Ints
    bad: Bools
    shares: Floats


@jit
def power(exponent: float) -> float:
    """Return about exp(exponent) for -30..30, as (1 + x/4096)^4096: multiplications only."""
    value = 1.0 + min(max(exponent, -30.0), 30.0) / 4096.0
    for _ in range(12):
        value *= value
    return value


@jit
def sigmoid(margin: float) -> float:
    """Return 1 / (1 + exp(-margin))."""
    return 1.0 / (1.0 + power(-margin))


@jit
def _replay(
    indices: Indices, effect: Bools, proven: Bools, previous: Indices, weights: Floats, gains: Floats, sums: Floats
) -> None:
    """Fill `gains` with each event's sum over the tables, `sums` with the decayed accumulator after it."""
    for event in range(len(indices)):
        if indices[event, 0] < 0:
            continue
        gains[event] = weights[WEIGHTS]
        for table in range(6):
            gains[event] += weights[indices[event, table]]
        before = previous[event]
        start = 0.0 if before < 0 else sums[before]
        loss = 0.0
        if proven[event] and before >= 0:
            loss = start * LEAK + max(-gains[before], 0.0)
        gain = max(gains[event], 0.0) if effect[event] else 0.0
        sums[event] = max(start + gain - loss, 0.0)


@jit
def _peaks(sums: Floats, effect: Bools, units: Ints, peaks: Floats, pulls: Floats) -> None:
    """Fill `peaks` with each unit's highest sum, `pulls` with each call's share in it."""
    totals = np.zeros(len(peaks))
    peaks[:] = 0.0
    for event in range(len(sums)):
        if effect[event] and sums[event] > peaks[units[event]]:
            peaks[units[event]] = sums[event]
    for event in range(len(sums)):
        pulls[event] = 0.0
        below = sums[event] - peaks[units[event]]
        if effect[event] and below > -_REACH:
            pulls[event] = power(below)
            totals[units[event]] += pulls[event]
    for event in range(len(sums)):
        if pulls[event] > 0.0:
            pulls[event] /= totals[units[event]]


@jit
def _slopes(peaks: Floats, bad: Bools, shares: Floats, threshold: float, hardness: float, slopes: Floats) -> float:
    """Fill `slopes` with the loss's slope by each unit's peak; return that by the threshold.

    hardness: a benign unit that is called an attack counts up to so much more; either class counts a half.
    """
    sums = np.zeros(2)
    for unit in range(len(peaks)):
        answer = sigmoid(peaks[unit] - threshold)
        slopes[unit] = shares[unit] * (1.0 if bad[unit] else 1.0 + hardness * answer)
        sums[int(bad[unit])] += slopes[unit]
    whole = 0.0
    for unit in range(len(peaks)):
        answer = sigmoid(peaks[unit] - threshold)
        slopes[unit] *= (answer - 1.0 if bad[unit] else answer) * 0.5 / max(sums[int(bad[unit])], _TINY)
        whole -= slopes[unit]
    return whole


@jit
def _backward(
    indices: Indices,
    effect: Bools,
    proven: Bools,
    previous: Indices,
    gains: Floats,
    sums: Floats,
    pulls: Floats,
    gradient: Floats,
) -> None:
    """Add the slope by every weight to `gradient`; `pulls`: the slope by each event's sum, which is changed."""
    by_gain = np.zeros(len(sums))
    for event in range(len(sums) - 1, -1, -1):
        pull = pulls[event]
        if pull != 0.0 and sums[event] > 0.0:  # at 0 nothing before it matters
            before = previous[event]
            if effect[event] and gains[event] > 0.0:
                by_gain[event] += pull
            if before >= 0:
                if proven[event]:
                    pulls[before] += pull * (1.0 - LEAK)
                    if gains[before] < 0.0:
                        by_gain[before] += pull
                else:
                    pulls[before] += pull
        if by_gain[event] != 0.0:
            gradient[WEIGHTS] += by_gain[event]
            for table in range(6):
                gradient[indices[event, table]] += by_gain[event]


@jit
def _prior(indices: Indices, effect: Bools, units: Ints, bad: Bools, shares: Floats, weights: Floats) -> None:
    """Set every weight by how much more attacks use its entry than benign work does."""
    calls, sums = np.zeros(len(bad)), np.zeros(2)
    for event in range(len(indices)):
        calls[units[event]] += effect[event]
    uses = np.full((2, WEIGHTS), 0.5)
    for event in range(len(indices)):
        if effect[event]:
            unit = units[event]
            for table in range(6):
                uses[int(bad[unit]), indices[event, table]] += shares[unit] / calls[unit]
    for side in range(2):
        for entry in range(WEIGHTS):
            sums[side] += uses[side, entry]
    for entry in range(WEIGHTS):
        by_attacks, by_others = uses[1, entry] / sums[1], uses[0, entry] / sums[0]
        weights[entry] = PRIOR * (by_attacks - by_others) / (by_attacks + by_others)


@jit
def _step(
    values: Floats, gradient: Floats, means: Floats, squares: Floats, turn: int, rate: float, decay: float
) -> None:
    """Take Adam's step number `turn`, from 1."""
    kept_first, kept_second = 1.0, 1.0
    for _ in range(turn):
        kept_first *= _FIRST
        kept_second *= _SECOND
    for place in range(len(values)):
        slope = gradient[place] + (decay * values[place] if place < WEIGHTS else 0.0)
        means[place] = _FIRST * means[place] + (1.0 - _FIRST) * slope
        squares[place] = _SECOND * squares[place] + (1.0 - _SECOND) * slope * slope
        step = means[place] / (1.0 - kept_first) / (np.sqrt(squares[place] / (1.0 - kept_second)) + _TINY)
        values[place] -= rate * step * (BIAS_RATE if place == WEIGHTS else 1.0)


def fit(
    features: Features,
    judged: Judged,
    *,
    rounds: int,
    rate: float,
    decay: float,
    hardness: float,
    dropped: float,
    bound: float | None = None,
    seed: int,
) -> Floats:
    """Return (WEIGHTS + 1,) weights, the bias last, in units of the loss.

    features: of calls only.  rounds: steps; their rate falls from `rate` to 0 in a straight line.
    decay: pull towards 0.  hardness: see `_slopes`.
    dropped: share of the entries that a step does without, drawn anew for each (dropout), so that no entry is
    relied on alone.  bound: no weight grows beyond it, so that what the fit relies on is what int8 can hold.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    values = np.zeros(WEIGHTS + 2)
    values[WEIGHTS + 1] = THRESHOLD
    course = (features.indices, features.effect, features.proven, features.previous)
    _prior(features.indices, features.effect, judged.of, judged.bad, judged.shares, values)
    gains, sums, pulls = (np.zeros(len(features)) for _ in range(3))
    peaks, slopes = np.zeros(len(judged.bad)), np.zeros(len(judged.bad))
    means, squares = np.zeros(len(values)), np.zeros(len(values))
    for turn in range(1, rounds + 1):
        used = values.copy()
        used[:WEIGHTS] *= (draw.random(WEIGHTS) >= dropped) / (1.0 - dropped)
        _replay(*course, used, gains, sums)
        _peaks(sums, features.effect, judged.of, peaks, pulls)
        gradient = np.zeros(len(values))
        threshold = float(values[WEIGHTS + 1])
        gradient[WEIGHTS + 1] = _slopes(peaks, judged.bad, judged.shares, threshold, hardness, slopes)
        pulls *= slopes[judged.of]
        _backward(*course, gains, sums, pulls, gradient)
        gradient[:WEIGHTS] *= used[:WEIGHTS] != 0.0
        _step(values, gradient, means, squares, turn, rate * (1.0 - (turn - 1) / rounds), decay)
        if bound is not None:
            np.clip(values[:WEIGHTS], -bound, bound, values[:WEIGHTS])
    return values[: WEIGHTS + 1]


def replay(features: Features, weights: Floats) -> Floats:
    """Return A, in real numbers, after each event under (WEIGHTS + 1,) weights.

    As in the machine gains count at once and losses one proven call later; only what a parent takes over from
    a child that exits is left out.
    """
    gains, sums = np.zeros(len(features)), np.zeros(len(features))
    _replay(features.indices, features.effect, features.proven, features.previous, weights, gains, sums)
    return sums
