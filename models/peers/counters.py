"""48 decayed counters per process, in bytes: what the peers without memory of their own are given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.golden.jit import jit_allocating as jit
from models.peers.stream import Stream, Symbols
from models.recordings import Ints

COUNTERS = 48
LEAK = 5
"""With every call of a process each of its counters loses a part of 1 / 2**LEAK ..."""
GAIN = 1 << 10
"""... and the counter of the call's symbol gains this: a symbol that always comes stands near 2**15."""
_SHOWN = 7

Bytes = NDArray[np.uint8]


@jit
def _count(symbols: Ints, lives: Ints, children: Ints, state: Ints, shown: Bytes) -> None:
    for n in range(len(symbols)):
        own = state[lives[n]]
        if children[n] >= 0:
            state[children[n]] = own
        if symbols[n] < 0:
            continue
        for place in range(len(own)):
            own[place] -= own[place] >> LEAK
        own[symbols[n]] += GAIN
        for place in range(len(own)):
            shown[n, place] = min(own[place] >> _SHOWN, 255)


def counters(seen: Stream, symbols: Symbols) -> Bytes:
    """Return (n, 48): a process's counters after each call of it; a fork's child begins with its parent's."""
    shown = np.zeros((len(seen), COUNTERS), np.uint8)
    _count(symbols.of(seen.codes), seen.lives, seen.children, np.zeros((seen.count, COUNTERS), np.int64), shown)
    return shown
