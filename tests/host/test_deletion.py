"""Reasons: without the calls that they name the score falls further than without others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from host import deletion
from host.deletion import Fall, Names, Replay, fall, kept, named_lines, summary
from host.explain import Explainer
from models.corpus.condensed import SAMPLE
from models.evaluate import group_of, read_labels
from models.package import SHIPPED, read_package
from models.readers.strace import StraceReader

IMAGE = read_package(SHIPPED).image
FEW = 12


def shortest() -> Iterator[tuple[Path, str, int]]:
    """Yield the shortest attacks of the sample, one of each program."""
    labels = [label for label in read_labels(SAMPLE) if label["class"] == "attack"]
    seen: set[str] = set()
    for label in sorted(labels, key=lambda label: (label["lines"], label["file"])):
        if group_of(label) not in seen:
            seen.add(group_of(label))
            yield SAMPLE / label["file"], group_of(label), label["onset_line"] or 0


def lightest(explainer: Explainer, row: int) -> list[int]:
    """Return what an explanation that is wrong would name: the lightest calls of those that added something."""
    return [call.line for call in explainer.explain(row, 1 << 20).calls][-5:]


def falls(names: Names) -> list[Fall]:
    found: list[Fall] = []
    for path, cluster, onset in shortest():
        one = fall(path.name, cluster, StraceReader(path), onset, IMAGE, names)
        if one is not None:
            found.append(one)
        if len(found) == FEW:
            break
    return found


@pytest.fixture(scope="module")
def true() -> list[Fall]:
    return falls(named_lines)


def test_named_calls_weigh_more(true: list[Fall]) -> None:
    found = summary(true, FEW)
    assert len(true) == FEW and found["holds"], found
    assert found["named"]["mean"] > found["random"]["mean"]


def test_a_wrong_explanation_does_not_pass(true: list[Fall]) -> None:
    wrong = summary(falls(lightest), FEW)
    assert not wrong["holds"], wrong
    assert wrong["named"]["mean"] < summary(true, FEW)["named"]["mean"]


def test_taking_nothing_out_changes_nothing() -> None:
    path, _cluster, _onset = next(shortest())
    replay = Replay(path.name, StraceReader(path), IMAGE)
    at = len(replay.scores) - 1 - int(replay.screening.is_call[::-1].argmax())
    assert replay.without([], at) == replay.scores[at]


def test_figures_are_computed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGILANTE_CACHE", str(tmp_path))
    asked: list[bytes] = []

    def check(directory: Path, image: bytes, progress: object = None) -> dict[str, int]:
        asked.append(image)
        return {"attacks": len(asked)}

    monkeypatch.setattr(deletion, "check", check)
    assert kept(SAMPLE, IMAGE) == kept(SAMPLE, IMAGE) == {"attacks": 1}
    assert kept(SAMPLE, IMAGE[:-1] + b"\1") == {"attacks": 2}, "another model is checked anew"
