"""Quarantine on the whole simulated board: nothing of a frozen tree runs, and each is decided about in time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from hdl.contract.memory import CLOCK_HZ, REGIONS
from hdl.contract.quarantine import BOUND_MS, Evidence, FrozenBy
from hdl.contract.verdict import CallClass
from host.bench.board import BoardLine
from host.bench.quarantine import (
    PROBE,
    WATCHED,
    freezing_policy,
    frozen_by_verdict,
    seen,
    watched,
)
from host.board import Board
from models.package import SHIPPED_BOARD, read_package
from sim.board import SimulatedBoard
from sim.traps import snapshot_cycles

ECALL = (0x73).to_bytes(4, "little")
SIGSEGV = 11
BOUND = BOUND_MS * CLOCK_HZ // 1000


@dataclass
class Lot:
    """A board whose judge answers every call of class NETWORK by QUARANTINE."""

    simulated: SimulatedBoard
    board: Board

    def log(self) -> str:
        return b"".join(text for _place, text in self.board.log()).decode()


@contextmanager
def switched_on(flash: Path) -> Iterator[Lot]:
    """Give a lot with the board's model in force."""
    whole = read_package(SHIPPED_BOARD)
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as board:
        assert board.push(replace(whole, vectors=whole.vectors[:1]), verify=False).pushed
        board.load_policy(freezing_policy())
        yield Lot(simulated, board)


@pytest.fixture(scope="module")
def lot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lot]:
    with switched_on(tmp_path_factory.mktemp("board") / "board.flash") as made:
        yield made


def test_all_registers_are_saved_at_once() -> None:
    assert snapshot_cycles(whole=False) <= 64, "30 of them"
    assert snapshot_cycles(whole=True) <= 72, "with what the trap had saved"


def test_no_instruction_of_the_tree_runs_after_the_verdict(lot: Lot) -> None:
    board, quarantine = lot.board, lot.board.quarantine
    run, child = frozen_by_verdict(lot.simulated, board)
    told = {one.id: one for one in quarantine.cells().frozen}
    assert (told[run.id].by, told[child].by) == (FrozenBy.VERDICT, FrozenBy.FAMILY)
    assert {one.family for one in told.values()} == {run.id}
    first, second = watched(lot.simulated, board, (run.id, child))
    assert first == second
    registers = first[0].registers
    behind = registers[0] - REGIONS["user_text"].base
    assert quarantine.text(run.id)[behind - 4 : behind] == ECALL, "it stands right behind its call"
    assert registers[10:13] == (2, 1, 0) and registers[17] == 198, "with all that it asked for"
    assert (first[0].rounds, first[0].after) == (0, 0)
    assert first[1].rounds > 0, "its child did run before"
    quarantine.resume(run.id, narrow=True)
    assert b"".join(run) == b"socket 1\nclone 1\nsocket 1\n", "the call, and what a narrow profile does not allow"
    assert run.code == 0
    lot.simulated.run(WATCHED)
    quarantine.freeze(child)
    assert seen(board, child).rounds > first[1].rounds, "its child had gone on, too"
    quarantine.kill(child)
    assert {one.id for one in board.processes.list()}.isdisjoint({run.id, child})


def test_no_instruction_runs_after_the_operators_order(lot: Lot) -> None:
    quarantine = lot.board.quarantine
    run = lot.board.processes.run(PROBE, ("spin",))
    lot.simulated.run(WATCHED)
    quarantine.freeze(run.id)
    first, second = watched(lot.simulated, lot.board, (run.id,))
    assert first == second and first[0].rounds > 0
    quarantine.resume(run.id)
    lot.simulated.run(WATCHED)
    quarantine.freeze(run.id)
    assert seen(lot.board, run.id).rounds > first[0].rounds, "it went on where it was"
    quarantine.kill(run.id)
    assert b"".join(run) == b"" and run.code == 128 + 9


def test_an_attack_is_ended_in_time(lot: Lot) -> None:
    before = lot.board.quarantine.cells()
    run = lot.board.processes.run(PROBE, ("attack",))
    assert b"".join(run) == b"" and run.code == 128 + 9
    cells = lot.board.quarantine.cells()
    assert cells.purged == before.purged + 1 and cells.frozen == ()
    assert 0 < cells.decided < BOUND
    found = 1 << Evidence.WRITE_EXECUTE | 1 << Evidence.STACK
    assert f"family {run.id} is ended, score 230, evidence {found:x}" in lot.log()


def test_the_third_time_ends_it(lot: Lot) -> None:
    """More than a second of the board's between; each time it is decided in time, the call answered by EPERM."""
    lot.board.load_policy(freezing_policy([CallClass.NEUTRAL]))
    run = lot.board.processes.run(PROBE, ("persist",))
    assert b"".join(run) == b"1\n1\n" and run.code == 128 + 9
    assert 0 < lot.board.quarantine.cells().decided < BOUND
    said = [line.partition(f"family {run.id} ")[2] for line in lot.log().splitlines()]
    assert [words for words in said if words] == [
        "goes on, score 0, evidence 0",
        f"goes on, score 60, evidence {1 << Evidence.AGAIN:x}",
        f"is ended, score 255, evidence {1 << Evidence.LAST:x}",
    ]


def test_a_power_cut_leaves_nobody_frozen(lot: Lot) -> None:
    """The last of these tests: nothing of a process outlives it, but the log has who was frozen."""
    board = lot.board
    run = board.processes.run(PROBE, ("spin",))
    board.quarantine.freeze(run.id)
    board.wait(1.5)
    lot.simulated.power_cycle(1)
    again = Board(BoardLine(lot.simulated))
    cells = again.quarantine.cells()
    assert cells.frozen == () and not cells.hold
    assert "frozen" not in [one.name for one in again.processes.list()]
    log = b"".join(text for _place, text in again.log()).decode()
    assert f"quarantine: family {run.id} is frozen by the operator" in log
    again.close()


FORGETS = {"schedule.c": (("if (entry->frozen && !(", "if (false && !("), (" && !process->frozen", ""))}
"""A scheduler that does not know who is frozen."""

UNTOLD = {"process.c": (("process->frozen || process->rehearsed || process->trial == TRIAL_IMAGE);", "false);"),)}
"""Gateware is told that nobody is."""


def test_the_lines_that_would_err_are_in_the_kernel(erring: Callable[[Mapping[str, Any]], None]) -> None:
    erring(FORGETS | UNTOLD)


@pytest.mark.slow
@pytest.mark.parametrize("told", [True, False])
def test_a_scheduler_that_forgets_who_is_frozen(
    told: bool, tmp_path: Path, erring: Callable[[Mapping[str, Any]], None]
) -> None:
    """Gateware gives it not one instruction; and where gateware is not told, what finds nothing above finds it."""
    erring(FORGETS if told else FORGETS | UNTOLD)
    with switched_on(tmp_path / "board.flash") as lot:
        run = lot.board.processes.run(PROBE, ("spin",))
        lot.simulated.run(WATCHED)
        lot.board.quarantine.freeze(run.id)
        if told:
            assert b"".join(run) == b"" and run.code == 128 + SIGSEGV
            assert f"process {run.id} (frozen) ended by a fault: cause 1" in lot.log()
            return
        first, second = watched(lot.simulated, lot.board, (run.id,))
        assert second[0].rounds > first[0].rounds
