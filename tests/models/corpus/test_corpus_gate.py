"""The release gate: it passes on what is shipped, and does not where a recording gives its classes away."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import models.corpus
from models.corpus.gate import _steps, gate, matched, spread
from models.corpus.record import read_labels

DATA = Path(models.corpus.__file__).parent / "data"

Label = dict[str, Any]


@pytest.fixture(scope="module")
def labels() -> list[Label]:
    return read_labels(DATA)


def test_nothing_about_the_recording_tells_the_class(labels: list[Label]) -> None:
    rows = gate(DATA, labels)
    assert all(row.passed for row in rows), "\n".join(map(str, rows))
    judged = {(row.feature, row.runs) for row in rows if row.judged}
    assert judged == {
        ("first calls", "all"), ("order", "all"), ("first calls", "matched"), ("order", "matched"),
        ("length", "matched"), ("processes", "matched"),
    }  # fmt: skip


def test_the_matched_subset_is_balanced_and_large(labels: list[Label]) -> None:
    chosen = matched(labels)
    assert len(set(Counter(label["class"] for label in chosen).values())) == 1
    assert len(chosen) >= len(labels) / 4


def test_the_launchers_have_nearly_the_same_shares(labels: list[Label]) -> None:
    """Of the sample; the full corpus is planned so (test_corpus_plan.py)."""
    shares = {}
    for cls in ("benign", "attack"):
        those = Counter(label["implementation"] for label in labels if label["class"] == cls)
        shares[cls] = {language: count / sum(those.values()) for language, count in those.items()}
    assert max(abs(shares["benign"][one] - shares["attack"][one]) for one in shares["benign"]) < 0.08


def made(telling: bool) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], list[str]]:
    """Return values, classes and groups: 60 groups of 5, with values that tell the class or do not."""
    rng = np.random.default_rng(1)
    attack = np.repeat(np.arange(60) % 2 == 1, 5)
    values = rng.normal(size=300) + (1.0 * attack if telling else 0.0)
    return values, attack, [f"g{number // 5}" for number in range(300)]


@pytest.mark.parametrize("telling", [False, True])
def test_the_gate_sees_what_tells_and_only_that(telling: bool) -> None:
    values, attack, groups = made(telling)
    auc, low, high = spread(_steps(list(values)), attack, groups)
    assert (low <= auc <= high) is not telling


def test_a_bump_in_the_middle_is_seen_as_well() -> None:
    """Classes with the same mean and different widths."""
    rng = np.random.default_rng(2)
    attack = np.repeat(np.arange(60) % 2 == 1, 5)
    values = rng.normal(size=300) * np.where(attack, 0.3, 2.0)
    auc, _, high = spread(_steps(list(values)), attack, [f"g{number // 5}" for number in range(300)])
    assert auc > high


def test_equal_values_tell_nothing_whatever_their_order() -> None:
    attack = np.repeat(np.arange(60) % 2 == 1, 5)
    order = np.argsort(~attack, kind="stable")
    groups = [f"g{number // 5}" for number in range(300)]
    auc, low, high = spread(_steps([1.0] * 300), attack[order], [groups[place] for place in order])
    assert low <= auc <= high and auc == 0.5
