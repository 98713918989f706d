"""What was wanted of the accuracy, beside what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from models.peers.peer import BUDGET

Rows = Mapping[str, Any]
"""A table of `models.accuracy`: figures by method."""

ABOVE_PEERS = 0.005
BY_INNER_FOLDS = ", settings by inner folds"
"""Behind a protocol's name: of tables in which no setting was chosen by what is tested."""

QUICK = 100_000
"""Events a processor second: a clock on the wall tells of the machine's other work as well."""


@dataclass(frozen=True)
class Aim:
    """A figure that was wanted.

    where: data set and table.  measured: what the table says, as text; None where it says nothing.
    met: whether that is enough.  peers: it takes peers in the table to tell.
    """

    text: str
    where: tuple[str, str]
    measured: Callable[[Rows], str]
    met: Callable[[Rows], bool]
    peers: bool = False


def best_peer(rows: Rows) -> Rows:
    """Return the peer with the highest AUC."""
    found: Rows = max((row for key, row in rows.items() if key != "ours"), key=lambda row: row["auc"])
    return found


def _rate(name: str, row: Rows) -> str:
    low, high = row["intervals"][name]
    return f"{row[name]:.3f} [{low:.3f}, {high:.3f}]"


def _plain(name: str, text: str, least: float, where: tuple[str, str]) -> Aim:
    return Aim(text, where, lambda rows: _rate(name, rows["ours"]), lambda rows: bool(rows["ours"][name] >= least))


def _above(where: tuple[str, str]) -> Aim:
    def said(rows: Rows) -> str:
        peer = best_peer(rows)
        low, high = peer["auc_below_ours_interval"]
        return (
            f"{_rate('auc', rows['ours'])}, best peer {peer['name']} {_rate('auc', peer)}, "
            f"difference {peer['auc_below_ours']:+.3f} [{low:+.3f}, {high:+.3f}]"
        )

    return Aim(
        f"ADFA-LD, {where[1]}: AUC at least {ABOVE_PEERS} above the best 8 KB peer", where, said,
        lambda rows: bool(best_peer(rows)["auc_below_ours"] >= ABOVE_PEERS), peers=True,
    )  # fmt: skip


def _blocked(where: tuple[str, str]) -> Aim:
    def said(rows: Rows) -> str:
        ours = rows["ours"]
        return (
            f"{ours['blocked_benign']} of {ours['n_benign']} processes, in {ours['blocked_benign_runs']} of "
            f"{ours['n_benign_runs']} runs; "
            f"at most {ours['blocked_benign_bound']:.4f} of {ours['n_clusters']} clusters"
        )

    return Aim(
        f"corpus, {where[1]}: no benign process blocked", where, said,
        lambda rows: rows["ours"]["blocked_benign"] == 0,
    )  # fmt: skip


def _early(where: tuple[str, str]) -> Aim:
    def said(rows: Rows) -> str:
        ours = rows["ours"]
        blocked = f"{ours['blocked_attack']} of {ours['n_attack']} blocked"
        return f"{ours['median_block_fraction']} of the phase, {blocked}"

    def met(rows: Rows) -> bool:
        median = rows["ours"]["median_block_fraction"]
        return median is not None and median < 0.5

    return Aim(f"corpus, {where[1]}: median block before half of the attack phase", where, said, met)


def _small(where: tuple[str, str]) -> Aim:
    return Aim(
        f"model: at most {BUDGET} bytes in all", where, lambda rows: f"{rows['ours']['bytes']} bytes",
        lambda rows: bool(rows["ours"]["bytes"] <= BUDGET),
    )  # fmt: skip


def _reasons(where: tuple[str, str]) -> Aim:
    def said(found: Rows) -> str:
        parts = [f"{found[key]['mean']:.3f} {found[key]['interval']}" for key in ("named", "random")]
        return f"the score falls by {parts[0]}, without random ones by {parts[1]}"

    return Aim(
        "reasons: the named calls weigh more than random ones", where, said, lambda found: bool(found["holds"])
    )


def _quick(of: str, where: tuple[str, str]) -> Aim:
    def said(found: Rows) -> str:
        return (
            f"{found['events_per_processor_second']:,} events a processor second, "
            f"reading {found['reading_share']:.0%} of the time; "
            f"{found['events_per_second']:,} a second by the clock"
        )

    return Aim(
        f"eval: at least {QUICK:,} events/s on the default model, {of}", where, said,
        lambda found: bool(found["events_per_processor_second"] >= QUICK),
    )  # fmt: skip


_NAIVE = ("adfa", f"naive{BY_INNER_FOLDS}")
_UNSEEN, _KIND = ("corpus", f"implementation{BY_INNER_FOLDS}"), ("corpus", f"kind{BY_INNER_FOLDS}")
AIMS = (
    _plain("auc", "ADFA-LD, naive: AUC at least .98", 0.98, _NAIVE),
    _plain("accuracy", "ADFA-LD, naive: accuracy at least .955", 0.955, _NAIVE),
    _above(("adfa", "honest")),
    _above(("adfa", "loao")),
    _plain("tpr_at_1pct_fpr", "corpus, unseen implementation: TPR at least .95 at 1 %", 0.95, _UNSEEN),
    _plain("accuracy", "corpus, unseen implementation: accuracy at least .95", 0.95, _UNSEEN),
    _plain("tpr_at_1pct_fpr", "corpus, unseen behaviour: TPR at least .70 at 1 %", 0.70, _KIND),
    _early(_KIND),
    _blocked(_UNSEEN),
    _blocked(_KIND),
    _small(_UNSEEN),
    _reasons(("reasons", "deletion")),
    _quick("logs read anew", ("speed", "eval")),
    _quick("condensed corpus", ("speed", "condensed")),
)


def reached(said: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return each aim with what was measured; one whose table is not there is not measured."""
    rows = []
    for aim in AIMS:
        table = said.get(aim.where[0], {}).get(aim.where[1])
        if table is not None and aim.peers and len(table) < 2:
            table = None
        answer = "not measured" if table is None else "reached" if aim.met(table) else "not reached"
        rows.append({"aim": aim.text, "reached": answer, "measured": aim.measured(table) if table else ""})
    return rows
