"""`vigilante cc`: C to a program for the board, with the compiler that this package brings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from host.exits import ExitCode
from host.terminal import Terminal


def run(
    terminal: Terminal, sources: Sequence[Path], output: Path, folders: Sequence[Path], defines: Sequence[str]
) -> ExitCode:
    """Compile and link; the compiler speaks for itself on standard error."""
    from firmware.build import own_program

    for source in sources:
        if not source.is_file():
            raise click.UsageError(f"{source}: there is no such file: name C sources")
    try:
        size = own_program(sources, output, folders, defines)
    except OSError as error:
        raise click.UsageError(f"{output}: cannot be written ({error.strerror}): name another file") from None
    terminal.note(f"{output}: {size:,} bytes; `vigilante run {output}` runs it")
    return ExitCode.CLEAN
