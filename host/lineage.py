"""Finds the calls that led to an event: through forks to the parent, through exits to the children."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from itertools import takewhile

import numpy as np

from hdl.contract.event import EVENT, Kind
from hdl.contract.model import HISTORY
from hdl.contract.verdict import CallClass
from host.columns import column
from host.screen import Screening

ACCUMULATORS = ("decayed", "cusum", "tree_sum")


class Lineage:
    """Who a trace's processes come from, and which calls their numbers are made of."""

    def __init__(self, screening: Screening) -> None:
        self._screening = screening
        self._events = screening.events
        # Lists, because single values are looked up, and those are slow to get out of arrays.
        self._values = {name: screening.field(name).tolist() for name in ACCUMULATORS}
        self._classes = screening.field("call_class").tolist()
        self._lives = screening.lives.tolist()
        self._kinds = screening.kinds.tolist()
        self._effective: dict[int, list[int]] = {}

    def history(self, row: int) -> list[int]:
        """Return the effective calls that the process's n-grams saw at call `row`, newest first, without it."""
        rows = self._effective_rows(self._lives[row])
        end = bisect_right(rows, row - 1)
        return rows[max(0, end - HISTORY) : end][::-1]

    def window(self, row: int, accumulator: str, limit: int) -> list[int]:
        """Return the effective calls, oldest first, since `accumulator` last stood at zero, up to call `row`.

        At most `limit` of them, the newest.
        """
        if accumulator == "tree_sum":
            rows = self._tree_window(row, limit)
        else:
            rows = self._own_window(row, accumulator, limit)
        return [row for row in reversed(rows) if self._classes[row] != CallClass.NEUTRAL]

    def _tree_window(self, row: int, limit: int) -> list[int]:
        tree = self._screening.processes[int(self._screening.lives[row])].tree
        members = np.array([life.tree is tree for life in self._screening.processes])
        rows = np.flatnonzero(self._screening.is_call[: row + 1] & members[self._screening.lives[: row + 1]])[::-1]
        sums = self._values["tree_sum"]
        return list(takewhile(lambda row: sums[row] > 0, rows[:limit].tolist()))

    def _own_window(self, row: int, accumulator: str, limit: int) -> list[int]:
        """Walk backward: one process's calls, and where its number came from another, that one's."""
        values, kinds = self._values[accumulator], self._kinds
        found: list[int] = []
        life, place = self._lives[row], row
        while len(found) < limit:
            steps = self._steps.get(life, [])
            for number in range(bisect_right(steps, place) - 1, -1, -1):
                at = steps[number]
                if kinds[at] == Kind.CALL:
                    if values[at] == 0:
                        return found
                    found.append(at)
                    if len(found) == limit:
                        return found
                    continue
                before = values[steps[number - 1]] if number else self._inherited(life, accumulator)
                if values[at] > before:
                    # At this child's exit the process took over the child's number, which was the worse one.
                    life, place = self._lives[at], at
                    break
            else:
                if life not in self._births:
                    return found
                place = self._births[life]
                life = self._lives[place]
        return found

    def _inherited(self, life: int, accumulator: str) -> int:
        """Return what a process's number was at its birth."""
        return self._values[accumulator][self._births[life]] if life in self._births else 0

    def _effective_rows(self, life: int) -> list[int]:
        """Return the effective calls of a process, after the last few that it inherited at its fork."""
        chain = []
        while life not in self._effective:
            chain.append(life)
            if life not in self._births:
                break
            life = self._lives[self._births[life]]
        for life in reversed(chain):
            rows: list[int] = []
            if life in self._births:
                birth = self._births[life]
                parent = self._effective[self._lives[birth]]
                end = bisect_right(parent, birth)
                rows = parent[max(0, end - HISTORY) : end]
            own = self._steps.get(life, [])
            counting = (
                at for at in own if self._kinds[at] == Kind.CALL and self._classes[at] != CallClass.NEUTRAL
            )
            self._effective[life] = [*rows, *counting]
        return self._effective[chain[0] if chain else life]

    @cached_property
    def _of_generation(self) -> dict[int, int]:
        return {life.generation: life.index for life in self._screening.processes}

    @cached_property
    def _births(self) -> dict[int, int]:
        """The FORK that began each process, by its index."""
        rows = np.flatnonzero(self._screening.kinds == Kind.FORK)
        children = column(self._events, EVENT, "a1")[rows].tolist()
        return {self._of_generation[child]: row for child, row in zip(children, rows.tolist(), strict=True)}

    @cached_property
    def _steps(self) -> dict[int, list[int]]:
        """Events that may change each process's numbers: its calls, and the exits that it is heir of."""
        owners = self._screening.lives.copy()
        kinds = self._screening.kinds
        heirs = column(self._events, EVENT, "a1")
        for row in np.flatnonzero(kinds == Kind.EXIT).tolist():
            heir = int(heirs[row])
            owners[row] = self._of_generation[heir] if heir else -1
        rows = np.flatnonzero((kinds == Kind.CALL) | ((kinds == Kind.EXIT) & (owners >= 0)))
        order = rows[np.argsort(owners[rows], kind="stable")]
        cuts = np.flatnonzero(np.diff(owners[order])) + 1
        return {int(owners[part[0]]): part.tolist() for part in np.split(order, cuts)} if len(order) else {}
