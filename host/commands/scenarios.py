"""`vigilante scenarios`: attacks and honest work on a board's own kernel, and which power answered."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from host import scenarios
from host.commands.connect import connected
from host.commands.screen import load_package
from host.exits import ExitCode
from host.scenario_runs import Outcome, run_all, summary
from host.scenarios import Kind, Scenario
from host.terminal import Terminal
from models.package import SHIPPED_BOARD

WIDTHS = (18, 11, 17, 18, 10)
"""Of the table's columns, but the last."""


def show_list(terminal: Terminal, extra: Path | None, as_json: bool) -> ExitCode:
    """List the scenarios."""
    found = known(extra)
    if as_json:
        terminal.out(json.dumps({"scenarios": [scenario_object(one) for one in found]}, separators=(",", ":")))
        return ExitCode.CLEAN
    for one in found:
        technique = f"{one.technique}: " if one.technique else ""
        terminal.out(f"{one.name:<18} {one.kind.value:<8} {one.language:<4} {one.user:<6} {technique}{one.text}")
    return ExitCode.CLEAN


def run(
    terminal: Terminal, port: str, names: tuple[str, ...], extra: Path | None, model: Path | None,
    key: Path | None, as_json: bool,
) -> ExitCode:  # fmt: skip
    """Run scenarios, all if none is named; BLOCKED if any row is not as expected."""
    wanted = scenarios.chosen(names, known(extra))
    package = load_package(model or SHIPPED_BOARD, key)
    with terminal.steps("compiling ") as progress:
        for number, one in enumerate(wanted):
            if progress is not None:
                progress(one.name, number, len(wanted))
            one.program()
    outcomes = []
    with connected(terminal, port) as board:
        with terminal.steps("model: ") as progress:
            board.push(package, progress=progress)
        if not as_json:
            terminal.out(_row("scenario", "expected", "observed", "call", "cycles", "effect"))
        with terminal.steps("") as progress:
            for outcome in run_all(board, wanted, progress):
                outcomes.append(outcome)
                if not as_json:
                    terminal.out(_line(outcome))
                    sys.stdout.flush()
    totals = summary(outcomes)
    if as_json:
        terminal.out(json.dumps({
            "model": {"name": package.name, "version": package.version, "digest": package.digest},
            "scenarios": [outcome_object(outcome) for outcome in outcomes], "summary": totals,
        }, separators=(",", ":")))  # fmt: skip
    else:
        terminal.out(
            f"{totals['attacks_stopped']} of {totals['attacks_total']} attacks stopped before an effect "
            f"({totals['attacks_answered']} answered, {totals['attacks_deceived']} deceived), "
            f"{totals['benign_disturbed']} of {totals['benign_total']} "
            f"honest programs disturbed; {totals['effects_on_real_files']} effects on real files, "
            f"{totals['secret_bytes_delivered']} secret bytes delivered"
        )
    return ExitCode.BLOCKED if totals["wrong"] else ExitCode.CLEAN


def known(extra: Path | None) -> list[Scenario]:
    """Return the scenarios that come with this, or with `extra` those of a folder."""
    return scenarios.shipped() if extra is None else scenarios.others(extra)


def scenario_object(one: Scenario) -> dict[str, Any]:
    """Return a scenario as plain values."""
    return {
        "name": one.name, "kind": one.kind.value, "technique": one.technique, "language": one.language,
        "user": one.user, "text": one.text,
    }  # fmt: skip


def outcome_object(outcome: Outcome) -> dict[str, Any]:
    """Return what came of a scenario as plain values."""
    one = outcome.scenario
    return {
        "name": one.name, "kind": one.kind.value, "technique": one.technique, "expected": one.kind.expected,
        "observed": outcome.power, "right": outcome.right, "call": outcome.call or None,
        "call_name": outcome.name or None, "cycles": outcome.cycles or None, "calls": outcome.calls,
        "not_allowed": outcome.verdicts, "score": outcome.score, "effect": outcome.effect,
        "changed": outcome.changed, "secret_bytes": outcome.secret_bytes,
        "reached": outcome.reached and one.kind is not Kind.BENIGN, "deceived": outcome.deceived,
        "exit": outcome.code, "lost_records": outcome.lost, "vaccines": outcome.vaccines,
    }  # fmt: skip


def _row(*cells: str) -> str:
    return " ".join(
        [*(f"{cell:<{width}}" for cell, width in zip(cells, WIDTHS, strict=False)), cells[-1]]
    ).rstrip()


def _line(outcome: Outcome) -> str:
    """Return an outcome as a row; a mark stands in front of the effect where it is not as expected."""
    call = f"{outcome.call} of {outcome.calls}" if outcome.call else f"- of {outcome.calls}"
    if outcome.name:
        call += f" {outcome.name}"
    return _row(
        outcome.scenario.name, outcome.scenario.kind.expected, outcome.power, call,
        f"{outcome.cycles:,}" if outcome.cycles else "-", ("" if outcome.right else "WRONG: ") + outcome.effect,
    )  # fmt: skip
