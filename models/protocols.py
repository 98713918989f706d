"""The evaluations: ADFA-LD under three protocols, models trained anew; a corpus, under a given model or held out.

ADFA-LD (Creech and Hu 2013), five folds, three to train, one to calibrate, one to test, in turn:
    naive   every file by itself, duplicates kept: what most papers report
    honest  exact duplicates removed; attack recordings and near-duplicate benign traces (Jaccard index of
            4-grams >= 0.8) never divided
    loao    as honest, one attack type after the other is left out of training and is the whole test
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.build import SETTINGS
from models.evaluate import Outcome, Progress, best_threshold, figures, group_of, judge, read_corpus
from models.folds import deal, first_of_each, near_duplicates
from models.image import Model, assemble
from models.readers.adfa import AdfaReader, AdfaTrace, find_adfa
from models.recordings import Ints, Recording, record
from models.train import NgramModel, blank_model

PROTOCOLS = ("naive", "honest", "loao")
HELD_OUT = ("scenario", "kind")
FOLDS = 5


def evaluate_corpus(directory: Path, model: Model, progress: Progress | None = None) -> dict[str, Any]:
    """Return the figures of a given model on the corpus in `directory`.

    The model is not trained here.  Ranks and counts are over all traces.  For the accuracy whole kinds of
    work and attack are dealt into two halves: the threshold comes from one, the accuracy is that of the other;
    null where there is no other.
    """
    recordings, labels, objects = read_corpus(directory, assemble(model), progress)
    if len(set(labels)) < 2:
        raise ValueError(f"{directory}: both benign and attack traces are needed")
    outcome = judge(recordings, labels, model)
    half = deal([str(label["kind"]) for label in objects], labels, 2)
    calibrating = half[outcome.traces] == 0
    threshold = best_threshold(outcome.scores[calibrating], outcome.positive[calibrating])
    found = figures([outcome], [threshold], [labels])
    judged = (outcome.scores >= threshold) == outcome.positive
    # With a handful of traces there may be no other half.
    found["accuracy"] = round(float(judged[~calibrating].mean()), 4) if not calibrating.all() else None
    return found


def evaluate_adfa(
    directory: Path, protocol: str, progress: Progress | None = None, seed: int = 0, folds: int | None = None
) -> dict[str, Any]:
    """Return the figures on ADFA-LD in `directory` under one of `PROTOCOLS`.

    folds: evaluate only so many of them.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"unknown protocol {protocol!r}: use {', '.join(PROTOCOLS)}")
    traces = find_adfa(directory)
    image = assemble(blank_model(seed))
    recordings = []
    for number, trace in enumerate(traces):
        if progress and number % 50 == 0:
            progress("reading", number, len(traces))
        recordings.append(record(AdfaReader(trace.path), image, str(trace.path.name), trace.recording))
    labels = [int(trace.label == "attack") for trace in traces]
    splits = split(traces, recordings, labels, protocol, seed)[:folds]
    return _in_turn(recordings, labels, splits, progress, seed=seed)


def evaluate_held_out(
    directory: Path, by: str, progress: Progress | None = None, seed: int = 0, folds: int | None = None
) -> dict[str, Any]:
    """Return the figures of the method on the corpus in `directory`, models trained anew, five folds as above.

    by: what is never divided between training and test, `scenario` (the same program) or `kind` (the same kind
    of work or attack: what the model has never seen in any form).  Settings are those of the shipped model.
    """
    if by not in HELD_OUT:
        raise ValueError(f"cannot hold out by {by!r}: use {', '.join(HELD_OUT)}")
    recordings, labels, objects = read_corpus(directory, assemble(blank_model(seed)), progress)
    groups = [str(label["kind"]) if by == "kind" else group_of(label) for label in objects]
    fold_of = deal(groups, labels, FOLDS, seed)
    splits = []
    for test in range(FOLDS):
        calibrate = (test + 1) % FOLDS
        parts: tuple[list[int], list[int], list[int]] = ([], [], [])
        for index, fold in enumerate(fold_of.tolist()):
            parts[2 if fold == test else 1 if fold == calibrate else 0].append(index)
        splits.append(parts)
    return _in_turn(recordings, labels, splits[:folds], progress, **{**SETTINGS, "seed": seed})


def _in_turn(
    recordings: Sequence[Recording],
    labels: Sequence[int],
    splits: Sequence[tuple[list[int], list[int], list[int]]],
    progress: Progress | None,
    **settings: Any,
) -> dict[str, Any]:
    """Train, calibrate and test once per split; return the figures over all tests."""
    tests: list[Outcome] = []
    thresholds, truths = [], []
    for number, (train, calibrate, test) in enumerate(splits):
        if progress:
            progress("training and testing", number, len(splits))
        model = NgramModel(**settings, folds=0)
        held = _chosen(recordings, calibrate)
        benign = [recording for recording, index in zip(held, calibrate, strict=True) if not labels[index]]
        model.fit(_chosen(recordings, train), [labels[index] for index in train], calibration=benign)
        calibration = judge(held, [labels[index] for index in calibrate], model.model_)
        thresholds.append(best_threshold(calibration.scores, calibration.positive))
        truths.append([labels[index] for index in test])
        tests.append(judge(_chosen(recordings, test), truths[-1], model.model_))
    return figures(tests, thresholds, truths)


def split(
    traces: Sequence[AdfaTrace], recordings: Sequence[Recording], labels: Sequence[int], protocol: str, seed: int
) -> list[tuple[list[int], list[int], list[int]]]:
    """Return (train, calibrate, test) as trace numbers, once per fold or attack type."""
    calls = [_names(recording) for recording in recordings]
    kept = list(range(len(traces))) if protocol == "naive" else first_of_each(calls)
    groups: dict[int, str] = {index: traces[index].recording for index in kept}
    if protocol == "naive":
        groups = {index: str(index) for index in kept}
    else:
        benign = [index for index in kept if not labels[index]]
        near = near_duplicates([calls[index] for index in benign])
        groups |= {index: f"near {group}" for index, group in zip(benign, near.tolist(), strict=True)}
    dealt = deal([groups[index] for index in kept], [labels[index] for index in kept], FOLDS, seed)
    fold_of = dict(zip(kept, dealt.tolist(), strict=True))
    kinds = sorted({traces[index].kind for index in kept if labels[index]})
    splits = []
    for number in range(len(kinds) if protocol == "loao" else FOLDS):
        test, calibrate = number % FOLDS, (number + 1) % FOLDS
        parts: tuple[list[int], list[int], list[int]] = ([], [], [])
        for index in kept:
            left_out = protocol == "loao" and labels[index] and traces[index].kind == kinds[number]
            fold = fold_of[index]
            if protocol == "loao" and labels[index] and not left_out and fold == test:
                fold = -1  # other attacks have no part in this test; train on them
            parts[2 if left_out or fold == test else 1 if fold == calibrate else 0].append(index)
        splits.append(parts)
    return splits


def _chosen(recordings: Sequence[Recording], indices: Sequence[int]) -> list[Recording]:
    return [recordings[index] for index in indices]


def _names(recording: Recording) -> Ints:
    """Return the canonical ids of a recording's calls."""
    heads = recording.events[:, 0].astype(np.int64)
    ids: Ints = heads[(heads & 15) == 0] >> 14 & 511
    return ids
