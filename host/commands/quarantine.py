"""`vigilante quarantine`: what is frozen on a board, and what is done with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from hdl.contract.memory import REGIONS
from hdl.contract.quarantine import WEIGHTS, Evidence
from hdl.contract.syscalls import NAMES, NUMBERS
from host.board import Board
from host.commands.connect import connected
from host.core_file import PF_R, PF_W, PF_X, Window, core_file
from host.exits import ExitCode
from host.link.entries import Frozen
from host.link.errors import Failed, LinkError
from host.terminal import Terminal

_ESRCH = 3
_ABI = ("pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", *(f"a{i}" for i in range(8)),
        *(f"s{i}" for i in range(2, 12)), "t3", "t4", "t5", "t6")  # fmt: skip
"""Registers by name, in the board's order."""

_WORDS = {
    Evidence.WRITE_EXECUTE: "asked for memory that can be both written and run",
    Evidence.STACK: "its stack pointer is not in its data",
    Evidence.COUNTER: "would go on outside of its text",
    Evidence.TEXT: "its text is not what was loaded",
    Evidence.RETURN: "nothing on its stack leads behind a call in its text",
    Evidence.CANARY: "used what was given out as a decoy",
    Evidence.DENIED: "some of its calls were not allowed",
    Evidence.DENIED_OFTEN: "many of its calls were not allowed",
    Evidence.HOSTILE: "its score was in tier 2 or 3 at its last call",
    Evidence.WRITERS: "has many files open for writing",
    Evidence.SECRETS: "opened what is secret",
    Evidence.SOCKET: "has a socket open",
    Evidence.SECRET_SOCKET: "opened what is secret, and has a socket",
    Evidence.AGAIN: "is here for the second time",
    Evidence.LAST: "is here for the third time",
}


def list_(terminal: Terminal, port: str, as_json: bool) -> ExitCode:
    """List what is frozen."""
    with connected(terminal, port) as board:
        cells = board.quarantine.cells()
        clock = board.session.hello.values["clock"]
    if as_json:
        terminal.out(json.dumps({
            "hold": cells.hold, "resumed": cells.resumed, "purged": cells.purged, "decided_cycles": cells.decided,
            "frozen": [_object(one, clock) for one in cells.frozen],
        }, separators=(",", ":")))  # fmt: skip
        return ExitCode.CLEAN
    if cells.frozen:
        terminal.out(f"{'PID':>5} {'FAMILY':>6} {'BY':<8} {'HELD':<4} {'SCORE':>5} {'SECONDS':>8} NAME")
    for one in cells.frozen:
        score = "-" if one.score is None else f"{one.score:.2f}"
        terminal.out(
            f"{one.id:>5} {one.family:>6} {one.by.name.lower():<8} {'yes' if one.held else 'no':<4} {score:>5} "
            f"{one.cycles / clock:>8.2f} {one.name}"
        )
    terminal.out(
        f"{len(cells.frozen)} frozen; {cells.resumed} families resumed, {cells.purged} ended; "
        f"{'the operator' if cells.hold else 'the board'} decides"
    )
    return ExitCode.CLEAN


def show(terminal: Terminal, port: str, process: int, as_json: bool) -> ExitCode:
    """Show a frozen process."""
    with connected(terminal, port) as board:
        one = _found(board, process)
        registers = board.quarantine.registers(process)
        clock = board.session.hello.values["clock"]
    call = NUMBERS["riscv64"].get(registers[17])
    name = "unknown" if call is None else NAMES[call]
    if as_json:
        terminal.out(json.dumps({
            **_object(one, clock), "call": name if one.by.name == "VERDICT" else None,
            "registers": dict(zip(_ABI, registers, strict=True)),
        }, separators=(",", ":")))  # fmt: skip
        return ExitCode.CLEAN
    led = f", for its call {name}" if one.by.name == "VERDICT" else ""
    terminal.out(f"process {one.id} {one.name}, family {one.family}, frozen by {one.by.name.lower()}{led}")
    if one.score is None:
        terminal.out("not looked at")
    else:
        terminal.out(f"score {one.score:.2f}" + ("" if one.evidence else ": nothing speaks against it"))
    for piece in one.evidence:
        terminal.out(f"  {WEIGHTS[piece] / 255:.2f}  {piece.name.lower():<14} {_WORDS[piece]}")
    named = [f"{label:>3} {value:08x}" for label, value in zip(_ABI, registers, strict=True)]
    for row in range(0, len(named), 8):
        terminal.out("  ".join(named[row : row + 8]))
    return ExitCode.CLEAN


def dump(terminal: Terminal, port: str, process: int, output: Path) -> ExitCode:
    """Write a frozen process to a core file."""
    with connected(terminal, port) as board:
        registers = board.quarantine.registers(process)
        with terminal.steps("reading ") as progress:
            text = board.quarantine.text(process, progress)
            data = board.quarantine.data(process, progress)
        one = next((one for one in board.processes.list() if one.id == process), None)
    if one is None:
        raise Failed(port, f"process {process}", _ESRCH)
    windows = (
        Window(REGIONS["user_text"].base, text, PF_R | PF_X),
        Window(REGIONS["user_data"].base, data, PF_R | PF_W),
    )
    content = core_file(registers, windows, process=one.id, parent=one.parent, user=one.user, name=one.name)
    try:
        output.write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"{output}: cannot be written ({error.strerror}): name another file") from None
    terminal.note(f"{output}: {len(content):,} bytes, process {process} {one.name}")
    return ExitCode.CLEAN


def order(terminal: Terminal, port: str, what: str, process: int) -> ExitCode:
    """Have a process's family frozen, resumed, resumed with a narrower profile, or ended."""
    with connected(terminal, port) as board:
        cell = board.quarantine
        match what:
            case "freeze":
                cell.freeze(process)
            case "kill":
                cell.kill(process)
            case _:
                cell.resume(process, narrow=what == "narrow")
    return ExitCode.CLEAN


def hold(terminal: Terminal, port: str, on: bool) -> ExitCode:
    """Say who decides."""
    with connected(terminal, port) as board:
        board.quarantine.hold(on)
    return ExitCode.CLEAN


def _found(board: Board, process: int) -> Frozen:
    for one in board.quarantine.cells().frozen:
        if one.id == process:
            return one
    if process in [other.id for other in board.processes.list()]:
        raise LinkError(
            f"{board.name}: process {process}: it is not in quarantine: `vigilante quarantine freeze {process}` "
            "puts it there"
        )
    raise Failed(board.name, f"process {process}", _ESRCH)


def _object(one: Frozen, clock: int) -> dict[str, Any]:
    """Return a frozen process as plain values."""
    return {
        "pid": one.id, "name": one.name, "family": one.family, "slot": one.slot, "by": one.by.name.lower(),
        "held": one.held, "times": one.times, "score": None if one.score is None else round(one.score, 4),
        "evidence": [piece.name.lower() for piece in one.evidence], "counter": one.counter,
        "seconds": round(one.cycles / clock, 6),
    }  # fmt: skip
