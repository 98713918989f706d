"""The JSON-lines form of a screening: one object a line, for programs.

`{"type": "process"}` for every process with a call, in order of appearance:
    trace, pid, program, calls, line (its first), max_score (0..1), tier (0..3, highest), timeline (at most 64
    scores 0..1, each the highest of its stretch), blocked, first (null, or see below), excepted [{line (of the
    list of exceptions), calls, first (trace line), tier}].
`{"type": "trace"}` once per trace, after its processes:
    trace, engine, mode, model {name, version, digest}, lines, calls, events, processes, max_score, blocked,
    first (null, or the earliest of its processes' firsts), unknown_names {name: count}, unparsed_lines,
    records_sha256 (over all records but generation and sequence: equal engines, equal digests).
`{"type": "error"}` for a trace that cannot be read: trace, message, exit.

`first` is the first call that is not allowed (mode enforce) or would not be (monitor): pid, line, event, name,
call, calls, fraction (of the trace's calls before it), verdict, proposed, tier, score, grounds, flags,
accumulator, window, heaviest_calls [{line, pid, name, share}], heaviest_parts [{table, text, share, times}].
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from host.explain import Explainer
from host.screen import ProcessResult, Screening
from host.timeline import timeline
from models.package import Package
from models.trace import TraceStats

COLUMNS = 64
Json = dict[str, Any]


def line(value: Json) -> str:
    """Return an object as one line."""
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def objects(
    screening: Screening, explainer: Explainer, engine: str, mode: str, package: Package, stats: TraceStats
) -> Iterator[Json]:
    """Yield the objects of one screened trace."""
    firsts: dict[int, Json | None] = {}
    for result in screening.results:
        first = firsts[result.life.index] = _first(result, explainer)
        yield {
            "type": "process",
            "trace": screening.name,
            "pid": result.life.pid,
            "program": result.life.program().decode(errors="backslashreplace"),
            "calls": len(result.rows),
            "line": int(screening.lines[result.rows[0]]),
            "max_score": round(result.worst, 4),
            "tier": int(result.tiers.max()),
            "timeline": [round(level / 255, 3) for level in timeline(result, COLUMNS).levels],
            "blocked": first is not None,
            "first": first,
            "excepted": [
                {
                    "line": screening.exemptions.entries[part.entry - 1].line,
                    "calls": part.calls,
                    "first": part.first,
                    "tier": int(part.tier),
                }
                for part in result.excepted
            ],
        }
    hit = screening.blocked
    yield {
        "type": "trace",
        "trace": screening.name,
        "engine": engine,
        "mode": mode,
        "model": {"name": package.name, "version": package.version, "digest": package.digest},
        "lines": stats.lines,
        "calls": screening.calls,
        "events": len(screening.events),
        "processes": len(firsts),
        "max_score": round(max((result.worst for result in screening.results), default=0.0), 4),
        "blocked": hit is not None,
        "first": firsts[hit.life.index] if hit else None,
        "unknown_names": dict(sorted(stats.unknown_names.items())),
        "unparsed_lines": stats.unparsed_lines,
        "records_sha256": screening.digest(),
    }


def error_object(name: str, message: str, code: int) -> Json:
    """Return the object of a trace that cannot be read."""
    return {"type": "error", "trace": name, "message": message, "exit": int(code)}


def _first(result: ProcessResult, explainer: Explainer) -> Json | None:
    block = result.block
    if block is None:
        return None
    reason = explainer.explain(block.row)
    return {
        "pid": result.life.pid,
        "line": block.line,
        "event": block.row,
        "name": block.name,
        "call": block.call,
        "calls": block.calls,
        "fraction": round(block.fraction, 6),
        "verdict": block.verdict.name.lower(),
        "proposed": block.proposed.name.lower(),
        "tier": int(reason.tier),
        "score": round(reason.score, 4),
        "grounds": list(reason.grounds),
        "flags": list(reason.flags),
        "accumulator": reason.accumulator,
        "window": reason.window,
        "heaviest_calls": [
            {"line": call.line, "pid": call.pid, "name": call.name, "share": round(call.share, 4)}
            for call in reason.calls
        ],
        "heaviest_parts": [
            {"table": part.table, "text": part.text, "share": round(part.share, 4), "times": part.times}
            for part in reason.parts
        ],
    }
