"""Traces as arrays of events: what the estimator is fitted on and what evaluation screens.

Nothing here knows the golden machine, so that what depends on recordings alone, the peers, is not computed anew
when the machine changes; `models.replay` makes them and has them screened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import Kind

Words = NDArray[np.uint32]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

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
