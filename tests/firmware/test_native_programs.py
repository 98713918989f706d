"""Programs as they are on the board, on a core of this computer's: the target suite, attacks, the userland."""

from __future__ import annotations

import re

from sim.native_processes import Processes


def shell(processes: Processes, line: str, user: int = 0) -> list[str]:
    """Return the lines that a shell's line prints."""
    return processes.run("sh", "-c", line, user=user)[1].splitlines()


def test_the_suite(processes: Processes) -> None:
    """Every call does what docs/calls.md says; what is full says so, and is to be had again."""
    left = processes.left
    status, said = processes.run("suite")
    lines = said.splitlines()
    assert [line for line in lines[:-1] if not line.startswith("ok: ")] == []
    found = re.fullmatch(r"(\d+) tests, 0 failed", lines[-1])
    assert status == 0 and found and int(found[1]) == len(lines) - 1 >= 50
    processes.call(0, "unlinkat", -100, processes.text(0, "/tmp/said"), 0)
    assert processes.left == left


def test_a_test_that_fails_is_told(processes: Processes) -> None:
    """The suite as a user who may not make its folder: not one test is said to hold."""
    processes.call(0, "fchmodat", -100, processes.text(0, "/tmp"), 0o755)
    status, said = processes.run("suite", "short", user=1000)
    assert status == 1 << 8 and "ok: " not in said and re.search(r"(\d+) tests, \1 failed\n$", said)


def test_attacks(processes: Processes) -> None:
    status, said = processes.run("attacks")
    lines = said.splitlines()
    assert [line for line in lines[:-1] if not line.startswith("held: ")] == []
    assert status == 0 and re.fullmatch(r"\d+ attacks, 0 succeeded", lines[-1]) and len(lines) > 150
