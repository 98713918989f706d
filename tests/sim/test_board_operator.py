"""The operator's files, processes and programs on the whole simulated board, each call of theirs judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from firmware.build import blank_flash, own_program
from hdl.contract.event import RECORD, Kind
from hdl.contract.link import ProcessState, RecordMode
from hdl.contract.load import Target
from hdl.contract.policy import JUDGE_CELLS, JUDGE_ROWS, VERDICT_BITS, default_policy
from hdl.contract.syscalls import IDS
from hdl.contract.verdict import Verdict
from host.bench.board import BoardLine
from host.board import Board
from models.package import SHIPPED_BOARD, read_package
from sim.board import SimulatedBoard
from sim.native import NativeBoard
from sim.native_processes import Processes
from sim.peer import Peer, batches, vector_words

PROGRAM = """\
#include "lib.h"

int main(int count, char **arguments)
{
    char text[64];
    print("hello");
    for (int place = 1; place < count; place++) {
        print(" ");
        print(arguments[place]);
    }
    print("\\n");
    flush();
    if (CALL(READ, STANDARD_INPUT, text, sizeof text) != 0)
        return 1;
    if (CALL(OPENAT, AT_FDCWD, "/etc/motd", O_WRONLY) >= 0)
        return 2;
    for (int turn = 0; turn < 100; turn++)
        print("0123456789");
    flush();
    while (count == 1)
        CALL(SCHED_YIELD);
    return 3;
}
"""


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A board with the shipped model in force."""
    whole = read_package(SHIPPED_BOARD)
    flash = tmp_path_factory.mktemp("flash") / "board.flash"
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as opened:
        assert opened.push(replace(whole, vectors=whole.vectors[:1]), verify=False).pushed
        yield opened


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A program as anybody makes it."""
    folder = tmp_path_factory.mktemp("program")
    (folder / "hello.c").write_text(PROGRAM)
    own_program([folder / "hello.c"], folder / "hello.elf")
    return (folder / "hello.elf").read_bytes()


def test_files_on_the_board(board: Board) -> None:
    files = board.files
    content = bytes(range(256)) * 20
    files.write("/tmp/x", content)
    assert files.read("/tmp/x") == content
    assert {entry.name for entry in files.list("/")} >= {"bin", "etc", "proc", "tmp"}
    shell = files.read("/bin/sh")
    assert shell[:4] == b"\x7fELF" and len(shell) == files.entry("/bin/sh").size
    files.remove("/tmp/x")
    assert files.list("/tmp") == []


def test_a_program_runs_and_is_scored(board: Board, program: bytes) -> None:
    run = board.processes.run("/tmp/hello", ["one", "two"], 1000, 1000, content=program)
    assert b"".join(run) == b"hello one two\n" + b"0123456789" * 100
    assert run.code == 3
    assert b"root" in b"".join(board.processes.run("/bin/ls", ["-l", "/etc"]))
    (first, *_) = board.processes.list()
    assert first.name == "init" and first.score is not None and first.counts[Verdict.ALLOW] > 0
    assert board.files.list("/tmp") == []


def test_a_program_that_may_not_end_ends(board: Board, program: bytes) -> None:
    every = sum(Verdict.DENY << VERDICT_BITS * cell for cell in range(JUDGE_CELLS))
    policy = default_policy()
    board.load_policy(replace(policy, rows=(every,) * JUDGE_ROWS))
    try:
        run = board.processes.run("/tmp/hello", (), 1000, 1000, content=program)
        assert (b"".join(run), run.code) == (b"", 1), "nothing that it tried was done"
    finally:
        board.load_policy(policy)


def test_a_program_that_does_not_end_is_killed(board: Board, program: bytes) -> None:
    run = board.processes.run("/tmp/hello", (), 1000, 1000, content=program)
    output = iter(run)
    said = b""
    while len(said) < 1006:
        said += next(output)
    (listed,) = (process for process in board.processes.list() if process.id == run.id)
    assert listed.state is not ProcessState.ENDED and listed.ran > 0 and listed.score is not None
    run.kill()
    assert b"".join(output) == b"" and run.code == 128 + 9
    assert run.id not in [process.id for process in board.processes.list()]


# --- the native board judges alike -----------------------------------------------------------------------------

LINES = (
    "cd /etc; cat hostname > /tmp/x; ls -l /etc; ln -s /etc/motd /tmp/l; wc /tmp/l; cp /tmp/x /tmp/y; rm /tmp/y x",
    "find /home -name todo.txt; du /etc/ssh; tar cf /tmp/t /etc/ssh; head -n 1 /tmp/../etc/passwd; id",
)
COMPARED = ("id", "node", "path_class", "call_class", "overlong", "decayed", "cusum", "score")

Calls = list[list[tuple[int, ...]]]


def calls_by_process(records: Iterable[Sequence[int]]) -> Calls:
    """Return what is compared of each process's calls, the processes in the order of their first ones."""
    found: dict[int, list[tuple[int, ...]]] = {}
    for words in records:
        record = RECORD.unpack(sum(int(word) << 32 * place for place, word in enumerate(words)))
        if record["kind"] == Kind.CALL:
            found.setdefault(record["generation"], []).append(tuple(record[name] for name in COMPARED))
    return list(found.values())


def ran_on_the_board(board: Board, line: str) -> Iterator[Sequence[int]]:
    """Run a shell's line; yield the records of its processes."""
    records = board.records()
    run = board.processes.run("/bin/sh", ["-c", line])
    b"".join(run)
    for told in records:
        for words in told if isinstance(told, np.ndarray) else ():
            if words[4] >= run.id:
                yield words.tolist()
            if words[4] == run.id and words[1] & 511 in (IDS["exit"], IDS["exit_group"]):
                return


def test_native_programs_are_judged_as_those_of_the_board(board: Board) -> None:
    shipped, flash = read_package(SHIPPED_BOARD), blank_flash(77, b"a firmware")
    items = [item for vector in shipped.vectors[:1] for item in vector_words(vector)]
    assert Peer(NativeBoard(flash)).push(shipped.image, batches(items)).fixed["result"] == 3
    board.load(Target.ENFORCE, [0])
    board.record_mode(RecordMode.ALL)
    for line in LINES:
        native = NativeBoard(bytearray(flash))
        native.exchange()
        processes = Processes(native)
        processes.judge()
        native.taken = []
        processes.run("sh", "-c", line)
        here = calls_by_process(record for _event, _paths, record in native.taken)
        assert len(here) >= 6 and sum(map(len, here)) > 100
        assert calls_by_process(ran_on_the_board(board, line)) == here
