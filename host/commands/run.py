"""`vigilante run`: a program on the board, its output here, its exit code ours."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click

from host.board import Board
from host.commands.connect import connected, with_model
from host.exits import ExitCode
from host.link.errors import Failed, LinkError
from host.processes import Run
from host.terminal import Terminal

_NAME_BYTES = 16
"""Bytes of a program's name that its process shows."""


def run(terminal: Terminal, port: str, program: str, arguments: Sequence[str], user: str) -> int:
    """Run a program, from here or the board's own; return its exit code.  Ctrl-C kills it and leaves nothing."""
    content = None if program.startswith(":") else _content(program)
    with connected(terminal, port) as board:
        with_model(terminal, board)
        owner = _owner(board, user)
        place = program[1:] if content is None else f"/tmp/{_short(Path(program).name)}.{secrets.token_hex(3)}"
        try:
            begun = _begin(terminal, board, place, content, arguments, owner)
            for written in begun:
                sys.stdout.buffer.write(written)
                sys.stdout.buffer.flush()
        except KeyboardInterrupt:
            # Whatever was half said is over with the session, and what ran in it is killed.
            board.begin_anew()
            if content is not None:
                _remove(board, place)
            raise
    return ExitCode.CLEAN if begun.code is None else begun.code


def _begin(
    terminal: Terminal, board: Board, place: str, content: bytes | None, arguments: Sequence[str],
    owner: tuple[int, int],
) -> Run:  # fmt: skip
    """Have the program begun; its file is not needed any longer than that."""
    if content is None:
        return board.processes.run(place, arguments, *owner)
    with terminal.steps("copying ") as progress:
        board.files.write(place, content, 0o755, progress)
    try:
        begun = board.processes.run(place, arguments, *owner)
    except LinkError:
        _remove(board, place)
        raise
    _remove(board, place)
    return begun


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
    """Return as much of a name as the board's process shows."""
    return name.encode(errors="surrogateescape")[:_NAME_BYTES].decode(errors="ignore")


def _remove(board: Board, place: str) -> None:
    with suppress(Failed):  # it is not there any more, or has never been
        board.files.remove(place)
