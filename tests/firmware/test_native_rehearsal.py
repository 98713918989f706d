"""Rehearsals on the native board, whose programs run on a core of this computer's, and clones on its cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from hdl.contract.cell import WAITING_MOST
from hdl.contract.verdict import CallClass
from host.bench.cell import PROBE, cloning_policy, rehearsals
from host.board import Board
from sim.lines import CountedLine
from sim.native_programs import ProgramBoard

EPERM, ENOENT = 1, 2
UNLINKED = b"unlink 0\n"
"""The call was made, as asked."""

DENIED = b"unlink 1\n"
"""It was not."""


@dataclass
class Lot:
    board: Board

    def there(self) -> bool:
        """Say if the probe's file is there."""
        return b"rehearsed" in b"".join(self.board.processes.run("/bin/ls", ("/tmp",)))

    def run(self, *words: str) -> tuple[bytes, int, str]:
        """Return what the probe says, how it ends, and what the log says of its rehearsal."""
        run = self.board.processes.run(PROBE, words)
        said = b"".join(run)
        return said, run.code, rehearsals(self.board, run.id)


@pytest.fixture
def lot(screened: bytes) -> Iterator[Lot]:
    with Board(CountedLine(ProgramBoard(bytearray(screened)), patience=60.0)) as board:
        board.load_policy(cloning_policy())
        yield Lot(board)


def test_a_clone_that_ends_is_clean(lot: Lot) -> None:
    said, code, log = lot.run("exit")
    assert (said, code) == (UNLINKED, 0), "said once"
    assert not lot.there()
    assert "clean, it ends with 0" in log


def test_a_clone_that_waits_is_clean(lot: Lot) -> None:
    said, code, log = lot.run("wait")
    assert (said, code) == (b"z" + UNLINKED, 0) and "clean, it waits at" in log


def test_what_a_clone_reads_is_still_there(lot: Lot) -> None:
    said, code, log = lot.run("look")
    assert said == b"pipe 3\nabcfile 4\nrootpipe 3\ndeffile 4\n:x:0" + UNLINKED and code == 0
    assert "clean" in log and ", 5 calls," in log


def test_a_clone_has_memory_of_its_own(lot: Lot) -> None:
    said, code, log = lot.run("memory")
    assert (said, code) == (b"heap 1\nmapping 1\nfree 0\n" + UNLINKED, 0) and "clean" in log


def test_a_clone_that_loops_ends(lot: Lot) -> None:
    said, code, log = lot.run("loop")
    assert (said, code) == (UNLINKED, 0) and "clean, its time is over" in log


def test_what_cannot_be_served_is_inconclusive(lot: Lot) -> None:
    """That one call is denied, and the profile narrower: the next socket is denied, too."""
    said, code, log = lot.run("socket")
    assert (said, code) == (b"socket 1\n" + DENIED, 0) and lot.there()
    assert "inconclusive, for its call c6" in log


def test_what_the_policy_marks_is_an_exploit(lot: Lot) -> None:
    lot.board.load_policy(cloning_policy(CallClass.NETWORK))
    said, code, log = lot.run("socket")
    assert (said, code) == (b"", 128 + 9) and "exploit, for its call c6" in log


@pytest.mark.parametrize(
    ("what", "evidence"),
    [
        ("outside", "it does what it may not, by cause 5"),
        ("illegal", "it does what it may not, by cause 2"),
        ("data", "it runs what it has written 4000"),
        ("flood", "its time is over, bytes written"),
    ],
)
def test_what_is_proven_ends_the_original(lot: Lot, what: str, evidence: str) -> None:
    said, code, log = lot.run(what)
    assert (said, code) == (b"", 128 + 9), "it has not run on"
    assert "exploit" in log and evidence in log
    assert lot.board.quarantine.cells().purged == 1 and lot.there()


def test_the_one_too_many_is_denied(lot: Lot) -> None:
    """All at once: as many as may are rehearsed, one after the other; the file is there for the first."""
    said, code, _log = lot.run("many")
    results = sorted(int(line.split()[1]) for line in said.decode().splitlines())
    assert code == 0 and len(results) == 6
    assert results.count(0) <= 1 and set(results) <= {0, EPERM, ENOENT}
    log = b"".join(text for _place, text in lot.board.log()).decode()
    assert log.count("is denied: too many wait") == results.count(EPERM)
    assert results.count(0) + results.count(ENOENT) >= WAITING_MOST
