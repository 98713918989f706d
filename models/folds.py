"""Which traces belong together, and how they are dealt into folds.

A group never crosses a fold's border.  Near-duplicates are traces whose sets of 4-grams of call names have a
Jaccard index of at least `NEAR`; they are found by one sparse product, and joined transitively.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]

NEAR = 0.8
GRAM = 4
_BLOCK = 512
_BASE = 1 << 9


def gram_sets(traces: Sequence[Ints], order: int = GRAM) -> sparse.csr_matrix:
    """Return one row per trace with a 1 for every `order`-gram of canonical ids that it holds."""
    keys = []
    for ids in traces:
        padded = np.concatenate([np.full(max(order - len(ids), 0), _BASE - 1, np.int64), ids.astype(np.int64)])
        count = len(padded) - order + 1
        key = np.zeros(count, np.int64)
        for shift in range(order):
            key = key * _BASE + padded[shift : shift + count]
        keys.append(np.unique(key))
    names, columns = np.unique(np.concatenate(keys), return_inverse=True) if keys else (np.zeros(0), np.zeros(0))
    starts = np.cumsum([0] + [len(key) for key in keys])
    return sparse.csr_matrix(
        (np.ones(len(columns), np.float32), columns, starts), shape=(len(keys), max(len(names), 1))
    )


def near_duplicates(traces: Sequence[Ints], near: float = NEAR) -> Ints:
    """Return a group number for each trace: equal for traces that are near-duplicates of each other."""
    rows = gram_sets(traces)
    sizes = np.diff(rows.indptr)
    parent = np.arange(len(traces))

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = int(parent[node])
        return node

    turned = rows.T.tocsc()
    for begin in range(0, len(traces), _BLOCK):
        common = (rows[begin : begin + _BLOCK] @ turned).tocoo()
        union = sizes[common.row + begin] + sizes[common.col] - common.data
        close = (common.data >= near * union) & (common.col > common.row + begin)
        for left, right in zip(common.row[close] + begin, common.col[close], strict=True):
            a, b = find(int(left)), find(int(right))
            parent[max(a, b)] = min(a, b)
    return np.array([find(node) for node in range(len(traces))], np.int64)


def first_of_each(traces: Sequence[Ints]) -> list[int]:
    """Return the positions of the traces that are no exact duplicate of an earlier one."""
    seen: dict[bytes, int] = {}
    for position, ids in enumerate(traces):
        seen.setdefault(ids.astype("<i8").tobytes(), position)
    return sorted(seen.values())


def deal(groups: Sequence[Hashable], labels: Sequence[int], folds: int, seed: int = 0) -> Ints:
    """Return a fold for each trace: whole groups, the largest first, to where its class has the fewest traces."""
    members: dict[tuple[int, Hashable], list[int]] = {}
    for position, (group, label) in enumerate(zip(groups, labels, strict=True)):
        members.setdefault((label, group), []).append(position)
    order = list(members)
    random.Random(seed).shuffle(order)
    order.sort(key=lambda key: -len(members[key]))
    filled = {label: [0] * folds for label in set(labels)}
    dealt = np.zeros(len(groups), np.int64)
    for key in order:
        counts = filled[key[0]]
        fold = counts.index(min(counts))
        counts[fold] += len(members[key])
        dealt[members[key]] = fold
    return dealt
