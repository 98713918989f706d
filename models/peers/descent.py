"""Training of the recurrent peer: backpropagation through a window of calls, Adam."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.peers.peer import Singles
from models.recordings import Ints

BACK = 64
"""Calls through which an error is carried back."""
BATCH = 32
_CLIP = 1.0
_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8


@dataclass(eq=False)
class Weights:
    """What the network of h units has learned, and Adam's moments of it.

    embedding (symbols, width), entry (width, 3h), recurrent (h, 3h), out (h,), bias (3h,), inner (h,), last (1,).
    Columns of the gates: reset, keep, candidate; the candidate's recurrent part is reset after the product, its
    bias `inner` with it.
    """

    embedding: Singles
    entry: Singles
    recurrent: Singles
    out: Singles
    bias: Singles
    inner: Singles
    last: Singles
    moments: dict[str, tuple[Singles, Singles]] = field(default_factory=dict, repr=False)
    steps: int = 0

    def step(self, slopes: dict[str, Singles], rate: float) -> None:
        """Go one step of Adam against the slopes, cut to a length of 1 all together."""
        length = float(np.sqrt(sum(float((slope * slope).sum()) for slope in slopes.values())))
        self.steps += 1
        for name, slope in slopes.items():
            scaled = slope * np.float32(min(1.0, _CLIP / (length + _TINY)))
            zeros = (np.zeros_like(scaled), np.zeros_like(scaled))
            first, second = self.moments.setdefault(name, zeros)
            first += (1 - _FIRST) * (scaled - first)
            second += (1 - _SECOND) * (scaled * scaled - second)
            mean = first / (1 - _FIRST**self.steps)
            spread = np.sqrt(second / (1 - _SECOND**self.steps))
            getattr(self, name)[...] -= np.float32(rate) * mean / (spread + np.float32(_TINY))


def blank(symbols: int, width: int, hidden: int, seed: int) -> Weights:
    """Return weights to begin with."""
    draw = np.random.default_rng(seed)

    def spread(*shape: int) -> Singles:
        bound = 1.0 / np.sqrt(hidden)
        return draw.uniform(-bound, bound, shape).astype(np.float32)

    bias = np.zeros(3 * hidden, np.float32)
    bias[hidden : 2 * hidden] = 1.0  # keep at first: what was seen is remembered
    return Weights(
        spread(symbols, width), spread(width, 3 * hidden), spread(hidden, 3 * hidden), spread(hidden), bias,
        np.zeros(hidden, np.float32), np.zeros(1, np.float32),
    )  # fmt: skip


def train(
    weights: Weights, symbols: Ints, bad: NDArray[np.bool_], states: Singles, windows: Ints, rate: float
) -> None:
    """Go once over the windows.

    symbols, bad: per event.  states (windows, h): where each window begins.  windows (windows, calls): positions
    of successive calls, -1 behind the last.
    """
    for begin in range(0, len(windows), BATCH):
        at = windows[begin : begin + BATCH].T
        there = at >= 0
        answers, masses = (bad[at] & there).astype(np.float32), there.astype(np.float32)
        start = states[begin : begin + BATCH]
        slopes = gradient(weights, np.where(there, symbols[at], 0), answers, masses, start)
        weights.step(slopes, rate)


def gradient(
    weights: Weights, symbols: Ints, answers: Singles, masses: Singles, state: Singles
) -> dict[str, Singles]:
    """Return the slopes of the mean logistic loss; symbols, answers, masses: (calls, windows)."""
    calls, count = symbols.shape
    hidden = len(weights.out)
    entries = weights.embedding[symbols]
    given = entries @ weights.entry + weights.bias
    before, outputs = np.empty((calls, count, hidden), np.float32), np.empty((calls, count, hidden), np.float32)
    gates = np.empty((calls, count, 2 * hidden), np.float32)
    inner, fresh = np.empty_like(before), np.empty_like(before)
    for n in range(calls):
        before[n] = state
        pulled = state @ weights.recurrent
        gates[n] = 1 / (1 + np.exp(-(pulled[:, : 2 * hidden] + given[n, :, : 2 * hidden])))
        inner[n] = pulled[:, 2 * hidden :] + weights.inner
        fresh[n] = np.tanh(given[n, :, 2 * hidden :] + gates[n, :, :hidden] * inner[n])
        keep = gates[n, :, hidden:]
        state = fresh[n] + keep * (state - fresh[n])
        outputs[n] = state
    logits = outputs @ weights.out + weights.last[0]
    wrong = (1 / (1 + np.exp(-logits)) - answers) * masses / np.float32(count * calls)
    turned = np.empty((calls, count, 3 * hidden), np.float32)
    pulls = np.empty((calls, count, 3 * hidden), np.float32)
    later = np.zeros((count, hidden), np.float32)
    back = weights.recurrent.T.copy()
    for n in range(calls - 1, -1, -1):
        later += wrong[n][:, None] * weights.out
        reset, keep = gates[n, :, :hidden], gates[n, :, hidden:]
        candidate = later * (1 - keep) * (1 - fresh[n] * fresh[n])
        turned[n, :, :hidden] = candidate * inner[n] * reset * (1 - reset)
        turned[n, :, hidden : 2 * hidden] = later * (before[n] - fresh[n]) * keep * (1 - keep)
        turned[n, :, 2 * hidden :] = candidate
        pulls[n, :, : 2 * hidden] = turned[n, :, : 2 * hidden]
        pulls[n, :, 2 * hidden :] = candidate * reset
        later = later * keep + pulls[n] @ back
    flat = turned.reshape(-1, 3 * hidden)
    embedding = np.zeros_like(weights.embedding)
    np.add.at(embedding, symbols.reshape(-1), flat @ weights.entry.T)
    return {
        "embedding": embedding,
        "entry": entries.reshape(-1, entries.shape[-1]).T @ flat,
        "recurrent": before.reshape(-1, hidden).T @ pulls.reshape(-1, 3 * hidden),
        "out": outputs.reshape(-1, hidden).T @ wrong.reshape(-1),
        "bias": flat.sum(axis=0),
        "inner": pulls[:, :, 2 * hidden :].sum(axis=(0, 1)),
        "last": wrong.sum().reshape(1),
    }
