"""Near-duplicates against a naive Jaccard index, and folds that divide no group."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.folds import deal, first_of_each, near_duplicates
from models.vocabulary import FAMILIES, id_map, vocabulary, words


def grams(ids: list[int]) -> set[tuple[int, ...]]:
    padded = [511] * max(4 - len(ids), 0) + ids
    return {tuple(padded[at : at + 4]) for at in range(len(padded) - 3)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=1, max_size=8))
def test_near_duplicates_are_joined(traces: list[list[int]]) -> None:
    groups = near_duplicates([np.array(ids) for ids in traces])
    naive = list(range(len(traces)))
    for left, right in combinations(range(len(traces)), 2):
        a, b = grams(traces[left]), grams(traces[right])
        if len(a & b) >= 0.8 * len(a | b):
            naive = [naive[left] if group == naive[right] else group for group in naive]
    for left, right in combinations(range(len(traces)), 2):
        assert (groups[left] == groups[right]) == (naive[left] == naive[right])


def test_duplicates() -> None:
    traces = [np.array(ids) for ids in ([1, 2], [3], [1, 2], [1, 2, 3])]
    assert first_of_each(traces) == [0, 1, 3]


def test_folds_keep_groups_and_classes() -> None:
    draw = random.Random(1)
    groups = [draw.randrange(40) for _ in range(300)]
    labels = [group % 3 == 0 for group in groups]
    dealt = deal(groups, [int(label) for label in labels], 5, seed=2)
    assert len({(group, fold) for group, fold in zip(groups, dealt.tolist(), strict=True)}) == len(set(groups))
    for label in (0, 1):
        counts = np.bincount(dealt[np.array(labels) == bool(label)], minlength=5)
        assert counts.min() > 0 and counts.max() - counts.min() < 20


def test_calls_of_a_family_share_a_token() -> None:
    from hdl.contract.syscalls import IDS

    tokens = id_map(3)
    for family in FAMILIES:
        assert len({tokens[IDS[name]] for name in family}) == 1
    assert tokens[511] == 1 and 0 not in tokens
    assert tokens[IDS["ptrace"]] != tokens[IDS["open"]]
    assert len(set(tokens)) == len(words()) + 1
    assert id_map(3) == tokens != id_map(4)


def test_vocabulary_names_the_family_first() -> None:
    names = vocabulary(id_map(0))
    assert next(shared for shared in names.values() if "vfork" in shared)[0] == "fork"
    assert next(shared for shared in names.values() if "newfstatat" in shared)[0] == "stat"


@pytest.mark.parametrize("seed", range(3))
def test_every_seed_places_the_trie(seed: int) -> None:
    from models.pathtrie import compile_trie

    assert len(compile_trie(seed=seed)[0]) == 256
