"""The linear classifier behind the tables: rows of decayed n-gram counts, and their logistic fit.

A row is what the decayed accumulator has seen at one call, were its values real numbers: entry w counts with
the sum over past calls of (31/32)^(proven calls since), over 32.  So row . weights is A/32, and fitting the
rows fits the machine.  Everything is sequential arithmetic in IEEE doubles without the C library's functions:
the same data gives the same weights to the last bit on every machine.
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

MEMORY = 128
"""Calls that a row looks back over: what is older weighs less than 2 %."""

_CHUNK = 4096
"""Rows gathered at a time, which bounds the memory for entries not yet counted."""

_SEEN = 1e-6
"""Squared slope that an entry is taken to have seen before the first row."""

LEAK = 1.0 / (1 << LEAK_SHIFT)


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows.  `columns[starts[i]:starts[i+1]]` and `values` alike are row i's entries; WEIGHTS is the
    bias's column."""

    starts: Ints
    columns: NDArray[np.int16]
    values: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1


@jit
def _gather(
    indices: Indices,
    effect: NDArray[np.bool_],
    proven: NDArray[np.bool_],
    previous: Indices,
    stops: NDArray[np.bool_],
    at: Ints,
    starts: Ints,
    columns: NDArray[np.int16],
    values: NDArray[np.float32],
) -> int:
    """Write the rows of the events `at`; return how many entries they have."""
    sums = np.zeros(WEIGHTS + 1)
    touched = np.empty(6 * MEMORY + 1, np.int64)
    used = 0
    for number in range(len(at)):
        starts[number] = used
        event, share, count = at[number], LEAK, 0
        for _ in range(MEMORY):
            if event < 0 or (stops[event] and event != at[number]):
                break
            if effect[event]:
                for table in range(7):
                    column = WEIGHTS if table == 6 else indices[event, table]
                    if sums[column] == 0.0:
                        touched[count] = column
                        count += 1
                    sums[column] += share
            if proven[event]:
                share *= 1.0 - LEAK
            event = previous[event]
        for position in range(count):
            columns[used] = touched[position]
            values[used] = sums[touched[position]]
            sums[touched[position]] = 0.0
            used += 1
    starts[len(at)] = used
    return used


def gather(features: Features, at: Ints, stops: NDArray[np.bool_]) -> Rows:
    """Return the rows of the calls at the positions `at`.

    stops: events behind which nothing is remembered: where the accumulator stood at 0, or the label changes.
    """
    starts = [np.zeros(1, np.int64)]
    columns, values, used = [np.zeros(0, np.int16)], [np.zeros(0, np.float32)], 0
    width = 6 * MEMORY + 1
    for begin in range(0, len(at), _CHUNK):
        part = at[begin : begin + _CHUNK]
        ends = np.zeros(len(part) + 1, np.int64)
        names, numbers = np.empty(len(part) * width, np.int16), np.empty(len(part) * width, np.float32)
        count = _gather(
            features.indices,
            features.effect,
            features.proven,
            features.previous,
            stops,
            part,
            ends,
            names,
            numbers,
        )
        starts.append(ends[1:] + used)
        columns.append(names[:count].copy())
        values.append(numbers[:count].copy())
        used += count
    return Rows(np.concatenate(starts), np.concatenate(columns), np.concatenate(values))


@jit
def sigmoid(margin: float) -> float:
    """Return 1 / (1 + exp(-margin)) with exp(x) as (1 + x/4096)^4096: multiplications only."""
    power = 1.0 + min(max(-margin, -30.0), 30.0) / 4096.0
    for _ in range(12):
        power *= power
    return 1.0 / (1.0 + power)


def stack(first: Rows, second: Rows) -> Rows:
    """Return the rows of both, `first`'s first."""
    return Rows(
        np.concatenate([first.starts, second.starts[1:] + first.starts[-1]]),
        np.concatenate([first.columns, second.columns]),
        np.concatenate([first.values, second.values]),
    )


@jit
def _descend(
    starts: Ints,
    columns: NDArray[np.int16],
    values: NDArray[np.float32],
    labels: Floats,
    shares: Floats,
    orders: Ints,
    rates: Floats,
    decay: float,
    weights: Floats,
) -> None:
    """Descend the weighted logistic loss once per row of `orders`, each entry at its own rate (Adagrad)."""
    seen = np.full(len(weights), _SEEN)
    for epoch in range(len(orders)):
        for step in range(orders.shape[1]):
            row = orders[epoch, step]
            margin = 0.0
            for entry in range(starts[row], starts[row + 1]):
                margin += weights[columns[entry]] * values[entry]
            slope = (sigmoid(margin) - labels[row]) * shares[row]
            for entry in range(starts[row], starts[row + 1]):
                column = columns[entry]
                pull = slope * values[entry] + decay * shares[row] * weights[column]
                seen[column] += pull * pull
                weights[column] -= rates[column] * pull / np.sqrt(seen[column])


def descend(
    rows: Rows,
    labels: Floats,
    shares: Floats,
    *,
    weights: Floats,
    epochs: int,
    rates: Floats,
    decay: float,
    seed: int,
) -> Floats:
    """Return (WEIGHTS + 1,) weights, the bias last, begun at `weights`.

    labels: 0.0 or 1.0 by row; shares: how much each row counts, on average 1; rates: by weight; decay: pull
    towards 0.
    """
    draw = np.random.Generator(np.random.PCG64(seed))
    orders = np.array([draw.permutation(len(rows)) for _ in range(epochs)], np.int64).reshape(epochs, -1)
    fitted = weights.copy()
    _descend(rows.starts, rows.columns, rows.values, labels, shares, orders, rates, decay, fitted)
    return fitted


@jit
def _replay(
    indices: Indices,
    effect: NDArray[np.bool_],
    proven: NDArray[np.bool_],
    previous: Indices,
    weights: Floats,
    gains: Floats,
    sums: Floats,
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


def replay(features: Features, weights: Floats) -> Floats:
    """Return A, in real numbers, after each event under (WEIGHTS + 1,) weights.

    As in the machine gains count at once and losses one proven call later; only what a parent takes over from
    a child that exits is left out.
    """
    gains, sums = np.zeros(len(features)), np.zeros(len(features))
    _replay(features.indices, features.effect, features.proven, features.previous, weights, gains, sums)
    return sums
