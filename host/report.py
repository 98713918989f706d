"""Tells people what became of a trace: timelines, the first block of each process, and why."""

from __future__ import annotations

import math
from itertools import groupby
from operator import itemgetter
from pathlib import PurePosixPath

from rich.console import Console
from rich.text import Text

from hdl.contract.verdict import Verdict
from host.explain import Explainer, Reason
from host.screen import Block, ProcessResult, Screening
from host.timeline import BLOCKS, PLAIN, STYLES, Timeline, timeline
from models.trace import TraceStats

SHOWN = 8
"""Processes whose timelines are shown, unless all are asked for."""

_LABEL = 28
_SCORE = 6
_OF_TABLE = {
    "unigram": "call", "bigram": "2-gram", "trigram": "3-gram", "fourgram": "4-gram", "sixgram": "6-gram",
    "argument": "arguments",
}  # fmt: skip


def glyphs_for(console: Console) -> str:
    """Return the glyphs that the console's encoding has."""
    try:
        BLOCKS.encode(console.encoding)
    except (UnicodeEncodeError, LookupError):
        return PLAIN
    return BLOCKS


def label(result: ProcessResult, line: int | None = None) -> str:
    """Return what a process is called: pid and the program it ran last, or when it came to `line`."""
    program = PurePosixPath(result.life.program(line).decode(errors="backslashreplace")).name
    printable = "".join(letter if letter.isprintable() else "?" for letter in program)
    return f"pid {result.life.pid} {printable}".strip()


def show(
    console: Console, screening: Screening, explainer: Explainer, mode: str, stats: TraceStats, everything: bool
) -> None:
    """Print one screened trace."""
    results = screening.results
    hit = screening.blocked
    console.print(Text(f"{screening.name}", style="bold"), soft_wrap=True)
    console.print(_line(f"  {screening.calls:,} calls, {_count(len(results), 'process', 'processes')}"))
    for warning in warnings(stats):
        console.print(_line(f"  note: {warning}", "yellow"), soft_wrap=True)
    order = sorted(results, key=_prominence)
    shown = order if everything else order[:SHOWN]
    width = max(16, min(console.width, 100) - _LABEL - _SCORE - 4)
    for result in shown:
        _show_process(console, result, timeline(result, width))
    if rest := order[len(shown) :]:
        worst = max(result.worst for result in rest)
        blocked = sum(result.block is not None for result in rest)
        text = f"  and {_count(len(rest), 'more process', 'more processes')}, {blocked} of them blocked"
        console.print(_line(f"{text}, highest score {digits(worst)} (--all shows them)", "dim"))
    for text in excepted_lines(screening):
        console.print(_line(text, "yellow"), soft_wrap=True)
    if hit is None or hit.block is None:
        console.print(
            _line(f"  passed: {'nothing blocked' if mode == 'enforce' else 'enforce would block nothing'}")
        )
        return
    for line in verdict_lines(hit, hit.block, mode):
        console.print(_line(line, "bold red"), soft_wrap=True)
    for line in reason_lines(explainer.explain(hit.block.row)):
        console.print(_line(line), soft_wrap=True)


def verdict_lines(result: ProcessResult, block: Block, mode: str) -> list[str]:
    """Return what happened first and how far into the trace."""
    verb = word(block.proposed)
    where = (
        f"{block.name} of {label(result, block.line)}, its call {block.call:,} of {block.calls:,}, "
        f"line {block.line:,}, {block.fraction:.1%} into the trace (event {block.row})"
    )
    if mode == "enforce":
        return [
            f"  {verb}: {where}",
            "  (a recording has happened: the replay goes on as if the call had gone through)",
        ]
    return [f"  monitor mode changes nothing; enforce mode would have answered {verb}: {where}"]


def excepted_lines(screening: Screening) -> list[str]:
    """Return what exceptions let be: the gateware answered otherwise."""
    lines = []
    for result in screening.results:
        for part in result.excepted:
            entry = screening.exemptions.entries[part.entry - 1]
            lines.append(
                f"  excepted by line {entry.line} ({entry.text}): {_count(part.calls, 'call', 'calls')} of "
                f"{label(result, part.first)}, from line {part.first:,}, up to tier {part.tier.name.lower()}; "
                "the gateware does not know exceptions"
            )
    return lines


def reason_lines(reason: Reason) -> list[str]:
    """Return why, in lines."""
    lines = [f"  why: {ground}" for ground in reason.grounds]
    if reason.parts:
        lines.append(f"  what weighed most, of {_count(reason.window, 'call', 'calls')} that count:")
    for part in reason.parts:
        times = f" ({part.times} times)" if part.times > 1 else ""
        lines.append(f"    {part.share:5.1%}  {_OF_TABLE[part.table]:<9}  {part.text}{times}")
    if reason.calls:
        heaviest = ", ".join(f"{call.name} (line {call.line}, {call.share:.1%})" for call in reason.calls[:3])
        lines.append(f"    heaviest calls: {heaviest}")
    return lines


def warnings(stats: TraceStats) -> list[str]:
    """Return what of the recording was not understood."""
    found = []
    if stats.unknown_names:
        most = sorted(stats.unknown_names.items(), key=lambda entry: (-entry[1], entry[0]))
        names = ", ".join(f"{name} ({count})" for name, count in most[:5])
        more = f" and {len(most) - 5} more" if len(most) > 5 else ""
        found.append(f"system calls without a canonical id, screened as unknown: {names}{more}")
    if stats.unparsed_lines:
        found.append(f"{_count(stats.unparsed_lines, 'line was', 'lines were')} not understood and left out")
    return found


def digits(score: float) -> str:
    """Return a score with two digits, never rounded up into a tier that it is not in."""
    return f"{math.floor(score * 100 + 1e-9) / 100:.2f}"


def word(verdict: Verdict) -> str:
    """Return a verdict as people read it."""
    return {
        Verdict.ALLOW: "allowed", Verdict.DECOY: "decoy served", Verdict.CLONE: "rehearsed in the cell",
        Verdict.QUARANTINE: "quarantined", Verdict.DENY: "denied", Verdict.KILL: "killed",
    }[verdict]  # fmt: skip


def _prominence(result: ProcessResult) -> tuple[float, int, int]:
    """Order processes: blocked ones first, as they were blocked, then by score."""
    return (result.block.row if result.block else math.inf, -int(result.scores.max()), int(result.rows[0]))


def _show_process(console: Console, result: ProcessResult, line: Timeline) -> None:
    text = Text(f"  {label(result)[:_LABEL]:<{_LABEL}} ")
    glyphs = zip(line.text(glyphs_for(console)), line.tiers, strict=True)
    for tier, run in groupby(glyphs, key=itemgetter(1)):
        text.append("".join(glyph for glyph, _tier in run), STYLES[tier])
    text.append(f" {digits(result.worst)}")
    console.print(text, no_wrap=True, overflow="crop")
    if line.mark >= 0:
        console.print(_line(" " * (_LABEL + 3) + line.pointer(), "red"), no_wrap=True, overflow="crop")


def _line(text: str, style: str = "") -> Text:
    return Text(text, style=style)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
