"""What calls of programs on the board's own core take, every one of them screened."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from host.bench.board import BoardLine
from host.bench.figure import Figure
from host.board import Board
from host.engines import Progress
from models.gateway import EngineError
from models.package import Package
from sim.board import SimulatedBoard
from sim.traps import null_call_cycles
from sim.verilate import silent

PATIENCE = 120.0
"""Seconds that the programs may take."""

_HOW = {
    "null_syscall_cycles_screened": "getpid, from the ecall to the program's next instruction: 24 in a row",
    "simple_call_cycles": "getuid, by a C function of the kernel: registers saved and restored, the program's "
    "loop with it",
    "yield_cycles": "sched_yield with nobody else ready: all registers, the security task's loop, the scheduler",
    "pipe_round_trip_cycles": "a byte to another process and back through two pipes: four calls, two of which "
    "wait, and two switches",
    "fork_exit_wait_cycles": "a child that ends at once, and is waited for",
    "fork_exec_exit_wait_cycles": "the same with a program whose text is loaded already",
}


def process_figures(package: Package, progress: Progress | None = None) -> Iterator[Figure]:
    """Yield the figures of a new board with a package's model in force."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        with SimulatedBoard(Path(folder) / "board.flash", paced=False, progress=progress or silent) as simulated:
            board = Board(BoardLine(simulated))
            board.push(package, verify=False)
            values = paces(board)
            board.close()
    kept, lean = null_call_cycles(saves=True), null_call_cycles(saves=False)
    where = "the same core with its memory, nothing screened"
    yield Figure("null_syscall_cycles_conventional", kept, "cycles",
                 f"every register saved, dispatch as a compiler has it, {where}")  # fmt: skip
    yield Figure("null_syscall_cycles_unscreened", lean, "cycles",
                 f"the leanest way in: cause, bounds check, table, two registers lost, {where}")  # fmt: skip
    for key, how in _HOW.items():
        yield Figure(key, values[key], "cycles", f"{how}; program `paces` on the board, the least of 15 tries")
    yield Figure("screening_overhead", round(values["null_syscall_cycles_screened"] / lean, 3), "1",
                 "null_syscall_cycles_screened / null_syscall_cycles_unscreened")  # fmt: skip


def paces(board: Board) -> dict[str, float]:
    """Have the program `paces` run on a board's console; return what it says.  Raises EngineError."""
    board.type(b"paces\r")
    said, ends = "", time.monotonic() + PATIENCE
    while not re.search(r"pipe_round_trip_cycles \S+\r\n", said):
        said += board.printed(1).decode(errors="replace")
        if time.monotonic() >= ends:
            raise EngineError(f"the board's program did not end in {PATIENCE:.0f} s: {said[-200:]!r}")
    return {name: float(value) for name, value in re.findall(r"(\w+_cycles\w*) ([\d.]+)\r\n", said)}
