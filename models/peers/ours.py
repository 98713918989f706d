"""Our own model as one of the peers: the shipped estimator, the golden machine's integers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hdl.contract.model import IMAGE_BYTES
from hdl.contract.verdict import TIER_SCORES
from models.calibrate import evidence
from models.choosing import choose
from models.image import assemble
from models.peers.peer import Floats
from models.recordings import Recording, join
from models.replay import screen
from models.train import NgramModel


class Ours:
    """`NgramModel`, calibrated on the fold's benign calibration traces.

    Settings are those given; without any they are chosen on inner folds of what it is fitted on
    (`models.choosing`), and `chosen` says which.  It reads its six tables at once and takes a call every cycle.
    """

    name = "Vigilante"
    certain: float | None = TIER_SCORES[-1]
    bytes = IMAGE_BYTES
    cycles = 1

    def __init__(self, **settings: Any) -> None:
        self.chosen: Mapping[str, Any] = settings
        self._model = NgramModel(**settings, folds=0)

    def fit(
        self, recordings: Sequence[Recording], labels: Sequence[int], calibration: Sequence[Recording]
    ) -> None:
        """Fit tables on the traces, tiers on the calibration."""
        if not self.chosen:
            self.chosen = choose(recordings, labels).arguments()
            self._model.set_params(**self.chosen)
        self._model.fit(recordings, labels, calibration=calibration)

    def scores(self, recordings: Sequence[Recording]) -> Floats:
        """Return the evidence after each event."""
        model = self._model.model_
        return evidence(screen(join(recordings), assemble(model)).values, model)
