"""`vigilante run`: a program on the board, its output here, its exit code ours."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from host.board import Board
from host.commands.connect import connected, with_model
from host.exits import ExitCode
from host.terminal import Terminal

_NAME_BYTES = 16
"""Bytes of a program's name that its process shows."""


def run(terminal: Terminal, port: str, program: str, arguments: Sequence[str], user: str) -> int:
    """Run a program, from here or the board's own; return its exit code.

    It is never in the board's tree of files, and ends with the session: whatever ends us leaves nothing.
    """
    content = None if program.startswith(":") else _content(program)
    place = program[1:] if content is None else f"/tmp/{_short(Path(program).name)}"
    with connected(terminal, port) as board:
        with_model(terminal, board)
        user_and_group = _owner(board, user)
        with terminal.steps("copying ") as progress:
            begun = board.processes.run(place, arguments, *user_and_group, content=content, progress=progress)
        for written in begun:
            sys.stdout.buffer.write(written)
            sys.stdout.buffer.flush()
    return ExitCode.CLEAN if begun.code is None else begun.code


def _content(program: str) -> bytes:
    try:
        return Path(program).read_bytes()
    except OSError as error:
        raise click.UsageError(
            f"{program}: cannot be read ({error.strerror}): name a program, or with a colon one of the board's"
        ) from None


def _owner(board: Board, user: str) -> tuple[int, int]:
    """Return the numbers of a user and of his group."""
    if user == "root":
        return 0, 0
    users = board.files.users()
    if user not in users:
        raise click.UsageError(f"the board has no user {user!r}: its /etc/passwd names {', '.join(users)}")
    return users[user]


def _short(name: str) -> str:
    """Return as much of a name as the board's process can show."""
    return name.encode(errors="surrogateescape")[:_NAME_BYTES].decode(errors="ignore")
