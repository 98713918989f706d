"""What a method must do to be compared, and what they share in training: units, balance, int8."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.peers.stream import Stream
from models.recordings import Ints, Recording

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

HIGHEST = 127
BUDGET = 8192
"""Bytes that a method may use for everything it has learned."""


class Peer(Protocol):
    """A method: fitted once, then every call of other traces has a score; what it computes with is quantised.

    name: in tables.  bytes: what it keeps, tables and maps included.  cycles: estimated, for one call, by a
    machine with one multiply-accumulate, comparison or memory access a cycle.
    certain: the score from which a call is blocked; None: it has no such tier.
    """

    name: str
    certain: float | None

    @property
    def bytes(self) -> int: ...

    @property
    def cycles(self) -> int: ...

    def fit(
        self, recordings: Sequence[Recording], labels: Sequence[int], calibration: Sequence[Recording]
    ) -> None:
        """Learn from traces with labels 0 or 1; calibration: further benign ones."""
        ...

    def scores(self, recordings: Sequence[Recording]) -> Floats:
        """Return a score for every event of `join(recordings)`; those of events that are no call do not count."""
        ...


def answers_and_shares(seen: Stream, labels: Sequence[int]) -> tuple[NDArray[np.bool_], Floats]:
    """Return, per event, whether it belongs to an attack, and its weight.

    Every benign process, and every attack from its onset on, weighs the same whatever its length; both classes
    weigh a half of the mean, which is 1.  What is no call weighs nothing.
    """
    calls = seen.codes >= 0
    bad = (np.asarray(labels, np.int64)[seen.traces] == 1) & seen.late
    units = np.where(bad, seen.count + seen.traces, seen.lives)
    sizes = np.bincount(units[calls], minlength=int(units.max(initial=0)) + 1)
    shares = np.where(calls, 1.0 / np.maximum(sizes[units], 1), 0.0)
    for side in (bad, ~bad):
        shares[side] /= shares[side].sum() or 1.0
    return bad, shares * (int(calls.sum()) / 2.0)


def int8(values: NDArray[np.floating]) -> tuple[Singles, float]:
    """Return values as whole numbers -127..127, and what one step is worth."""
    step = float(np.abs(values).max()) / HIGHEST or 1.0
    return np.rint(values / step).astype(np.float32), step


def sampled(seen: Stream, stride: int) -> Ints:
    """Return the positions of every `stride`-th call of each process, its last one among them."""
    at = np.flatnonzero(seen.codes >= 0)
    order = at[np.argsort(seen.lives[at], kind="stable")]
    lives = seen.lives[order]
    left = np.searchsorted(lives, lives, side="right") - 1 - np.arange(len(order))
    return np.sort(order[left % stride == 0])
