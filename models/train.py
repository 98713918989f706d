"""The estimator: traces in, a calibrated model image out, in scikit-learn's way.

    model = NgramModel(seed=0).fit(recordings, labels)
    model.predict_proba(others)[:, 1]      # the score shown to people, unrounded
    model.image_                           # the 8192 bytes

`recordings` are `models.recordings.Recording`s, labels 0 (benign) or 1 (attack; from `onset` on, where the
recording has one).  What is judged is the highest call of every benign process, and of every attack: what a benign
process does worst is pushed down, what an attack does worst pulled up, whatever else it does (`models.fitting`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from models.calibrate import MARGIN, Tiers, choose_tiers, evidence, out_of_reach, score_curves
from models.features import WEIGHTS, Features, extract
from models.fitting import Floats, Judged, fit
from models.folds import deal
from models.image import WORD_MAX, Model, assemble
from models.pathtrie import compile_trie
from models.prefixes import BOARD_PREFIXES, PREFIXES
from models.quantise import Quantised, quantise
from models.recordings import Ints, Joined, Recording, join
from models.replay import screen
from models.vocabulary import id_map

DRAIN = 16384
"""No accumulator falls by more than this within 1/16 s."""


def blank_model(seed: int = 0, numbering: int | None = None, board: bool = False) -> Model:
    """Return the model of zeros with the vocabulary and path trie of `seed`; numbering: another seed for the
    vocabulary; board: with the paths that the board's own kernel has."""
    trie, start = compile_trie(BOARD_PREFIXES if board else PREFIXES, seed)
    low, words = (1, 2, 3), id_map(seed if numbering is None else numbering)
    return Model(
        weights=np.zeros(WEIGHTS, np.int8), idmap=tuple(words), trie=trie, path_seed=start,
        curves=np.zeros((3, 64), np.uint8), decayed=low, cusum=low, tree=low, cusum_drift=0, tree_drift=0,
        drain=DRAIN,
    )  # fmt: skip


class NgramModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Linear classifier over hashed n-grams of system calls, in the form that the gateware computes.

    Parameters
        seed: of vocabulary and trie.  numbering: of the vocabulary alone, where that is to be another: which
            n-grams share an entry hangs on it.  board: with the paths of the board's own kernel.
        rounds, rate, decay, hardness, dropped, bound: of the fit (see `fitting.fit`).
        folds: calibration is on benign traces that were held out, in turn, by group; below 2, on the fit's own.
        drift: what C loses with every call, in units of the loss; tree_drift: T.
        alone: A alone decides: the tiers of C and T are out of reach, and a proven call takes all they have.
        margin: see `calibrate`.

    Attributes after `fit`
        classes_: 0, 1.  weights_: (6401,) real weights, the bias last.  quantised_: the int8 tables.
        model_, image_: the calibrated model.  maxima_: (n, 3) highest A, C, T of the benign calibration processes;
            where A is alone the last two are as high as they go.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        numbering: int | None = None,
        board: bool = False,
        rounds: int = 120,
        rate: float = 0.05,
        decay: float = 1e-3,
        hardness: float = 0.0,
        dropped: float = 0.0,
        bound: float | None = None,
        folds: int = 5,
        drift: float = 0.3,
        tree_drift: float = 0.3,
        alone: bool = False,
        margin: float = MARGIN,
    ) -> None:
        self.seed = seed
        self.numbering = numbering
        self.board = board
        self.rounds = rounds
        self.rate = rate
        self.decay = decay
        self.hardness = hardness
        self.dropped = dropped
        self.bound = bound
        self.folds = folds
        self.drift = drift
        self.tree_drift = tree_drift
        self.alone = alone
        self.margin = margin

    def fit(
        self, X: Sequence[Recording], y: Sequence[int], calibration: Sequence[Recording] | None = None
    ) -> NgramModel:
        """Fit tables and tiers.  calibration: benign traces to calibrate on instead of held-out ones of X."""
        labels = np.asarray(y, np.int64)
        if len(X) != len(labels) or set(labels.tolist()) != {0, 1}:
            raise ValueError(
                f"{len(X)} traces with both labels are needed, found {len(labels)} of {set(labels.tolist())}"
            )
        self.classes_ = np.array([0, 1])
        blank = blank_model(self.seed, self.numbering, self.board)
        joined = join(X)
        features = extract(joined.events, joined.pool, joined.offsets, assemble(blank))
        self.weights_ = self._fitted(features, joined, labels, np.arange(len(X)))
        self.quantised_ = quantise(self.weights_)
        self.model_ = self._assembled(blank, self.quantised_)
        own = None
        if calibration is not None:
            self.maxima_ = process_maxima(join(calibration), assemble(self.model_))
        else:
            own = self.maxima_ = _benign_maxima(joined, labels, assemble(self.model_))
            if self.folds >= 2:
                self.maxima_ = self._held_out(features, joined, labels, X, blank)
        if self.alone:
            self.maxima_, own = out_of_reach(self.maxima_), None if own is None else out_of_reach(own)
        self.model_ = calibrated(self.model_, choose_tiers(self.maxima_, own, self.margin))
        self.image_ = assemble(self.model_)
        return self

    def drifting(self, drift: float, alone: bool = False) -> NgramModel:
        """Return a copy whose C and T lose so much with every call, or A of which decides alone; its tiers are not
        calibrated anew."""
        check_is_fitted(self)
        other = NgramModel(**{**self.get_params(), "drift": drift, "tree_drift": drift, "alone": alone})
        other.classes_, other.weights_, other.quantised_ = self.classes_, self.weights_, self.quantised_
        other.maxima_ = self.maxima_
        other.model_ = other._assembled(self.model_, self.quantised_)
        other.image_ = assemble(other.model_)
        return other

    def decision_function(self, X: Sequence[Recording]) -> Floats:
        """Return each trace's highest score over the calls from its onset on, 0..1, in the golden machine."""
        check_is_fitted(self)
        return trace_scores(join(X), self.model_)

    def predict_proba(self, X: Sequence[Recording]) -> Floats:
        """Return (n, 2): 1 - score, score.  A score is calibrated by tiers, it is no likelihood."""
        scores = self.decision_function(X)
        return np.stack([1.0 - scores, scores], axis=1)

    def predict(self, X: Sequence[Recording]) -> Ints:
        """Return 1 for the traces that reach the first tier, 0.80."""
        reached: Ints = (self.decision_function(X) >= 0.80).astype(np.int64)
        return reached

    def _fitted(self, features: Features, joined: Joined, labels: Ints, chosen: Ints) -> Floats:
        """Return the weights fitted on the traces `chosen`."""
        part = np.zeros(len(labels), np.bool_)
        part[chosen] = True
        at = np.flatnonzero(part[joined.traces] & (features.indices[:, 0] >= 0))
        traces = joined.traces[at]
        bad = (labels[traces] == 1) & joined.late[at]
        # An attack from its onset on is one unit, whatever its processes; all else is judged by process.
        names, of = np.unique(
            np.where(bad, -1 - traces, joined.events[at, 1].astype(np.int64)), return_inverse=True
        )
        owners = np.zeros(len(names), np.int64)
        owners[of] = traces
        members = np.bincount(owners[names >= 0], minlength=len(labels))
        shares = np.where(names < 0, 1.0, 1.0 / np.sqrt(np.maximum(members[owners], 1)))
        return fit(
            features.only(at), Judged(of, names < 0, shares), rounds=self.rounds, rate=self.rate, decay=self.decay,
            hardness=self.hardness, dropped=self.dropped, bound=self.bound, seed=self.seed,
        )  # fmt: skip

    def _assembled(self, blank: Model, tables: Quantised) -> Model:
        # Only proven calls lose, so that C and T would rise even so: their tiers are out of reach as well.
        drifts = [
            WORD_MAX if self.alone else round(drift * tables.scale) for drift in (self.drift, self.tree_drift)
        ]
        return blank.with_thresholds(weights=tables.tables, cusum_drift=drifts[0], tree_drift=drifts[1])

    def _held_out(
        self, features: Features, joined: Joined, labels: Ints, X: Sequence[Recording], blank: Model
    ) -> Ints:
        """Return the benign traces' maxima, each under a model that has not seen its group."""
        dealt = deal([recording.group for recording in X], labels.tolist(), self.folds, self.seed)
        maxima = []
        for fold in range(self.folds):
            weights = self._fitted(features, joined, labels, np.flatnonzero(dealt != fold))
            # The same scale in every fold, or the values could not be put together.
            image = assemble(self._assembled(blank, quantise(weights, self.quantised_.scale)))
            members = np.flatnonzero(dealt == fold)
            held = join([X[int(member)] for member in members])
            maxima.append(_benign_maxima(held, labels[members], image))
        return np.concatenate(maxima)


def calibrated(model: Model, tiers: Tiers) -> Model:
    """Return the model with thresholds and score curves."""
    return model.with_thresholds(
        decayed=tiers.decayed, cusum=tiers.cusum, tree=tiers.tree, curves=score_curves(tiers)
    )


def process_maxima(joined: Joined, image: bytes, honest: NDArray[np.bool_] | None = None) -> Ints:
    """Return (processes, 3): the highest A, C and T that each process reaches over its calls.

    honest: the events that count; all when left out.
    """
    calls = joined.calls if honest is None else joined.calls & honest
    processes, places = np.unique(joined.events[calls, 1], return_inverse=True)
    highest = np.zeros((len(processes), 3), np.int64)
    np.maximum.at(highest, places, screen(joined, image).values[calls])
    return highest


def _benign_maxima(joined: Joined, labels: Ints, image: bytes) -> Ints:
    """Return the maxima of benign processes, and of those of attacks before their onset."""
    return process_maxima(joined, image, ~((labels[joined.traces] == 1) & joined.late))


def trace_scores(joined: Joined, model: Model) -> Floats:
    """Return each trace's highest `evidence` over its calls from the onset on; 0 where there is none."""
    scores = np.zeros(len(joined.starts) - 1)
    counted = joined.calls & joined.late
    values = evidence(screen(joined, assemble(model)).values[counted], model)
    np.maximum.at(scores, joined.traces[counted], values)
    return scores
