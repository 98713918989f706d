"""The operator's files, processes and programs on the whole simulated board, each call of theirs judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from firmware.build import own_program
from hdl.contract.link import ProcessState
from hdl.contract.verdict import Verdict
from host.bench.board import BoardLine
from host.board import Board
from models.package import SHIPPED, read_package
from sim.board import SimulatedBoard

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
    if (read_file("/etc/shadow", text, sizeof text) >= 0)
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
    whole = read_package(SHIPPED)
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
