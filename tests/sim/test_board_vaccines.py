"""Vaccines on the whole simulated board: born in gateware of a real attack, in force for the next one, kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hdl.contract.births import BIRTH_FIRST, KEEP_MS
from hdl.contract.memory import CLOCK_HZ
from hdl.contract.policy import default_policy
from hdl.contract.syscalls import IDS
from hdl.contract.vaccine import TTL_SECONDS
from host import scenarios
from host.bench.board import BoardLine
from host.board import Board
from host.scenario_runs import VACCINE, run
from models.package import SHIPPED_BOARD, read_package
from sim.board import SimulatedBoard


@pytest.mark.slow
def test_the_next_attack_is_caught_also_after_a_reset(tmp_path: Path) -> None:
    whole = read_package(SHIPPED_BOARD)
    flash = tmp_path / "board.flash"
    (attack,) = scenarios.chosen(("recursive-delete",), scenarios.shipped())
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as board:
        assert board.push(replace(whole, vectors=whole.vectors[:1]), verify=False).pushed
        board.load_policy(default_policy())
        first = run(board, attack)
        (one, *_) = board.births.list().vaccines
        assert first.power != VACCINE and one.index == BIRTH_FIRST and one.key["id"] == IDS["unlinkat"]
        second = run(board, attack)
        assert second.power == VACCINE and board.births.list().vaccines[0].hits
        assert second.call <= first.call
        simulated.run((KEEP_MS + 1000) * CLOCK_HZ // 1000)
        assert f"vaccine {BIRTH_FIRST} born: call {one.key['id']}" in log_of(board)
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as board:
        simulated.run(CLOCK_HZ // 2)
        kept = board.births.list().vaccines
        assert [(other.index, other.key, other.units) for other in kept] == [(one.index, one.key, one.units)]
        assert 0 < kept[0].left <= TTL_SECONDS and "1 vaccines restored, 0 not" in log_of(board)


def log_of(board: Board) -> str:
    return b"".join(text for _place, text in board.log()).decode()
