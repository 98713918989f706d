"""`vigilante push`: puts a model in force on a board, or checks which one is."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

from host.board import Board, Pushed
from host.commands.connect import connected
from host.commands.screen import load_package
from host.engines import make_pipeline
from host.exits import ExitCode
from host.model import policy_of, prove
from host.terminal import Terminal
from models.package import Package


def run(
    terminal: Terminal, *, port: str, model: Path | None, key: Path | None, mode: str, force: bool,
    verify_only: bool, as_json: bool,
) -> ExitCode:  # fmt: skip
    """Push a package that has proved itself here, and read it back; with `verify_only` only the latter."""
    package = load_package(model, key)
    if not verify_only:
        prove(package, make_pipeline("golden"), 0)
    with connected(terminal, port) as board:
        if verify_only:
            slot = board.verify(package).slot
            _say(terminal, as_json, package, port, Pushed(False, slot), f"slot {slot} holds it, byte for byte")
            return ExitCode.CLEAN
        done = _push(terminal, board, package, force)
        board.load_policy(policy_of(mode))
        rate = board.session.hello.values["line_rate"]
    if done.pushed:
        text = (
            f"in force in slot {done.slot}, read back and equal: {done.wire_bytes:,} bytes in "
            f"{done.seconds:.3f} s, {done.rate:,.0f} bytes/s, {100 * done.line_share:.1f} % of the line's "
            f"{rate:,} bit/s"
        )
    else:
        text = f"was in force already, in slot {done.slot} (--force sends it again)"
    _say(terminal, as_json, package, port, done, text)
    return ExitCode.CLEAN


def _push(terminal: Terminal, board: Board, package: Package, force: bool) -> Pushed:
    """Push with a bar that shows bytes and their rate."""
    with terminal.steps() as show:
        begun = time.monotonic()

        def progress(what: str, done: int, total: int) -> None:
            rate = done / max(time.monotonic() - begun, 1e-3)
            if show is not None:
                show(f"{what}: {done:,} of {total:,} bytes, {rate:,.0f} bytes/s", done, total)

        return board.push(package, force=force, progress=progress)


def _say(terminal: Terminal, as_json: bool, package: Package, port: str, done: Pushed, text: str) -> None:
    if not as_json:
        terminal.out(f"{port}: {package.name} {package.version} {text}")
        return
    found = {
        "port": port, "model": {"name": package.name, "version": package.version, "digest": package.digest},
        **asdict(done), "bytes_per_second": round(done.rate),
    }  # fmt: skip
    terminal.out(json.dumps(found, separators=(",", ":")))
