"""Every accuracy figure of the docs in one run: our method and its peers over the same folds.

    python -m models.accuracy [--adfa DIR] [--corpus DIR] [--jobs 2]

Writes docs/figures/accuracy.json and the figures beside it, and prints what was wanted and what was reached.  What
was computed before from the same sources and data is taken from the cache.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from models.build import CORPUS, SETTINGS
from models.evaluate import by_kind, figures
from models.intervals import auc, interval, resampled
from models.peers.gru import Gru
from models.peers.mlp import Mlp
from models.peers.ours import Ours
from models.peers.stide import Stide
from models.peers.trees import Trees
from models.protocols import PROTOCOLS, read_adfa, split
from models.runs import Method, Result, results
from models.trial import Traces

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "figures"
PEERS = (Method("gru", Gru), Method("mlp", Mlp), Method("trees", Trees), Method("stide", Stide))
ADFA_METHODS = (Method("ours", Ours, {"seed": 0}), *PEERS)
CORPUS_METHODS = (Method("ours", Ours, {**SETTINGS, "seed": 0}), *PEERS)


def table(found: dict[str, Result], change: str = "plain") -> dict[str, Any]:
    """Return the figures of every method, and the interval of by how much our AUC is above it."""
    rows: dict[str, Any] = {}
    ours = [fold.units() for fold in found["ours"].folds[change]]
    drawn = resampled(ours, auc)
    for key, result in found.items():
        folds = result.folds[change]
        row = {"name": result.name, "bytes": result.bytes, "cycles": result.cycles, **figures(folds)}
        if key == "ours":
            row["by_kind"] = by_kind(folds)
        else:
            low, high = interval(drawn - resampled([fold.units() for fold in folds], auc))
            row["auc_ours_minus_this"] = [round(low, 4), round(high, 4)]
        rows[key] = row
    return rows


def adfa_tables(traces: Traces, jobs: int, folds: int | None = None) -> dict[str, Any]:
    """Return a table per protocol, with and without near-duplicates of both labels."""
    found = {}
    for protocol in PROTOCOLS:
        for mixed in (True, False):
            name = protocol if mixed else f"{protocol}, without mixed"
            begin = time.monotonic()
            splits = split(traces, protocol, 0, not mixed)[:folds]
            methods = ADFA_METHODS if mixed else ADFA_METHODS[:1]
            found[name] = table(results(methods, traces, splits, jobs=jobs, progress=_progress(name)))
            _said(name, found[name], time.monotonic() - begin)
    return found


def _progress(name: str) -> Any:
    def say(what: str, done: int, total: int) -> None:
        print(f"\r{name}: {what}, {done} of {total}   ", end="", file=sys.stderr, flush=True)

    return say if sys.stderr.isatty() else None


def _said(name: str, rows: dict[str, Any], seconds: float) -> None:
    click.echo(f"{name} ({seconds:.0f} s)")
    for row in rows.values():
        low, high = row["intervals"]["auc"]
        click.echo(
            f"  {row['name']:28} {row['bytes']:5} B {row['cycles']:5} cycles"
            f"  AUC {row['auc']:.3f} [{low:.3f}, {high:.3f}]"
            f"  TPR {row['tpr_at_1pct_fpr']:.3f} / {row['tpr_at_5pct_fpr']:.3f}  accuracy"
            f" {row['accuracy']:.3f}  blocked {row['blocked_benign']} of {row['n_benign']}"
        )


@click.command()
@click.option("--adfa", type=click.Path(path_type=Path, exists=True), help="Folder of ADFA-LD.")
@click.option("--corpus", type=click.Path(path_type=Path), default=CORPUS, help="Folder with labels.jsonl.")
@click.option("--jobs", type=int, default=2, show_default=True)
@click.option("--folds", type=int, help="Only so many folds: a trial.")
@click.option("--out", type=click.Path(path_type=Path), default=FOLDER, help="Where the figures go.")
def main(adfa: Path | None, corpus: Path, jobs: int, folds: int | None, out: Path) -> None:
    """Measure everything."""
    found: dict[str, Any] = {}
    if adfa is not None:
        found["adfa"] = adfa_tables(read_adfa(adfa, _progress("ADFA-LD")), jobs, folds)
    out.mkdir(parents=True, exist_ok=True)
    (out / "accuracy.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
