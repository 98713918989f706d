"""`vigilante eval`: how well a model, or the method, tells attacks from honest work."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from host.commands.screen import load_package
from host.exits import ExitCode
from host.terminal import Terminal
from models.evaluate import CorpusError
from models.image import parse
from models.protocols import evaluate_adfa, evaluate_corpus, evaluate_held_out
from models.trace import TraceError

_RATES = {
    "auc": "area under the ROC curve",
    "tpr_at_1pct_fpr": "attacks found, 1 % of benign processes flagged",
    "tpr_at_5pct_fpr": "attacks found, 5 % of benign processes flagged",
    "accuracy": "accuracy, its threshold from a calibration fold",
}
_COUNTS = {
    "n_benign": "benign processes",
    "blocked_benign": "of them blocked (tier certain)",
    "blocked_benign_bound": "95 % upper bound of that, by clusters",
    "n_attack": "attacks, from their onset on",
    "blocked_attack": "of them blocked",
    "median_block_fraction": "median part of an attack that ran before its block",
}


def run(
    terminal: Terminal,
    adfa: Path | None,
    protocol: str,
    without_mixed: bool,
    corpus: Path | None,
    held_out: str | None,
    model: Path | None,
    key: Path | None,
    anew: bool,
    as_json: bool,
) -> ExitCode:
    """Evaluate and print the figures."""
    if (adfa is None) == (corpus is None):
        raise click.UsageError("name one of --adfa DIR and --corpus DIR")
    if adfa is not None and (model or key):
        raise click.UsageError("--adfa trains models of its own: leave --model and --key out")
    if without_mixed and adfa is None:
        raise click.UsageError("--without-mixed goes with --adfa: a corpus has no such groups")
    if held_out is not None and (corpus is None or model or key):
        raise click.UsageError("--held-out goes with --corpus and trains models of its own: leave the rest out")
    if anew and (corpus is None or held_out is not None):
        raise click.UsageError("--anew goes with --corpus: it has the logs read again, for a measurement")
    with terminal.steps() as progress:
        try:
            if adfa is not None:
                chosen = {"protocol": protocol, "without_mixed": without_mixed}
                figures = evaluate_adfa(adfa, protocol, progress, without_mixed=without_mixed)
                found = {"data": str(adfa), **chosen, **figures}
            elif held_out is not None:
                assert corpus is not None
                found = {
                    "data": str(corpus),
                    "held_out": held_out,
                    **evaluate_held_out(corpus, held_out, progress),
                }
            else:
                assert corpus is not None
                package = load_package(model, key)
                figures = evaluate_corpus(corpus, parse(package.image), progress, anew)
                used = {"name": package.name, "version": package.version, "digest": package.digest}
                found = {"data": str(corpus), "model": used, **figures}
        except (CorpusError, ValueError) as error:
            raise TraceError(str(error)) from None
    if as_json:
        terminal.out(json.dumps(found, separators=(",", ":")))
    else:
        for text in _lines(found):
            terminal.out(text)
    return ExitCode.CLEAN


def _lines(found: dict[str, Any]) -> list[str]:
    if "protocol" in found:
        head = f"ADFA-LD, protocol {found['protocol']}{', without mixed' if found['without_mixed'] else ''}"
    elif "held_out" in found:
        head = f"held out by {found['held_out']}"
    else:
        head = f"model {found['model']['name']}"
    lines = [f"{found['data']}: {head}"]
    for name, text in _RATES.items():
        between = found["intervals"][name]
        said = f", 95 %: {between[0]:.4f} to {between[1]:.4f}" if between else ""
        lines.append(f"  {_shown(found[name]):>7}  {text}{said}")
    lines += [f"  {_shown(found[name]):>7}  {text}" for name, text in _COUNTS.items()]
    return lines + ([_speed(found["speed"])] if "speed" in found else [])


def _speed(speed: dict[str, Any]) -> str:
    return (
        f"  {speed['events']:,} events in {speed['seconds']:.1f} s: {speed['events_per_second']:,} a second, "
        f"{speed['events_per_processor_second']:,} a processor second; reading {speed['reading_share']:.0%}, "
        f"{speed['from_cache']} of {speed['recordings']} recordings as read before"
    )


def _shown(value: float | int | None) -> str:
    return "none" if value is None else str(value)
