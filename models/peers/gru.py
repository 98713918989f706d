"""A recurrent network: embedding, 24 gated units, one output; int8 after training.

A gate's table, sigmoid or tanh, has 256 entries in hardware; here the function itself is rounded to as many steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.golden.jit import jit_allocating as jit
from models.peers.descent import BACK, BATCH, Weights, blank, train
from models.peers.peer import Floats, Singles, answers_and_shares, int8
from models.peers.stream import Stream, Symbols, stream
from models.recordings import Ints, Recording

HIDDEN, WIDTH, SYMBOLS = 24, 16, 192
EPOCHS = 8
DRAWN = 200 * BATCH
"""Windows of an epoch."""
SMOOTH = 32
"""The score is the output averaged over a process's calls, each new one counting one part of so many."""
GATE_TABLES = 2 * 256
STATE_STEPS, GATE_STEPS = np.float32(127), np.float32(255)
_BIAS_BYTES, _FINE = 2, np.float32(2048)


@jit
def _run(
    symbols: Ints, lives: Ints, children: Ints, state: Singles, table: Singles, recurrent: Singles, inner: Singles,
    out: Singles, bias: float, rounded: bool, means: Floats, states: Singles, found: Floats,
) -> None:  # fmt: skip
    """Run the network over all events.

    table (SYMBOLS, 72): what a symbol adds to the gates, biases in it.  recurrent (24, 72), inner (24,): the bias
    of the candidate's recurrent part.  states: (n, 24) before each call, or (0, 24): not wanted.
    """
    width = len(out)
    gates = np.zeros(3 * width, np.float32)
    for n in range(len(symbols)):
        own = state[lives[n]]
        if children[n] >= 0:
            state[children[n]] = own
            means[children[n]] = means[lives[n]]
        if symbols[n] < 0:
            continue
        if len(states):
            states[n] = own
        gates[:] = 0
        for i in range(width):
            for j in range(3 * width):
                gates[j] += own[i] * recurrent[i, j]
        total = bias
        given = table[symbols[n]]
        for j in range(width):
            reset = 1 / (1 + np.exp(-(gates[j] + given[j])))
            keep = 1 / (1 + np.exp(-(gates[width + j] + given[width + j])))
            if rounded:
                reset = np.rint(reset * GATE_STEPS) / GATE_STEPS
                keep = np.rint(keep * GATE_STEPS) / GATE_STEPS
            fresh = np.tanh(given[2 * width + j] + reset * (gates[2 * width + j] + inner[j]))
            value = (1 - keep) * fresh + keep * own[j]
            own[j] = np.rint(value * STATE_STEPS) / STATE_STEPS if rounded else value
            total += own[j] * out[j]
        means[lives[n]] += (total - means[lives[n]]) / SMOOTH
        found[n] = means[lives[n]]


class Gru:
    """Trained by truncated backpropagation over `BACK` calls, then rounded; states and gates are bytes as well."""

    name = f"GRU, {HIDDEN} units, int8"
    certain: float | None = None

    def __init__(self, seed: int = 0, epochs: int = EPOCHS) -> None:
        self._seed = seed
        self._epochs = epochs
        self._symbols = Symbols(SYMBOLS)
        self._weights = blank(SYMBOLS, WIDTH, HIDDEN, seed)

    @property
    def bytes(self) -> int:
        """Weights, biases, the tables of the gates, and the map from calls to symbols."""
        matrices = HIDDEN * 3 * (WIDTH + HIDDEN) + HIDDEN + SYMBOLS * WIDTH
        return matrices + _BIAS_BYTES * (4 * HIDDEN + 1) + GATE_TABLES + self._symbols.bytes

    @property
    def cycles(self) -> int:
        """One for each multiplication of the matrices and of the gates."""
        return HIDDEN * 3 * (WIDTH + HIDDEN) + HIDDEN + 3 * HIDDEN

    def fit(
        self, recordings: Sequence[Recording], labels: Sequence[int], calibration: Sequence[Recording]
    ) -> None:
        """Train in floating point; each epoch begins its windows with the states that the one before left.

        Windows are drawn by what their calls weigh.
        """
        seen = stream(recordings)
        symbols = self._symbols.fit(seen.codes).of(seen.codes)
        bad, shares = answers_and_shares(seen, labels)
        windows = _windows(seen)
        masses = np.where(windows >= 0, shares[windows], 0.0).sum(axis=1)
        draw = np.random.default_rng(self._seed)
        learned = blank(SYMBOLS, WIDTH, HIDDEN, self._seed)
        for epoch in range(self._epochs):
            states, _ = self._over(seen, symbols, learned, False)
            rate = 4e-3 * (1.0 - epoch / self._epochs) + 2e-4
            chosen = windows[draw.choice(len(windows), DRAWN, p=masses / masses.sum())]
            train(learned, symbols, bad, states[chosen[:, 0]], chosen, rate)
        self._weights = _rounded(learned)

    def scores(self, recordings: Sequence[Recording]) -> Floats:
        """Return the averaged output after each event."""
        seen = stream(recordings)
        return self._over(seen, self._symbols.of(seen.codes), self._weights, True)[1]

    def _over(self, seen: Stream, symbols: Ints, weights: Weights, rounded: bool) -> tuple[Singles, Floats]:
        states = np.zeros((0 if rounded else len(seen), HIDDEN), np.float32)
        found = np.zeros(len(seen))
        table = weights.embedding @ weights.entry + weights.bias
        _run(
            symbols, seen.lives, seen.children, np.zeros((seen.count, HIDDEN), np.float32), table,
            weights.recurrent, weights.inner, weights.out, float(weights.last[0]), rounded, np.zeros(seen.count),
            states, found,
        )  # fmt: skip
        return states, found


def _rounded(weights: Weights) -> Weights:
    """Return the weights as int8 times one step each; biases are finer."""
    coarse = []
    for values in (weights.embedding, weights.entry, weights.recurrent, weights.out):
        whole, step = int8(values)
        coarse.append(whole * np.float32(step))
    fine = [np.rint(values * _FINE) / _FINE for values in (weights.bias, weights.inner, weights.last)]
    bias, inner, last = (values.astype(np.float32) for values in fine)
    embedding, entry, recurrent, out = coarse
    return Weights(embedding, entry, recurrent, out, bias, inner, last)


def _windows(seen: Stream) -> Ints:
    """Return (windows, BACK) positions of successive calls of one process each; -1 behind the last."""
    at = np.flatnonzero(seen.codes >= 0)
    order = at[np.argsort(seen.lives[at], kind="stable")]
    lives = seen.lives[order]
    rank = np.arange(len(order)) - np.searchsorted(lives, lives, side="left")
    starts = np.flatnonzero(rank % BACK == 0)
    found = np.full((len(starts), BACK), -1, np.int64)
    window = np.cumsum(rank % BACK == 0) - 1
    found[window, rank % BACK] = order
    return found
