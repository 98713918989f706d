"""What the peers see of traces: one symbol per call, and which process made it.

A symbol is a call with the worst path class among its arguments, as the gateware's own classifier finds it; so the
peers know what our model knows.  (Arguments' success is left out: it adds little, and none of them has room.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.syscalls import ID_COUNT
from models.golden.jit import jit_allocating as jit
from models.golden.paths import class_of, walk
from models.pathtrie import compile_trie
from models.recordings import Bytes, Ints, Joined, Recording, join
from models.vocabulary import id_map

CLASSES = 1 << RECORD.field["path_class"].width
CODES = 256 * CLASSES


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    """The events of many traces, one after the other.

    codes (n,): token * CLASSES + path class of a call; -1: no call.
    lives (n,): number of the process, 0..count-1.  children (n,): the process that a fork made; -1: no fork.
    traces (n,): number of the trace.  late (n,): at or after the trace's onset.
    """

    codes: Ints
    lives: Ints
    children: Ints
    traces: Ints
    late: NDArray[np.bool_]
    count: int

    def __len__(self) -> int:
        return len(self.codes)


def stream(recordings: Sequence[Recording]) -> Stream:
    """Return the stream of some recordings."""
    return of_joined(join(recordings))


def of_joined(joined: Joined) -> Stream:
    """Return the stream of recordings that were joined already."""
    heads = joined.events[:, 0].astype(np.int64)
    kinds, ids = _field(heads, "kind"), _field(heads, "id")
    tokens = np.array(id_map(0), np.int64)
    calls = kinds == Kind.CALL
    codes = np.where(calls, tokens[ids % ID_COUNT] * CLASSES + _path_classes(joined), -1)
    forks = kinds == Kind.FORK
    generations = np.concatenate([joined.events[:, 1], joined.events[forks, 3]]).astype(np.int64)
    names, numbers = np.unique(generations, return_inverse=True)
    children = np.full(len(codes), -1, np.int64)
    children[forks] = numbers[len(codes) :]
    return Stream(codes, numbers[: len(codes)], children, joined.traces, joined.late, len(names))


def _field(heads: Ints, name: str) -> Ints:
    return np.asarray(heads >> EVENT.offset[name] & (1 << EVENT.field[name].width) - 1)


@jit
def _worst(paths: Ints, pool: Bytes, offsets: Ints, trie: Ints, seed: int, found: Ints) -> None:
    for n in range(len(paths)):
        offset = offsets[n]
        for _ in range(paths[n]):
            length = int(pool[offset + 2]) | int(pool[offset + 3]) << 8
            text = pool[offset + 4 : offset + 4 + length]
            node, _excess, _long = walk(trie, seed, int(pool[offset]), int(pool[offset + 1]), text)
            found[n] = max(found[n], class_of(trie, node))
            offset += 4 + length


def _path_classes(joined: Joined) -> Ints:
    """Return the worst class of each event's paths, under the trie that all recordings are made with."""
    trie, seed = compile_trie(seed=0)
    found = np.zeros(len(joined.events), np.int64)
    paths = _field(joined.events[:, 0].astype(np.int64), "paths")
    _worst(paths, joined.pool, joined.offsets, np.array(trie, np.int64), seed, found)
    return found


class Symbols:
    """The `size` symbols that a small model can tell apart, chosen from training data.

    The most frequent codes have one of their own.  Others share that of their call without its path, else 0.
    """

    def __init__(self, size: int) -> None:
        self.size = size

    def fit(self, codes: Ints) -> Symbols:
        """Choose the symbols by the codes of the training calls."""
        counts = np.bincount(codes[codes >= 0], minlength=CODES)
        chosen = np.argsort(-counts, kind="stable")[: self.size - 1]
        self.chosen = chosen[counts[chosen] > 0]
        self.table = np.zeros(CODES, np.int64)
        own = np.zeros(CODES, np.bool_)
        own[self.chosen] = True
        self.table[self.chosen] = np.arange(1, len(self.chosen) + 1)
        plain = np.arange(CODES) // CLASSES * CLASSES
        self.table = np.where(own, self.table, self.table[plain])
        return self

    def of(self, codes: Ints) -> Ints:
        """Return each event's symbol, -1 where there is no call."""
        return np.where(codes >= 0, self.table[np.maximum(codes, 0)], -1)

    @property
    def bytes(self) -> int:
        """Bytes of the map: one for each call, three for each symbol that knows a path."""
        return ID_COUNT + 3 * int((self.chosen % CLASSES != 0).sum())
