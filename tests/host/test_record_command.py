"""`vigilante record`: a command in a cell or here, the corpus in part, going on, and what is refused."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from host.cli import main
from host.exits import ExitCode
from models.corpus.cell import RecordingError, check_machine
from models.evaluate import read_labels
from models.readers.strace import StraceReader


def vigilante(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["record", *map(str, args)])


def refused(result: Result, code: ExitCode, word: str) -> None:
    assert result.exit_code == code, result.output
    assert result.stderr.startswith("vigilante: ") and result.stderr.count("\n") == 1
    assert word in result.stderr


def cells_are_possible() -> bool:
    try:
        check_machine()
    except RecordingError:
        return False
    return True


CELLS = pytest.mark.skipif(not cells_are_possible(), reason="cells need root, namespaces and the tools")
STRACE = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


@CELLS
def test_a_command_in_a_cell_becomes_a_log_that_can_be_read(tmp_path: Path) -> None:
    script = tmp_path / "my.sh"
    script.write_text("id -un; cat /etc/hostname; ls /home; cat notes 2>/dev/null; ip -br addr | wc -l\n")
    result = vigilante("--out", tmp_path, "--user", "alice", "--file", script, "--json", "--", "sh", "my.sh")
    assert result.exit_code == 0, result.output
    *printed, last = result.stdout.splitlines()
    assert printed == ["alice", "host", "alice", "bob", "1"]
    found = json.loads(last)
    assert (found["file"], found["status"]) == (str(tmp_path / "sh.strace"), 0)
    assert found["processes"] == 7
    assert sum(1 for _ in StraceReader(tmp_path / "sh.strace")) > 200


@CELLS
def test_a_cell_does_not_see_this_machine(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mine")
    result = vigilante("--out", tmp_path, "--name", "look", "--", "cat", str(tmp_path / "secret"))
    assert result.exit_code == 0
    assert "No such file" in result.stdout
    assert "ended with 1" in result.stderr


@STRACE
def test_here_needs_no_cell(tmp_path: Path) -> None:
    result = vigilante("--here", "--out", tmp_path / "new", "--name", "t", "--", "true")
    assert result.exit_code == 0, result.output
    text = (tmp_path / "new/t.strace").read_text()
    assert "execve(" in text and "exited with 0" in text


@STRACE
def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "true.strace").write_text("kept")
    refused(vigilante("--here", "--out", tmp_path, "--", "true"), ExitCode.USAGE, "is there already")
    assert (tmp_path / "true.strace").read_text() == "kept"


@STRACE
def test_what_does_not_start_leaves_no_log(tmp_path: Path) -> None:
    refused(vigilante("--here", "--out", tmp_path, "--", "no-such-program"), ExitCode.USAGE, "did not start")
    assert list(tmp_path.iterdir()) == []


@CELLS
def test_the_corpus_in_part_and_going_on(tmp_path: Path) -> None:
    args = ("--corpus", "--only", "c-mini-shell", "--out", tmp_path, "--json")
    first = json.loads(vigilante(*args).stdout)
    assert (first["recorded"], first["kept"], first["failed"]) == (1, 0, [])
    (label,) = read_labels(tmp_path)
    assert label["class"] == "benign" and label["processes"] > 3 and label["onset_line"] is None
    again = json.loads(vigilante(*args).stdout)
    assert (again["recorded"], again["kept"]) == (0, 1)
    (tmp_path / label["file"]).unlink()
    assert json.loads(vigilante(*args).stdout)["recorded"] == 1
    changed = json.loads(vigilante(*args, "--seed", "2").stdout)
    assert (changed["recorded"], changed["kept"]) == (1, 0), "another draw is another run"


@pytest.mark.parametrize(
    ("args", "word"),
    [
        ([], "name a COMMAND behind --, or --corpus"),
        (["--corpus", "--", "ls"], "--corpus takes no COMMAND, found 'ls'"),
        (["--corpus", "--here"], "--here goes with a COMMAND"),
        (["--corpus", "--name", "x"], "--name goes with a COMMAND"),
        (["--full", "--", "ls"], "--full goes with --corpus"),
        (["--jobs", "3", "--", "ls"], "--jobs goes with --corpus"),
        (["--here", "--user", "bob", "--", "ls"], "leave --here out"),
        (["--corpus"], "name its folder with --out"),
        (["--corpus", "--only", "nothing-like-it", "--out", "x"], "no scenario is called so"),
    ],
)
def test_what_cannot_be_meant_is_refused(args: list[str], word: str) -> None:
    refused(vigilante(*args), ExitCode.USAGE, word)


def test_a_machine_that_cannot_record_is_named_with_its_own_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    refused(vigilante("--out", tmp_path, "--", "ls"), ExitCode.ENGINE, "recording needs root (uid is 1000)")
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    refused(vigilante("--here", "--out", tmp_path, "--", "ls"), ExitCode.ENGINE, "apt-get install strace")
    assert list(tmp_path.iterdir()) == []
