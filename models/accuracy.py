"""Every accuracy figure of the docs in one run: our method and its peers over the same folds.

    python -m models.accuracy [--adfa DIR] [--corpus DIR] [--jobs 2] [--protocol NAME ...] [--method NAME ...]

Writes docs/accuracy-tables.md, docs/charts/accuracy.json and the charts beside it, and prints what was wanted and
what was reached.  What was computed before from the same sources and data is taken from the cache.  With --method
peers are left out of the tables; with --protocol the tables of other protocols stay as they are.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from models.accuracy_figures import cost, earliness, reliability_diagram, roc
from models.accuracy_tables import page
from models.aims import BY_INNER_FOLDS, reached
from models.build import CORPUS, SETTINGS
from models.corpus import condensed
from models.corpus.condensed import SAMPLE
from models.disguise import Padded, Slowed
from models.evaluate import CorpusError, Progress, by_kind, figures
from models.image import parse
from models.intervals import auc, interval, over_folds, resampled
from models.outcomes import Fold
from models.package import SHIPPED, PackageError, read_package
from models.peers.gru import Gru
from models.peers.mlp import Mlp
from models.peers.ours import Ours
from models.peers.stide import Stide
from models.peers.trees import Trees
from models.protocols import PROTOCOLS, evaluate_corpus, held_out, read_adfa, read_labelled, split
from models.reliability import drift, reliability
from models.runs import Method, Result, results
from models.trace import TraceError
from models.trial import PLAIN, Change, Split, Traces

DOCS = Path(__file__).resolve().parents[1] / "docs"
PEERS = (Method("gru", Gru), Method("mlp", Mlp), Method("trees", Trees), Method("stide", Stide))
ADFA_METHODS = (Method("ours", Ours, {"seed": 0}), *PEERS)
CORPUS_METHODS = (Method("ours", Ours, {**SETTINGS, "seed": 0}), *PEERS)
INNER = (Method("ours", Ours),)
"""Ours, with settings that it chooses on inner folds of what it is trained on."""

UNMIXED = tuple(f"{protocol}, without mixed" for protocol in PROTOCOLS)
CORPUS_PROTOCOLS = ("implementation", "kind", "program")
CHOSEN = tuple(f"{protocol}{BY_INNER_FOLDS}" for protocol in (*PROTOCOLS, *CORPUS_PROTOCOLS))
EVERY_PROTOCOL = (*PROTOCOLS, *UNMIXED, *CORPUS_PROTOCOLS, *CHOSEN)
KEYS = [method.key for method in ADFA_METHODS]
PADDING, SLOWING = (1, 5), (10, 100)
REASONS = "deletion.json"
"""What `python -m host.deletion` measured: reasons are the host's, and nothing here may import it."""

BLOCKING = (
    "blocked_benign", "blocked_benign_runs", "blocked_benign_bound", "blocked_attack", "median_block_fraction",
)  # fmt: skip
"""Figures that a method without a blocking tier has none of."""

Tables = dict[str, dict[str, Any]]
Found = dict[str, dict[str, Result]]


def disguises(traces: Traces) -> Mapping[str, Change | None]:
    """Return what is done to attacks at test time."""
    pairs = zip(traces.recordings, traces.labels, strict=True)
    donors = [recording for recording, label in pairs if not label and len(recording) >= 200]
    changes: dict[str, Change | None] = dict(PLAIN)
    changes |= {f"padded 1:{ratio}": Padded(donors, ratio) for ratio in PADDING if donors}
    changes |= {f"slowed {factor} times": Slowed(factor) for factor in SLOWING}
    return changes


def table(found: Mapping[str, Result], change: str = "plain") -> dict[str, Any]:
    """Return the figures of every method; how far our AUC is above each peer's, with the interval of that.

    What a score means is told of attacks as they are, not of disguised ones.
    """
    rows: dict[str, Any] = {}
    ours = [fold.units() for fold in found["ours"].folds[change]]
    drawn, own = resampled(ours, auc), over_folds(ours, auc).mean()
    for key, result in found.items():
        folds = result.folds[change]
        row = {"name": result.name, "bytes": result.bytes, "cycles": result.cycles, **figures(folds)}
        if result.seconds is not None:
            row["processor_seconds"] = round(result.seconds)
        if result.chosen:
            row["chosen"] = list(result.chosen)
        if not result.blocks:
            row |= dict.fromkeys(BLOCKING)
        if key == "ours":
            row["by_kind"] = by_kind(folds)
            if result.blocks and change == "plain":
                row |= {"drift": drift(folds), "reliability": reliability(folds)}
        else:
            units = [fold.units() for fold in folds]
            row["auc_below_ours"] = round(float(own - over_folds(units, auc).mean()), 4)
            row["auc_below_ours_interval"] = [round(v, 4) for v in interval(drawn - resampled(units, auc))]
        rows[key] = row
    return rows


def by_technique(folds: Sequence[Fold], traces: Traces, splits: Sequence[Split]) -> dict[str, Any]:
    """Return what `by_kind` does, per ATT&CK technique."""
    named = []
    for fold, (_, _, test) in zip(folds, splits, strict=True):
        techniques = [str(traces.objects[index].get("technique") or "none") for index in test]
        named.append(replace(fold, kinds=techniques))
    return by_kind(named)


def measured(
    name: str, methods: Sequence[Method], traces: Traces, splits: Sequence[Split], jobs: int,
    changes: Mapping[str, Change | None] = PLAIN,
) -> tuple[Tables, dict[str, Result]]:  # fmt: skip
    """Return the tables of one protocol, one per change, and the results behind them; say them."""
    begin = time.monotonic()
    found = results(methods, traces, splits, changes, jobs, _progress(name))
    tables = {name if change == "plain" else f"{name}, {change}": table(found, change) for change in changes}
    if traces.objects:
        tables[name]["ours"]["by_technique"] = by_technique(found["ours"].folds["plain"], traces, splits)
    noted = ", ".join(f"{key} {one.seconds:.0f}" for key, one in found.items() if one.seconds is not None)
    click.echo(
        f"{name}: {time.monotonic() - begin:.0f} s; trainings and tests took, in processor seconds: {noted}"
    )
    for title, rows in tables.items():
        _said(title, rows)
    return tables, found


def adfa_tables(
    traces: Traces, jobs: int, folds: int | None = None, protocols: Sequence[str] = (), methods: Sequence[str] = ()
) -> tuple[Tables, Found]:
    """Return a table per protocol, with and, for ours alone, without near-duplicates of both labels."""
    tables: Tables = {}
    found: Found = {}
    every = _only(ADFA_METHODS, methods)
    for protocol in _named(PROTOCOLS, protocols):
        part, found[protocol] = measured(protocol, every, traces, split(traces, protocol)[:folds], jobs)
        tables |= part
    for protocol, name in zip(PROTOCOLS, UNMIXED, strict=True):
        if name in _named(UNMIXED, protocols):
            splits = split(traces, protocol, without_mixed=True)[:folds]
            tables |= measured(name, every[:1], traces, splits, jobs)[0]
    for protocol, name in zip(PROTOCOLS, CHOSEN, strict=False):
        if name in _named(CHOSEN, protocols):
            tables |= measured(name, INNER, traces, split(traces, protocol)[:folds], jobs)[0]
    return tables, found


def corpus_tables(
    traces: Traces, jobs: int, folds: int | None = None, protocols: Sequence[str] = (), methods: Sequence[str] = ()
) -> tuple[Tables, Found]:
    """Return a table per protocol; for attacks of unseen implementation, disguised ones too."""
    tables: Tables = {}
    found: Found = {}
    for by in _named(CORPUS_PROTOCOLS, protocols):
        changes = disguises(traces) if by == "implementation" else PLAIN
        splits = held_out(traces, by)[:folds]
        part, found[by] = measured(by, _only(CORPUS_METHODS, methods), traces, splits, jobs, changes)
        tables |= part
    for by, name in zip(CORPUS_PROTOCOLS, CHOSEN[len(PROTOCOLS) :], strict=True):
        if name in _named(CHOSEN, protocols):
            changes = disguises(traces) if by == "implementation" else PLAIN
            tables |= measured(name, INNER, traces, held_out(traces, by)[:folds], jobs, changes)[0]
    return tables, found


def _named(every: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """Return those that are chosen; all if none is."""
    return [name for name in every if name in chosen or not chosen]


def _only(methods: Sequence[Method], keys: Sequence[str]) -> Sequence[Method]:
    """Return ours, and of the others those that are named; all if none is."""
    return [method for method in methods if not keys or method.key in ("ours", *keys)]


def charts(data: str, tables: Tables, found: Found) -> dict[str, str]:
    """Return the charts of a data set by their files' names."""
    drawn = {}
    for protocol, results_ in found.items():
        drawn[f"roc-{data}-{protocol}.svg"] = roc(f"{data}, {protocol}", results_)
        drawn[f"pareto-{data}-{protocol}.svg"] = cost(f"{data}, {protocol}", tables[protocol])
        drawn[f"bytes-{data}-{protocol}.svg"] = cost(f"{data}, {protocol}", tables[protocol], over="bytes")
        ours = {"ours": results_["ours"]}
        drawn[f"early-{data}-{protocol}.svg"] = earliness(f"{data}, {protocol}", ours)
        if rows := tables[protocol]["ours"].get("reliability"):
            drawn[f"reliability-{data}-{protocol}.svg"] = reliability_diagram(f"{data}, {protocol}", rows)
    return drawn


def shipped_speed(corpus: Path) -> dict[str, Any]:
    """Return how fast `vigilante eval` is with the shipped model on a corpus, every log read anew."""
    model = parse(read_package(SHIPPED).image)
    found: dict[str, Any] = evaluate_corpus(corpus, model, _progress("eval"), anew=True)["speed"]
    return found


def _progress(name: str) -> Progress | None:
    def say(what: str, done: int, total: int) -> None:
        end = "\n" if done == total else ""
        print(f"\r{name}: {what}, {done} of {total}   ", end=end, file=sys.stderr, flush=True)

    return say if sys.stderr.isatty() else None


def _said(name: str, rows: dict[str, Any]) -> None:
    click.echo(f"  {name}")
    for row in rows.values():
        low, high = row["intervals"]["auc"]
        click.echo(
            f"    {row['name']:28} {row['bytes']:5} B {row['cycles']:5} cycles  AUC {row['auc']:.3f}"
            f" [{low:.3f}, {high:.3f}]  TPR {row['tpr_at_1pct_fpr']:.3f} / {row['tpr_at_5pct_fpr']:.3f}"
            f"  accuracy {row['accuracy']:.3f}"
            + ("" if row["blocked_benign"] is None else f"  blocked {row['blocked_benign']} of {row['n_benign']}")
        )


@click.command()
@click.option("--adfa", type=click.Path(path_type=Path), help="Folder of ADFA-LD.")
@click.option("--corpus", type=click.Path(path_type=Path), default=CORPUS, help="Folder, or condensed file.")
@click.option("--only", type=click.Choice(["adfa", "corpus"]), help="Measure that one.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Trainings at a time.")
@click.option("--folds", type=click.IntRange(1), help="Only so many folds: a trial.")
@click.option("--protocol", "protocols", multiple=True, type=click.Choice(EVERY_PROTOCOL))
@click.option("--method", "methods", multiple=True, type=click.Choice(KEYS), help="Ours and these.")
@click.option("--out", type=click.Path(path_type=Path), default=DOCS, help="Where tables and charts/ go.")
def main(
    adfa: Path | None, corpus: Path, only: str | None, jobs: int, folds: int | None, protocols: Sequence[str],
    methods: Sequence[str], out: Path,
) -> None:  # fmt: skip
    """Measure every accuracy figure of the docs.

    ADFA-LD is not part of this product: without --adfa its figures are left as they are.
    """
    folder = out / "charts"
    record = folder / "accuracy.json"
    said: dict[str, Any] = json.loads(record.read_text()) if record.exists() else {}
    drawn: dict[str, str] = {}
    try:
        if adfa is not None and only != "corpus":
            tables, found = adfa_tables(read_adfa(adfa, _progress("ADFA-LD")), jobs, folds, protocols, methods)
            said["adfa"] = (said.get("adfa", {}) if protocols else {}) | tables
            drawn |= charts("adfa", said["adfa"], found)
        if only != "adfa":
            traces = read_labelled(corpus, _progress("corpus"))
            tables, found = corpus_tables(traces, jobs, folds, protocols, methods)
            said["corpus"] = (said.get("corpus", {}) if protocols else {}) | tables
            drawn |= charts("corpus", said["corpus"], found)
            said["speed"] = {"eval": shipped_speed(SAMPLE), "condensed": shipped_speed(condensed.FULL)}
    except (CorpusError, TraceError, PackageError, ValueError) as error:
        raise click.ClickException(str(error)) from None
    reasons = folder / REASONS
    if reasons.exists():
        said["reasons"] = {"deletion": json.loads(reasons.read_text())}
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in drawn.items():
        (folder / name).write_text(text)
    said["charts"] = sorted(path.stem for path in folder.glob("*.svg"))
    said["aims"] = reached(said)
    (out / "accuracy-tables.md").write_text(page(said))
    record.write_text(json.dumps(said, indent=1) + "\n")
    for row in said["aims"]:
        click.echo(f"{row['reached']:>11}  {row['aim']}: {row['measured']}")


if __name__ == "__main__":
    main()
