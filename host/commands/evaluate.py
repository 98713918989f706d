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

_TEXTS = {
    "auc": "area under the ROC curve",
    "tpr_at_1pct_fpr": "attacks found at 1 % false positives",
    "tpr_at_5pct_fpr": "attacks found at 5 % false positives",
    "accuracy": "accuracy, its threshold from a calibration fold",
    "blocked_benign": "benign traces blocked (tier certain)",
    "n_benign": "benign traces",
    "n_attack": "attack traces",
    "median_block_fraction": "median part of an attack that ran before its block",
}


def run(
    terminal: Terminal,
    adfa: Path | None,
    protocol: str,
    corpus: Path | None,
    held_out: str | None,
    model: Path | None,
    key: Path | None,
    as_json: bool,
) -> ExitCode:
    """Evaluate and print the figures."""
    if (adfa is None) == (corpus is None):
        raise click.UsageError("name one of --adfa DIR and --corpus DIR")
    if adfa is not None and (model or key):
        raise click.UsageError("--adfa trains models of its own: leave --model and --key out")
    if held_out is not None and (corpus is None or model or key):
        raise click.UsageError("--held-out goes with --corpus and trains models of its own: leave the rest out")
    with terminal.steps() as progress:
        try:
            if adfa is not None:
                found = {"data": str(adfa), "protocol": protocol, **evaluate_adfa(adfa, protocol, progress)}
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
                figures = evaluate_corpus(corpus, parse(package.image), progress)
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
    head = f"ADFA-LD, protocol {found['protocol']}" if "protocol" in found else f"model {found['model']['name']}"
    lines = [f"{found['data']}: {head}"]
    for name, text in _TEXTS.items():
        value = found[name]
        lines.append(f"  {'none' if value is None else value:>7}  {text}")
    return lines
