"""The protocols: which traces train, calibrate and test, on ADFA-LD and on a corpus.

Five folds, three to train, one to calibrate, one to test, in turn.  ADFA-LD (Creech and Hu 2013):

    naive   every file by itself, duplicates kept: what most papers report
    honest  exact duplicates removed; attack recordings and near-duplicate benign traces (Jaccard index of
            4-grams >= 0.8) never divided
    loao    as honest, one attack type after the other is left out of training and is the whole test

A corpus, by what the test holds that training does not:

    implementation  attacks in another language than the same behaviour is known in; benign programs
    kind            kinds of attack, and families of benign work
    program         families of benign work; attacks as under `implementation`
    scenario        programs, attacks and benign ones, at random
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from models.build import SETTINGS
from models.corpus import condensed
from models.evaluate import Progress, by_kind, figures, group_of, judge
from models.folds import deal, first_of_each, near_duplicates
from models.gateway import switch
from models.golden.engine import GoldenEngine
from models.image import Model, assemble
from models.kept import shelf
from models.outcomes import Fold, best_threshold
from models.peers.ours import Ours
from models.peers.peer import Peer
from models.readers.adfa import AdfaReader, find_adfa
from models.recordings import Ints, Recording
from models.replay import record
from models.speed import Speed
from models.train import blank_model
from models.trial import Split, Traces, run_split

PROTOCOLS = ("naive", "honest", "loao")
HELD_OUT = ("implementation", "kind", "program", "scenario")
FOLDS = 5


def read_adfa(directory: Path, progress: Progress | None = None) -> Traces:
    """Return ADFA-LD.  Benign traces have near-duplicates as their cluster, attacks the session."""
    found = find_adfa(directory)
    image = assemble(blank_model(0))
    place = shelf(image)
    recordings = []
    for number, trace in enumerate(found):
        if progress and number % 50 == 0:
            progress("reading", number, len(found))
        recording, _kept = place.take(trace.path, partial(_read_adfa, trace.path, image))
        recordings.append(replace(recording, name=trace.path.name, group=trace.recording))
    labels = [int(trace.label == "attack") for trace in found]
    groups = [trace.recording for trace in found]
    benign = [index for index, label in enumerate(labels) if not label]
    near = near_duplicates([_names(recordings[index]) for index in benign])
    for index, group in zip(benign, near.tolist(), strict=True):
        groups[index] = f"near {group}"
    return Traces(recordings, labels, groups, [trace.kind for trace in found], groups)


def _read_adfa(path: Path, image: bytes) -> Recording:
    return record(AdfaReader(path), image)


def read_labelled(
    directory: Path, progress: Progress | None = None, model: Model | None = None, speed: Speed | None = None
) -> Traces:
    """Return a corpus under a model's path trie; a cluster is a program, for attacks a program of one kind."""
    recordings, labels, objects = condensed.read(directory, assemble(model or blank_model(0)), progress, speed)
    groups = [group_of(label) for label in objects]
    return Traces(recordings, labels, groups, [str(label["kind"]) for label in objects], groups, objects)


def split(traces: Traces, protocol: str, seed: int = 0, without_mixed: bool = False) -> list[Split]:
    """Return the splits of ADFA-LD, one per fold or attack type.

    without_mixed: leave out near-duplicates of each other that hold both labels.
    """
    calls = [_names(recording) for recording in traces.recordings]
    kept = list(range(len(traces))) if protocol == "naive" else first_of_each(calls)
    if without_mixed:
        mixed = set(mixed_groups(calls, traces.labels))
        kept = [index for index in kept if index not in mixed]
    groups = [str(index) if protocol == "naive" else traces.groups[index] for index in kept]
    dealt = deal(groups, [traces.labels[index] for index in kept], FOLDS, seed)
    fold_of = dict(zip(kept, dealt.tolist(), strict=True))
    if protocol != "loao":
        return _five(fold_of)
    splits = []
    for number, left_out in enumerate(sorted({traces.kinds[index] for index in kept if traces.labels[index]})):
        folds = dict(fold_of)
        for index in kept:
            if traces.labels[index] and traces.kinds[index] == left_out:
                folds[index] = number % FOLDS
            elif traces.labels[index] and fold_of[index] == number % FOLDS:
                folds[index] = -1  # other attacks have no part in this test; train on them
        splits.append(_parts(folds, number))
    return splits


def mixed_groups(calls: Sequence[Ints], labels: Sequence[int]) -> list[int]:
    """Return the traces whose near-duplicates hold both labels."""
    near = near_duplicates(calls)
    members: dict[int, set[int]] = {}
    for group, label in zip(near.tolist(), labels, strict=True):
        members.setdefault(group, set()).add(label)
    return [index for index, group in enumerate(near.tolist()) if len(members[group]) == 2]


def held_out(traces: Traces, by: str, seed: int = 0) -> list[Split]:
    """Return the splits of a corpus by one of `HELD_OUT`."""
    if by not in HELD_OUT:
        raise ValueError(f"cannot hold out by {by!r}: use {', '.join(HELD_OUT)}")
    every = range(len(traces))
    if by in ("kind", "scenario"):
        groups = traces.kinds if by == "kind" else traces.groups
        return _five(dict(zip(every, deal(groups, traces.labels, FOLDS, seed).tolist(), strict=True)))
    benign = [index for index in every if not traces.labels[index]]
    names = traces.kinds if by == "program" else traces.groups
    dealt = deal([names[index] for index in benign], [0] * len(benign), FOLDS, seed)
    return _five(dict(zip(benign, dealt.tolist(), strict=True)) | _by_implementation(traces, seed))


def _by_implementation(traces: Traces, seed: int) -> dict[int, int]:
    """Return the folds of attacks: of each kind, every implementation in one of its own, or -1 for the only one.

    Successive ones lie two folds apart: between test and calibration another is left for training.
    """
    known: dict[str, list[str]] = {}
    for label, kind, thing in zip(traces.labels, traces.kinds, traces.objects, strict=True):
        name = str(thing.get("implementation", ""))
        if label and name not in known.setdefault(kind, []):
            known[kind].append(name)
    draw, places, first = random.Random(seed), dict[tuple[str, str], int](), 0
    for kind, names in sorted(known.items()):
        names.sort()
        draw.shuffle(names)
        for number, name in enumerate(names):
            places[kind, name] = (first + 2 * number) % FOLDS if len(names) > 1 else -1
        first += 2 * len(names)
    return {
        index: places[traces.kinds[index], str(traces.objects[index].get("implementation", ""))]
        for index, label in enumerate(traces.labels)
        if label
    }


def _five(fold_of: dict[int, int]) -> list[Split]:
    return [_parts(fold_of, number) for number in range(FOLDS)]


def _parts(fold_of: dict[int, int], number: int) -> Split:
    """Return the split that tests fold `number` and calibrates on the next."""
    parts: Split = ([], [], [])
    for index, fold in sorted(fold_of.items()):
        parts[2 if fold == number % FOLDS else 1 if fold == (number + 1) % FOLDS else 0].append(index)
    return parts


def evaluate_corpus(
    directory: Path, model: Model, progress: Progress | None = None, anew: bool = False
) -> dict[str, Any]:
    """Return the figures of a given model on the corpus in `directory`.

    The model is not trained here.  Ranks and counts are over all traces.  For the accuracy whole kinds of
    work and attack are dealt into two halves: the threshold comes from one, the accuracy is that of the other;
    null where there is no other.  `speed`: see `models.speed`; anew: every log is read again.
    """
    # The golden machine is compiled once per version of its sources: that is no part of a rate.
    engine = GoldenEngine()
    engine.load_model(0, assemble(model))
    switch(engine, 0)
    speed = Speed(anew)
    traces = read_labelled(directory, progress, model, speed)
    if len(set(traces.labels)) < 2:
        raise ValueError(f"{directory}: both benign and attack traces are needed")
    speed.reading_ends()
    found = judge(traces.recordings, traces.labels, model)
    other = deal(traces.kinds, traces.labels, 2)[found.traces] == 1
    threshold = best_threshold(found.scores[~other], found.positive[~other])
    fold = Fold(found, threshold, traces.labels, traces.clusters, traces.kinds)
    shown = figures([fold])
    half = figures([replace(fold, outcome=found.part(other))]) if other.any() else None
    # With a handful of traces there may be no other half.
    shown["accuracy"] = half["accuracy"] if half else None
    shown["intervals"]["accuracy"] = half["intervals"]["accuracy"] if half else None
    return {**shown, "by_kind": by_kind([fold]), "speed": speed.figures()}


def evaluate_adfa(
    directory: Path,
    protocol: str,
    progress: Progress | None = None,
    seed: int = 0,
    folds: int | None = None,
    without_mixed: bool = False,
) -> dict[str, Any]:
    """Return the figures of the method on ADFA-LD under one of `PROTOCOLS`.

    folds: evaluate only so many of them.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"unknown protocol {protocol!r}: use {', '.join(PROTOCOLS)}")
    traces = read_adfa(directory, progress)
    return in_turn(lambda: Ours(seed=seed), traces, split(traces, protocol, seed, without_mixed)[:folds], progress)


def evaluate_held_out(
    directory: Path, by: str, progress: Progress | None = None, seed: int = 0, folds: int | None = None
) -> dict[str, Any]:
    """Return the figures of the method on the corpus in `directory`, models trained anew, held out by `by`.

    Settings are those of the shipped model.
    """
    if by not in HELD_OUT:
        raise ValueError(f"cannot hold out by {by!r}: use {', '.join(HELD_OUT)}")
    traces = read_labelled(directory, progress)
    settings = {**SETTINGS, "seed": seed}
    return in_turn(lambda: Ours(**settings), traces, held_out(traces, by, seed)[:folds], progress)


def in_turn(
    method: Callable[[], Peer], traces: Traces, splits: Sequence[Split], progress: Progress | None = None
) -> dict[str, Any]:
    """Train, calibrate and test once per split; return the figures over all tests."""
    folds = []
    for number, parts in enumerate(splits):
        if progress:
            progress("training and testing", number, len(splits))
        folds.append(run_split(method(), traces, parts)["plain"])
    return {**figures(folds), "by_kind": by_kind(folds)}


def _names(recording: Recording) -> Ints:
    """Return the canonical ids of a recording's calls."""
    heads = recording.events[:, 0].astype(np.int64)
    ids: Ints = heads[(heads & 15) == 0] >> 14 & 511
    return ids
