"""The estimator end to end on made-up traces: it learns, it is exact, and it gives the same bytes again."""

from __future__ import annotations

import random

import numpy as np
import pytest
from sklearn.base import clone

from hdl.contract.verdict import TIER_BYTES
from models.calibrate import MARGIN, choose_tiers, evidence, score_curves
from models.evaluate import judge
from models.features import BASES, WEIGHTS, extract
from models.fitting import PRIOR, Floats, Judged, _backward, fit, replay, sigmoid
from models.image import assemble, parse
from models.intervals import tpr_at
from models.outcomes import Units, best_threshold
from models.quantise import choose_scale, folded, quantise
from models.recordings import Recording, join
from models.replay import record, screen
from models.trace import Call, Item, Start
from models.train import NgramModel, blank_model, trace_scores

IMAGE = assemble(blank_model())
WORK = ("read", "write", "openat", "close", "mmap", "brk")
HARM = ("ptrace", "process_vm_writev", "setuid", "connect", "dup2", "execve")


def trace(seed: int, attack: bool, calls: int = 240) -> Recording:
    draw = random.Random(seed)
    items: list[Item] = [Start(1, 1)]
    onset = calls // 2
    for line in range(1, calls):
        harm = attack and line >= onset and draw.random() < 0.5
        items.append(Call(line, 1, draw.choice(HARM if harm else WORK)))
    return record(items, IMAGE, f"t{seed}", f"g{seed}", onset if attack else None)


LABELS = [seed % 2 for seed in range(40)]
TRACES = [trace(seed, bool(label)) for seed, label in enumerate(LABELS)]


@pytest.fixture(scope="module")
def fitted() -> NgramModel:
    return NgramModel(rounds=30, folds=2).fit(TRACES[:30], LABELS[:30])


def test_learns(fitted: NgramModel) -> None:
    assert fitted.score(TRACES[30:], LABELS[30:]) == 1.0
    scores = fitted.predict_proba(TRACES[30:])
    assert scores.shape == (10, 2) and np.allclose(scores.sum(axis=1), 1.0)


def test_blocks_after_the_onset_only(fitted: NgramModel) -> None:
    outcome = judge(TRACES[30:], LABELS[30:], fitted.model_)
    assert (outcome.blocked[outcome.positive] >= 0).all()
    assert (outcome.blocked[~outcome.positive] == -1).all()
    # Five benign traces, five attacks, and what came before these.
    assert len(outcome.scores) == 15 and outcome.positive.sum() == 5
    assert outcome.scores[~outcome.positive].max() < 0.95 <= outcome.scores[outcome.positive].min()


def test_same_data_same_bytes(fitted: NgramModel) -> None:
    again = clone(fitted).fit(TRACES[:30], LABELS[:30])
    assert again.image_ == fitted.image_
    assert assemble(parse(fitted.image_)) == fitted.image_


def test_evidence_lies_in_the_band_of_the_tier(fitted: NgramModel) -> None:
    joined = join(TRACES)
    sums = screen(joined, fitted.image_)
    scores = evidence(sums.values, fitted.model_)[joined.calls]
    tiers = np.digitize(scores, (0.80, 0.90, 0.95))
    assert np.array_equal(tiers, sums.tiers[joined.calls])
    assert set(tiers.tolist()) >= {0, 3}


def test_where_a_is_alone_nothing_else_decides(fitted: NgramModel) -> None:
    alone = NgramModel(rounds=30, folds=2, alone=True).fit(TRACES[:30], LABELS[:30])
    assert (alone.model_.weights == fitted.model_.weights).all()
    # A call that fails takes nothing back, so C and T rise over a row of such.
    denied: list[Item] = [Start(1, 1)]
    denied += [Call(line, 1, HARM[line % 6], ok=line % 4 == 0) for line in range(1, 60)]
    joined = join([*TRACES, record(denied, IMAGE, "denied", "denied", 0)])
    sums = screen(joined, alone.image_)
    values = sums.values[joined.calls]
    assert (values[:, 1:] <= values[:, :1]).all(), "C or T rises above A: it could reach a tier of its own"
    assert values[:, 1:].max() > 0, "nothing was to be kept out"
    only = np.where([True, False, False], values, 0)
    assert np.array_equal(evidence(values, alone.model_), evidence(only, alone.model_))
    tiers = np.digitize(values[:, 0], alone.model_.decayed)
    assert np.array_equal(tiers, sums.tiers[joined.calls]) and set(tiers.tolist()) >= {0, 3}
    # Nobody is given up for C or T, so A's tiers are those that its own maxima give.
    given = np.where([True, False, False], alone.maxima_, 1)
    assert alone.model_.decayed[:2] == choose_tiers(given).decayed[:2]


def test_both_labels_are_needed() -> None:
    with pytest.raises(ValueError, match="both labels"):
        NgramModel().fit(TRACES[:1], [0])


def test_slope_is_that_of_the_accumulator() -> None:
    """What runs back from one call's sum is how far the sum moves when a weight does."""
    joined = join(TRACES[:4])
    features = extract(joined.events, joined.pool, joined.offsets, IMAGE)
    features = features.only(np.flatnonzero(features.indices[:, 0] >= 0))
    draw = np.random.default_rng(1)
    weights = draw.normal(0.1, 1.0, WEIGHTS + 1)
    sums = replay(features, weights)
    for event in (5, 60, 100, 300):
        assert sums[event] > 0.0
        gains = weights[features.indices].sum(axis=1) + weights[WEIGHTS]
        pulls, gradient = np.zeros(len(features)), np.zeros(WEIGHTS + 2)
        pulls[event] = 1.0
        course = (features.indices, features.effect, features.proven, features.previous)
        _backward(*course, gains, sums, pulls, gradient)
        assert np.count_nonzero(gradient) > 5
        for entry in draw.choice(np.flatnonzero(gradient), 5, replace=False):
            moved = weights.copy()
            moved[entry] += 1e-6
            slope = (replay(features, moved)[event] - sums[event]) / 1e-6
            assert slope == pytest.approx(gradient[entry], rel=1e-4, abs=1e-4)


def test_only_keeps_who_came_before_whom() -> None:
    joined = join(TRACES[:1])
    features = extract(joined.events, joined.pool, joined.offsets, IMAGE)
    calls = np.flatnonzero(features.indices[:, 0] >= 0)
    part = features.only(calls[10:])
    assert part.previous[0] == -1 and part.previous[1:].tolist() == list(range(len(calls) - 11))
    assert np.array_equal(part.indices, features.indices[calls[10:]])


def test_what_is_dropped_is_seeded_and_what_nobody_uses_stays() -> None:
    joined = join(TRACES[:2])
    features = extract(joined.events, joined.pool, joined.offsets, IMAGE)
    features = features.only(np.flatnonzero(joined.calls))
    judged = Judged(joined.traces[joined.calls], np.array([False, True]), np.ones(2))

    def weights(dropped: float, rounds: int = 20, bound: float | None = None) -> Floats:
        return fit(
            features, judged, dropped=dropped, rounds=rounds, rate=0.05, decay=0.0, hardness=1.0, bound=bound,
            seed=3,
        )  # fmt: skip

    kept, none, before = weights(0.5), weights(0.0), weights(0.0, rounds=0)
    assert not np.array_equal(kept, none)
    assert np.array_equal(kept, weights(0.5))
    bounded = weights(0.0, bound=0.1)[:WEIGHTS]
    assert np.abs(none[:WEIGHTS]).max() > 0.2 and np.abs(bounded).max() == 0.1
    used = np.unique(features.indices)
    assert (none[used] != before[used]).mean() > 0.9
    unused = np.setdiff1d(np.arange(WEIGHTS), used)
    assert np.array_equal(none[unused], before[unused]) and np.array_equal(kept[unused], before[unused])
    assert np.abs(before[unused]).max() <= PRIOR, "where an entry begins of which nothing is known"


def test_sigmoid() -> None:
    for margin in (-20.0, -1.0, 0.0, 0.5, 8.0):
        assert sigmoid(margin) == pytest.approx(1 / (1 + np.exp(-margin)), rel=0.06)


def test_quantisation_rounds_half_to_even_and_counts_saturation() -> None:
    weights = np.zeros(WEIGHTS + 1)
    weights[300:304] = (0.5, 1.5, -2.5, 500.0)
    tables = quantise(weights, scale=1.0)
    assert tables.tables[300:304].tolist() == [0, 2, -2, 127] and tables.saturated == 1
    weights[-1] = 3.0
    assert (folded(weights)[BASES[0] : BASES[1]] == 3.0).all()
    with pytest.raises(ValueError, match="every weight is 0"):
        choose_scale(np.zeros(4))


def test_tiers_keep_their_budget() -> None:
    held = np.random.default_rng(2).integers(0, 4000, (400, 3))
    tiers = choose_tiers(held)
    for tier, limit in enumerate((20, 4, 0)):
        reached = np.zeros(400, np.bool_)
        for column, thresholds in enumerate(tiers.rows()):
            reached |= held[:, column] >= thresholds[tier]
        assert reached.sum() <= limit
    assert tiers.decayed[2] > held[:, 0].max() * (1 + MARGIN) - 1


def test_tiers_rise_whatever_comes() -> None:
    for value in (0, 1, 65535):
        for thresholds in choose_tiers(np.full((3, 3), value)).rows():
            assert 1 <= thresholds[0] < thresholds[1] < thresholds[2] <= 65535
    with pytest.raises(ValueError, match="there is none"):
        choose_tiers(np.zeros((0, 3), np.int64))


def test_curves_rise_and_reach_the_bands() -> None:
    curves = score_curves(choose_tiers(np.full((10, 3), 9000))).astype(int)
    assert (np.diff(curves, axis=1) >= 0).all() and curves[:, -1].min() >= TIER_BYTES[3]


def test_rates_and_thresholds() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.4, 0.35, 0.9])
    positive = np.array([False, False, False, False, True, True])
    units, once = Units(scores, positive, tuple("abcdef"), 0.0), np.ones((1, 6))
    assert tpr_at(0.0)(units, once) == 0.5 and tpr_at(0.25)(units, once) == 1.0
    threshold = best_threshold(scores, positive)
    assert ((scores >= threshold) == positive).mean() == 5 / 6


def test_empty_after_onset_scores_nothing(fitted: NgramModel) -> None:
    late = TRACES[1]
    never = Recording(late.events, late.pool, late.offsets, late.slots, late.lines, onset=10**9)
    assert trace_scores(join([never]), fitted.model_).tolist() == [0.0]
