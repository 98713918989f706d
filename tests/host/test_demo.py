"""The demonstration: what counts as right."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from host.commands.demo import FOLDER, cases, run
from host.exits import ExitCode
from host.terminal import Terminal
from models.trace import TraceError

if TYPE_CHECKING:
    from conftest import Lab


def demo(lab: Lab, folder: Path, kind: str, onset: int | None, model: Path) -> ExitCode:
    folder.mkdir(exist_ok=True)
    shutil.copy(lab.trace, folder / "t.strace")
    label = {"file": "t.strace", "class": kind, "onset_line": onset}
    (folder / "labels.jsonl").write_text(json.dumps(label) + "\n")
    return run(Terminal(), model, lab.public, "golden", folder)


def test_outcomes(lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo(lab, tmp_path / "a", "benign", None, lab.calm) == ExitCode.CLEAN
    assert "ok: the benign trace passes" in capsys.readouterr().out
    assert demo(lab, tmp_path / "b", "benign", None, lab.wild) == ExitCode.BLOCKED
    assert re.search(r"WRONG: the benign trace is \w.* at line \d+, as it should not be", capsys.readouterr().out)
    assert demo(lab, tmp_path / "c", "attack", 2, lab.wild) == ExitCode.CLEAN
    said = capsys.readouterr().out
    assert re.search(
        r"ok: the attack, which begins at line 2, is answered at line \d+, \d+ calls later: .+ \(tier \w+\)", said
    )
    assert demo(lab, tmp_path / "d", "attack", 2, lab.calm) == ExitCode.BLOCKED
    assert "WRONG: the attack, which begins at line 2, passes" in capsys.readouterr().out
    assert demo(lab, tmp_path / "e", "attack", 300, lab.wild) == ExitCode.BLOCKED
    assert "has its trace answered before" in capsys.readouterr().out


def test_missing_labels_are_named(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"labels\.jsonl: cannot be read"):
        cases(tmp_path)


def test_the_demonstration_that_ships_has_both_classes() -> None:
    found = cases(FOLDER)
    assert [case.onset is None for case in found] == [True, False]
    assert all(case.path.exists() for case in found)
