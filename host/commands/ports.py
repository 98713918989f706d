"""`vigilante ports`: where boards are."""

from __future__ import annotations

import json
from dataclasses import asdict

from host.exits import ExitCode
from host.link.ports import Port, find_ports
from host.terminal import Terminal


def run(terminal: Terminal, as_json: bool) -> ExitCode:
    """Print a line or an object per port."""
    for port in find_ports():
        terminal.out(json.dumps(_object(port), separators=(",", ":")) if as_json else _line(port))
    return ExitCode.CLEAN


def _object(port: Port) -> dict[str, object]:
    number, firmware = port.board or (None, None)
    return asdict(port) | {"board": number, "firmware": firmware}


def _line(port: Port) -> str:
    if port.board is not None:
        number, firmware = port.board
        return f"{port.port:<16} {port.kind}, board {number:016x}, {firmware}"
    return f"{port.port:<16} {port.kind}" + (f": {port.problem}" if port.problem else "")
