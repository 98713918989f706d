"""Scenarios on the whole simulated board, under the shipped model: `vigilante scenarios run` as anybody has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from host import scenarios
from host.bench.board import BoardLine
from host.board import Board
from host.scenario_runs import UNDISTURBED, Outcome, run_all, summary
from models.package import SHIPPED_BOARD, read_package
from sim.board import SimulatedBoard

SHORT = ("ssh-keys", "port-scan", "chat", "config-editor")
"""Two attacks that are stopped, and two honest programs: what `make test` has time for."""

STOPPED_LEAST = 10
"""Attacks of the list that the shipped model stops before an effect; docs/scenarios.md says which."""


@pytest.fixture
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """A board with the shipped model in force."""
    whole = read_package(SHIPPED_BOARD)
    flash = tmp_path_factory.mktemp("flash") / "board.flash"
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as opened:
        assert opened.push(replace(whole, vectors=whole.vectors[:1]), verify=False).pushed
        yield opened


def outcomes(board: Board, *names: str) -> dict[str, Outcome]:
    found = run_all(board, scenarios.chosen(names, scenarios.shipped()))
    return {outcome.scenario.name: outcome for outcome in found}


def test_two_attacks_and_two_honest_programs(board: Board) -> None:
    found = outcomes(board, *SHORT)
    assert [outcome.right for outcome in found.values()] == [True] * len(SHORT), found
    for name in SHORT[:2]:
        attack = found[name]
        assert attack.power != UNDISTURBED and 0 < attack.call < attack.calls and attack.verdicts > 0
        assert (attack.changed, attack.secret_bytes, attack.lost) == ([], 0, 0) and attack.cycles > 1000
    for name in SHORT[2:]:
        assert (found[name].power, found[name].verdicts, found[name].code) == (UNDISTURBED, 0, 0)
    assert found["config-editor"].changed and not found["chat"].changed, "of what is in /tmp nothing is said"


@pytest.mark.slow
def test_all_of_them(board: Board) -> None:
    figures = summary(list(outcomes(board).values()))
    assert figures["benign_disturbed"] == 0 and figures["benign_total"] >= 20
    assert figures["attacks_stopped"] >= STOPPED_LEAST and figures["attacks_total"] >= 15
