"""Every seeded bug in the gateware is noticed by the comparison with the golden twin."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from sim.mutants import MUTANTS, Mutant, survives, verilog_of
from sim.proofs.proof import Proof
from sim.prove import PROOFS


def survivors(mutants: Sequence[Mutant]) -> list[str]:
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        outcomes = list(pool.map(survives, mutants))
    return [mutant.name for mutant, survived in zip(mutants, outcomes, strict=True) if survived]


def test_a_mutant_of_each_file_is_caught() -> None:
    of_each = {mutant.file: mutant for mutant in MUTANTS}
    assert len(of_each) >= 10
    assert survivors(list(of_each.values())) == []


@pytest.mark.slow
def test_every_mutant_is_caught() -> None:
    assert len(MUTANTS) >= 20
    assert survivors(MUTANTS) == []


def test_a_mutant_of_a_line_that_is_gone_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"mutant 'x': 'no such line' is 0 times in cam\.py"):
        verilog_of(Mutant("x", "cam.py", "no such line", ""))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_line_that_a_mutant_changes_is_there(mutant: Mutant) -> None:
    mutant.seeded()


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_the_line_that_a_proofs_mutant_changes_is_there(proof: Proof) -> None:
    proof.mutant.seeded()
