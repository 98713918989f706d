"""Which table entries a call adds up: the golden machine's features, for whole arrays of events at once.

The events are those that an engine is given (`models.encode`), so the history of a process, what it inherits
over a fork and what its calls without effect leave out are the machine's own.  Processes are told apart by
their generation; spills and restores change nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdl.contract.model import HISTORY, REGIONS, TABLES
from hdl.contract.policy import ATTRIBUTES, Policy, default_policy
from models.golden import machine as m
from models.golden.engine import region
from models.golden.jit import jit_allocating as jit
from models.golden.paths import class_of, walk
from models.golden.score import gram

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Words = NDArray[np.uint32]
Bytes = NDArray[np.uint8]

BASES = tuple(int(base) for base in np.cumsum([0] + [REGIONS[name].depth for name in TABLES])[:-1])
"""Where each table begins in the one vector of all weights."""

WEIGHTS = sum(REGIONS[name].depth for name in TABLES)
"""Entries of all six tables together."""

_UNIGRAM, _BIGRAM, _TRIGRAM, _FOURGRAM, _SIXGRAM, _ARGUMENT = BASES
_CLASS_MASK = (1 << ATTRIBUTES.field["call_class"].width) - 1


@dataclass(frozen=True, slots=True)
class Features:
    """What the model sees of n events.

    indices: (n, 6) entries in the vector of all weights, -1 for events that are no call.
    effect:  (n,) the call has an effect: only these gain or lose.
    proven:  (n,) the process's previous call had an effect and is known to have succeeded: leak and drift.
    previous: (n,) the event of the process's (or, before a fork, its parent's) previous call; -1: none.
    """

    indices: Indices
    effect: NDArray[np.bool_]
    proven: NDArray[np.bool_]
    previous: Indices

    def __len__(self) -> int:
        return len(self.indices)

    def only(self, at: Ints) -> Features:
        """Return the features of the calls at the rising positions `at`; previous calls that are not among them
        are none."""
        places = np.full(len(self) + 1, -1, np.int32)
        places[at] = np.arange(len(at))
        return Features(self.indices[at], self.effect[at], self.proven[at], places[self.previous[at]])


@jit
def _extract(
    events: Words,
    pool: Bytes,
    offsets: Ints,
    idmap: Ints,
    trie: Ints,
    seed: int,
    classes: Ints,
    lowest: int,
    history: Ints,
    indices: Indices,
    effect: NDArray[np.bool_],
    proven: NDArray[np.bool_],
    previous: Indices,
) -> None:
    """Fill the last four arrays.

    history: (generations, 8) zeros: five tokens, last class, whether the last call had an effect, its event + 1.
    """
    tokens = np.empty(6, np.int64)
    for n in range(len(events)):
        head = int(events[n, 0])
        kind = head & 15
        life = int(events[n, 1]) - lowest
        if kind == m.FORK:
            child = int(events[n, 3]) - lowest
            if 0 <= child < len(history):
                history[child] = history[life]
        if kind != m.CALL:
            continue
        h = history[life]
        worst, offset = 0, offsets[n]
        for _ in range(head >> 12 & 3):
            length = int(pool[offset + 2]) | int(pool[offset + 3]) << 8
            text = pool[offset + 4 : offset + 4 + length]
            node, _excess, _long = walk(trie, seed, int(pool[offset]), int(pool[offset + 1]), text)
            offset += 4 + length
            worst = max(worst, class_of(trie, node))
        ident, ok = head >> 14 & 511, head >> 11 & 1
        tokens[0] = idmap[ident]
        tokens[1:] = h[:5]
        indices[n, 0] = _UNIGRAM + tokens[0]
        indices[n, 1] = _BIGRAM + gram(tokens, 2, 11)
        indices[n, 2] = _TRIGRAM + gram(tokens, 3, 10)
        indices[n, 3] = _FOURGRAM + gram(tokens, 4, 10)
        indices[n, 4] = _SIXGRAM + gram(tokens, 6, 10)
        indices[n, 5] = _ARGUMENT + (tokens[0] ^ worst << 6 ^ h[5] << 2 ^ (1 - ok) << 1)
        effect[n] = classes[ident] != 0
        proven[n] = ok == 1 and h[6] == 1
        previous[n] = h[7] - 1
        h[6] = effect[n]
        h[7] = n + 1
        if effect[n]:
            h[:5] = tokens[:5]
            h[5] = worst


def extract(events: Words, pool: Bytes, offsets: Ints, image: bytes, policy: Policy | None = None) -> Features:
    """Return the features of packed EVENTs under the id map and path trie of `image`.

    policy: says which calls have an effect; the default one when left out.
    """
    attributes = np.array((policy or default_policy()).attributes, np.int64)
    params = region(image, "params")
    lowest = int(events[:, 1].min()) if len(events) else 0
    # Control events and children that never call name generations of their own.
    lives = int(events[:, 1].max()) - lowest + 1 if len(events) else 0
    found = Features(
        indices=np.full((len(events), 6), -1, np.int32),
        effect=np.zeros(len(events), np.bool_),
        proven=np.zeros(len(events), np.bool_),
        previous=np.full(len(events), -1, np.int32),
    )
    _extract(
        events, pool, offsets, region(image, "idmap"), region(image, "paths"),
        int(params[13] | (params[14] & 255) << 16), attributes & _CLASS_MASK, lowest,
        np.zeros((lives, HISTORY + 3), np.int64), found.indices, found.effect, found.proven, found.previous,
    )  # fmt: skip
    return found


def totals(features: Features, tables: Ints) -> Ints:
    """Return each event's signed sum of the tables' values; `tables`: all WEIGHTS entries in one vector."""
    sums = tables[np.maximum(features.indices, 0)].sum(axis=1)
    return np.where(features.indices[:, 0] >= 0, sums, 0).astype(np.int64)
