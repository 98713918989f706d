"""Boosted trees on decayed counters, cut to the budget."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from models.golden.jit import jit_allocating as jit
from models.peers.counters import COUNTERS, Bytes, counters
from models.peers.peer import BUDGET, Floats, answers_and_shares, int8, sampled
from models.peers.stream import Symbols, stream
from models.recordings import Ints, Recording

STRIDE = 16
LEAVES = 16
NODE_BYTES = 3
"""An inner node: counter, threshold, how far the right child is; the left one follows.  A leaf has one byte."""


@jit
def _walk(shown: Bytes, roots: Ints, nodes: Ints, found: Floats) -> None:
    """nodes (n, 4): counter or -1, highest value that goes left or the leaf's value, left, right."""
    for n in range(len(shown)):
        total = 0
        for root in roots:
            node = root
            while nodes[node, 0] >= 0:
                node = nodes[node, 2] if shown[n, nodes[node, 0]] <= nodes[node, 1] else nodes[node, 3]
            total += nodes[node, 1]
        found[n] = total


class Trees:
    """Histogram gradient boosting; leaves int8 with one scale, as many trees as fit the budget."""

    name = "boosted trees, int8 leaves"
    certain: float | None = None

    def __init__(self, seed: int = 0, rate: float = 0.1) -> None:
        self._seed = seed
        self._rate = rate
        self._symbols = Symbols(COUNTERS)
        self._nodes: Ints = np.zeros((0, 4), np.int64)
        self._roots: Ints = np.zeros(0, np.int64)

    @property
    def bytes(self) -> int:
        """Nodes, leaves, and the map from calls to counters."""
        inner = int((self._nodes[:, 0] >= 0).sum())
        return inner * NODE_BYTES + (len(self._nodes) - inner) + self._symbols.bytes

    @property
    def cycles(self) -> int:
        """One for each comparison on the longest way down each tree, one for each counter that decays."""
        depth = np.zeros(len(self._nodes), np.int64)
        for node in range(len(self._nodes) - 1, -1, -1):  # children stand behind their parent
            if self._nodes[node, 0] >= 0:
                depth[node] = 1 + depth[self._nodes[node, 2:]].max()
        return int(depth[self._roots].sum()) + COUNTERS

    def fit(
        self, recordings: Sequence[Recording], labels: Sequence[int], calibration: Sequence[Recording]
    ) -> None:
        """Fit on every sixteenth call of each process, then round the leaves and drop what does not fit."""
        seen = stream(recordings)
        self._symbols.fit(seen.codes)
        at = sampled(seen, STRIDE)
        bad, shares = answers_and_shares(seen, labels)
        room = BUDGET - self._symbols.bytes
        trees = room // ((LEAVES - 1) * NODE_BYTES + LEAVES)
        boosted = HistGradientBoostingClassifier(
            learning_rate=self._rate, max_iter=trees, max_leaf_nodes=LEAVES, min_samples_leaf=20,
            l2_regularization=1.0, early_stopping=False,  # pyright: ignore[reportArgumentType]
            random_state=self._seed,
        )  # fmt: skip
        rows = counters(seen, self._symbols)[at].astype(np.float32)
        with threadpool_limits(1):  # more threads than free cores would wait for each other
            boosted.fit(rows, bad[at].astype(int), sample_weight=shares[at] / shares[at].mean())
        self._take([tree for (tree,) in boosted._predictors])

    def _take(self, trees: Sequence[object]) -> None:
        """Take over scikit-learn's trees; its own arrays are the only way to them."""
        parts = [tree.nodes for tree in trees]  # type: ignore[attr-defined]
        starts = np.cumsum([0] + [len(part) for part in parts])
        whole, _ = int8(np.concatenate([part["value"] for part in parts]))
        rows = []
        for start, part in zip(starts, parts, strict=False):
            leaf = part["is_leaf"] == 1
            row = np.zeros((len(part), 4), np.int64)
            row[:, 0] = np.where(leaf, -1, part["feature_idx"])
            bound = np.where(leaf, 0.0, part["num_threshold"])
            row[:, 1] = np.where(leaf, whole[start : start + len(part)], np.floor(np.minimum(bound, 255)))
            row[:, 2], row[:, 3] = part["left"] + start, part["right"] + start
            rows.append(row)
        self._nodes, self._roots = np.concatenate(rows), starts[:-1].astype(np.int64)

    def scores(self, recordings: Sequence[Recording]) -> Floats:
        """Return the sum of the leaves after each event."""
        shown = counters(stream(recordings), self._symbols)
        found = np.zeros(len(shown))
        _walk(shown, self._roots, self._nodes, found)
        return found
