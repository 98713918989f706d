"""Puts records and states that come from a board back beside the events that they answer."""

from __future__ import annotations

import numpy as np

from hdl.contract.entries import STATE_ENTRY
from hdl.contract.event import EVENT, RECORD, STATE, Kind
from host.columns import Ints, Words, column


class Answers:
    """Records and states for one batch of events.

    A board's records come in order, but others may stand between them: of its own processes, or of vaccines that
    expired.  An event's record has its kind, slot and generation.

    Members: `records` (n, 6) and `states` (n, 6), as `screen` of an engine returns them, as far as they have come.
    """

    def __init__(self, events: Words) -> None:
        self.records = np.zeros((len(events), RECORD.words), np.uint32)
        self.states = np.zeros((len(events), STATE.words), np.uint32)
        self._keys = _keys(column(events, EVENT, "kind"), column(events, EVENT, "slot"), events[:, 1])
        self._done = 0
        self._spilled: list[int] = []

    @property
    def complete(self) -> bool:
        """Whether every event has its record, and every SPILL its state."""
        return self._done == len(self.records) and not self._spilled

    def take(self, records: Words) -> Words:
        """Take records; return those that answer none of the events."""
        keys = _keys(column(records, RECORD, "kind"), column(records, RECORD, "slot"), records[:, 4])
        wanted = self._keys[self._done : self._done + len(keys)]
        if len(wanted) == len(keys) and np.array_equal(wanted, keys):
            ours = np.ones(len(keys), np.bool_)
        else:
            ours = self._chosen(keys)
        mine = records[ours]
        self.records[self._done : self._done + len(mine)] = mine
        left = (column(mine, RECORD, "kind") == Kind.SPILL) & (column(mine, RECORD, "fault") == 0)
        self._spilled += (self._done + np.flatnonzero(left)).tolist()
        self._done += len(mine)
        return records[~ours]

    def take_states(self, rows: Words) -> None:
        """Take rows of STATE_ENTRY and STATE."""
        keys = _keys(np.full(len(rows), Kind.SPILL), column(rows, STATE_ENTRY, "slot"), rows[:, 1])
        for key, row in zip(keys, rows, strict=True):
            if self._spilled and self._keys[self._spilled[0]] == key:
                self.states[self._spilled.pop(0)] = row[STATE_ENTRY.words :]

    def _chosen(self, keys: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Say row by row which records are the next event's."""
        ours = np.zeros(len(keys), np.bool_)
        place = self._done
        for row, key in enumerate(keys):
            if place < len(self._keys) and self._keys[place] == key:
                ours[row] = True
                place += 1
        return ours


def _keys(kinds: Ints, slots: Ints, generations: Words) -> Ints:
    """Return one number per row that tells whose it is, and of which kind."""
    return generations.astype(np.int64) << 16 | slots << 8 | kinds
