"""STIDE (Forrest, Hofmeyr, Somayaji): windows of six calls that honest work never showed, counted locally.

The known windows are kept in a Bloom filter, which takes a part of the unknown ones for known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.golden.jit import jit_allocating as jit
from models.peers.peer import BUDGET, Floats
from models.peers.stream import Symbols, stream
from models.recordings import Ints, Recording

WINDOW = 6
FRAME = 20
"""The score is how many of a process's last so many windows are unknown."""
SYMBOLS = 224

_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)


@jit
def _windows(symbols: Ints, lives: Ints, children: Ints, count: int, keys: Ints) -> None:
    """Fill keys with each call's window, eight bits a call; -1 while there are not six of them."""
    last = np.zeros(count, np.int64)
    length = np.zeros(count, np.int64)
    for n in range(len(symbols)):
        life = lives[n]
        if children[n] >= 0:
            last[children[n]], length[children[n]] = last[life], length[life]
        if symbols[n] < 0:
            continue
        last[life] = (last[life] << 8 | symbols[n]) & ((1 << 8 * WINDOW) - 1)
        length[life] += 1
        if length[life] >= WINDOW:
            keys[n] = last[life]


@jit
def _frames(unknown: Ints, calls: Ints, lives: Ints, children: Ints, count: int, found: Floats) -> None:
    """Fill found with how many of a process's last FRAME calls ended an unknown window."""
    marks = np.zeros((count, FRAME), np.int64)
    places = np.zeros(count, np.int64)
    for n in range(len(unknown)):
        life = lives[n]
        if children[n] >= 0:
            marks[children[n]] = marks[life]
            places[children[n]] = places[life]
        if calls[n]:
            marks[life, places[life] % FRAME] = unknown[n]
            places[life] += 1
            found[n] = marks[life].sum()


class Stide:
    """Fitted on honest traces alone; the filter has what the budget leaves."""

    name = "STIDE, Bloom filter"
    certain: float | None = None

    def __init__(self, budget: int = BUDGET) -> None:
        self._budget = budget
        self._symbols = Symbols(SYMBOLS)
        self._filter: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._hashes = 1

    @property
    def bytes(self) -> int:
        """The filter, and the map from calls to symbols."""
        return len(self._filter) // 8 + self._symbols.bytes

    @property
    def cycles(self) -> int:
        """One for each bit looked up, one for the frame."""
        return self._hashes + 1

    def fit(
        self, recordings: Sequence[Recording], labels: Sequence[int], calibration: Sequence[Recording]
    ) -> None:
        """Remember the windows of the honest traces."""
        honest = [recording for recording, label in zip(recordings, labels, strict=True) if not label]
        seen = stream(honest)
        self._symbols.fit(seen.codes)
        bits = (self._budget - self._symbols.bytes) * 8
        known = self._keys(honest)
        known = np.unique(known[known >= 0])
        self._hashes = min(max(round(bits / max(len(known), 1) * math.log(2)), 1), 8)
        self._filter = np.zeros(bits, np.bool_)
        for places in self._places(known):
            self._filter[places] = True

    def _keys(self, recordings: Sequence[Recording]) -> Ints:
        seen = stream(recordings)
        keys = np.full(len(seen), -1, np.int64)
        _windows(self._symbols.of(seen.codes), seen.lives, seen.children, seen.count, keys)
        return keys

    def _places(self, keys: Ints) -> list[NDArray[np.uint64]]:
        """Return the bits of each window, double hashing."""
        first, second = (keys.astype(np.uint64) * np.uint64(mix) >> np.uint64(24) for mix in _MIX)
        return [
            (first + np.uint64(turn) * (second | np.uint64(1))) % np.uint64(len(self._filter))
            for turn in range(self._hashes)
        ]

    def scores(self, recordings: Sequence[Recording]) -> Floats:
        """Return the number of unknown windows in the frame after each event."""
        seen, keys = stream(recordings), self._keys(recordings)
        known = np.logical_and.reduce([self._filter[places] for places in self._places(keys)])
        unknown = ((keys >= 0) & ~known).astype(np.int64)
        found = np.zeros(len(seen))
        _frames(unknown, (seen.codes >= 0).astype(np.int64), seen.lives, seen.children, seen.count, found)
        return found
