"""Settings of the fit, chosen on inner folds: by what is trained on alone, whatever is tested later.

Groups of the training traces are dealt into folds.  A candidate is fitted on all but one of them and judged on the
one, in turn; tiers come from the judged fold's own benign processes, alike for all.  What counts is the area under
the ROC curve up to 5 % of benign processes, as a share of what is possible there (McClish 1989), mean over the
folds.  One setting after the other is chosen, with what was chosen before it; of equals the first.

Table sizes are no candidates: they are the gateware's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from models.calibrate import choose_tiers, evidence, out_of_reach
from models.folds import deal
from models.image import assemble
from models.outcomes import outcome
from models.recordings import Joined, Recording, join
from models.replay import screen
from models.train import NgramModel, calibrated

FALSE_POSITIVES = 0.05
FOLDS = 2
CANDIDATES: Mapping[str, Sequence[Any]] = {
    "rounds": (40, 100),
    "decay": (1e-3, 1e-4, 1e-2),
    "hardness": (0.0, 4.0),
    "drift": (0.3, 1.0, 3.0),
    "alone": (False, True),
    "numbering": (0, 1, 2),
}
"""Settings of `NgramModel`, in the order in which they are chosen.

`drift` is that of C and T alike; even with 3 they decide now and then, and not at all where A is `alone`.
`numbering` tells which n-grams share an entry.
"""

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """What was chosen; every candidate tried, in order, with its mean area."""

    settings: Settings
    tried: Sequence[tuple[Settings, float]]

    def arguments(self) -> dict[str, Any]:
        """Return what was chosen as arguments of `NgramModel`."""
        return {**self.settings, "tree_drift": self.settings["drift"]}


@dataclass(frozen=True, eq=False)
class _Part:
    """One inner fold: what is fitted, what is judged."""

    recordings: Sequence[Recording]
    labels: Sequence[int]
    judged: Joined
    judged_labels: Sequence[int]


def choose(
    recordings: Sequence[Recording],
    labels: Sequence[int],
    candidates: Mapping[str, Sequence[Any]] = CANDIDATES,
    folds: int = FOLDS,
) -> Choice:
    """Return the best settings for these traces.

    Raises ValueError where a fold would have traces of one class only: there are too few groups.
    """
    parts = _parts(recordings, labels, folds)
    fitted: dict[tuple[Any, ...], list[NgramModel]] = {}
    worths: dict[tuple[Any, ...], float] = {}

    def worth(settings: Settings) -> float:
        key = tuple(settings.values())
        if key not in worths:
            # How C and T fall comes behind the fit: nothing is fitted anew for it.
            fit = {name: value for name, value in settings.items() if name not in ("drift", "alone")}
            if tuple(fit.values()) not in fitted:
                fitted[tuple(fit.values())] = [
                    NgramModel(**fit, folds=0).fit(part.recordings, part.labels) for part in parts
                ]
            how = settings["drift"], settings["alone"]
            models = [model.drifting(*how) for model in fitted[tuple(fit.values())]]
            worths[key] = float(np.mean([_area(*pair) for pair in zip(models, parts, strict=True)]))
        return worths[key]

    chosen: Settings = {name: values[0] for name, values in candidates.items()}
    for name, values in candidates.items():
        chosen = max(({**chosen, name: value} for value in values), key=worth)
    names = tuple(candidates)
    return Choice(chosen, [(dict(zip(names, key, strict=True)), area) for key, area in worths.items()])


def _parts(recordings: Sequence[Recording], labels: Sequence[int], folds: int) -> list[_Part]:
    dealt = deal([recording.group for recording in recordings], labels, folds)
    parts = []
    for fold in range(folds):
        sides = [np.flatnonzero(side).tolist() for side in (dealt != fold, dealt == fold)]
        for what, chosen in zip(("fitted", "judged"), sides, strict=True):
            if len({labels[index] for index in chosen}) < 2:
                raise ValueError(
                    f"inner fold {fold} of {folds}: {len(chosen)} traces, of one class, would be {what}: "
                    "more groups of either class are needed"
                )
        (inner, judged), own = [[recordings[index] for index in side] for side in sides], labels
        parts.append(
            _Part(inner, [own[index] for index in sides[0]], join(judged), [own[index] for index in sides[1]])
        )
    return parts


def _area(model: NgramModel, part: _Part) -> float:
    """Return the area that a fitted model has on what a part judges."""
    judged = part.judged
    values = screen(judged, assemble(model.model_)).values
    bad = (np.asarray(part.judged_labels)[judged.traces] == 1) & judged.late
    honest = judged.calls & ~bad
    processes, places = np.unique(judged.events[honest, 1], return_inverse=True)
    highest = np.zeros((len(processes), 3), np.int64)
    np.maximum.at(highest, places, values[honest])
    tiers = choose_tiers(out_of_reach(highest) if model.alone else highest)
    found = outcome(judged, part.judged_labels, evidence(values, calibrated(model.model_, tiers)))
    return float(roc_auc_score(found.positive, found.scores, max_fpr=FALSE_POSITIVES))
