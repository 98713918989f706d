"""Logs that strace writes here and now: every line is understood, the process tree is the real one."""

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from models.readers.detect import open_trace
from models.readers.strace import StraceReader
from models.trace import Call, Exec, Exit, Fork, Item, Start

THREADS_AND_CHILDREN = """
import os, subprocess, threading
def work():
    for _ in range(20):
        os.stat("/etc")
threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
for _ in range(3):
    pid = os.fork()
    if not pid:
        os.execv("/bin/true", ["true"])
    os.waitpid(pid, 0)
subprocess.run(["/bin/sh", "-c", "cd /tmp; /bin/true & wait"])
"""


@pytest.fixture(scope="module")
def strace() -> str:
    program = shutil.which("strace")
    if program is None:
        pytest.skip("strace is not installed")
    probe = subprocess.run([program, "-o", "/dev/null", "/bin/true"], capture_output=True, text=True)
    if probe.returncode:
        pytest.skip(f"ptrace is not available here: {probe.stderr.strip()[:80]}")
    return program


def check_tree(items: list[Item]) -> tuple[int, int, int]:
    """Assert that every process is born once and ends; return how many forked, executed and ended."""
    alive: set[int] = set()
    for item in items:
        match item:
            case Start(pid=pid):
                assert not alive, "one program was recorded, so there is one root"
                alive.add(pid)
            case Fork(pid=pid, child=child):
                assert pid in alive and child not in alive
                alive.add(child)
            case Exit(pid=pid):
                alive.remove(pid)
            case _:
                assert item.pid in alive
    assert not alive
    kinds = [type(item) for item in items]
    return kinds.count(Fork), kinds.count(Exec), kinds.count(Exit)


@pytest.mark.parametrize(
    "options", ["", "-y", "-yy -ttt", "-t -T", "-tt -T -y", "-r -s 4", "-ttt -v -i -n", "-xx"]
)
def test_file(strace: str, options: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = [
        strace,
        "-f",
        *options.split(),
        "-o",
        str(log),
        sys.executable,
        "-S",
        "-c",
        THREADS_AND_CHILDREN,
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    reader = open_trace(log)
    assert isinstance(reader, StraceReader)
    items = list(reader)
    assert reader.stats.unparsed_lines == 0
    assert reader.stats.unknown_names == {}
    # Three forks and the shell, and the shell's child.
    forks, executions, exits = check_tree(items)
    assert (forks, executions, exits) == (5, 6, 6)
    calls = [item for item in items if isinstance(item, Call)]
    seen = {path.text for call in calls for path in call.paths}
    assert {b"/etc", b"/bin/true", b"/tmp"} <= seen or "-s 4" in options
    assert all((call.time is not None) == ("-t" in options or "-r" in options) for call in calls)


@pytest.mark.parametrize("options", ["", "-y -ttt"])
def test_stderr(strace: str, options: str) -> None:
    command = [
        strace,
        "-f",
        *options.split(),
        "/bin/sh",
        "-c",
        "/bin/true & wait; (cd /; /bin/true); exec /bin/true",
    ]
    done = subprocess.run(command, check=True, capture_output=True)
    reader = StraceReader(io.BytesIO(done.stderr), "stderr")
    items = list(reader)
    assert reader.stats.unparsed_lines == 0, done.stderr.decode()
    forks, executions, exits = check_tree(items)
    assert forks >= 2 and executions >= 4 and exits == forks + 1
    assert items[0] == Start(1, 0)


def test_one_process(strace: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    subprocess.run([strace, "-o", str(log), "/bin/true"], check=True)
    reader = StraceReader(log)
    assert check_tree(list(reader)) == (0, 1, 1)
    assert reader.stats.unparsed_lines == 0
