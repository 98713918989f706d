"""A small int8 network, 48-96-24-1, on decayed counters."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from models.peers.counters import COUNTERS, counters
from models.peers.peer import Floats, Singles, answers_and_shares, int8, sampled
from models.peers.stream import Symbols, stream
from models.recordings import Recording

HIDDEN = (96, 24)
STRIDE = 16
_BLOCK = 1 << 16


class Mlp:
    """Weights are int8, activations bytes, with one scale per layer each; biases are 32 bits wide."""

    name = "MLP 48-96-24-1, int8"
    certain: float | None = None

    def __init__(self, seed: int = 0, epochs: int = 20) -> None:
        self._seed = seed
        self._epochs = epochs
        self._symbols = Symbols(COUNTERS)

    @property
    def bytes(self) -> int:
        """Weights, biases, and the map from calls to counters."""
        sizes = (COUNTERS, *HIDDEN, 1)
        return sum(n * m + 4 * m for n, m in pairwise(sizes)) + self._symbols.bytes

    @property
    def cycles(self) -> int:
        """One for each multiplication, one for each counter that decays."""
        sizes = (COUNTERS, *HIDDEN, 1)
        return sum(n * m for n, m in pairwise(sizes)) + COUNTERS

    def fit(
        self, recordings: Sequence[Recording], labels: Sequence[int], calibration: Sequence[Recording]
    ) -> None:
        """Fit on every sixteenth call of each process, then round."""
        seen = stream(recordings)
        self._symbols.fit(seen.codes)
        at = sampled(seen, STRIDE)
        bad, shares = answers_and_shares(seen, labels)
        rows = counters(seen, self._symbols)[at].astype(np.float32)
        network = MLPClassifier(
            HIDDEN, batch_size=min(512, len(rows)),  # pyright: ignore[reportArgumentType]
            max_iter=self._epochs, alpha=1e-3, random_state=self._seed,
            early_stopping=False, tol=0.0, n_iter_no_change=self._epochs,
        )  # fmt: skip
        weights = shares[at] / shares[at].mean()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # so many epochs are what is wanted
            network.fit(rows / np.float32(256), bad[at].astype(int), sample_weight=weights)
        self._round(network, rows)

    def _round(self, network: MLPClassifier, rows: Singles) -> None:
        """Take over the network's weights in int8; the scale of activations is from the training rows."""
        self._layers: list[tuple[Singles, Singles, float]] = []
        values, unit = rows, 1.0 / 256
        for weights, bias in zip(network.coefs_, network.intercepts_, strict=True):
            whole, step = int8(weights)
            offset = np.rint(bias / (step * unit)).astype(np.float32)
            sums = np.maximum(values @ whole + offset, 0)
            # A byte must hold all but the highest of a thousand activations.
            shrink = max(float(np.quantile(sums, 0.999)) / 255, 1.0)
            self._layers.append((whole, offset, shrink))
            values, unit = np.minimum(np.floor(sums / shrink), 255).astype(np.float32), unit * step * shrink

    def scores(self, recordings: Sequence[Recording]) -> Floats:
        """Return the last layer's sum after each event."""
        shown = counters(stream(recordings), self._symbols)
        found = np.zeros(len(shown))
        for begin in range(0, len(shown), _BLOCK):
            values = shown[begin : begin + _BLOCK].astype(np.float32)
            for whole, offset, shrink in self._layers[:-1]:
                values = np.clip(np.floor((values @ whole + offset) / shrink), 0, 255)
            whole, offset, _ = self._layers[-1]
            found[begin : begin + _BLOCK] = (values @ whole + offset)[:, 0]
        return found
