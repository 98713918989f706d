"""Properties are proved, their cases can be reached, and each proof fails on its seeded bug."""

from __future__ import annotations

import json

import pytest
from amaranth import Value

from hdl.screening.states import States
from host.exits import ExitCode
from sim import prove
from sim.proofs.catalogue import PROOFS, proof_called
from sim.proofs.harness import Harness, implies
from sim.proofs.proof import Proof
from sim.proofs.solve import QUESTIONS, ask, wanted
from sim.proofs.states import SHAPE

QUICK = ("states",)
"""Proved in every run of the tests; all others in `make sweep`."""


def check(proof: Proof) -> None:
    answers = {question: ask(proof, question) for question in QUESTIONS}
    assert {question: (answer.status, answer.failed) for question, answer in answers.items() if (
        answer.status != wanted(question)
    )} == {}  # fmt: skip


@pytest.mark.parametrize("name", QUICK)
def test_quick_proofs_hold(name: str) -> None:
    check(proof_called(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", [proof.name for proof in PROOFS if proof.name not in QUICK])
def test_all_proofs_hold(name: str) -> None:
    check(proof_called(name))


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
def test_every_circuit_can_be_made(proof: Proof) -> None:
    """A proof that looks for what is no longer there says so at once."""
    text = proof.circuit(late=False)
    assert text.count('FLAVOR "assert"') > 2
    assert text.count('FLAVOR "cover"') >= 2


def test_a_false_property_is_refused() -> None:
    def build(h: Harness) -> None:
        h.always(h.any_time(1, "coin") == 0, "a coin never shows heads")
        h.reach(h.past(1, "begun") == 0, "the begin")

    mutant = proof_called("states").mutant
    wrong = Proof("coin", "", (), build, mutant, depth=2, cover_depth=2, mutant_depth=2)
    answer = ask(wrong, "proof")
    assert answer.status == "FAIL"
    assert any(name.startswith("a_coin_never_shows_heads") for name in answer.failed)


def test_a_case_out_of_reach_is_refused() -> None:
    def build(h: Harness) -> None:
        steady = h.past(0, "steady")
        h.always(steady == 0, "steady")
        h.reach(steady == 1, "never")

    mutant = proof_called("states").mutant
    wrong = Proof("steady", "", (), build, mutant, depth=2, cover_depth=2, mutant_depth=2)
    assert ask(wrong, "proof").status == "PASS"
    assert ask(wrong, "covers").status == "FAIL"


def test_a_look_for_what_is_gone_is_an_error() -> None:
    h = Harness()
    inside = h.dut("states", States(SHAPE))
    with pytest.raises(LookupError, match="no signal in the block matches"):
        inside.all_named(r"places\d+")
    with pytest.raises(LookupError, match="there is no submodule 'columns'"):
        inside.one_row("columns", 0)


def test_what_is_read_while_it_is_written_may_be_anything() -> None:
    def build(h: Harness) -> None:
        states = States(SHAPE)
        inside = h.dut("states", states)
        inside.one_row("rows", 3)
        collides = states.write & (states.row == 3) & (states.look == 3)
        read = inside.signal("read").data
        h.always(
            implies(h.past(collides, "collided"), Value.cast(read) == 0), "it is what was written, or was there"
        )
        h.reach(h.past(collides, "collided_too"), "collided")
        h.assume(Value.cast(states.new) == 0)

    mutant = proof_called("states").mutant
    assert ask(
        Proof("rubbish", "", (), build, mutant, depth=2, cover_depth=3, mutant_depth=2), "proof"
    ).status == ("FAIL")


def test_a_name_that_is_gone_is_an_error() -> None:
    with pytest.raises(ValueError, match="there is no proof 'nothing': use order, "):
        proof_called("nothing")


def test_the_command_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert prove.main(["--list"]) == ExitCode.CLEAN
    said = capsys.readouterr().out
    assert all(f"{proof.name}: {proof.says}" in said for proof in PROOFS)


def test_the_command_speaks_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert prove.main(["--json", "states"]) == ExitCode.CLEAN
    told = json.loads(capsys.readouterr().out)
    assert told["name"] == "states"
    assert all(told[question]["as_wanted"] for question in QUESTIONS)


def test_a_wrong_name_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        prove.main(["nothing"])
    assert ended.value.code == ExitCode.USAGE
    assert "there is no proof 'nothing'" in capsys.readouterr().err
