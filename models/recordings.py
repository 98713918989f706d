"""Traces as arrays of events: what the estimator is fitted on and what evaluation screens.

A trace is encoded once, for a machine with slots enough that nothing is ever spilled; by contract that changes
no verdict, and it keeps the events free of any one model's state.  Only the path trie goes into them (where
relative paths start), and all models share one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import RECORD, SLOTS, Kind
from hdl.contract.policy import default_policy
from models.encode import Batch, Encoder
from models.gateway import switch
from models.golden.engine import GoldenEngine
from models.slots import Life
from models.trace import Item

Words = NDArray[np.uint32]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

PLENTY = 1 << 14
"""Slots of the machine that recordings are made for: processes of one trace alive at the same time."""

_BENEFICIARIES = (Kind.FORK, Kind.EXIT)
"""Kinds whose second argument is a generation."""


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One trace.

    events (n, 8), pool, offsets, slots: as `GoldenEngine.screen` takes them; generations begin at 1.
    lines: the trace line of each event.
    name, group: what it is called, and what it may not be separated from by a split.
    onset: the attack begins at this line; None: at the first, if it is one.
    """

    events: Words
    pool: Bytes
    offsets: Ints
    slots: Ints
    lines: Ints
    name: str = ""
    group: str = ""
    onset: int | None = None

    def __len__(self) -> int:
        return len(self.events)


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Many traces one after the other, each with generations of its own.

    starts: where each trace's events begin, and the end.  traces: the number of the trace of each event.
    late: the event lies at or after its trace's onset.
    """

    events: Words
    pool: Bytes
    offsets: Ints
    slots: Ints
    starts: Ints
    traces: Ints
    late: NDArray[np.bool_]

    @property
    def calls(self) -> NDArray[np.bool_]:
        """Say which events are calls."""
        kinds: Words = self.events[:, 0] & np.uint32(15)
        found: NDArray[np.bool_] = kinds == np.uint32(Kind.CALL)
        return found


def unspilled(items: Iterable[Item], image: bytes) -> tuple[Encoder, list[Batch]]:
    """Encode one trace for a machine with `PLENTY` of slots, so without spills; return encoder and batches.

    The list grows with whatever the encoder is given afterwards.
    """
    batches: list[Batch] = []

    def keep(batch: Batch) -> Words:
        batches.append(batch)
        return np.zeros((len(batch.events), 6), np.uint32)

    encoder = Encoder(image, keep, slots=range(SLOTS // 2, PLENTY))
    encoder.feed(items)
    encoder.finish()
    return encoder, batches


def slots_of(lives: Sequence[Life]) -> Ints:
    """Return the slot that each life had."""
    return np.array([life.slot for life in lives], np.int64)


def record(
    items: Iterable[Item], image: bytes, name: str = "", group: str = "", onset: int | None = None
) -> Recording:
    """Encode one trace.  image: any model with the path trie in use."""
    encoder, batches = unspilled(items, image)
    encoder.release()
    slot_of = slots_of(encoder.lives)
    pools = np.cumsum([0] + [len(batch.pool) for batch in batches])
    return Recording(
        events=np.concatenate([batch.events for batch in batches] or [np.zeros((0, 8), np.uint32)]),
        pool=np.concatenate([batch.pool for batch in batches] or [np.zeros(1, np.uint8)]),
        offsets=np.concatenate(
            [batch.offsets + pool for batch, pool in zip(batches, pools, strict=False)] or [np.zeros(0, np.int64)]
        ),
        slots=np.concatenate([slot_of[batch.lives] for batch in batches] or [np.zeros(0, np.int64)]),
        lines=np.concatenate([batch.lines for batch in batches] or [np.zeros(0, np.int64)]),
        name=name,
        group=group or name,
        onset=onset,
    )


def join(recordings: Sequence[Recording]) -> Joined:
    """Return the recordings one after the other."""
    sizes = [len(recording) for recording in recordings]
    starts = np.cumsum([0, *sizes])
    events = np.concatenate([r.events for r in recordings] or [np.zeros((0, 8), np.uint32)])
    traces = np.repeat(np.arange(len(recordings)), sizes)
    # One life more than a trace can have, so that none shares a generation with the next trace's.
    lives = [1 + (int(r.events[:, 1].max()) if len(r) else 0) for r in recordings]
    shift = np.repeat(np.cumsum([0, *lives])[:-1], sizes).astype(np.uint32)
    kinds = events[:, 0] & np.uint32(15)
    # Only where a generation stands: 0 is the one of nobody.
    named = np.isin(kinds, _BENEFICIARIES) & (events[:, 3] != 0)
    events[:, 1] += shift
    events[:, 3] += np.where(named, shift, np.uint32(0))
    pools = np.repeat(np.cumsum([0] + [len(r.pool) for r in recordings])[:-1], sizes)
    return Joined(
        events=events,
        pool=np.concatenate([r.pool for r in recordings] or [np.zeros(1, np.uint8)]),
        offsets=np.concatenate([r.offsets for r in recordings] or [np.zeros(0, np.int64)]) + pools,
        slots=np.concatenate([r.slots for r in recordings] or [np.zeros(0, np.int64)]),
        starts=starts,
        traces=traces,
        late=np.concatenate([r.lines >= (r.onset or 0) for r in recordings] or [np.zeros(0, np.bool_)]),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """The accumulators after each event, and the tier it was given: columns A, C, T; tier."""

    values: Ints
    tiers: Ints


def screen(joined: Joined, image: bytes) -> Sums:
    """Return what the golden machine answers to every event under the model `image`."""
    engine = GoldenEngine(slots=PLENTY)
    engine.load_policy(default_policy())
    engine.load_model(0, image)
    switch(engine, 0)
    records, _states = engine.screen(joined.events, joined.pool, joined.offsets, joined.slots)
    faults = records[:, 0] >> np.uint32(RECORD.offset["fault"]) & np.uint32(7)
    if faults.any():
        row = int(np.flatnonzero(faults)[0])
        raise RuntimeError(f"the golden machine refused event {row} of {len(records)}: fault {faults[row]}")
    words = records.astype(np.int64)
    return Sums(
        values=np.stack([words[:, 2] & 0xFFFF, words[:, 2] >> 16, words[:, 3] & 0xFFFF], axis=1),
        tiers=words[:, 0] >> RECORD.offset["tier"] & 3,
    )
