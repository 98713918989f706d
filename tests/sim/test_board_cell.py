"""Rehearsals on the whole simulated board: clones run in the cell, their originals stand meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from hdl.contract.cell import BUDGET_CYCLES, CELL_START_CYCLES
from hdl.contract.link import Capability
from hdl.contract.verdict import CallClass, Verdict
from host.bench.board import BoardLine
from host.bench.cell import PROBE, began, cloning_policy, rehearsals
from host.bench.quarantine import freezing_policy
from host.board import Board
from host.link.errors import Failed
from models.package import SHIPPED_BOARD, read_package
from sim.board import SimulatedBoard

UNLINKED, DENIED = b"unlink 0\n", b"unlink 1\n"
MARK = (0x52E4EA25).to_bytes(4, "little")
UNLINKAT, A7, SIGSEGV = 35, 17, 11


@dataclass
class Lot:
    simulated: SimulatedBoard
    board: Board

    def run(self, *words: str) -> tuple[bytes, int, str]:
        run = self.board.processes.run(PROBE, words)
        said = b"".join(run)
        return said, run.code, rehearsals(self.board, run.id)


@contextmanager
def switched_on(flash: Path) -> Iterator[Lot]:
    """Give a lot with the board's model in force."""
    whole = read_package(SHIPPED_BOARD)
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as board:
        assert board.push(replace(whole, vectors=whole.vectors[:1]), verify=False).pushed
        board.load_policy(cloning_policy())
        yield Lot(simulated, board)


@pytest.fixture(scope="module")
def lot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lot]:
    with switched_on(tmp_path_factory.mktemp("board") / "board.flash") as made:
        yield made


def test_a_clean_rehearsal(lot: Lot) -> None:
    said, code, log = lot.run("look")
    assert said == b"pipe 3\nabcfile 4\nrootpipe 3\ndeffile 4\n:x:0" + UNLINKED and code == 0
    assert "clean, it ends with 0;" in log and ", 5 calls," in log
    assert 0 < began(log) <= CELL_START_CYCLES


def test_a_clone_has_memory_of_its_own(lot: Lot) -> None:
    said, code, log = lot.run("memory")
    assert (said, code) == (b"heap 1\nmapping 1\nfree 0\n" + UNLINKED, 0) and "clean" in log


def test_what_cannot_be_served_is_denied(lot: Lot) -> None:
    said, code, log = lot.run("socket")
    assert (said, code) == (b"socket 1\n" + DENIED, 0) and "inconclusive, for its call c6" in log


@pytest.mark.parametrize(
    ("what", "evidence"), [("outside", "by cause 5"), ("data", "it runs what it has written")]
)
def test_what_is_proven_ends_the_original(lot: Lot, what: str, evidence: str) -> None:
    said, code, log = lot.run(what)
    assert (said, code) == (b"", 128 + 9) and "exploit" in log and evidence in log


def test_the_original_stands_while_its_clone_runs(lot: Lot) -> None:
    """A clone that loops, until its time is over; meanwhile its original is looked at, twice."""
    board, quarantine = lot.board, lot.board.quarantine
    run = board.processes.run(PROBE, ("loop",))
    while True:
        try:
            quarantine.freeze(run.id)
            first = quarantine.registers(run.id)
        except Failed:
            continue
        if first[A7] == UNLINKAT:
            break
        quarantine.resume(run.id)
        lot.simulated.run(BUDGET_CYCLES // 20)
    quarantine.resume(run.id)
    lot.simulated.run(BUDGET_CYCLES // 5, skip=False)
    quarantine.freeze(run.id)
    assert quarantine.registers(run.id) == first, "nothing but the rehearsal held it"
    assert "clean" not in rehearsals(board, run.id), "the clone is at work, and the board answers"
    assert quarantine.registers(run.id) == first
    lot.simulated.run(BUDGET_CYCLES, skip=False)
    assert "clean" in rehearsals(board, run.id)
    assert quarantine.registers(run.id) == first, "the operator has frozen it besides"
    data = quarantine.data(run.id)
    place = data.index(MARK) + 4
    assert data[place : place + 4] == bytes(4), "what its clone has counted is not there"
    quarantine.resume(run.id)
    assert b"".join(run) == UNLINKED and run.code == 0
    assert "clean, its time is over" in rehearsals(board, run.id)


def test_an_exec_is_rehearsed_in_the_new_program(lot: Lot) -> None:
    """Taken over as it was loaded, once its clone is clean; else it was nothing."""
    lot.board.load_policy(cloning_policy(execs=True))
    said, code, log = lot.run("exec", "/bin/echo", "one", "two")
    assert (said, code) == (b"one two\n", 0), "said once"
    assert "(echo): clean, it ends with 0" in log and 0 < began(log) <= CELL_START_CYCLES
    said, code, log = lot.run("exec", "/bin/cat", "/etc/passwd")
    assert (said, code) == (b"execve 1\n", 0) and "(cat): inconclusive, for its call 38" in log
    said, code, log = lot.run("exec", PROBE, "at once")
    assert (said, code) == (b"", 128 + 9) and "(rehearsed): exploit" in log
    lot.board.load_policy(cloning_policy())


def free(board: Board) -> bytes:
    return b"".join(board.processes.run("/bin/cat", ("/proc/meminfo",)))


def test_execs_of_several_suspects_follow_each_other(lot: Lot) -> None:
    before = free(lot.board)
    lot.board.load_policy(cloning_policy(execs=True))
    said, code, _log = lot.run("execs", "/bin/echo", "hello")
    assert code == 0 and said.count(b"hello\n") == 3 and said.count(b"child 0\n") == 3
    lot.board.load_policy(cloning_policy())
    assert free(lot.board) == before


def test_a_process_may_be_killed_while_its_exec_is_rehearsed(lot: Lot) -> None:
    """The new program that was loaded goes with it."""
    before = free(lot.board)
    lot.board.load_policy(cloning_policy(execs=True))
    run = lot.board.processes.run(PROBE, ("exec", PROBE, "loop at once"))
    lot.simulated.run(BUDGET_CYCLES // 2, skip=False)
    lot.board.processes.kill(run.id, 9)
    assert b"".join(run) == b"" and run.code == 128 + 9 and rehearsals(lot.board, run.id) == ""
    said, code, _log = lot.run("exec", "/bin/echo", "next")
    assert (said, code) == (b"next\n", 0)
    lot.board.load_policy(cloning_policy())
    assert free(lot.board) == before


def test_what_a_link_leads_to_is_rehearsed(lot: Lot) -> None:
    lot.board.load_policy(freezing_policy([CallClass.READ], secrets=True, answer=Verdict.CLONE))
    said, code, log = lot.run("link")
    assert (said, code) == (b"open 0\n", 0) and "clean, it ends with 0" in log
    lot.board.load_policy(cloning_policy())


def test_a_process_may_be_killed_while_its_clone_runs(lot: Lot) -> None:
    run = lot.board.processes.run(PROBE, ("loop",))
    lot.simulated.run(BUDGET_CYCLES // 10)
    lot.board.processes.kill(run.id, 9)
    assert b"".join(run) == b"" and run.code == 128 + 9
    said, code, log = lot.run("exit")
    assert (said, code) == (UNLINKED, 0) and "clean" in log, "the cell is free again"


def test_the_board_says_that_it_has_a_cell(lot: Lot) -> None:
    assert Capability.CELL.name.lower() in lot.board.info().capabilities


FORGETS = {"schedule.c": (("if (entry->rehearsed)", "if (false)"), (" && !process->rehearsed;", ";"))}
"""A scheduler that does not know whose clone is in the cell."""

_FREE = (
    "    process_stands(process);\n}\n\n/* ---",
    "    board_freeze(process_index(process), false);\n}\n\n/* ---",
)
FREES = {"rehearsal.c": (_FREE,)}
"""It frees whom the verdict has frozen: only the clone that is in the cell holds its original."""

_MISNAME = ("VG_CELL_ORIGINAL, process_index(process)", "VG_CELL_ORIGINAL, 31")
MISNAMES = {"rehearsal.c": (_FREE, _MISNAME)}
"""It tells gateware besides that the clone is somebody else's."""


@pytest.mark.parametrize("errs", [FORGETS | FREES, FORGETS | MISNAMES])
def test_the_lines_that_would_err_are_there(
    errs: Mapping[str, Any], erring: Callable[[Mapping[str, Any]], None]
) -> None:
    erring(errs)


@pytest.mark.slow
@pytest.mark.parametrize("errs", [FORGETS, FORGETS | FREES])
def test_gateware_holds_an_original_that_the_kernel_lets_run(
    errs: Mapping[str, Any], tmp_path: Path, erring: Callable[[Mapping[str, Any]], None]
) -> None:
    """Not one instruction of it: it faults at its first fetch, and ends."""
    erring(errs)
    with switched_on(tmp_path / "board.flash") as lot:
        said, code, _log = lot.run("loop")
        assert (said, code) == (b"", 128 + SIGSEGV)
        log = b"".join(text for _place, text in lot.board.log()).decode()
        assert "(rehearsed) ended by a fault: cause 1" in log


@pytest.mark.slow
def test_an_original_that_gateware_does_not_know_runs(
    tmp_path: Path, erring: Callable[[Mapping[str, Any]], None]
) -> None:
    """So that what is refused above is refused by gateware."""
    erring(FORGETS | MISNAMES)
    with switched_on(tmp_path / "board.flash") as lot:
        run = lot.board.processes.run(PROBE, ("loop",))
        for _turn in range(100):
            if b"clone: " in b"".join(text for _place, text in lot.board.log()):
                break
            lot.simulated.run(BUDGET_CYCLES // 20)
        lot.simulated.run(BUDGET_CYCLES // 5, skip=False)
        lot.board.quarantine.freeze(run.id)
        data = lot.board.quarantine.data(run.id)
        place = data.index(MARK) + 4
        assert int.from_bytes(data[place : place + 4], "little") > 0, "it has counted behind its call"
        assert rehearsals(lot.board, run.id) == "", "the clone is still at work"
