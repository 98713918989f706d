"""Drift and reliability on made-up folds, whose figures can be told by hand."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from models.accuracy import by_technique
from models.accuracy_figures import reliability_diagram
from models.intervals import clopper_pearson
from models.outcomes import Fold, Outcome
from models.reliability import drift, reliability
from models.trial import Traces


def fold(benign: list[float], attacks: list[float], first: int = 0) -> Fold:
    """Return a fold with a trace per unit, each a cluster of its own."""
    scores = np.array([*benign, *attacks])
    count = len(scores)
    positive = np.arange(count) >= len(benign)
    never = np.full(count, -1, np.int64)
    found = Outcome(scores, positive, np.arange(count), np.ones(count, np.int64), never, never)
    clusters = [f"c{first + number}" for number in range(count)]
    return Fold(found, 0.5, positive.astype(int).tolist(), clusters, ["k"] * count)


FOLDS = [fold([0.1] * 18 + [0.85, 0.92], [0.85] * 5 + [0.97] * 5), fold([0.1] * 20, [0.1] * 5 + [0.99] * 5, 100)]


def test_drift_is_the_share_that_reaches_a_tier() -> None:
    first, second, third = drift(FOLDS)
    assert [row["tested"] for row in (first, second, third)] == [0.05, 0.025, 0.0]
    assert [row["processes"] for row in (first, second, third)] == [2, 1, 0]
    assert [(row["attacks"], row["of_attacks"]) for row in (first, second, third)] == [
        (15, 20),
        (10, 20),
        (10, 20),
    ]
    assert [row["calibrated"] for row in (first, second, third)] == [0.05, 0.01, 0.0]
    assert first["of_clusters"] == 40 and third["clusters"] == 0
    assert third["bound"] == pytest.approx(clopper_pearson(0, 40)[1], abs=1e-4)
    assert first["interval"][0] <= 0.05 <= first["interval"][1]


def test_reliability_is_at_equal_odds() -> None:
    rows = {row["from"]: row for row in reliability(FOLDS)}
    assert set(rows) == {0.0, 0.8, 0.9, 0.95}, "empty bins are left out"
    assert (rows[0.0]["benign"], rows[0.0]["attacks"]) == (38, 5)
    assert rows[0.0]["share"] == pytest.approx((5 / 20) / (5 / 20 + 38 / 40), abs=1e-4)
    assert rows[0.9]["share"] == 0.0 and rows[0.95]["share"] == 1.0
    assert sum(row["benign"] + row["attacks"] for row in rows.values()) == 60, "the last bin holds its end"
    drawing = reliability_diagram("title", list(rows.values()))
    assert ElementTree.fromstring(drawing).tag.endswith("svg") and drawing.count("<circle") == 4


def test_techniques_are_those_of_the_tests_traces() -> None:
    objects = [{"technique": "T1"} if number < 25 else {"technique": "T2"} for number in range(30)]
    objects += [{}] * 30
    traces = Traces([], [0] * 60, [], [], [], objects)
    splits = [([], [], list(range(30))), ([], [], list(range(30, 60)))]
    found = by_technique(FOLDS, traces, splits)
    assert {name: row["runs"] for name, row in found.items()} == {"T1": 5, "T2": 5, "none": 10}
