"""`vigilante flash`: puts bitstream and firmware into a board's flash."""

from __future__ import annotations

import shlex
import tempfile
from pathlib import Path

from boards import flash
from boards.targets import target_named
from boards.tools import BuildError
from firmware.build import BuildError as FirmwareError
from host.exits import ExitCode
from host.terminal import Terminal


def run(
    terminal: Terminal, name: str, port: str | None, bitstream: Path | None, number: int | None, *, dry: bool
) -> ExitCode:
    """Write, or with `dry` say what would be written by which commands."""
    if not target_named(name).whole:
        raise BuildError(f"{name} is no board that can be flashed: a block between registers")
    try:
        pieces = flash.pieces(flash.checked_bitstream(name, bitstream), number)
    except FirmwareError as error:
        raise BuildError(str(error)) from error
    lines = flash.commands(name, pieces, port)
    for piece, line in zip(pieces, lines, strict=True):
        terminal.out(f"{piece.area}: {len(piece.content):,} bytes at {piece.base:#08x}")
        if dry:
            terminal.out(f"  {shlex.join(line)}")
    if not dry:
        with tempfile.TemporaryDirectory() as work:
            flash.write(pieces, lines, Path(work))
        terminal.note(f"written; put a model in force: vigilante push --port {port or '/dev/ttyUSB0'}")
    return ExitCode.CLEAN
