"""Tiers for one host: what data can bear, what new programs show, what is one program."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from models.calibrate import Tiers, choose_tiers
from models.intervals import clopper_pearson
from models.site import Seen, alarms, borne, clusters_of, host_hours, on_new_clusters, refit, tier_of
from models.train import blank_model


def seen(maxima: np.ndarray, clusters: list[str], hours: float | None = 24.0) -> Seen:
    return Seen(maxima, maxima, np.zeros((len(maxima), 0, 3), np.int64), np.zeros(1, np.int64), clusters, hours)


def drawn(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).exponential(300.0, size=(count, 3)).astype(np.int64) + 1


def test_what_clusters_bear() -> None:
    assert [borne(count) for count in (0, 19, 20, 99, 100, 5000)] == [0, 0, 1, 1, 3, 3]


def test_tiers_hold_what_they_promise() -> None:
    maxima = drawn(1000)
    tiers = refit(maxima, blank_model(), guard=0.1)
    reached = tier_of(maxima, tiers)
    assert 0 < (reached >= 1).sum() <= 50 and (reached >= 2).sum() <= 10 and (reached >= 3).sum() == 0
    plain = choose_tiers(maxima)
    assert all(a > b for a, b in zip(tiers.decayed[:2], plain.decayed[:2], strict=True)), "a margin"
    assert choose_tiers(maxima, guard=0.0) == plain


def test_what_is_not_borne_is_kept() -> None:
    model = blank_model().with_thresholds(decayed=(5, 60000, 61000), cusum=(5, 50, 60), tree=(5, 60000, 61000))
    tiers = refit(drawn(200), model, bears=1)
    assert tiers.decayed[1:] == (60000, 61000) and tiers.decayed[0] > 5
    assert tiers.cusum[0] < tiers.cusum[1] < tiers.cusum[2], "they rise, whatever was there"
    assert refit(drawn(200), model, bears=0) == Tiers(model.decayed, model.cusum, model.tree)


def test_one_program_is_one_trial() -> None:
    maxima = np.ones((1000, 3), np.int64)
    maxima[:50] = 9000
    noisy = seen(maxima, ["noisy"] * 50 + [f"p{number % 40}" for number in range(950)])
    make = partial(refit, model=blank_model())
    assert (tier_of(maxima, make(maxima)) >= 1).sum() == 0 or make(maxima).decayed[0] > 1
    new = on_new_clusters(noisy, make, Seen.tiers)
    assert (new[:50] >= 1).all(), "thresholds that have not seen the program are below it"
    found = alarms(noisy, new, 1)
    assert (found.processes, found.clusters) == (50, 1)
    assert found.per_day == 50.0 and found.interval is not None
    assert found.interval[0] == 0.0 and found.interval[1] >= 100.0, "the next day may hold two such programs"
    with pytest.raises(ValueError, match="record more"):
        on_new_clusters(seen(maxima, ["a"] * 1000), make, Seen.tiers)


def test_nothing_seen_is_bounded_by_clusters() -> None:
    quiet = seen(np.ones((600, 3), np.int64), [f"p{number % 30}" for number in range(600)], 48.0)
    found = alarms(quiet, np.zeros(600, np.int64), 3)
    bound = clopper_pearson(0, 30)[1]
    assert (found.processes, found.bound, found.per_day) == (0, bound, 0.0)
    assert found.interval == (0.0, pytest.approx(bound * 300))
    assert alarms(seen(np.ones((3, 3), np.int64), ["a", "b", "c"], None), np.zeros(3, np.int64), 1).per_day is None


def test_exceptions_lower_what_they_cover_only() -> None:
    tiers = Tiers((10, 20, 30), (1000, 2000, 3000), (1000, 2000, 3000))
    maxima = np.array([[25, 0, 0], [25, 0, 0], [35, 0, 0]])
    free = np.array([[0, 0, 0], [15, 0, 0], [0, 0, 0]])
    site = Seen(maxima, free, maxima[:, None], np.array([0, 2]), ["a", "b", "c"], None)
    assert site.tiers(tiers).tolist() == [2, 2, 3]
    assert site.unexcepted(tiers).tolist() == [0, 1, 3], "the last tier is beyond any ceiling"


def test_clusters_are_programs_and_their_near_duplicates() -> None:
    draw = np.random.default_rng(3)
    work, other = draw.integers(0, 300, 400), draw.integers(0, 300, 400)
    programs = ["/bin/true", "/bin/true", "/bin/false", "/bin/cat"]
    found = clusters_of(programs, [work[:50], work, np.append(work, 7), other])
    assert found[0] == found[1] == found[2] != found[3]


def test_hours_overlap_once() -> None:
    day = 1.7e9
    assert host_hours([(day, day + 7200), (day + 3600, day + 10800)]) == pytest.approx(3.0)
    assert host_hours([(0.0, 1800.0), (0.0, 1800.0)]) == pytest.approx(1.0)
    assert host_hours([(0.0, 1.0), None]) is None and host_hours([]) is None
