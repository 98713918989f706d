"""`vigilante decoys`: makes decoys, puts them on a board, and shows what came of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from firmware import decoys
from host.commands.connect import connected
from host.commands.files import board_path
from host.decoys import push_decoys
from host.exits import ExitCode
from host.terminal import Terminal


def build(terminal: Terminal, output: Path, seed: int | None, as_json: bool) -> ExitCode:
    """Make decoys; say the canary of each."""
    made = decoys.made(seed)
    try:
        output.write_bytes(decoys.packed(made))
    except OSError as error:
        raise click.UsageError(f"{output}: cannot be written ({error.strerror}): name another file") from None
    _list(terminal, made, as_json)
    terminal.note(f"{output}: {len(made)} decoys; `vigilante decoys push {output}` puts them in force")
    return ExitCode.CLEAN


def show(terminal: Terminal, file: Path, name: str | None, as_json: bool) -> ExitCode:
    """List the decoys in a file, or write the content of one."""
    found = _read(file)
    if name is None:
        _list(terminal, found, as_json)
        return ExitCode.CLEAN
    for decoy in found:
        if decoy.name in (name, name.rpartition("/")[2], ""):
            sys.stdout.flush()
            sys.stdout.buffer.write(decoy.content)
            sys.stdout.buffer.flush()
            return ExitCode.CLEAN
    raise click.UsageError(
        f"{file}: none of its decoys stands for {name}: `vigilante decoys show {file}` lists them"
    )


def push(terminal: Terminal, file: Path, port: str) -> ExitCode:
    """Put the decoys in a file in force on a board."""
    found = _read(file)
    image = decoys.packed(found)
    with connected(terminal, port) as board:
        with terminal.steps() as progress:
            push_decoys(board, image, progress)
    terminal.out(f"{port}: {len(found)} decoys in force, {len(image):,} bytes")
    return ExitCode.CLEAN


def trees(terminal: Terminal, port: str, as_json: bool) -> ExitCode:
    """List the trees that see decoys."""
    with connected(terminal, port) as board:
        found = [process for process in board.processes.list() if process.decoys]
    if as_json:
        listed = [{"tree": process.tree, "pid": process.id, "name": process.name} for process in found]
        terminal.out(json.dumps({"trees": listed}, separators=(",", ":")))
        return ExitCode.CLEAN
    for process in found:
        terminal.out(f"tree {process.tree:>2}  process {process.id:>5}  {process.name}")
    if not found:
        terminal.out("no process tree sees decoys")
    return ExitCode.CLEAN


def read(terminal: Terminal, tree: int, paths: Sequence[str], port: str) -> ExitCode:
    """Write files to standard output as a tree sees them."""
    with connected(terminal, port) as board:
        for path in map(board_path, paths):
            content = board.files.read(path, tree=tree)
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
    return ExitCode.CLEAN


def _read(file: Path) -> list[decoys.Decoy]:
    try:
        return decoys.unpacked(file.read_bytes())
    except OSError as error:
        raise click.UsageError(f"{file}: cannot be read ({error.strerror}): name another file") from None
    except decoys.DecoysError as error:
        raise click.UsageError(f"{file}: {error}") from None


def _list(terminal: Terminal, found: Sequence[decoys.Decoy], as_json: bool) -> None:
    if as_json:
        listed = [{"name": decoy.name, "bytes": len(decoy.content), "canary": decoy.canary} for decoy in found]
        terminal.out(json.dumps({"decoys": listed}, separators=(",", ":")))
        return
    for decoy in found:
        terminal.out(f"{len(decoy.content):>6} {decoy.name or '(any other)':<22} {decoy.canary}".rstrip())
