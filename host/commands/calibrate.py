"""`vigilante calibrate`: a model's tiers, refitted to a host's own benign work."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np

from hdl.contract.verdict import TIER_SCORES, Tier
from host.commands.screen import load_package
from host.exceptions import Exemptions, read_exceptions
from host.exits import ExitCode
from host.site import Site, read_site
from host.terminal import Terminal
from models.build import corpus_digest, files_digest
from models.calibrate import FRACTIONS, Tiers
from models.corpus.condensed import FULL, read_objects
from models.evaluate import LABELS, CorpusError, group_of, read_labels
from models.image import Model, assemble, parse
from models.intervals import clopper_pearson
from models.keys import PrivateKey
from models.package import Package, write_package
from models.site import GUARD, NEEDED, Alarms, Seen, alarms, borne, on_new_clusters, refit, tier_of
from models.trace import TraceError
from models.train import calibrated

_AIMS = (*FRACTIONS, 0.0001)
_SHOWN = 8
_KEPT = 100
"""Processes that a package's papers name per exception."""


@dataclass(frozen=True)
class Options:
    """What the command line says; see `vigilante calibrate --help`."""

    benign: Path
    model: Path | None = None
    key: Path | None = None
    out: Path | None = None
    private: Path | None = None
    exceptions: Path | None = None
    partial: bool = False
    guard: float = GUARD
    as_json: bool = False


def run(options: Options, terminal: Terminal) -> ExitCode:
    """Refit, report, write; BLOCKED where the data cannot bear the tiers that were asked for."""
    if options.private is not None and options.out is None:
        raise click.UsageError("--with KEY signs what --out FILE names: name it")
    package = load_package(options.model, options.key)
    model = parse(package.image)
    signer = PrivateKey.load(options.private) if options.private else None
    exemptions = Exemptions() if options.exceptions is None else read_exceptions(options.exceptions)
    with terminal.steps() as progress:
        try:
            site = read_site(options.benign, package.image, exemptions, progress)
        except CorpusError as error:
            raise TraceError(str(error)) from None
    if not site.pids:
        raise TraceError(f"{options.benign}: no process makes a call in its recordings: record real work")
    clusters = len(set(site.seen.clusters))
    bears = borne(clusters)
    refused = refusal(clusters, bears)
    if refused and (not options.partial or not bears):
        terminal.error(f"{options.benign}: {refused}")
        return ExitCode.BLOCKED
    if note := trained_on(package, options.benign):
        terminal.note(note)
    tiers = refit(site.seen.maxima, model, bears, options.guard)
    found = _facts(options, package, model, site, tiers, exemptions, bears)
    if options.out is not None:
        _write(options, package, model, site, tiers, found, signer)
        found["written"] = {"file": str(options.out), "signed": signer is not None}
    if options.as_json:
        terminal.out(json.dumps(found, separators=(",", ":")))
    else:
        for text in _lines(found):
            terminal.out(text)
    return ExitCode.CLEAN


def refusal(clusters: int, bears: int) -> str:
    """Return why not all tiers can be refitted, "" if they can."""
    if bears == 3:
        return ""
    bound = clopper_pearson(0, clusters)[1]
    lacking = 0 if bears == 0 else 1
    mend = "--partial refits 0.80 alone, or record more programs" if bears else "record more programs"
    return (
        f"{clusters} independent programs cannot bear tier {TIER_SCORES[lacking + 1]:.2f} "
        f"({FRACTIONS[lacking]:.0%} of benign processes): none of them reaching it says only that at most "
        f"{bound:.1%} of programs do (95 %), and {NEEDED[lacking]} are the least: {mend}"
    )


def trained_on(package: Package, directory: Path) -> str:
    """Return a note where a folder is the corpus that the package was trained on, or of the same programs."""
    if not (directory / LABELS).is_file():
        return ""
    labels, trained = read_labels(directory), package.provenance.get("corpus_sha256")
    more = "on other recordings it raises more alarms"
    if trained == corpus_digest(directory, [str(label["file"]) for label in labels]):
        return f"note: the model was trained on this corpus: {more}"
    if FULL.is_file() and trained == corpus_digest(FULL, []):
        known = {group_of(label) for label in read_objects(FULL)}
        same = {group_of(label) for label in labels if label["class"] == "benign"} & known
        if same:
            return f"note: the model was trained on runs of {len(same)} of these programs: {more}"
    return ""


def _facts(
    options: Options, package: Package, model: Model, site: Site, tiers: Tiers, exemptions: Exemptions, bears: int
) -> dict[str, Any]:
    """Return everything that is said, as plain values."""
    seen = site.seen
    make = partial(refit, model=model, bears=bears, guard=options.guard)
    old = Tiers(model.decayed, model.cusum, model.tree)
    before, after = seen.unexcepted(old), on_new_clusters(seen, make, Seen.unexcepted)
    rows = []
    for tier in (Tier.SUSPECT, Tier.HOSTILE, Tier.CERTAIN):
        rows.append(
            {
                "tier": f"{TIER_SCORES[tier]:.2f}",
                "aim": _AIMS[tier - 1],
                "refitted": tier <= bears,
                "thresholds": [row[tier - 1] for row in tiers.rows()],
                "thresholds_before": [row[tier - 1] for row in old.rows()],
                "expected": _said(alarms(seen, after, tier)),
                "before": _said(alarms(seen, before, tier)),
            }
        )
    return {
        "data": str(options.benign),
        "model": {"name": package.name, "version": package.version, "digest": package.digest},
        "recordings": len(site.files),
        "attacks_left_out": site.left_out,
        "processes": len(site.pids),
        "clusters": len(set(seen.clusters)),
        "clusters_bound": round(clopper_pearson(0, len(set(seen.clusters)))[1], 4),
        "host_hours": None if seen.hours is None else round(seen.hours, 3),
        "guard": options.guard,
        "tiers": rows,
        "alarms": _alarmed(site, tiers),
        "exceptions": _silenced(site, tiers, exemptions),
    }


def _said(found: Alarms) -> dict[str, Any]:
    return {
        "processes": found.processes,
        "clusters": found.clusters,
        "clusters_bound": round(found.bound, 4),
        "per_host_day": None if found.per_day is None else round(found.per_day, 3),
        "interval": None if found.interval is None else [round(value, 3) for value in found.interval],
    }


def _process(site: Site, number: int, tier: int) -> dict[str, Any]:
    return {
        "recording": site.where[number],
        "pid": site.pids[number],
        "program": site.programs[number],
        "tier": f"{TIER_SCORES[tier]:.2f}",
    }


def _alarmed(site: Site, tiers: Tiers) -> list[dict[str, Any]]:
    """Return the processes that still reach a tier, the highest first."""
    reached = site.seen.unexcepted(tiers)
    order = np.argsort(-reached, kind="stable")[: int((reached > 0).sum())]
    return [_process(site, number, int(reached[number])) for number in order.tolist()]


def _silenced(site: Site, tiers: Tiers, exemptions: Exemptions) -> list[dict[str, Any]]:
    """Return each exception with the processes whose tier it lowers."""
    found = []
    whole, left = site.seen.tiers(tiers), site.seen.unexcepted(tiers)
    for number, entry in enumerate(exemptions.entries):
        reached = tier_of(site.seen.covered[:, number], tiers)
        places = np.flatnonzero((left < whole) & (reached == whole)).tolist()
        rows = [_process(site, place, int(whole[place])) for place in places]
        found.append({"line": entry.line, "text": entry.text, "silenced": rows})
    return found


def _write(
    options: Options, package: Package, model: Model, site: Site, tiers: Tiers, found: dict[str, Any],
    signer: PrivateKey | None,
) -> None:  # fmt: skip
    """Write the package with its new tiers and papers."""
    assert options.out is not None
    refitted = calibrated(model, tiers)
    labelled = [LABELS] if (options.benign / LABELS).is_file() else []
    papers = {
        "decayed": list(tiers.decayed), "cusum": list(tiers.cusum), "tree": list(tiers.tree),
        "benign_units": found["processes"], "clusters": found["clusters"], "host_hours": found["host_hours"],
        "guard": options.guard, "refitted_tiers": [row["tier"] for row in found["tiers"] if row["refitted"]],
        "expected": {row["tier"]: row["expected"] for row in found["tiers"]},
        "exceptions": [
            {**row, "count": len(row["silenced"]), "silenced": row["silenced"][:_KEPT]}
            for row in found["exceptions"]
        ],
        "recordings_sha256": files_digest(options.benign, [*site.files, *labelled]),
        "calibrated_from": package.digest,
    }  # fmt: skip
    changed = replace(
        package,
        image=assemble(refitted),
        name=options.out.stem,
        calibration=papers,
        vectors=(),
        digest="",
        key_id="",
    )
    try:
        write_package(options.out, changed, signer)
    except OSError as error:
        raise click.UsageError(
            f"--out {options.out}: cannot be written ({error.strerror}): name another"
        ) from None


def _lines(found: dict[str, Any]) -> list[str]:
    hours = found["host_hours"]
    time = "no times in the recordings: no alarms per day" if hours is None else f"{hours:,.2f} host-hours"
    lines = [
        f"{found['data']}: model {found['model']['name']}, {found['recordings']:,} recordings, "
        f"{found['processes']:,} processes, {time}",
        f"  {found['clusters']:,} independent programs: what none of them shows, at most "
        f"{found['clusters_bound']:.2%} of programs do (95 %)",
    ]
    for row in found["tiers"]:
        kind = "" if row["refitted"] else " (kept from the package)"
        aim = (
            f"{row['aim']:.0%} of processes"
            if row["aim"] >= 0.01
            else f"as near {row['aim']:.2%} as the data shows"
        )
        lines.append(f"  tier {row['tier']}, wanted: {aim}{kind}")
        lines.append(f"    A, C, T from {_three(row['thresholds'])}; before: {_three(row['thresholds_before'])}")
        for when, text in (("expected", "programs not calibrated on"), ("before", "thresholds before")):
            lines.append(f"    {text + ':':<28}{_rate(row[when], found['processes'])}")
    for row in found["exceptions"]:
        lines.append(f"  excepted by line {row['line']} ({row['text']}): {len(row['silenced'])} processes")
        lines += _named(row["silenced"])
    if found["alarms"]:
        lines.append(f"  processes that reach a tier all the same: {len(found['alarms'])}")
        lines += _named(found["alarms"])
    if written := found.get("written"):
        lines.append(f"{written['file']}: written, {'signed' if written['signed'] else 'not signed'}")
        if not written["signed"]:
            lines.append("it carries no signature yet: vigilante sign FILE --with KEY")
    return lines


def _three(values: list[int]) -> str:
    return ", ".join(str(value) for value in values)


def _rate(row: dict[str, Any], processes: int) -> str:
    text = f"{row['processes']:,} of {processes:,} processes, in {row['clusters']} programs"
    if row["per_host_day"] is None:
        return text
    low, high = row["interval"]
    return f"{text}: {row['per_host_day']:,.2f} a host-day [{low:,.2f}, {high:,.2f}]"


def _named(rows: list[dict[str, Any]]) -> list[str]:
    lines = [
        f"    {row['tier']}  {row['recording']}, pid {row['pid']}, {row['program'] or '(unknown program)'}"
        for row in rows[:_SHOWN]
    ]
    return lines + ([f"    and {len(rows) - _SHOWN} more (--json names all)"] if len(rows) > _SHOWN else [])
