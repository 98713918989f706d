"""`vigilante shell`: a terminal on the board's console."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from host.board import Board
from host.commands.connect import connected, with_model
from host.exits import ExitCode
from host.terminal import Terminal

LEAVE = b"\x1d"
"""Ctrl-]: ends it."""

TURN_SECONDS = 0.02
"""How long the board is listened to before the keyboard is looked at again."""

PROMPTS = (b"# ", b"$ ")
"""Without a keyboard: how the shell says that it waits for a line."""

QUIET_SECONDS = 30.0
"""And after so much silence it is not waited for."""

_CHUNK = 1024


def run(terminal: Terminal, port: str, commands: str | None = None) -> ExitCode:
    """Join standard input and output to the board's console until Ctrl-], or the end of what is to be typed.

    commands: typed instead of standard input.  A board without a model gets the shipped one: nothing runs
    unscreened.
    """
    with connected(terminal, port) as board:
        with_model(terminal, board)
        if commands is None and sys.stdin.isatty():
            terminal.note(f"{port}: the board's console; Ctrl-] leaves")
            board.type(b"\n")
            with _raw():
                _converse(board, sys.stdin.fileno())
            terminal.note("")
        else:
            typed = sys.stdin.buffer.read() if commands is None else commands.encode() + b"\n"
            _script(board, typed)
    return ExitCode.CLEAN


@contextmanager
def _raw() -> Iterator[None]:
    """Let every key through as it is; give the terminal back as it was, whatever happens."""
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setraw(keyboard)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _show(data: bytes) -> None:
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _converse(board: Board, keyboard: int) -> None:
    """Pass keys and text on until Ctrl-] or the keyboard's end."""
    while True:
        if select.select([keyboard], [], [], 0)[0]:
            keys = os.read(keyboard, _CHUNK)
            before, left, _ = keys.partition(LEAVE)
            if before:
                board.type(before)
            if left or not keys:
                return
        if printed := board.printed(TURN_SECONDS):
            _show(printed)


def _script(board: Board, typed: bytes) -> None:
    """Type line by line, each at a prompt; show what comes."""
    board.type(b"\n")  # whoever is at a prompt already shows another
    _show_until_prompt(board)
    for line in typed.splitlines(keepends=True):
        board.type(line)
        _show_until_prompt(board)


def _show_until_prompt(board: Board) -> None:
    """Show what the board prints up to the shell's prompt, or until it has been silent for long."""
    end = b""
    while not end.endswith(PROMPTS) and (printed := board.printed(QUIET_SECONDS)):
        _show(printed)
        end = (end + printed)[-8:]
