"""The estimator: traces in, a calibrated model image out, in scikit-learn's way.

    model = NgramModel(seed=0).fit(recordings, labels)
    model.predict_proba(others)[:, 1]      # the score shown to people, unrounded
    model.image_                           # the 8192 bytes

`recordings` are `models.recordings.Recording`s, labels 0 (benign) or 1 (attack; from `onset` on, where the
recording has one).  It fits a logistic classifier on decayed counts of table entries, then again and again on
the calls where each trace scores highest, since a trace is judged by its highest call: what a benign trace
does worst is pushed down, what an attack does worst pulled up, whatever else it does.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from hdl.contract.model import ORDERS, REGIONS, TABLES
from models.calibrate import MARGIN, Tiers, choose_tiers, evidence, score_curves
from models.features import BASES, WEIGHTS, Features, extract
from models.fitting import LEAK, Floats, descend, gather, replay, stack
from models.folds import deal
from models.image import Model, assemble
from models.pathtrie import compile_trie
from models.quantise import Quantised, quantise
from models.recordings import Ints, Joined, Recording, join, screen
from models.vocabulary import id_map

DRAIN = 16384
"""No accumulator falls by more than this within 1/16 s."""


def blank_model(seed: int = 0) -> Model:
    """Return the model of zeros with the vocabulary and path trie of `seed`."""
    trie, start = compile_trie(seed=seed)
    low = (1, 2, 3)
    return Model(
        weights=np.zeros(WEIGHTS, np.int8), idmap=tuple(id_map(seed)), trie=trie, path_seed=start,
        curves=np.zeros((3, 64), np.uint8), decayed=low, cusum=low, tree=low, cusum_drift=0, tree_drift=0,
        drain=DRAIN,
    )  # fmt: skip


class NgramModel(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Linear classifier over hashed n-grams of system calls, in the form that the gateware computes.

    Parameters
        seed: of vocabulary, trie, and the order of rows.
        stride: one row for this many calls of a process.
        epochs, rate, decay: of the descent (see `fitting.descend`).
        caution: by how much slower each longer n-gram's entries are fitted than the next shorter's.
        rounds: how often the highest calls are looked for and fitted; mix: their share of the fit;
            emphasis: how much more the benign traces that stand out most count than others, by the square of A/32.
        folds: calibration is on benign traces that were held out, in turn, by group; below 2, on the fit's own.
        drift: what C loses with every call, in units of the classifier's margin; tree_drift: T.
        margin: see `calibrate`.

    Attributes after `fit`
        classes_: 0, 1.  weights_: (6401,) real weights, the bias last.  quantised_: the int8 tables.
        model_, image_: the calibrated model.  maxima_: (n, 3) highest A, C, T of the benign calibration processes.
    """

    def __init__(
        self,
        *,
        seed: int = 0,
        stride: int = 32,
        caution: float = 0.5,
        epochs: int = 4,
        rate: float = 0.1,
        decay: float = 1e-4,
        rounds: int = 6,
        mix: float = 0.5,
        emphasis: float = 0.0,
        folds: int = 5,
        drift: float = 1.0,
        tree_drift: float = 1.0,
        margin: float = MARGIN,
    ) -> None:
        self.seed = seed
        self.stride = stride
        self.epochs = epochs
        self.caution = caution
        self.rate = rate
        self.decay = decay
        self.rounds = rounds
        self.mix = mix
        self.emphasis = emphasis
        self.folds = folds
        self.drift = drift
        self.tree_drift = tree_drift
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
        blank = blank_model(self.seed)
        joined = join(X)
        features = extract(joined.events, joined.pool, joined.offsets, assemble(blank))
        self.weights_ = self._descend(features, joined, labels, np.arange(len(X)))
        self.quantised_ = quantise(self.weights_)
        self.model_ = self._assembled(blank, self.quantised_)
        own = None
        if calibration is not None:
            self.maxima_ = process_maxima(join(calibration), assemble(self.model_))
        else:
            own = self.maxima_ = _benign_maxima(joined, labels, assemble(self.model_))
            if self.folds >= 2:
                self.maxima_ = self._held_out(features, joined, labels, X, blank)
        self.model_ = calibrated(self.model_, choose_tiers(self.maxima_, own, self.margin))
        self.image_ = assemble(self.model_)
        return self

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

    def _descend(self, features: Features, joined: Joined, labels: Ints, chosen: Ints) -> Floats:
        """Return the weights fitted on the traces `chosen`."""
        attacks = labels[joined.traces] == 1
        bad = attacks & joined.late
        used = np.isin(joined.traces, chosen) & features.effect
        # A unit is judged by its highest call: a benign trace, an attack from its onset on, what came before.
        units = joined.traces * 2 + bad
        at = np.flatnonzero(used)
        at = at[_countdown(units[at]) % self.stride == 0]
        # What came before the onset is no part of the attack, though it is remembered.
        rows, answers = gather(features, at, attacks & ~joined.late), bad[at].astype(np.float64)
        shares = balanced(answers, 1.0 / np.bincount(units[at])[units[at]])
        rates = table_rates(self.caution)
        weights = descend(
            rows, answers, shares * len(rows), weights=np.zeros(WEIGHTS + 1), epochs=self.epochs,
            rates=rates * self.rate, decay=self.decay, seed=self.seed,
        )  # fmt: skip
        peaks, peak_answers, peak_weights = gather(features, at[:0], bad), np.zeros(0), np.zeros(0)
        for turn in range(1, self.rounds + 1):
            sums = replay(features, weights)
            highest = unit_peaks(sums, units, used)
            # Where the accumulator stood at 0 nothing before it counts: the row is the machine's own gradient.
            peaks = stack(peaks, gather(features, highest, sums <= 0.0))
            peak_answers = np.concatenate([peak_answers, bad[highest].astype(np.float64)])
            # The benign traces that stand out most set the thresholds, so they count most.
            worst = np.where(bad[highest], 1.0, self.emphasis * (sums[highest] * LEAK) ** 2 + 1.0)
            peak_weights = np.concatenate([peak_weights, worst])
            peak_shares = balanced(peak_answers, peak_weights)
            both = np.concatenate([shares * (1.0 - self.mix), peak_shares * self.mix])
            weights = descend(
                stack(rows, peaks), np.concatenate([answers, peak_answers]), both * len(both), weights=weights,
                epochs=self.epochs, rates=rates * self.rate / 2, decay=self.decay, seed=self.seed + turn,
            )  # fmt: skip
        return weights

    def _assembled(self, blank: Model, tables: Quantised) -> Model:
        return blank.with_thresholds(
            weights=tables.tables,
            cusum_drift=round(self.drift * tables.scale),
            tree_drift=round(self.tree_drift * tables.scale),
        )

    def _held_out(
        self, features: Features, joined: Joined, labels: Ints, X: Sequence[Recording], blank: Model
    ) -> Ints:
        """Return the benign traces' maxima, each under a model that has not seen its group."""
        dealt = deal([recording.group for recording in X], labels.tolist(), self.folds, self.seed)
        maxima = []
        for fold in range(self.folds):
            weights = self._descend(features, joined, labels, np.flatnonzero(dealt != fold))
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


def table_rates(caution: float) -> Floats:
    """Return the rate of each weight: `caution` to the power of how many calls an n-gram has beyond two."""
    rates = np.ones(WEIGHTS + 1)
    for name, base in zip(TABLES, BASES, strict=True):
        rates[base : base + REGIONS[name].depth] = caution ** max(ORDERS.get(name, 2) - 2, 0)
    return rates


def balanced(answers: Floats, shares: Floats) -> Floats:
    """Return shares that sum to 1, a half for either class."""
    scaled = shares.copy()
    for answer in (0.0, 1.0):
        scaled[answers == answer] /= 2.0 * (math.fsum(shares[answers == answer]) or 1.0)
    return scaled


def _countdown(units: Ints) -> Ints:
    """Return how many members of the same unit follow each position; units may interleave."""
    order = np.argsort(units, kind="stable")
    ends = np.searchsorted(units[order], units[order], side="right")
    left = np.empty(len(units), np.int64)
    left[order] = ends - 1 - np.arange(len(units))
    return left


def unit_peaks(values: Floats, units: Ints, used: NDArray[np.bool_]) -> Ints:
    """Return the position of each unit's highest value among the `used` ones."""
    at = np.flatnonzero(used)
    order = at[np.lexsort((-values[at], units[at]))]
    first = np.ones(len(order), np.bool_)
    first[1:] = units[order][1:] != units[order][:-1]
    return order[first]


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
