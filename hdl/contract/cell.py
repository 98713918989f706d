"""The cell: a second core that runs a clone of a frozen process, in memory of its own over the original's."""

from __future__ import annotations

from enum import IntEnum

CELL_BYTES = 16 * 1024
"""Bytes that a clone can write: lines, each anywhere in its data window where no other line has its place."""

CELL_LINE_BYTES = 32
"""A line: what is written of the clone's memory is kept in such pieces, byte by byte."""

CELL_START_CYCLES = 64
"""Cycles from the order to the clone's first instruction, at most."""


class CellState(IntEnum):
    """What the cell is at."""

    EMPTY = 0  # nothing in it; its core is in reset
    ENTERING = 1  # registers are on their way, or the core is about to go on
    RUNNING = 2  # the clone runs
    STOPPED = 3  # it has stopped itself: what it did last is to be read


class CellStop(IntEnum):
    """Why it has stopped."""

    CALL = 0  # it made a system call
    TRAP = 1  # another trap: `cause` is its number, as `mcause` has it
    ROOM = 2  # a store: another line has its place
    BUDGET = 3  # its cycles are used up


BUDGET_CYCLES = 250_000
"""Cycles that a rehearsal may take in all: 10 ms."""

CALL_CYCLES = 1_000
"""What each call that is served costs of them: the kernel's own time is worth something too."""

WRITTEN_MANY = 32 * 1024
"""A clone whose cycles are used up, and that has written so many bytes by calls, was overrun while writing."""

WAITING_MOST = 3
"""Processes that wait for the cell besides the one in it; the call of one more is denied."""


class Rehearsal(IntEnum):
    """How a rehearsal ends."""

    CLEAN = 0  # the call is made
    INCONCLUSIVE = 1  # the call is denied, and the process's profile is narrower from then on
    EXPLOIT = 2  # its family is ended
