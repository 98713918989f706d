"""`vigilante scenarios`, against the firmware itself: what the table says is what has happened there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from firmware.build import blank_flash, own_program
from host import scenario_runs, scenarios
from host.board import Board
from host.cli import main
from host.exits import ExitCode
from host.scenario_runs import Outcome
from host.scenarios import Scenario
from models.keys import generate_key
from models.package import Package, write_package
from models.untrained import untrained_image
from sim.lines import CountedLine
from sim.native_programs import ProgramBoard

if TYPE_CHECKING:
    from conftest import Bench

STEAL = """\
/* T1003.008: reads the password hashes
 * and shows them. */
#include "lib.h"

int main(void)
{
    char text[256];
    int32_t size = read_file("/etc/shadow", text, sizeof text);
    print_bytes(text, size > 0 ? (uint32_t)size : 0);
    print(size > 0 ? "done\\n" : "no\\n");
    return size <= 0;
}
"""
SPIN = '#include "lib.h"\nint main(void)\n{\n    for (;;)\n        CALL(SCHED_YIELD);\n}\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs that the list does not know, and two models: one allows all, the other next to nothing."""
    made = tmp_path_factory.mktemp("programs")
    for kind in ("attacks", "benign"):
        (made / kind).mkdir()
    (made / "attacks" / "steal.c").write_text(STEAL)
    (made / "attacks" / "wipe.sh").write_text("# T1485: deletes a page.\nrm /var/www/index.html && echo done\n")
    (made / "benign" / "page.sh").write_text(
        "# Reads a page.\n# user: alice\nid; cat /var/www/index.html && echo fine\n"
    )
    (made / "benign" / "fails.sh").write_text("# Wants what is not there.\ncat /nix || exit 3\necho fine\n")
    (made / "who.c").write_text(
        '#include "lib.h"\nint main(void)\n{\n    print("it is I\\n");\n    return 7;\n}\n'
    )
    own_program([made / "who.c"], made / "who-elf")
    (made / "README").write_text("no program")
    key = generate_key(made / "own.pem")
    for name, calm in (("calm", True), ("wild", False)):
        image = untrained_image(3, calm=calm)
        write_package(made / f"{name}.vgm", Package(image, name, "1"), key)
    return made


@pytest.fixture
def board(bench: Bench) -> Iterator[ProgramBoard]:
    bench.board = made = ProgramBoard(blank_flash(77, b"a firmware"))
    yield made


def vigilante(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["scenarios", *(str(arg) for arg in args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def run(folder: Path, model: str, *args: str | Path, code: int) -> Result:
    chosen = ("--model", folder / f"{model}.vgm", "--key", folder / "own.pub")
    return vigilante("run", "--extra", folder, *chosen, *args, code=code)


def rows(result: Result) -> dict[str, dict[str, Any]]:
    found = json.loads(result.stdout)
    assert set(found) == {"model", "scenarios", "summary"}
    return {row["name"]: row for row in found["scenarios"]}


def test_the_list() -> None:
    found = json.loads(vigilante("list", "--json").stdout)["scenarios"]
    kinds = [one["kind"] for one in found]
    assert kinds.count("attack") >= 15 and kinds.count("benign") >= 20
    assert len({one["name"] for one in found}) == len(found)
    assert all(
        one["text"].endswith(".") and (one["technique"] != "") == (one["kind"] == "attack") for one in found
    )
    assert {one["user"] for one in found} == {"root", "alice", "bob"}
    assert {one["language"] for one in found} == {"C", "sh"}
    assert "T1486: reads every file" in vigilante("list").stdout


def test_every_scenario_is_a_program() -> None:
    for one in scenarios.shipped():
        program = one.program()
        assert program.startswith(b"#" if one.language == "sh" else b"\x7fELF"), one.name
        if one.language == "sh":  # the shell cuts what is longer
            assert max(map(len, program.splitlines())) < 160, one.name


@pytest.mark.usefixtures("board")
def test_what_happened_is_what_is_said(folder: Path) -> None:
    found = rows(run(folder, "calm", "--json", code=ExitCode.BLOCKED))
    assert list(found) == ["steal", "wipe", "fails", "page", "who-elf", "who"]
    steal, wipe, page, fails, who = (found[name] for name in ("steal", "wipe", "page", "fails", "who"))
    assert (steal["observed"], steal["right"], steal["reached"]) == ("undisturbed", False, True)
    assert steal["technique"] == "T1003.008" and steal["expected"] == "stopped" and steal["call"] is None
    assert 30 < steal["secret_bytes"] < 60 and steal["changed"] == [], "the hashes, and not what is round them"
    assert wipe["changed"] == ["/var/www/index.html"] and wipe["secret_bytes"] == 0 and not wipe["right"]
    assert page["right"] and page["effect"] == "none", "what the row before has deleted is there again"
    assert not fails["right"] and fails["exit"] == 3 and fails["effect"] == "failed (exit 3)"
    assert who["right"] and who["expected"] == "-" and who["exit"] == found["who-elf"]["exit"] == 7
    assert all(row["lost_records"] == 0 and row["calls"] > 1 for row in found.values())


@pytest.mark.usefixtures("board")
def test_an_attack_that_is_stopped(folder: Path) -> None:
    found = json.loads(run(folder, "wild", "wipe", "--json", code=0).stdout)
    (wipe,) = found["scenarios"]
    assert wipe["right"] and wipe["observed"] != "undisturbed" and wipe["effect"] == "none"
    assert 0 < wipe["call"] <= wipe["calls"] and wipe["not_allowed"] > 0 and wipe["cycles"] > 0
    assert wipe["score"] >= 0.8
    assert found["summary"] == {
        "attacks_stopped": 1, "attacks_answered": 1, "attacks_deceived": 0, "attacks_total": 1,
        "benign_disturbed": 0, "benign_total": 0, "effects_on_real_files": 0, "secret_bytes_delivered": 0,
        "wrong": 0,
    }  # fmt: skip


@pytest.mark.usefixtures("board")
def test_the_table(folder: Path) -> None:
    lines = run(folder, "calm", "page", "steal", code=ExitCode.BLOCKED).stdout.splitlines()
    assert lines[0].split() == ["scenario", "expected", "observed", "call", "cycles", "effect"]
    assert lines[1].startswith("page ") and lines[1].endswith(" none")
    assert "WRONG: 44 secret bytes, reached its aim" in lines[2]
    assert lines[3].startswith(
        "0 of 1 attacks stopped before an effect (0 answered, 0 deceived), 0 of 1 honest programs"
    )


@pytest.mark.usefixtures("board")
def test_one_that_does_not_end_is_ended(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "spin.c").write_text(SPIN)
    monkeypatch.setattr(scenario_runs, "CALLS_MOST", 2_000)
    chosen = ("--model", folder / "calm.vgm", "--key", folder / "own.pub")
    found = rows(vigilante("run", "--extra", tmp_path, *chosen, "--json"))
    assert found["spin"]["exit"] is None and found["spin"]["calls"] > 1000


def test_an_interruption_leaves_nothing(
    folder: Path, board: ProgramBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_one = scenario_runs.run

    def interrupted(link: Board, scenario: scenarios.Scenario) -> scenario_runs.Outcome:
        run_one(link, scenario)
        raise KeyboardInterrupt

    monkeypatch.setattr(scenario_runs, "run", interrupted)
    said = run(folder, "calm", "wipe", code=ExitCode.INTERRUPTED)
    assert "interrupted" in said.stderr
    with Board(CountedLine(board, patience=30.0)) as link:
        assert link.files.read("/var/www/index.html").startswith(b"<h1>"), "the attack had deleted it"


def test_the_attackers_end_is_what_counts() -> None:
    """A piece of a secret anywhere in what came out is found, a shorter one is not."""
    pieces = {b"12345678", b"23456789"}
    count = scenario_runs._delivered(pieces, [b"..123456789..", b"1234567", b"", b"23456789"])
    assert count == 9 + 8


@pytest.mark.usefixtures("board")
def test_words_of_a_script_are_no_secret_of_its(folder: Path, tmp_path: Path) -> None:
    """It lies in /tmp while it runs; here with 13 bytes that root's notes have as well."""
    (tmp_path / "says.sh").write_text("# Says so: change the passwords.\nid\n")
    chosen = ("--model", folder / "calm.vgm", "--key", folder / "own.pub")
    found = rows(vigilante("run", "--extra", tmp_path, *chosen, "--json"))
    assert found["says"]["secret_bytes"] == 0


def test_who_takes_decoys_for_secrets_is_deceived() -> None:
    """If secrets are all it wants, nothing real came of it, and it was shown decoys; else it is what it says."""
    wants = Scenario("theft", scenarios.Kind.ATTACK, Path("theft.c"), "T1003.008", "", aim=scenarios.SECRETS)
    shown = Outcome(wants, power="decoy", decoyed=True, reached=True)
    assert shown.stopped and shown.deceived and shown.effect == "none: took decoys for secrets"
    for other in (
        replace(shown, scenario=replace(wants, aim="")),
        replace(shown, power="quarantine", decoyed=False),
        replace(shown, secret_bytes=8),
        replace(shown, changed=["/etc/passwd"]),
    ):
        assert not other.stopped and not other.deceived and "reached its aim" in other.effect
    assert replace(shown, reached=False).effect == "none"


def test_what_cannot_be_asked_for(tmp_path: Path) -> None:
    for args, words in (
        ((), "name scenarios, or say --all"),
        (("nix",), "there is no scenario 'nix'"),
        (("etc-sweep", "--all"), "not both"),
        (("--extra", tmp_path), "there is no C file, script"),
        (("--extra", tmp_path / "nix"), "is no folder"),
    ):
        result = vigilante("run", *args, code=ExitCode.USAGE)
        assert words in result.stderr and result.stderr.count("\n") == 1, result.stderr
    for command in ("list", "run"):
        assert "Examples:" in vigilante(command, "--help").stdout


def test_a_removed_file_comes_back_as_its_owners(board: ProgramBoard, folder: Path, tmp_path: Path) -> None:
    key = "/home/alice/.ssh/id_ed25519"
    for kind in ("attacks", "benign"):
        (tmp_path / kind).mkdir()
    (tmp_path / "attacks" / "gone.sh").write_text(
        f"# T1485: deletes a key.\nrm -r /home/alice/.ssh; rm {key}\necho done\n"
    )
    (tmp_path / "benign" / "own.sh").write_text(
        f"# Reads her key.\n# user: alice\ncat {key} || exit 1\necho fine\n"
    )
    chosen = ("--model", folder / "calm.vgm", "--key", folder / "own.pub")
    found = rows(vigilante("run", "--extra", tmp_path, *chosen, "--json", code=1))
    assert found["gone"]["changed"], "nothing was removed, so nothing can come back"
    assert found["own"]["right"], "she cannot read her own key any more"
