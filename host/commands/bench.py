"""`vigilante bench`: every performance figure, measured here and now."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from host.bench import Figure, measure
from host.commands.demo import FOLDER, cases
from host.commands.screen import load_package
from host.exits import ExitCode
from host.terminal import Terminal


def run(terminal: Terminal, model: Path | None, key: Path | None, as_json: bool) -> ExitCode:
    """Measure on the benign demonstration trace; print a table, or one JSON object."""
    package = load_package(model, key)
    trace = next(case.path for case in cases(FOLDER) if case.onset is None)
    figures: list[Figure] = []
    with terminal.steps("bench: ") as progress:
        for figure in measure(package, trace, progress):
            figures.append(figure)
    if as_json:
        terminal.out(json.dumps({figure.key: figure.object() for figure in figures}))
        return ExitCode.CLEAN
    table = Table(box=None, pad_edge=False)
    for title in ("figure", "value", "unit", "how"):
        table.add_column(title, justify="right" if title == "value" else "left", overflow="fold")
    for figure in figures:
        table.add_row(figure.key, f"{figure.value:,}", figure.unit, figure.how)
    terminal.console.print(table)
    return ExitCode.CLEAN
