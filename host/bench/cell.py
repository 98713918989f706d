"""Figures of the cell: how soon a clone is there, and how soon it runs."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from hdl.contract.cell import CELL_BYTES, CELL_START_CYCLES
from hdl.contract.policy import NARROW_CALLS, NARROW_PROFILE, Policy, attribute_rows
from hdl.contract.verdict import CallClass, Verdict
from host.bench.board import BoardLine
from host.bench.figure import Figure
from host.bench.quarantine import freezing_policy
from host.board import Board
from host.engines import Progress
from models.gateway import EngineError
from models.package import Package
from sim.board import SimulatedBoard
from sim.clones import clear_cycles
from sim.verilate import silent

PROBE = "/bin/rehearsed"
"""firmware/probes/rehearsed.c"""

RUNS = 5


def cloning_policy(*marked: CallClass, execs: bool = False) -> Policy:
    """Return a policy by which every irreversible call is rehearsed, execve only if `execs`; a call of a `marked`
    class is an exploit then."""
    policy = freezing_policy([CallClass.IRREVERSIBLE], answer=Verdict.CLONE, marked=marked)
    attributes = attribute_rows({NARROW_PROFILE: NARROW_CALLS}, {} if execs else {"execve": CallClass.PROCESS})
    return replace(policy, attributes=tuple(attributes))


def rehearsals(board: Board, process: int) -> str:
    """Return what the log says of the rehearsals of a process."""
    text = b"".join(text for _place, text in board.log()).decode()
    lines = [line.partition("cell: ")[2] for line in text.splitlines() if f"cell: process {process} " in line]
    return " / ".join(lines)


def began(said: str) -> int:
    """Return how many cycles it took from the order to a clone's first instruction, by what the log says of it."""
    found = re.search(r"began in (\d+) cycles", said)
    if found is None:
        raise EngineError(f"no rehearsal of {PROBE} is in the log: {said!r}")
    return int(found[1])


def cell_figures(package: Package, progress: Progress | None = None) -> Iterator[Figure]:
    """Yield the figures of the block, and of a board whose irreversible calls are all rehearsed."""
    yield Figure(
        "clone_memory_cycles", clear_cycles(), "cycles",
        f"the block alone (hdl/cell/memory.py): a clone has stored to all lines of its {CELL_BYTES >> 10} KB; "
        "cycles from the order for the next one until no byte of it is found",
    )  # fmt: skip
    took = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        flash = Path(folder) / "board.flash"
        with SimulatedBoard(flash, paced=False, progress=progress or silent) as simulated:
            board = Board(BoardLine(simulated))
            board.push(replace(package, vectors=package.vectors[:1]), verify=False)
            board.load_policy(cloning_policy())
            for _ in range(RUNS):
                run = board.processes.run(PROBE, ["exit"])
                b"".join(run)
                took.append(began(rehearsals(board, run.id)))
            board.close()
    yield Figure(
        "clone_start_cycles", max(took), "cycles",
        f"the worst of {RUNS} rehearsals on the board, counted by the cell: from the order to the clone's first "
        f"instruction, all registers as the original's; at most {CELL_START_CYCLES}, whatever the core does "
        "meanwhile (tests/hdl/cell/test_cell.py)",
    )  # fmt: skip
