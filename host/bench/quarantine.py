"""Figures of quarantine: what a frozen tree still does, and how soon it is decided about."""

from __future__ import annotations

import struct
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from hdl.contract.memory import CLOCK_HZ
from hdl.contract.policy import (
    JUDGE_CELLS,
    JUDGE_ROWS,
    VERDICT_BITS,
    Policy,
    default_policy,
    judge_cell,
    judge_row,
)
from hdl.contract.quarantine import BOUND_MS
from hdl.contract.verdict import CallClass, Tier, Verdict
from host.bench.board import BoardLine
from host.bench.figure import Figure
from host.board import Board
from host.engines import Progress
from host.processes import Run
from models.gateway import EngineError
from models.package import Package
from sim.board import SimulatedBoard
from sim.traps import snapshot_cycles
from sim.verilate import silent

PROBE = "/bin/frozen"
"""firmware/probes/frozen.c"""

WATCHED = 200_000
"""Cycles for which a frozen tree is watched."""

_MARK = (0x51A2B3C4).to_bytes(4, "little")
_PATIENCE = 600.0

FREEZING = CallClass.NETWORK


def freezing_policy(
    classes: Iterable[CallClass] = (FREEZING,),
    *,
    secrets: bool = False,
    answer: Verdict = Verdict.QUARANTINE,
    marked: Iterable[CallClass] = (),
) -> Policy:
    """Return a policy by which every call of these classes is answered by QUARANTINE, whatever the score.

    secrets: only those that name a secret object.  answer: in place of QUARANTINE.  marked: classes of which a
    call in a rehearsal is an exploit.  What an allow-list does not hold is denied, all else allowed.
    """
    wanted, killed = set(classes), set(marked)
    rows = [0] * JUDGE_ROWS
    for profile in range(16):
        for kind in CallClass:
            for secret in (0, 1):
                cells = [Verdict.ALLOW] * JUDGE_CELLS
                for tier in Tier:
                    for vaccinated in (0, 1):
                        cells[judge_cell(tier, vaccinated, 1)] = Verdict.DENY
                        if kind in wanted and (secret or not secrets):
                            cells[judge_cell(tier, vaccinated, 0)] = answer
                if kind in killed:
                    cells[judge_cell(Tier.CERTAIN, 0, 0)] = Verdict.KILL
                packed = sum(verdict << VERDICT_BITS * place for place, verdict in enumerate(cells))
                rows[judge_row(profile, kind, secret)] = packed
    return replace(default_policy(), rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a frozen process of the probe shows: its rounds, what it has done behind its call, its registers."""

    rounds: int
    after: int
    registers: tuple[int, ...]


def seen(board: Board, process: int) -> Seen:
    """Look at a frozen process of the probe."""
    data = board.quarantine.data(process)
    _mark, rounds, after = struct.unpack_from("<III", data, data.index(_MARK))
    return Seen(rounds, after, board.quarantine.registers(process))


def watched(simulated: SimulatedBoard, board: Board, processes: Iterable[int]) -> tuple[list[Seen], list[Seen]]:
    """Look at frozen processes, and again WATCHED cycles later."""
    first = [seen(board, process) for process in processes]
    simulated.run(WATCHED, skip=False)
    return first, [seen(board, process) for process in processes]


def frozen_by_verdict(simulated: SimulatedBoard, board: Board) -> tuple[Run, int]:
    """Run the probe, whose call is answered by QUARANTINE, and hold it; return it and the number of its child."""
    board.quarantine.hold(True)
    run = board.processes.run(PROBE)
    until = time.monotonic() + _PATIENCE
    while len(found := board.quarantine.cells().frozen) < 2:
        simulated.run(WATCHED)
        if time.monotonic() > until:
            raise EngineError(f"{PROBE} was not frozen in {_PATIENCE:.0f} s")
    board.quarantine.hold(False)
    return run, next(one.id for one in found if one.id != run.id)


def quarantine_figures(package: Package, progress: Progress | None = None) -> Iterator[Figure]:
    """Yield the figures of a board with a package's model in force, and a policy that freezes."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        flash = Path(folder) / "board.flash"
        with SimulatedBoard(flash, paced=False, progress=progress or silent) as simulated:
            board = Board(BoardLine(simulated))
            board.push(replace(package, vectors=package.vectors[:1]), verify=False)
            board.load_policy(freezing_policy())
            yield instructions_figure(simulated, board)
            yield from decision_figures(board)
            board.close()
    yield Figure(
        "snapshot_register_cycles", snapshot_cycles(whole=False), "cycles",
        "30 registers to memory, on the same core with its memory, by the kernel's own instructions "
        "(firmware/kernel/saving.h); a0 and the program counter, which the trap has put into registers of gateware"
        f" and core, follow: {snapshot_cycles(whole=True)} cycles until all 32 words are there",
    )  # fmt: skip


def instructions_figure(simulated: SimulatedBoard, board: Board) -> Figure:
    """What the frozen do, by a verdict and by order: rounds of a loop, and instructions behind the call."""
    offender, child = frozen_by_verdict(simulated, board)
    ran = _rounds(*watched(simulated, board, (offender.id, child)))
    board.quarantine.kill(offender.id)
    b"".join(offender)
    run = board.processes.run(PROBE, ["spin"])
    simulated.run(WATCHED)
    board.quarantine.freeze(run.id)
    ran += _rounds(*watched(simulated, board, (run.id,)))
    board.quarantine.kill(run.id)
    b"".join(run)
    return Figure(
        "freeze_instructions_after_verdict", ran, "instructions",
        "firmware/probes/frozen.c on the board, by a verdict and by the operator's order: a process whose call it "
        f"was counts one behind it, its child and another one count in a loop; counters at once and {WATCHED:,} "
        "cycles later, and registers that differ, summed",
    )  # fmt: skip


def _rounds(first: list[Seen], second: list[Seen]) -> int:
    return sum(
        after.rounds - before.rounds + after.after + (before.registers != after.registers)
        for before, after in zip(first, second, strict=True)
    )


def decision_figures(board: Board) -> Iterator[Figure]:
    """How soon a family that nobody holds is resumed, and how soon ended."""
    for key, words, what in (
        ("quarantine_resume_us", [], "a process and its child go on"),
        ("quarantine_purge_us", ["attack"], "an attack is ended"),
    ):
        run = board.processes.run(PROBE, words)
        b"".join(run)
        cycles = board.quarantine.cells().decided
        for one in board.processes.list():
            if one.name == PROBE.rpartition("/")[2]:
                board.processes.kill(one.id, 9)
        yield Figure(
            key, round(cycles * 1e6 / CLOCK_HZ, 1), "us",
            f"from the freeze to what came of it, by the kernel's own clock: {cycles:,} cycles; {what}; the bound "
            f"is {BOUND_MS} ms",
        )  # fmt: skip
