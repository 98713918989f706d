"""`vigilante log`: what a board has written down."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from host.board import Board
from host.commands.connect import connected
from host.exits import ExitCode
from host.terminal import Terminal

_LINE_BYTES = 100
"""A guess at how long a line is: how far from the end to begin."""

_POLL_SECONDS = 0.5


def tail(terminal: Terminal, port: str, count: int, follow: bool) -> ExitCode:
    """Print the last lines of the log; with `follow` then whatever is added, until Ctrl-C."""
    with connected(terminal, port) as board:
        text, place = last_lines(board, count)
        _print(terminal, text)
        while follow:
            for begin, piece in board.log(place):
                _print(terminal, piece)
                place = begin + len(piece)
            time.sleep(_POLL_SECONDS)
    return ExitCode.CLEAN


def pull(terminal: Terminal, port: str, path: Path) -> ExitCode:
    """Write the whole log to a file."""
    with connected(terminal, port) as board:
        size = 0
        try:
            with path.open("wb") as file:
                for _place, piece in board.log():
                    file.write(piece)
                    size += len(piece)
        except OSError as error:
            raise click.UsageError(f"{path}: cannot be written ({error.strerror}): name another file") from None
    terminal.note(f"{port}: {size:,} bytes of log written to {path}")
    return ExitCode.CLEAN


def last_lines(board: Board, count: int) -> tuple[bytes, int]:
    """Return the last `count` lines of a board's log, and the place behind them."""
    status = board.status().values
    begin, end = status["log_begin"], status["log_end"]
    reach = (count + 1) * _LINE_BYTES
    while True:
        start = max(begin, end - reach)
        text = b"".join(piece for _place, piece in board.log(start))
        lines = text.splitlines(keepends=True)
        if start == begin or len(lines) > count:
            kept = lines[len(lines) - min(count, len(lines)) :]
            return b"".join(kept), start + len(text)
        reach *= 2


def _print(terminal: Terminal, text: bytes) -> None:
    terminal.console.file.write(text.decode(errors="backslashreplace"))
    sys.stdout.flush()
