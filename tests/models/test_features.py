"""Features equal what the golden machine adds up, call by call, over forks and calls without effect."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from models.features import WEIGHTS, extract, totals
from models.image import assemble
from models.recordings import join
from models.replay import record, screen
from models.trace import Call, Exit, Fork, Item, PathArgument, Start
from models.train import blank_model

NAMES = ("openat", "read", "write", "close", "getpid", "mmap", "unlink", "no_such_call", "clock_gettime", "ptrace")
PATHS = (b"/etc/shadow", b"x/../y", b"/home/a/.ssh/id", b"/tmp/f", b"")


def story(seed: int, calls: int = 600) -> Iterator[Item]:
    draw = random.Random(seed)
    alive = [1]
    yield Start(1, 1)
    for line in range(2, calls):
        pid = draw.choice(alive)
        if draw.random() < 0.03:
            alive.append(1000 + line)
            yield Fork(line, pid, alive[-1])
        elif draw.random() < 0.02 and len(alive) > 1:
            alive.remove(pid)
            yield Exit(line, pid)
        else:
            paths = tuple(PathArgument(draw.choice(PATHS), b"/etc") for _ in range(draw.choice((0, 0, 1, 2))))
            yield Call(line, pid, draw.choice(NAMES), paths=paths, ok=draw.random() < 0.8, time=line / 700)


def test_sums_are_the_golden_machines() -> None:
    """Where a loss is never proven and nothing drains, A rises by exactly the positive sums."""
    draw = np.random.default_rng(5)
    model = replace(blank_model(), weights=draw.integers(-20, 21, WEIGHTS).astype(np.int8))
    image = assemble(model)
    recordings = [record(story(seed), image) for seed in range(4)]
    joined = join(recordings)
    # No call ever succeeds: no leak, no loss.
    joined.events[:, 0] &= np.uint32(~(1 << 11) & 0xFFFFFFFF)
    features = extract(joined.events, joined.pool, joined.offsets, image)
    sums = np.maximum(totals(features, model.weights.astype(np.int64)), 0) * features.effect
    values = screen(joined, image).values[:, 0]
    at = np.flatnonzero(features.indices[:, 0] >= 0)
    before = features.previous[at]
    # A parent that has taken over from a child starts higher: left to the machine's own tests.
    simple = (values[at] - np.where(before >= 0, values[before], 0)) == sums[at]
    assert simple.mean() > 0.9
    assert (values[at] - np.where(before >= 0, values[before], 0) >= sums[at])[~simple].all()
    assert features.effect.any() and not features.effect[at].all()


def test_history_is_inherited_and_skips_calls_without_effect() -> None:
    image = assemble(blank_model())
    head: list[Item] = [Start(1, 1), Call(1, 1, "openat"), Call(2, 1, "read")]
    straight = record([*head, Call(4, 1, "write")], image)
    around = record([*head, Fork(3, 1, 2), Call(3, 2, "getpid"), Call(4, 2, "write")], image)
    rows = []
    for recording in (straight, around):
        found = extract(recording.events, recording.pool, recording.offsets, image)
        calls = np.flatnonzero(found.indices[:, 0] >= 0)
        rows.append(found.indices[calls[-1]])
    assert np.array_equal(*rows)


def test_joining_changes_nothing() -> None:
    image = assemble(blank_model())
    recordings = [record(story(seed, 200), image) for seed in range(3)]
    joined = join(recordings)
    together = extract(joined.events, joined.pool, joined.offsets, image)
    apart = [extract(r.events, r.pool, r.offsets, image).indices for r in recordings]
    assert np.array_equal(together.indices, np.concatenate(apart))
