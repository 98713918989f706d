"""Opens the board that a command is for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from host.board import Board
from host.terminal import Terminal


@contextmanager
def connected(terminal: Terminal, port: str) -> Iterator[Board]:
    """Give the board at a port; a simulated one is built first if it has to be, with a progress bar."""
    with terminal.steps("simulated board: ") as progress:
        board = Board.open(port, progress)
    with board:
        yield board
        if board.session.tampering is not None:
            terminal.note(f"{port}: {board.session.tampering}")


def with_model(terminal: Terminal, board: Board) -> None:
    """Give a board without a model the shipped one: nothing runs there unscreened."""
    if board.status().values["running"]:
        return
    from models.package import SHIPPED_BOARD, read_package

    with terminal.steps("model: ") as progress:
        board.push(read_package(SHIPPED_BOARD), progress=progress)
