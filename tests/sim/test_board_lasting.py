"""Files that outlive a reset, on the whole simulated board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from host.bench.board import BoardLine
from host.board import Board
from models.package import SHIPPED, read_package
from sim.board import SimulatedBoard


def test_what_a_program_and_the_operator_write_outlives_a_reset(tmp_path: Path) -> None:
    """A copy made by a program, and a file brought by the operator, are there after a reset and a new start."""
    whole = read_package(SHIPPED)
    flash = tmp_path / "board.flash"
    content = bytes(range(256)) * 20
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as board:
        assert board.push(replace(whole, vectors=whole.vectors[:1]), verify=False).pushed
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
