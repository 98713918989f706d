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
