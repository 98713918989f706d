"""`vigilante bench`: every performance figure, measured here and now."""

from __future__ import annotations

import json
from pathlib import Path

from rich.table import Table

from host.bench import measure
from host.bench.figure import Figure, Missing
from host.commands.demo import FOLDER, cases
from host.commands.screen import load_package
from host.exits import ExitCode
from host.terminal import Terminal


def run(
    terminal: Terminal, model: Path | None, key: Path | None, as_json: bool, *, strict: bool = False
) -> ExitCode:
    """Measure on the benign demonstration trace; print a table, or one JSON object.

    A figure that cannot be given here is left out of the table, and said in one line; `strict`: it is a failure.
    """
    package = load_package(model, key)
    trace = next(case.path for case in cases(FOLDER) if case.onset is None)
    figures: list[Figure | Missing] = []
    with terminal.steps("bench: ") as progress:
        for figure in measure(package, trace, progress):
            figures.append(figure)
    show(terminal, figures, as_json)
    return ExitCode.ENGINE if strict and any(isinstance(figure, Missing) for figure in figures) else ExitCode.CLEAN


def show(terminal: Terminal, figures: list[Figure | Missing], as_json: bool) -> None:
    """Print figures; what is missing, and the command that mends it, goes to standard error."""
    missing: dict[str, list[str]] = {}
    for figure in figures:
        if isinstance(figure, Missing):
            missing.setdefault(figure.how, []).append(figure.key)
    if as_json:
        terminal.out(json.dumps({figure.key: figure.object() for figure in figures}))
    else:
        table = Table(box=None, pad_edge=False)
        for title in ("figure", "value", "unit", "how"):
            table.add_column(title, justify="right" if title == "value" else "left", overflow="fold")
        for figure in figures:
            if isinstance(figure, Figure):
                table.add_row(figure.key, f"{figure.value:,}", figure.unit, figure.how)
        terminal.console.print(table)
    for why, keys in missing.items():
        terminal.error(f"left out: {', '.join(keys)}: {why}")
