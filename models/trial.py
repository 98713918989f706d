"""One trial: a method is trained on a part of some traces, calibrated on another, and judged on the third."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.outcomes import Fold, Outcome, best_threshold, outcome
from models.peers.peer import Peer
from models.recordings import Recording, join

Split = tuple[list[int], list[int], list[int]]
"""The numbers of the traces that train, calibrate and test."""

Change = Callable[[Recording], Recording]
PLAIN: Mapping[str, Change | None] = {"plain": None}


@dataclass(frozen=True, eq=False)
class Traces:
    """Recordings with their labels 0 or 1; per trace the cluster that it is resampled with, its kind and group.

    groups: what honest splits never divide.  objects: the labels in full, of a corpus.
    """

    recordings: Sequence[Recording]
    labels: Sequence[int]
    clusters: Sequence[str]
    kinds: Sequence[str]
    groups: Sequence[str]
    objects: Sequence[dict[str, Any]] = ()

    def __len__(self) -> int:
        return len(self.labels)


def run_split(
    method: Peer, traces: Traces, parts: Split, changes: Mapping[str, Change | None] = PLAIN
) -> dict[str, Fold]:
    """Train and calibrate a method, then test it once per change: what is done to the attacks of the test."""
    train, held, test = parts
    benign = [traces.recordings[index] for index in held if not traces.labels[index]]
    method.fit([traces.recordings[index] for index in train], [traces.labels[index] for index in train], benign)

    def tried(chosen: list[int], change: Change | None) -> Outcome:
        labels, recordings = [traces.labels[index] for index in chosen], []
        for index, label in zip(chosen, labels, strict=True):
            recording = traces.recordings[index]
            recordings.append(change(recording) if change and label else recording)
        return outcome(join(recordings), labels, method.scores(recordings), method.certain)

    calibration = tried(held, None)
    threshold = best_threshold(calibration.scores, calibration.positive)
    return {name: judged(traces, parts, tried(test, change), threshold) for name, change in changes.items()}


def judged(traces: Traces, parts: Split, found: Outcome, threshold: float) -> Fold:
    """Return an outcome of a split's test with what is known of its traces."""
    test = parts[2]
    return Fold(
        outcome=found,
        threshold=threshold,
        labels=[traces.labels[index] for index in test],
        clusters=[traces.clusters[index] for index in test],
        kinds=[traces.kinds[index] for index in test],
    )
