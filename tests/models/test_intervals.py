"""Weighted rates against plain ones, and intervals against what is known of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from models.intervals import accuracy, auc, clopper_pearson, interval, over_folds, resampled, tpr_at
from models.outcomes import Units, benign_level


def units(scores: list[int], positive: list[bool]) -> Units:
    names = tuple(f"c{number // 2}" for number in range(len(scores)))
    return Units(np.array(scores, float), np.array(positive), names, 3.0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 3)), min_size=4, max_size=40))
def test_weights_are_repetitions(rows: list[tuple[int, bool, int]]) -> None:
    scores, positive, times = ([row[column] for row in rows] for column in range(3))
    given_weights = units(scores, positive)  # type: ignore[arg-type]
    repeated = [row for row in rows for _ in range(row[2])]
    if len({row[1] for row in repeated}) < 2:
        return
    s = np.array([row[0] for row in repeated], float)
    y = np.array([row[1] for row in repeated])
    weights = np.array([times], float)
    assert auc(given_weights, weights)[0] == pytest.approx(roc_auc_score(y, s))
    assert accuracy(given_weights, weights)[0] == pytest.approx(((s >= 3.0) == y).mean())
    for rate in (0.01, 0.05, 0.3):
        naive = (s[y] > benign_level(s[~y], rate)).mean()
        assert tpr_at(rate)(given_weights, weights)[0] == pytest.approx(naive)


def test_clusters_are_drawn_whole() -> None:
    """A hundred copies of a trace in one cluster are no more evidence than one."""
    draw = np.random.default_rng(3)
    positive = np.repeat([True, False], 20)
    scores = draw.normal(positive.astype(float), 1.0)
    names = tuple(f"n{number}" for number in range(40))
    single = Units(scores, positive, names, 0.5)
    many = Units(
        np.repeat(scores, 100), np.repeat(positive, 100), tuple(n for n in names for _ in range(100)), 0.5
    )
    assert interval(resampled([single], auc)) == pytest.approx(interval(resampled([many], auc)))
    low, high = interval(resampled([single], auc))
    assert low < over_folds([single], auc)[0] < high and high - low > 0.1


def test_two_methods_are_redrawn_alike() -> None:
    names, positive = tuple("abcdef"), np.array([True, True, False, False, True, False])
    first = [Units(np.arange(6.0), positive, names, 0.0)]
    assert np.array_equal(resampled(first, auc), resampled(first, auc))
    lifted = [Units(np.arange(6.0) * 2, positive, names, 0.0)]
    assert not (resampled(first, auc) - resampled(lifted, auc)).any()


def test_clopper_pearson() -> None:
    assert clopper_pearson(0, 100) == (0.0, pytest.approx(1 - 0.05 ** (1 / 100)))
    assert clopper_pearson(0, 300)[1] == pytest.approx(3 / 300, rel=0.01)
    assert clopper_pearson(5, 50) == pytest.approx((0.03327509, 0.21813537), rel=1e-6)
    with pytest.raises(ValueError, match="3 hits of 2"):
        clopper_pearson(3, 2)
