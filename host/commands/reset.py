"""`vigilante reset`: resets a board and waits until it is back."""

from __future__ import annotations

import json

from host.commands.connect import connected
from host.commands.info import info_object
from host.exits import ExitCode
from host.terminal import Terminal


def run(terminal: Terminal, port: str, as_json: bool) -> ExitCode:
    """Reset the board; say what it came back with."""
    with connected(terminal, port) as board:
        info = board.reset()
    if as_json:
        terminal.out(json.dumps(info_object(info), separators=(",", ":")))
        return ExitCode.CLEAN
    model = "no model" if info.active is None else info.models[info.active].name
    terminal.out(f"{port}: reset, back after {info.boot_cycles:,} cycles with {model} in force")
    return ExitCode.CLEAN
