"""`vigilante export`: the coprocessor as Verilog, and what goes with it, for other people's systems on chip."""

from __future__ import annotations

import json
import os
import tempfile
from hashlib import sha256
from pathlib import Path

import click

from hdl.contract.generate.c_header import c_header_at
from hdl.contract.generate.policy_header import policy_header
from hdl.contract.generate.svd import svd
from hdl.contract.registers import COPROCESSOR
from hdl.export.guide import guide
from hdl.export.peripheral import Peripheral
from hdl.export.verilog import verilog_of
from hdl.soc.epoch import cycles_of_epoch
from host.commands.screen import load_package
from host.exits import ExitCode
from host.terminal import Terminal

EXAMPLE = Path(__file__).resolve().parents[2] / "boards" / "examples" / "picorv32"
_PER_LINE = 16


def model_header(image: bytes, name: str) -> str:
    """Return a C header that holds a model image."""
    lines = [
        "    " + " ".join(f"{byte:#04x}," for byte in image[first : first + _PER_LINE]) + "\n"
        for first in range(0, len(image), _PER_LINE)
    ]
    return (
        f"/* The image of model {name}.  Its signature has been verified; whoever ships this does so again. */\n"
        f"#include <stdint.h>\n\nstatic const uint8_t vg_model[{len(image)}] = {{\n{''.join(lines)}}};\n"
    )


def exported(clock: int, banks: int, base: int, fast: bool = False) -> dict[str, str]:
    """Return every file's text by its path in the folder; the same arguments give the same bytes.

    Raises ValueError for a clock, number of banks or base that cannot be.
    """
    coprocessor = COPROCESSOR.at(base)
    cycles_of_epoch(clock)
    package = load_package(None, None)
    peripheral = Peripheral(clock, banks, fast)
    texts = {
        "vigilante.v": verilog_of(peripheral),
        "vigilante.svd": svd(coprocessor),
        "vigilante.h": c_header_at(base),
        "README.md": guide(peripheral, base),
        "example/policy.h": policy_header(),
        "example/model.h": model_header(package.image, f"{package.name} {package.version}"),
    }
    for path in sorted(EXAMPLE.iterdir()):
        texts[f"example/{path.name}"] = path.read_text()
    return texts


def check_target(target: Path, force: bool) -> None:
    """Refuse a folder that holds anything, before the work is done."""
    there = next(place for place in (target, *target.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise click.UsageError(f"--verilog {target}: {there} is not a folder to write to: name another")
    occupied = there == target and any(target.iterdir())
    if occupied and not force:
        raise click.UsageError(f"--verilog {target}: is not empty: name another folder, or say --force")


def write(target: Path, texts: dict[str, str]) -> None:
    """Write all files; each is whole or not there, however it ends."""
    for name, text in texts.items():
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=place.parent, prefix=".export-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode())
            Path(unfinished).chmod(0o644)
            Path(unfinished).replace(place)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise


def run(
    terminal: Terminal, target: Path, clock: int, banks: int, base: int, fast: bool, force: bool, as_json: bool
) -> ExitCode:
    """Write the folder; say what is in it."""
    check_target(target, force)
    with terminal.steps() as progress:
        if progress:
            progress("writing Verilog", 0, 1)
        try:
            texts = exported(clock, banks, base, fast)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        try:
            write(target, texts)
        except OSError as error:
            raise click.UsageError(
                f"--verilog {target}: cannot be written ({error.strerror}): name another folder"
            ) from None
    if as_json:
        digests = {name: sha256(text.encode()).hexdigest() for name, text in texts.items()}
        report = {
            "folder": str(target),
            "clock": clock,
            "banks": banks,
            "fast": fast,
            "base": base,
            "files": digests,
        }
        terminal.out(json.dumps(report, separators=(",", ":")))
        return ExitCode.CLEAN
    terminal.out(f"{target}: module vigilante for {clock:,} Hz, registers at {base:#010x}; begin with README.md")
    return ExitCode.CLEAN
