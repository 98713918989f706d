"""The accuracy figures of the docs: ROC curves, how early attacks are found, and what accuracy costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from models.evaluate import RATES
from models.outcomes import Floats, Fold
from models.plots import Axis, Series, chart
from models.runs import Result

_FALSE = np.unique(np.concatenate([np.geomspace(0.001, 1.0, 80), [0.01, 0.05]]))
_SHARES = np.linspace(0.0, 1.0, 101)
_TENTHS = tuple(round(0.1 * n, 1) for n in range(11))


def roc(title: str, found: Mapping[str, Result], change: str = "plain") -> str:
    """Return the ROC curves of some methods, the mean over the folds at each rate of false positives."""
    across = Axis("benign processes flagged", 0.001, 1.0, (0.001, 0.01, 0.05, 0.1, 0.5, 1), log=True)
    series = [
        Series(result.name, _FALSE.tolist(), _mean_tpr(result.folds[change]).tolist()) for result in found.values()
    ]
    return chart(title, across, Axis("attacks found", 0.0, 1.0, _TENTHS), series)


def _mean_tpr(folds: Sequence[Fold]) -> Floats:
    curves = []
    for fold in folds:
        out = fold.outcome
        benign, attacks = np.sort(out.scores[~out.positive])[::-1], out.scores[out.positive]
        allowed = np.floor(_FALSE * len(benign) + 1e-9).astype(int)
        levels = np.concatenate([benign, [-np.inf]])[allowed]
        curves.append((attacks[None] > levels[:, None]).mean(axis=1))
    return np.asarray(np.mean(curves, axis=0))


def earliness(title: str, found: Mapping[str, Result], change: str = "plain") -> str:
    """Return which share of the attacks was found by which part of their calls since the onset."""
    series = []
    for result in found.values():
        series.append(Series(f"{result.name}, 1 % flagged", _SHARES.tolist(), _by(result.folds[change], "found")))
        if any((fold.outcome.blocked >= 0).any() for fold in result.folds[change]):
            series.append(
                Series(f"{result.name}, blocked", _SHARES.tolist(), _by(result.folds[change], "blocked"))
            )
    across = Axis("part of the attack's calls since its onset", 0.0, 1.0, _TENTHS)
    return chart(title, across, Axis("attacks found", 0.0, 1.0, _TENTHS), series, "top")


def _by(folds: Sequence[Fold], name: str) -> list[float]:
    """Return, for each part of the calls, the share of all attacks that were found by then."""
    parts: list[float] = []
    for fold in folds:
        out = fold.outcome
        first = getattr(out, name)[out.positive]
        parts += np.where(first >= 0, first / out.calls[out.positive], np.inf).tolist()
    return [float((np.array(parts) <= share).mean()) for share in _SHARES]


_COSTS = {
    "cycles": Axis("estimated cycles for a call", 0.8, 10000, (1, 10, 100, 1000, 10000), log=True),
    "bytes": Axis("bytes of all that was learned", 0.0, 9000.0, (0, 2048, 4096, 6144, 8192)),
}


def cost(title: str, rows: Mapping[str, Mapping[str, Any]], rate: str = "auc", over: str = "cycles") -> str:
    """Return what each method reaches, with its interval, over `cycles` that a call costs it or `bytes`."""
    if rate not in RATES:
        raise ValueError(f"no rate is called {rate!r}: use {', '.join(RATES)}")
    other, unit = ("bytes", "B") if over == "cycles" else ("cycles", "cycles")
    across = _COSTS[over]
    series = [
        Series(f"{row['name']}, {row[other]} {unit}", [row[over]], [row[rate]], [row["intervals"][rate]], True)
        for row in rows.values()
    ]
    marks = tuple(round(0.5 + 0.1 * n, 1) for n in range(6))
    return chart(title, across, Axis(rate.replace("_", " "), 0.5, 1.0, marks), series)


def reliability_diagram(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the share of attacks, at equal odds, over the score that people are shown."""
    points = Series(
        "units of the tests, 95 %", [row["score"] for row in rows], [row["share"] for row in rows],
        [row["interval"] for row in rows], True,
    )  # fmt: skip
    line = Series("a probability would lie here", [0.0, 1.0], [0.0, 1.0])
    across = Axis("highest score of the unit", 0.0, 1.0, (0, 0.2, 0.4, 0.6, 0.8, 0.9, 1))
    return chart(title, across, Axis("share of attacks at equal odds", 0.0, 1.0, _TENTHS), [points, line])
