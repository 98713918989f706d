"""`vigilante ps`, `score`, `top`, `kill`: the board's processes, with what only the operator may see."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from hdl.contract.link import ProcessState
from hdl.contract.verdict import Verdict
from host.boardinfo import now
from host.commands.connect import connected
from host.commands.files import user_names
from host.exits import ExitCode
from host.link.entries import Process
from host.link.errors import Failed
from host.processes import SIGNALS
from host.terminal import Terminal

_ESRCH = 3
_STATES = {ProcessState.READY: "R", ProcessState.WAITING: "S", ProcessState.ENDED: "Z"}
_HARSH = tuple(verdict for verdict in Verdict if verdict is not Verdict.ALLOW)


def ps(terminal: Terminal, port: str, as_json: bool) -> ExitCode:
    """List the processes."""
    with connected(terminal, port) as board:
        found = board.processes.list()
        names = user_names(board)
        clock = board.session.hello.values["clock"]
    if as_json:
        objects = [process_object(process, clock, names) for process in found]
        terminal.out(json.dumps({"processes": objects}, separators=(",", ":")))
        return ExitCode.CLEAN
    terminal.out(f"{'PID':>5} {'PPID':>5} {'USER':<8} S {'KB':>4} {'SECONDS':>8} {'SCORE':>5} {'CALLS':>7} NAME")
    for process in found:
        terminal.out(
            f"{process.id:>5} {process.parent:>5} {_user(process, names):<8} {_state(process)} "
            f"{process.memory:>4} {process.ran / clock:>8.2f} {_score(process):>5} {process.calls:>7} "
            f"{process.name}"
        )
    return ExitCode.CLEAN


def score(terminal: Terminal, port: str, wanted: int | None, as_json: bool) -> ExitCode:
    """Show the scores of all processes, or of one."""
    with connected(terminal, port) as board:
        found = board.processes.list()
        names = user_names(board)
        clock = board.session.hello.values["clock"]
    if wanted is not None:
        found = [process for process in found if process.id == wanted]
        if not found:
            raise Failed(port, f"process {wanted}", _ESRCH)
    for process in found:
        if as_json:
            terminal.out(json.dumps(process_object(process, clock, names), separators=(",", ":")))
            continue
        counts = ", ".join(
            f"{verdict.name.lower()} {count:,}" for verdict, count in process.counts.items() if count
        )
        said = "no call yet" if process.score is None else (
            f"score {process.score:.2f}, tier {process.tier}, last call {process.verdict.name.lower()}; {counts}"
        )  # fmt: skip
        terminal.out(f"{process.id:>5} {process.name:<12} {said}")
    return ExitCode.CLEAN


def kill(terminal: Terminal, port: str, process: int, signal: str) -> ExitCode:
    """Send a signal."""
    with connected(terminal, port) as board:
        board.processes.kill(process, SIGNALS[signal])
    return ExitCode.CLEAN


def top(terminal: Terminal, port: str, *, once: bool, interval: float, as_json: bool) -> ExitCode:
    """Show the processes again and again, the most suspect first, until Ctrl-C."""
    with connected(terminal, port) as board:
        clock = board.session.hello.values["clock"]
        names = user_names(board)
        before: dict[int, int] = {}
        then = 0
        with terminal.live() as show:
            try:
                while True:
                    status = board.status()
                    found = board.processes.list()
                    spent = max(1, now(status) - then)
                    shares = {one.id: (one.ran - before.get(one.id, 0)) / spent for one in found}
                    found.sort(key=lambda one: (one.score or 0.0, one.blocked, shares[one.id]), reverse=True)
                    if as_json:
                        terminal.out(json.dumps({
                            "seconds": round(now(status) / clock, 3), "running": bool(status.values["running"]),
                            "shed_records": status.values["shed_records"],
                            "processes": [
                                {**process_object(one, clock, names), "share": round(shares[one.id], 4)}
                                for one in found
                            ],
                        }, separators=(",", ":")))  # fmt: skip
                        sys.stdout.flush()
                    else:
                        show(_table(port, status.values, now(status) / clock, found, shares, names))
                    if once:
                        return ExitCode.CLEAN
                    before, then = {one.id: one.ran for one in found}, now(status)
                    board.wait(interval)
            except KeyboardInterrupt:
                return ExitCode.CLEAN


def process_object(process: Process, clock: int, names: Mapping[int, str]) -> dict[str, Any]:
    """Return a process as plain values."""
    return {
        "pid": process.id, "ppid": process.parent, "name": process.name, "user": _user(process, names),
        "uid": process.user, "state": process.state.name.lower(), "frozen": process.frozen, "slot": process.slot,
        "kb": process.memory,
        "seconds": round(process.ran / clock, 6), "cycles": process.ran,
        "score": None if process.score is None else round(process.score, 4), "tier": process.tier,
        "verdict": process.verdict.name.lower(), "calls": process.calls,
        "verdicts": {verdict.name.lower(): count for verdict, count in process.counts.items()},
    }  # fmt: skip


def _table(
    port: str, status: Mapping[str, int], seconds: float, found: Sequence[Process], shares: Mapping[int, float],
    names: Mapping[int, str],
) -> str:  # fmt: skip
    """Return what `top` shows."""
    totals = {verdict: sum(process.counts[verdict] for process in found) for verdict in Verdict}
    model = "a model is in force" if status["running"] else "no model is in force: nothing runs"
    said = ", ".join(f"{totals[verdict]:,} {verdict.name.lower()}" for verdict in Verdict if totals[verdict])
    lines = [
        f"{port}: up {seconds:.1f} s, {len(found)} processes, {model}, {status['shed_records']:,} records lost",
        f"calls of these: {said or 'none'}",
        f"{'PID':>5} {'USER':<8} S {'CPU%':>5} {'KB':>4} {'SCORE':>5} {'TIER':>4} {'CALLS':>7} "
        + " ".join(f"{verdict.name:>6.6}" for verdict in _HARSH)
        + " NAME",
    ]
    lines += [
        f"{one.id:>5} {_user(one, names):<8} {_state(one)} {100 * shares[one.id]:>5.1f} {one.memory:>4} "
        f"{_score(one):>5} {one.tier:>4} {one.calls:>7} "
        + " ".join(f"{one.counts[verdict]:>6}" for verdict in _HARSH)
        + f" {one.name}"
        for one in found
    ]
    return "\n".join(lines)


def _state(process: Process) -> str:
    return "F" if process.frozen else _STATES[process.state]


def _score(process: Process) -> str:
    return "-" if process.score is None else f"{process.score:.2f}"


def _user(process: Process, names: Mapping[int, str]) -> str:
    return names.get(process.user, str(process.user))
