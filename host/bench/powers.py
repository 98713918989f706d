"""Figures of all powers together: the scenarios on a native board, which gives the simulated board's verdicts."""

from __future__ import annotations

from collections.abc import Iterator

from firmware import build, decoys
from host.bench.figure import Figure
from host.board import Board
from host.decoys import push_decoys
from host.engines import Progress
from host.scenario_runs import run_all, summary
from host.scenarios import shipped
from models.package import SHIPPED_BOARD, read_package
from sim.lines import CountedLine
from sim.native_programs import ProgramBoard

SERIAL, SEED, PATIENCE = 77, 5, 30.0
"""Of the board's flash and of its decoys: the same ones each time; seconds that the line may be silent."""

_KEYS = {
    "attacks_stopped": "before any effect, or deceived",
    "attacks_total": "",
    "benign_disturbed": "a diversion, clone, freeze or denial counts",
    "effects_on_real_files": "files of the attacks' that are not as before",
    "secret_bytes_delivered": "of real secrets, eight in a row at least",
}


def power_figures(progress: Progress | None = None) -> Iterator[Figure]:
    """Yield the figures, under the board's shipped model and the default policy."""
    package, wanted = read_package(SHIPPED_BOARD), shipped()
    native = ProgramBoard(build.blank_flash(SERIAL, b"a firmware"))
    with Board(CountedLine(native, patience=PATIENCE)) as board:
        push_decoys(board, decoys.packed(decoys.made(SEED)))
        board.push(package)
        totals = summary(list(run_all(board, wanted, progress)))
    where = (
        f"`vigilante scenarios run --all` on the native board, {totals['attacks_total']} attacks and "
        f"{totals['benign_total']} honest programs, with decoys; the model's makers have looked at them: "
        "docs/scenarios.md has others"
    )
    for key, what in _KEYS.items():
        yield Figure(key, totals[key], "1", f"{what}; {where}" if what else where)
