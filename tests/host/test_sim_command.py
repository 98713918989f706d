"""A simulated board that stays on, used by commands in other processes; its plug is pulled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

VIGILANTE = (sys.executable, "-m", "host.cli")


@contextmanager
def board_on(tmp_path: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Give a running `vigilante sim` and the port that it prints."""
    command = [*VIGILANTE, "sim", "--flash", str(tmp_path / "board.flash"), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def vigilante(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*VIGILANTE, *arguments], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("options", [(), ("--listen", "0")], ids=["pseudo-terminal", "socket"])
def test_it_stays_on_between_commands(tmp_path: Path, options: tuple[str, ...]) -> None:
    with board_on(tmp_path, *options) as (process, port):
        assert port.startswith("socket://" if options else "/dev/")
        first, second = (vigilante("info", "--port", port, "--json") for _ in range(2))
        assert first.returncode == second.returncode == 0, first.stderr + second.stderr
        assert '"line":"sim-fast"' in first.stdout
        log = vigilante("log", "tail", "--port", port, "-n", "20").stdout
        assert log.count("session") >= 3 and log.count("no model in flash") == 1, "one boot, three sessions"
        process.send_signal(signal.SIGINT)
        _out, said = process.communicate(timeout=20)
        assert process.returncode == 0 and said.splitlines()[-1] == "switched off"


@pytest.mark.parametrize("options", [(), ("--listen", "0")], ids=["pseudo-terminal", "socket"])
def test_a_plug_that_is_pulled_is_one_line(tmp_path: Path, options: tuple[str, ...]) -> None:
    with board_on(tmp_path, *options) as (process, port):
        watching = subprocess.Popen(
            [*VIGILANTE, "monitor", "--port", port], stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert watching.stderr is not None
        assert "watching" in watching.stderr.readline()
        process.kill()
        said = watching.communicate(timeout=60)[1]
    assert watching.returncode == 6
    assert said.count("\n") == 1 and said.startswith(f"vigilante: {port}: went away")


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with board_on(tmp_path, "--listen", "0") as (_process, port):
        number = port.rpartition(":")[2]
        done = vigilante("sim", "--flash", str(tmp_path / "other.flash"), "--listen", number)
    assert done.returncode == 2
    assert f"--listen {number}: Address already in use: name another port" in done.stderr
