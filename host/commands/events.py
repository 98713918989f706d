"""`vigilante events`: which calls of the board's own processes were not allowed."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import asdict, dataclass

from hdl.contract.event import RECORD, SLOTS, Kind
from hdl.contract.link import RecordMode
from hdl.contract.verdict import Fault, Verdict
from host.board import Aggregate, Board
from host.columns import Words
from host.commands.connect import connected
from host.commands.monitor import call_name
from host.exits import ExitCode
from host.terminal import Terminal

CORE_SLOTS = SLOTS // 2
"""Slots below this are the board's own processes."""

REACH_BYTES = 1 << 14
"""How far from its end the log is read."""

_NAMES = {verdict.name.lower(): verdict for verdict in Verdict}
_VERDICT = re.compile(
    rf"(\d+\.\d{{3}}) ({'|'.join(_NAMES)})( \(monitor\))?: slot (\d+), life ([0-9a-f]+), call (\d+), score (\d+), "
    r"fault (\d+), record (\d+)(?:, vaccinated)?"
)
_ENDED = re.compile(r"\d+\.\d{3} (?:quarantine: )?process (\d+) \((.*)\) (?:ended by|is frozen for) .*")


@dataclass(frozen=True)
class Event:
    """A call that was not allowed, or in monitor mode would not have been.

    seconds: since the board's reset, None of what is heard now.  process: its name, "" if nobody knows it.
    monitor: it was allowed, `verdict` is what enforce mode would have answered.  score: 0..1.
    """

    seconds: float | None
    sequence: int
    slot: int
    generation: int
    process: str
    name: str
    verdict: str
    monitor: bool
    score: float
    fault: str


def run(terminal: Terminal, port: str, count: int, follow: bool, as_json: bool) -> ExitCode:
    """Show the last of them; with `follow` then whatever comes, until Ctrl-C."""
    with connected(terminal, port) as board:
        names = alive(board)
        end = board.status().values["log_end"]
        text = b"".join(piece for _place, piece in board.log(max(0, end - REACH_BYTES)))
        found = from_log(text.decode(errors="replace"), names)
        _show(terminal, found[max(0, len(found) - count) :], as_json)
        if follow:
            board.record_mode(RecordMode.AGGREGATE)
            terminal.note(f"{port}: following; Ctrl-C ends it")
            try:
                for came in board.records():
                    if not isinstance(came, Aggregate):
                        _show(terminal, from_records(came, board, names), as_json)
            except KeyboardInterrupt:
                pass
    return ExitCode.CLEAN


def alive(board: Board) -> dict[int, str]:
    """Return the names of the board's processes by their numbers."""
    return {process.id: process.name for process in board.processes.list()}


def from_log(text: str, names: dict[int, str]) -> list[Event]:
    """Return the events that a piece of the log tells of, in order; `names` learns of processes that ended."""
    lines = text.splitlines()
    for ended in map(_ENDED.fullmatch, lines):
        if ended is not None:
            names.setdefault(int(ended[1]), ended[2])
    events = []
    for line in lines:
        said = _VERDICT.fullmatch(line)
        if said is None or int(said[4]) >= CORE_SLOTS:
            continue
        life = int(said[5], 16)
        events.append(Event(
            float(said[1]), int(said[9]), int(said[4]), life, names.get(life, ""), call_name(int(said[6])),
            said[2], said[3] is not None, round(int(said[7]) / 255, 4), _fault(int(said[8])),
        ))  # fmt: skip
    return events


def from_records(records: Words, board: Board, names: dict[int, str]) -> list[Event]:
    """Return the events among records that have just come."""
    events = []
    for row in records:
        field = RECORD.unpack(int.from_bytes(row.astype("<u4").tobytes(), "little"))
        harsh = field["verdict"] or field["proposed"]
        if field["slot"] >= CORE_SLOTS or field["kind"] != Kind.CALL or not harsh:
            continue
        if field["generation"] not in names:
            names.update(alive(board))
        events.append(Event(
            None, field["sequence"], field["slot"], field["generation"], names.get(field["generation"], ""),
            call_name(field["id"]), Verdict(harsh).name.lower(), not field["verdict"],
            round(field["score"] / 255, 4), _fault(field["fault"]),
        ))  # fmt: skip
    return events


def _fault(number: int) -> str:
    return Fault(number).name.lower() if number in set(Fault) else f"fault {number}"


def _show(terminal: Terminal, events: list[Event], as_json: bool) -> None:
    for event in events:
        if as_json:
            terminal.out(json.dumps(asdict(event), separators=(",", ":")))
            continue
        when = "now" if event.seconds is None else f"{event.seconds:.3f}"
        notes = [*(("monitor",) if event.monitor else ()), *(() if event.fault == "none" else (event.fault,))]
        terminal.out(
            f"{when:>10}  {event.generation:>5} {event.process or '?':<12} {event.name:<16} {event.verdict:<10} "
            f"score {event.score:.2f}  {' '.join(notes)}".rstrip()
        )
    sys.stdout.flush()
