"""Files that outlive a reset, on the whole simulated board; and, marked slow, what they cost."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from firmware import build
from host.bench.board import BoardLine, until_prompt
from host.board import Board
from models.package import SHIPPED_BOARD, Package, read_package
from sim.board import SimulatedBoard

SHARE_CYCLES, MARGIN_CYCLES = 10_000, 12_000
"""Of work aside (aside.c), and what it may take from there to the next place where it can pause."""

BOOT_CYCLES = 1_000_000
"""Until the prompt, beyond those in which the flash is clocked."""

PATCHES = (
    (
        "aside.c",
        "    board_aside_enter();\n",
        "    uint32_t begun = board_cycles();\n    board_aside_enter();\n    note(board_cycles() - begun);\n",
    ),
    (
        "aside.c",
        "static void run(void)\n",
        """static void note(uint32_t cycles)
{
    static uint32_t longest;
    if (cycles > longest)
        log_line("aside: %u cycles", (unsigned)(longest = cycles));
}

static void run(void)
""",
    ),
    (
        "lasting.c",
        "    files.ready = true;\n",
        '    log_line("files: %u", (unsigned)board_now());\n    files.ready = true;\n',
    ),
)
"""Has the kernel say in its log how long work aside holds it at a time, and when the files are there."""

WORK = """
#include "lib.h"

static char page[4096];

static uint32_t spent(void)
{
    static struct abi_timespec before;
    struct abi_timespec now;
    CALL(CLOCK_GETTIME, 0, &now);
    uint32_t cycles = (uint32_t)(now.seconds - before.seconds) * 25000000 + (uint32_t)now.nanoseconds / 40 -
                      (uint32_t)before.nanoseconds / 40;
    before = now;
    return cycles;
}

int main(int count, char **arguments)
{
    (void)count;
    uint32_t taken[4];
    spent();
    int32_t file = CALL(OPENAT, AT_FDCWD, arguments[1], O_WRONLY | O_CREAT, 0600);
    taken[0] = spent();
    int32_t written = CALL(WRITE, file, page, sizeof page);
    taken[1] = spent();
    int32_t closed = CALL(CLOSE, file);
    taken[2] = spent();
    int32_t removed = CALL(UNLINKAT, AT_FDCWD, arguments[1], 0);
    taken[3] = spent();
    for (uint32_t which = 0; which < 4; which++) {
        print_number(taken[which], 0);
        print(" ");
    }
    return file < 0 || written != sizeof page || closed || removed;
}
"""
"""Makes, writes, closes and removes a file of 4 KB; says what each took, in cycles of 25 MHz."""


@pytest.fixture(scope="module")
def package() -> Package:
    """The board's model, with one vector: none is tried here."""
    whole = read_package(SHIPPED_BOARD)
    return replace(whole, vectors=whole.vectors[:1])


def test_what_a_program_and_the_operator_write_outlives_a_reset(tmp_path: Path, package: Package) -> None:
    """A copy made by a program, and a file brought by the operator, are there after a reset and a new start."""
    flash = tmp_path / "board.flash"
    content = bytes(range(256)) * 20
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as board:
        assert board.push(package, verify=False).pushed
        board.files.write("/home/alice/sent", content, 0o640)
        run = board.processes.run("/bin/cp", ["/etc/motd", "/root/copy"])
        assert (b"".join(run), run.code) == (b"", 0)
        motd = board.files.read("/etc/motd")
        board.reset()
        assert board.files.read("/root/copy") == motd
        assert board.files.entry("/home/alice/sent").mode & 0o777 == 0o640
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as board:
        assert board.files.read("/home/alice/sent") == content
        assert board.files.read("/home/alice/todo.txt") == b"buy milk\ncall bob\n"
        board.files.remove("/root/copy")
        assert "copy" not in {entry.name for entry in board.files.list("/root")}
    with SimulatedBoard(flash, paced=False, flash_speed=1) as simulated, Board(BoardLine(simulated)) as board:
        until_prompt(board)
        assert simulated.cycles - simulated.marks.flash_clocked < BOOT_CYCLES
        board.type(b"cat /home/alice/todo.txt\r")  # which may not be there yet
        said = b""
        while not said.endswith(b"# "):
            said += board.printed(1)
        assert b"buy milk" in said


def told(board: Board, what: str) -> list[int]:
    """Return the numbers behind a word in the board's log since its last reset."""
    log = b"".join(text for _place, text in board.log()).decode().rpartition("vigilante firmware")[2]
    return [int(number) for number in re.findall(rf"{what}: (\d+)", log)]


@pytest.mark.slow
def test_what_it_costs(tmp_path: Path, package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a chip as slow as a real one.  `-s` prints the figures of docs/files.md."""
    kernel = Path(shutil.copytree(build.KERNEL, tmp_path / "kernel"))
    for name, before, after in PATCHES:
        text = (kernel / name).read_text()
        assert text.count(before) == 1, name
        (kernel / name).write_text(text.replace(before, after))
    monkeypatch.setattr(build, "KERNEL", kernel)
    (tmp_path / "work.c").write_text(WORK)
    build.own_program([tmp_path / "work.c"], tmp_path / "work")
    work = (tmp_path / "work").read_bytes()
    with SimulatedBoard(tmp_path / "board.flash", paced=False, flash_speed=1) as simulated:
        with Board(BoardLine(simulated)) as board:
            served = board.info().boot_cycles
            simulated.run(60_000_000)
            first = told(board, "files")
            assert board.push(package, verify=False).pushed
            run = board.processes.run("/work", ["/root/measured"], content=work)
            costs, longest = b"".join(run).decode(), told(board, "aside")[-1]
            assert run.code == 0, costs
            board.reset()
            simulated.run(60_000_000)
            second, longest = told(board, "files"), max(longest, told(board, "aside")[-1])
            served_again = board.info().boot_cycles
    print(f"\nthe line is served after {served} cycles; with a model {served_again}")
    print(f"the files are there after {first[0]} cycles when they are made, {second[0]} when they are found")
    print(f"openat, write, close, unlinkat of 4 KB: {costs}\nthe longest stretch: {longest} cycles")
    assert longest < SHARE_CYCLES + MARGIN_CYCLES
