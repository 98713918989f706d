"""Puts bitstream, firmware and files into a board's flash, with openFPGALoader.

What lies where: `hdl/contract/flash.py`, and beside the bitstream docs/boards.md.  Models are not written here:
the board checks each one before it keeps it, so they go through `vigilante push`.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from boards.board import Board
from boards.report import Report, load
from boards.targets import target_named
from boards.tools import BuildError
from firmware import decoys
from firmware.build import firmware, root
from hdl import cache
from hdl.contract.flash import AREAS, FIRMWARE_AREAS

LOADER = "openFPGALoader"
PROVIDED = "apt-get install openfpgaloader"
NUMBER_BYTES = 8


class FlashError(Exception):
    """The board's flash was not written.  The message says why, and the mend."""


@dataclass(frozen=True)
class Piece:
    """What is written to one area."""

    area: str
    content: bytes

    @property
    def base(self) -> int:
        """Its first byte in the flash."""
        return AREAS[self.area].base

    @property
    def file(self) -> str:
        """The name of the file that is handed to the loader; its ending says how it is read."""
        return f"{self.area}.{'bit' if self.area == 'bitstream' else 'bin'}"


def bitstream_of(report: Report) -> Path:
    """Return where this machine keeps the bitstream of a report, if it was built here."""
    return cache.root() / "boards" / f"{report.target}-{report.bitstream['sha256'][:24]}.bit"


def keep_bitstream(bitstream: Path, report: Report) -> None:
    """Keep a bitstream where `bitstream_of` finds it."""
    place = bitstream_of(report)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_suffix(".tmp")
    shutil.copy(bitstream, beside)
    beside.replace(place)


def checked_bitstream(name: str, file: Path | None) -> bytes:
    """Return a target's bitstream, made from the gateware that is here.

    file: where it is; default: where the last build put it.  Raises BuildError, StaleReport.
    """
    report = load(name)
    if not report.bitstream:
        raise BuildError(f"{name} has no bitstream: build it: vigilante build {name}")
    place = file or bitstream_of(report)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise BuildError(f"{place}: {error.strerror}: build it: vigilante build {name}") from None
    if hashlib.sha256(content).hexdigest() != report.bitstream["sha256"]:
        raise BuildError(f"{place} is not the bitstream of the gateware that is here: vigilante build {name}")
    return content


def pieces(bitstream: bytes, number: int | None) -> list[Piece]:
    """Return what is to be written.  number: the board's, for a new one.  Raises BuildError if one is too long."""
    program = firmware()
    found = [Piece("bitstream", bitstream), Piece("root", root())]
    found += [Piece(area, program) for area in FIRMWARE_AREAS]
    if number is not None:
        found.append(Piece("decoys", decoys.packed(decoys.made())))
        found.append(Piece("factory", number.to_bytes(NUMBER_BYTES, "little")))
    for piece in found:
        if len(piece.content) > AREAS[piece.area].size:
            raise BuildError(
                f"the {piece.area} takes {len(piece.content)} bytes, its area of the flash has "
                f"{AREAS[piece.area].size}"
            )
    return found


def command(board: Board, piece: Piece, serial: str | None, *, last: bool) -> list[str]:
    """Return the command that writes one piece.

    serial: of the adapter, where there are several.  last: the board is reset afterwards.
    """
    found = [LOADER, "--board", board.programmer, "--write-flash", "--verify", "--offset", f"{piece.base:#x}"]
    if serial is not None:
        found += ["--ftdi-serial", serial]
    return [*found, *([] if last else ["--skip-reset"]), piece.file]


def serial_of(port: str) -> str:
    """Return the serial number of the adapter at a serial port.  Raises FlashError."""
    from serial.tools.list_ports import comports

    found = {there.device: there.serial_number for there in comports()}
    if port not in found:
        known = ", ".join(found) or "none is plugged in"
        raise FlashError(f"{port}: no such serial port ({known}); without --port the only board is taken")
    if not found[port]:
        raise FlashError(f"{port}: its adapter has no serial number: unplug other boards, and leave --port away")
    return str(found[port])


def commands(name: str, found: list[Piece], port: str | None) -> list[list[str]]:
    """Return the commands that write all pieces, in order."""
    board = target_named(name).board
    serial = serial_of(port) if port else None
    return [command(board, piece, serial, last=piece is found[-1]) for piece in found]


def write(found: list[Piece], lines: list[list[str]], folder: Path) -> None:
    """Write all pieces; the loader's own progress is shown.  Raises FlashError."""
    if shutil.which(LOADER) is None:
        raise FlashError(f"{LOADER} is missing: {PROVIDED}")
    for piece, line in zip(found, lines, strict=True):
        (folder / piece.file).write_bytes(piece.content)
        if code := subprocess.run(line, cwd=folder, check=False).returncode:
            raise FlashError(
                f"{LOADER} failed with exit code {code} at the {piece.area}: is the board plugged in, and may you "
                f"use it? What was written before stays; run the command again"
            )
