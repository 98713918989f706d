"""`vigilante monitor`: what a board decides, as it happens."""

from __future__ import annotations

import json
import sys
from typing import Any

from hdl.contract.entries import AGGREGATE_ENTRY
from hdl.contract.event import RECORD, Kind
from hdl.contract.link import RecordMode
from hdl.contract.syscalls import NAMES
from hdl.contract.verdict import CallClass, Fault, PathClass, Verdict
from host.board import Aggregate
from host.columns import Words
from host.commands.connect import connected
from host.exits import ExitCode
from host.terminal import Terminal

_FLAGS = ("vaccinated", "violation", "floored", "by_tree", "overlong")


def run(terminal: Terminal, port: str, records: str, as_json: bool) -> ExitCode:
    """Print verdicts and counts until Ctrl-C."""
    seen = 0
    with connected(terminal, port) as board:
        board.record_mode(RecordMode[records.upper()])
        terminal.note(f"{port}: watching, records {records}; Ctrl-C ends it")
        try:
            for came in board.records():
                found = [_counts(came)] if isinstance(came, Aggregate) else _verdicts(came)
                seen += 0 if isinstance(came, Aggregate) else len(found)
                for value in found:
                    terminal.out(json.dumps(value, separators=(",", ":")) if as_json else _line(value))
                sys.stdout.flush()
        except KeyboardInterrupt:
            terminal.note(f"{port}: {seen:,} records, {board.aggregates.total():,} calls as counts")
    return ExitCode.CLEAN


def _verdicts(records: Words) -> list[dict[str, Any]]:
    """Return records as objects."""
    found = []
    for row in records:
        field = RECORD.unpack(int.from_bytes(row.astype("<u4").tobytes(), "little"))
        found.append({
            "type": "record", "sequence": field["sequence"], "kind": Kind(field["kind"]).name.lower(),
            "slot": field["slot"], "generation": field["generation"], "name": call_name(field["id"]),
            "verdict": Verdict(field["verdict"]).name.lower(), "proposed": Verdict(field["proposed"]).name.lower(),
            "tier": field["tier"], "score": round(field["score"] / 255, 4), "profile": field["profile"],
            "class": CallClass(field["call_class"]).name.lower(),
            "path": PathClass(field["path_class"]).name.lower(),
            "fault": Fault(field["fault"]).name.lower(), "flags": [name for name in _FLAGS if field[name]],
        })  # fmt: skip
    return found


def _counts(aggregate: Aggregate) -> dict[str, Any]:
    """Return allowed calls as an object."""
    calls = []
    for low, generation in aggregate.entries.tolist():
        field = AGGREGATE_ENTRY.unpack(low | generation << 32)
        calls.append({
            "slot": field["slot"], "generation": generation, "name": call_name(field["id"]),
            "count": field["count"],
        })  # fmt: skip
    return {"type": "aggregate", "from": aggregate.first, "to": aggregate.last, "calls": calls}


def call_name(ident: int) -> str:
    """Return the name of a canonical call."""
    return NAMES[ident] if ident < len(NAMES) else f"call {ident}"


def _line(value: dict[str, Any]) -> str:
    """Return an object for people."""
    if value["type"] == "aggregate":
        calls = ", ".join(f"{call['name']} {call['count']} (slot {call['slot']})" for call in value["calls"])
        return f"{value['from']:>10}  allowed: {calls}"
    what = value["name"] if value["kind"] == "call" else value["kind"]
    notes = [*value["flags"], *(() if value["fault"] == "none" else (f"fault {value['fault']}",))]
    if value["proposed"] != value["verdict"]:
        notes.append(f"enforce would {value['proposed']}")
    return (
        f"{value['sequence']:>10}  slot {value['slot']:>2} life {value['generation']:<6} {what:<16} "
        f"{value['verdict']:<10} tier {value['tier']} score {value['score']:.2f}  {' '.join(notes)}".rstrip()
    )
