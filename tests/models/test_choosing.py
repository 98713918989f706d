"""Settings that are chosen on inner folds: by the training traces alone, the same every time."""

from __future__ import annotations

import random

import pytest

from models import choosing
from models.choosing import choose
from models.image import assemble
from models.peers.ours import Ours
from models.recordings import Recording
from models.replay import record
from models.trace import Call, Item, Start
from models.train import NgramModel, blank_model

IMAGE = assemble(blank_model())
WORK = ("read", "write", "openat", "close", "mmap", "brk")
HARM = ("ptrace", "process_vm_writev", "setuid", "connect", "dup2", "execve")
FEW = {
    "rounds": (1, 20), "decay": (1e-3,), "hardness": (0.0,), "drift": (0.3, 3.0), "alone": (False, True),
    "numbering": (0, 1),
}  # fmt: skip


def trace(seed: int, attack: bool) -> Recording:
    """Return a trace in which the one class uses the calls of the other, too, only less."""
    draw = random.Random(seed)
    items: list[Item] = [Start(1, 1)]
    items += [
        Call(line, 1, draw.choice(HARM if draw.random() < (0.4 if attack else 0.15) else WORK))
        for line in range(1, 120)
    ]
    return record(items, IMAGE, f"t{seed}", f"g{seed // 2}", 0 if attack else None)


LABELS = [seed // 2 % 2 for seed in range(40)]
TRACES = [trace(seed, bool(label)) for seed, label in enumerate(LABELS)]


def test_the_best_of_those_tried_is_chosen() -> None:
    choice = choose(TRACES, LABELS, FEW)
    areas = {tuple(settings.values()): area for settings, area in choice.tried}
    assert areas[tuple(choice.settings.values())] == max(areas.values())
    assert len(set(areas.values())) > 1, "the candidates do not differ: nothing was tried"
    assert choice == choose(TRACES, LABELS, FEW), "another choice from the same traces"
    assert choice.arguments()["tree_drift"] == choice.settings["drift"]


def test_of_equals_the_first_stays() -> None:
    twice = {name: values[-1:] for name, values in FEW.items()} | {"decay": (1e-3, 1e-3)}
    assert len(choose(TRACES, LABELS, twice).tried) == 1


def test_a_drift_needs_no_other_fit() -> None:
    one = NgramModel(rounds=5, folds=0).fit(TRACES, LABELS)
    other = NgramModel(rounds=5, folds=0, drift=2.0, tree_drift=2.0).fit(TRACES, LABELS)
    again = one.drifting(2.0)
    assert again.model_.cusum_drift == other.model_.cusum_drift > one.model_.cusum_drift
    assert (again.model_.weights == other.model_.weights).all()


def test_a_alone_needs_no_other_fit() -> None:
    part = choosing._parts(TRACES, LABELS, 2)[0]
    one = NgramModel(rounds=1, folds=0).fit(part.recordings, part.labels)
    other = NgramModel(rounds=1, folds=0, alone=True).fit(part.recordings, part.labels)
    again = one.drifting(0.3, alone=True)
    assert again.model_.cusum_drift == again.model_.tree_drift == other.model_.cusum_drift
    assert choosing._area(again, part) == choosing._area(other, part)
    assert choosing._area(again, part) != choosing._area(one.drifting(0.0), part), "C and T are heard as before"


def test_groups_are_not_divided() -> None:
    for part in choosing._parts(TRACES, LABELS, 2):
        held = {recording.group for recording in TRACES} - {recording.group for recording in part.recordings}
        assert len(held) + len({recording.group for recording in part.recordings}) == 20
        assert part.judged_labels.count(1) == part.labels.count(1) == 10


def test_too_few_groups_are_told() -> None:
    with pytest.raises(ValueError, match=r"inner fold 0 of 2: \d+ traces, of one class"):
        choose(TRACES[:6], LABELS[:6], FEW)


def test_ours_chooses_only_where_nothing_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def counted(recordings: list[Recording], labels: list[int]) -> choosing.Choice:
        asked.append(len(recordings))
        return choose(recordings, labels, FEW)

    monkeypatch.setattr("models.peers.ours.choose", counted)
    benign = [recording for recording, label in zip(TRACES, LABELS, strict=True) if not label]
    fixed, free = Ours(rounds=5), Ours()
    fixed.fit(TRACES, LABELS, benign)
    assert asked == [] and fixed.chosen == {"rounds": 5}
    free.fit(TRACES, LABELS, benign)
    assert asked == [40] and set(free.chosen) == {*FEW, "tree_drift"}
