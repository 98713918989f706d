"""The software model on the bare computer: what each call takes there, and that it comes to the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from firmware.build import BuildError, Progress, bench, silent
from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.policy import Policy
from models.encode import Batch, Words
from models.gateway import EngineError, switch
from models.golden.engine import GoldenEngine
from sim.machine import BareMachine
from sim.verilate import BuildError as SimulatorError

SLOTS = range(32, 64)
"""The host's: a process each."""
CALLS = 4000
"""So many calls are measured at most."""
WORDS = 3
"""The program says so many for each call: cycles; A and C; T, verdict and tier."""
PATIENCE = 4000
"""Cycles that a call may take, with all that is round it."""
SETUP_CYCLES = 500_000
"""What it takes at most before the first."""
_HEAD = sum(((1 << EVENT.field[name].width) - 1) << EVENT.offset[name] for name in ("ok", "paths", "id", "epoch"))


class SoftwareError(EngineError):
    """The software model came to other numbers than the golden machine, or to none.  The message says where."""


@dataclass(frozen=True)
class Calls:
    """Calls as an engine's `screen` takes them, process by process; a CLEAR makes each of them, blank."""

    events: Words
    pool: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    @property
    def are_calls(self) -> NDArray[np.bool_]:
        """Which of the events are calls."""
        return np.equal(kind_of(self.events), Kind.CALL)


@dataclass(frozen=True)
class Measured:
    """What `measure` found.

    processes: how many.  cycles (n,): of each call, without what reading the counter takes (`reading`).
    records (n, 6): the golden machine's, whose sums, tier and verdict the software model gave as well.
    """

    processes: int
    cycles: NDArray[np.int64]
    reading: int
    records: Words


def field_of(records: Words, name: str) -> NDArray[np.int64]:
    """Return one field of packed RECORDs."""
    word, bit = divmod(RECORD.offset[name], 32)
    column = records[:, word] >> np.uint32(bit) & np.uint32((1 << RECORD.field[name].width) - 1)
    return column.astype(np.int64)


def kind_of(events: Words) -> NDArray[np.uint32]:
    """Return the kinds of packed EVENTs."""
    return events[:, 0] & np.uint32((1 << EVENT.field["kind"].width) - 1)


def busiest(batches: Sequence[Batch], limit: int = CALLS) -> Calls:
    """Return the calls of the processes that make most, each as if it had come alone and blank."""
    if not any((kind_of(batch.events) == Kind.CALL).any() for batch in batches):
        raise SoftwareError("the trace has no calls: take another one")
    base = np.cumsum([0, *(len(batch.pool) for batch in batches[:-1])])
    pool = np.concatenate([batch.pool for batch in batches])
    events = np.concatenate([batch.events for batch in batches])
    offsets = np.concatenate([batch.offsets + first for batch, first in zip(batches, base, strict=True)])
    lives = np.where(kind_of(events) == Kind.CALL, np.concatenate([batch.lives for batch in batches]), -1)
    counts = np.bincount(lives[lives >= 0])
    chosen: list[Words] = []
    places: list[NDArray[np.int64]] = []
    for slot, life in zip(SLOTS, np.argsort(-counts, kind="stable"), strict=False):
        rows = np.flatnonzero(lives == life)[:limit]
        limit -= len(rows)
        own = events[rows]
        own[:, 0] &= np.uint32(_HEAD)
        own[:, 0] |= np.uint32(EVENT.pack({"kind": Kind.CALL, "slot": slot, "source": 1}))
        own[:, 1] = 1
        clear = np.zeros((1, 8), np.uint32)
        clear[0, :2] = EVENT.pack({"kind": Kind.CLEAR, "slot": slot, "source": 1, "id": slot}), 1
        chosen += [clear, own] if len(own) else []
        places += [np.zeros(1, np.int64), offsets[rows]] if len(own) else []
    return Calls(np.concatenate(chosen), pool, np.concatenate(places))


def golden_records(calls: Calls, image: bytes, policy: Policy) -> Words:
    """Return what the golden machine answers to `calls`, the CLEARs too."""
    engine = GoldenEngine()
    engine.load_policy(policy)
    engine.load_model(0, image)
    switch(engine, 0)
    records, _states = engine.screen(calls.events, calls.pool, calls.offsets)
    return records


def measure(calls: Calls, image: bytes, policy: Policy, progress: Progress = silent) -> Measured:
    """Run the software model over `calls`, against the golden machine.  Raises SoftwareError.

    A call with a path over the limits is left out: that is the path classifier's to refuse.
    """
    if (long := field_of(golden_records(calls, image, policy), "overlong") == 1).any():
        calls = replace(calls, events=calls.events[~long], offsets=calls.offsets[~long])
    records = golden_records(calls, image, policy)
    given = _given(calls, field_of(records, "path_class"), image, policy)
    records = records[calls.are_calls]
    try:
        said = _run(bench(progress) + given, len(records))
    except (BuildError, SimulatorError) as error:
        raise SoftwareError(str(error)) from None
    answers = said[1:].reshape(-1, WORDS)
    found = {
        "decayed": answers[:, 1] & 0xFFFF, "cusum": answers[:, 1] >> 16, "tree_sum": answers[:, 2] & 0xFFFF,
        "verdict": answers[:, 2] >> 16 & 7, "tier": answers[:, 2] >> 24,
    }  # fmt: skip
    for name, values in found.items():
        wanted = field_of(records, name)
        if (wrong := np.flatnonzero(values != wanted)).size:
            at = int(wrong[0])
            raise SoftwareError(
                f"call {at}: the software model has {name} = {values[at]}, the golden machine {wanted[at]}: "
                "no figure is given of a model that is not the same"
            )
    reading = int(said[0])
    return Measured(int((~calls.are_calls).sum()), answers[:, 0] - reading, reading, records)


def _given(calls: Calls, classes: NDArray[np.int64], image: bytes, policy: Policy) -> bytes:
    """Return what belongs behind the program: `struct given` of firmware/bench/bench.c, for profile 0."""
    rows = np.array(policy.rows, "<u8").tobytes()
    pairs = np.stack([calls.events[:, 0], classes.astype(np.uint32)], axis=1)
    return b"".join(
        (
            np.array([len(pairs)], "<u4").tobytes(),
            image,
            np.array(policy.attributes, "<u4").tobytes(),
            rows,
            np.array([policy.enforce, 0], "<u4").tobytes(),
            pairs.astype("<u4").tobytes(),
        )
    )


def _run(program: bytes, calls: int) -> NDArray[np.int64]:
    machine = BareMachine(program)
    wanted = 1 + WORDS * calls
    end = SETUP_CYCLES + PATIENCE * calls
    while len(said := machine.said) < wanted:  # a word among them may look like the last one
        if machine.cycle >= end:
            raise SoftwareError(f"the software model stood still behind {len(said) // WORDS} of {calls} calls")
        machine.run(end - machine.cycle)
    return np.array(said[:wanted], np.int64)
