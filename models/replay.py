"""Traces through the golden machine: encoded into recordings, and recordings screened.

A trace is encoded once, for a machine with slots enough that nothing is ever spilled; by contract that changes
no verdict, and it keeps the events free of any one model's state.  Only the path trie goes into them (where
relative paths start), and all models but the board's own share one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hdl.contract.event import RECORD, SLOTS
from hdl.contract.policy import default_policy
from models.encode import Batch, Encoder
from models.gateway import switch
from models.golden.engine import GoldenEngine
from models.recordings import Ints, Joined, Recording, Words
from models.slots import Life
from models.trace import Item

PLENTY = 1 << 14
"""Slots of the machine that recordings are made for: processes of one trace alive at the same time."""


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
