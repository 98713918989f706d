"""Scenario files and marks: the parser refuses what it cannot use, and marks leave no trace."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from models.corpus.cell import RecordingError, check_machine, scrub, without_marks
from models.corpus.scenario import ATTACK, BENIGN, LANGUAGES, ScenarioError, read_scenarios
from models.corpus.scenarios import load, load_chores

MARK_PATH = "/vigilante-mark-0123"


def parse(tmp_path: Path, text: str, cls: str = BENIGN) -> list[str]:
    path = tmp_path / "some.scenarios"
    path.write_text(text)
    return [scenario.program(random.Random(1)) for scenario in read_scenarios(path, cls)]


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "one.scenarios"
    path.write_text(text)
    return path


def test_a_missing_mark_goes_to_the_start(tmp_path: Path) -> None:
    (shell,) = parse(tmp_path, "# about\n\n=== a text - sh any\nls\n")
    assert shell == '[ ! -e "$CHECKPOINT" ]\nls\n:\n'
    (c,) = parse(tmp_path, "=== a text - c any\nint main(void) {\n    return 0;\n}\n")
    assert 'int main(void) { access(getenv("CHECKPOINT"), F_OK);\n' in c


def test_a_mark_in_the_middle_stays_there(tmp_path: Path) -> None:
    (perl,) = parse(tmp_path, "=== a shadow T1003.008 perl root embedded\nprint 1;\n@MARK@\nprint 2;\n", ATTACK)
    assert perl.splitlines() == ["print 1;", "{ my $seen = -e $ENV{CHECKPOINT}; }", "print 2;"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("=== a text - ruby any\nx\n", "some.scenarios:1: not a scenario header: '=== a text - ruby any'"),
        ("=== a text - sh carol\nx\n", "some.scenarios:1: not a scenario header: '=== a text - sh carol'"),
        ("=== a text T1003 sh any\nx\n", "some.scenarios:1: technique 'T1003' for benign"),
        ("hello\n", "some.scenarios:1: text before the first header: 'hello'"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        parse(tmp_path, text)
    assert str(error.value) == said


def test_every_program_has_exactly_one_mark() -> None:
    chores = load_chores()
    for number, scenario in enumerate(load()):
        chore = chores[scenario.implementation][number % len(chores[scenario.implementation])]
        for before in (None, chore):
            text = scenario.program(random.Random(number), 1.0, before)
            assert text.count("CHECKPOINT") == 1, scenario.name
            assert "<%" not in text and "%>" not in text, scenario.name


def test_every_language_has_chores_and_none_is_marked() -> None:
    chores = load_chores()
    assert set(chores) == set(LANGUAGES)
    assert all(len(those) >= 3 for those in chores.values())
    assert not any("@MARK@" in chore.text for those in chores.values() for chore in those)


def test_a_chore_comes_first_whatever_the_language(tmp_path: Path) -> None:
    (chore,) = read_scenarios(_file(tmp_path, "=== c chore - c any\nint n = 1;\n"), BENIGN)
    (program,) = read_scenarios(
        _file(tmp_path, "=== a text - c any\nint main(void) {\n    return 0;\n}\n"), BENIGN
    )
    text = program.program(random.Random(1), 1.0, chore)
    assert "static void chore(void) {\nint n = 1;\n}\nint main(void) { chore(); access(" in text
    (chore,) = read_scenarios(_file(tmp_path, "=== c chore - python any\nn = 1\nprint(n)\n"), BENIGN)
    (program,) = read_scenarios(_file(tmp_path, "=== a text - python any\nprint(2)\n"), BENIGN)
    lines = program.program(random.Random(1), 1.0, chore).splitlines()
    assert lines[:4] == ["def chore():", "    n = 1", "    print(n)", "chore()"] and lines[-1] == "print(2)"


def test_marks_are_taken_out_and_counted_from_one() -> None:
    log = (
        '7 1.000000 execve("/bin/sh", ["sh"], 0x1 /* 8 vars */) = 0\n'
        f'7 1.000001 access("{MARK_PATH}", F_OK) = -1 ENOENT (No such file or directory)\n'
        "7 1.000002 getpid() = 7\n"
    )
    lines, onset = without_marks(log, MARK_PATH)
    assert [line.split()[2][:6] for line in lines] == ["execve", "getpid"]
    assert onset == 2


def test_the_second_half_of_a_mark_goes_too() -> None:
    log = (
        f'7 1.000001 newfstatat(AT_FDCWD, "{MARK_PATH}",  <unfinished ...>\n'
        "8 1.000002 <... read resumed>) = 0\n"
        "7 1.000003 <... newfstatat resumed>0x7, 0) = -1 ENOENT (No such file or directory)\n"
        "7 1.000004 <... wait4 resumed>) = 8\n"
    )
    lines, onset = without_marks(log, MARK_PATH)
    assert [line.split(maxsplit=2)[2].split()[1] for line in lines] == ["read", "wait4"]
    assert onset == 1


def test_a_printed_environment_is_no_mark() -> None:
    lines, onset = without_marks(f'7 1.000000 write(1, "CHECKPOINT={MARK_PATH}", 9) = 9\n', MARK_PATH)
    assert lines == ['7 1.000000 write(1, "CHECKPOINT=/checkpoint", 9) = 9\n']
    assert onset is None


def test_the_kernel_is_not_named() -> None:
    assert os.uname().release not in scrub(f"Linux version {os.uname().release} (me@there) (gcc)")


def test_a_missing_tool_is_named_with_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    with pytest.raises(RecordingError, match=r"^strace is missing: apt-get install strace$"):
        check_machine()


def test_recording_without_root_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(RecordingError, match=r"^recording needs root \(uid is 1000\): run it with sudo$"):
        check_machine()


def test_recording_without_namespaces_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = subprocess.CompletedProcess([], 1, "", "unshare: unshare failed: Operation not permitted\n")
    monkeypatch.setattr(shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: refused)
    with pytest.raises(RecordingError, match=r"^no namespaces here \(unshare: unshare failed"):
        check_machine()
