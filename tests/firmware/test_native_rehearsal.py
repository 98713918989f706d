"""Rehearsals on the native board, whose programs run on a core of this computer's, and clones on its cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware.build import own_program
from hdl.contract.cell import WAITING_MOST
from hdl.contract.verdict import CallClass, Verdict
from host.bench.cell import PROBE, cloning_policy, rehearsals
from host.bench.quarantine import freezing_policy
from host.board import Board
from sim.lines import CountedLine
from sim.native_programs import ProgramBoard

EPERM, ENOENT = 1, 2
UNLINKED = b"unlink 0\n"
"""The call was made, as asked."""

ROOM = 9
"""Granules in which the probe runs, and nothing beside it."""

DENIED = b"unlink 1\n"
"""It was not."""


ECHO = """#include "lib.h"
int main(int count, char **arguments)
{
    print(count > 1 ? arguments[1] : "");
    print("\\n");
    flush();
    return 0;
}
"""


@dataclass
class Lot:
    board: Board
    native: ProgramBoard

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
    native = ProgramBoard(bytearray(screened))
    with Board(CountedLine(native, patience=60.0)) as board:
        board.load_policy(cloning_policy())
        yield Lot(board, native)


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


@pytest.fixture
def exec_lot(lot: Lot) -> Lot:
    """Give a lot whose execs are rehearsed, too."""
    lot.board.load_policy(cloning_policy(execs=True))
    return lot


def test_an_exec_is_rehearsed_in_the_new_program(exec_lot: Lot) -> None:
    """What its clone writes goes nowhere; then it runs, from a memory in which its clone has not been."""
    said, code, log = exec_lot.run("exec", "/bin/echo", "one", "two")
    assert (said, code) == (b"one two\n", 0), "said once"
    assert "(echo): clean, it ends with 0" in log and ", 1 calls," in log


def test_an_exec_whose_program_waits_is_made(exec_lot: Lot) -> None:
    said, code, log = exec_lot.run("exec", "/bin/cat")
    assert (said, code) == (b"", 0) and "(cat): clean, it waits at 0" in log


def test_an_exec_whose_program_wants_more_is_denied(exec_lot: Lot) -> None:
    """The process is as it was, and has the memory that it had."""
    before = exec_lot.board.processes.run("/bin/cat", ("/proc/meminfo",))
    memory = b"".join(before)
    said, code, log = exec_lot.run("exec", "/bin/cat", "/etc/passwd")
    assert (said, code) == (b"execve 1\n", 0) and "(cat): inconclusive, for its call 38" in log
    exec_lot.board.load_policy(cloning_policy())
    assert b"".join(exec_lot.board.processes.run("/bin/cat", ("/proc/meminfo",))) == memory


def test_an_exec_of_a_proven_exploit_ends_the_family(exec_lot: Lot) -> None:
    said, code, log = exec_lot.run("exec", PROBE, "at once")
    assert (said, code) == (b"", 128 + 9) and "(rehearsed): exploit, it does what it may not, by cause 2" in log


def test_an_exec_without_memory_for_both_is_denied(exec_lot: Lot) -> None:
    """Room for the probe, but not for another program beside it."""
    pool = exec_lot.native.library
    while pool.native_pool_left() > ROOM:
        assert pool.native_pool_get(1)
    said, code, log = exec_lot.run("exec", "/bin/echo", "one")
    assert (said, code) == (b"execve 1\n", 0) and "call 221 is denied: there is no memory for both" in log
    assert pool.native_pool_left() == ROOM


@pytest.mark.parametrize("place", ["/bin/echo", "/home/echo"])
def test_execs_of_several_suspects_follow_each_other(exec_lot: Lot, place: str, tmp_path: Path) -> None:
    """Each is rehearsed; of a file that lasts each is loaded aside, with pauses in which others come.

    Such a one is small: everybody has a text of his own."""
    (tmp_path / "echo.c").write_text(ECHO)
    own_program([tmp_path / "echo.c"], tmp_path / "echo")
    exec_lot.board.files.write("/home/echo", (tmp_path / "echo").read_bytes(), mode=0o755)
    before = exec_lot.native.library.native_pool_left()
    said, code, _log = exec_lot.run("execs", place, "hello")
    assert code == 0 and said.count(b"hello\n") == 3 and said.count(b"child 0\n") == 3
    log = b"".join(text for _place, text in exec_lot.board.log()).decode()
    assert log.count("(echo): clean, it ends with 0") == 3
    assert exec_lot.native.library.native_pool_left() == before


def test_an_exec_that_fails_is_not_rehearsed(exec_lot: Lot) -> None:
    said, code, log = exec_lot.run("exec", "/bin/nothing")
    assert (said, code, log) == (b"execve 2\n", 0, "")


def test_an_exec_of_a_file_that_lasts_is_rehearsed(exec_lot: Lot) -> None:
    """Its program is loaded aside."""
    echo = exec_lot.board.files.read("/bin/echo")
    exec_lot.board.files.write("/home/echo", echo, mode=0o755)
    said, code, log = exec_lot.run("exec", "/home/echo", "hello")
    assert (said, code) == (b"hello\n", 0) and "(echo): clean, it ends with 0" in log


@pytest.mark.parametrize(("what", "said"), [("link", b"open 0\n"), ("link, socket", b"open 1\n")])
def test_what_a_link_leads_to_is_rehearsed(lot: Lot, what: str, said: bytes) -> None:
    """The call's own text names no secret: the second verdict is CLONE."""
    lot.board.load_policy(freezing_policy([CallClass.READ], secrets=True, answer=Verdict.CLONE))
    heard, code, log = lot.run(what)
    assert (heard, code) == (said, 0)
    assert ("inconclusive, for its call c6" if what != "link" else "clean, it ends with 0") in log
    assert log.count("(rehearsed)") == 1, "once a call"


def test_a_fork_is_denied(lot: Lot) -> None:
    """A clone would go on as the parent: what the child does is not to be seen."""
    lot.board.load_policy(freezing_policy([CallClass.PROCESS], answer=Verdict.CLONE))
    _said, _code, log = lot.run("many")
    assert "call 220 is denied: no clone shows what a child does" in log
