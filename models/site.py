"""Tiers refitted to one host: what its benign recordings can bear, and how many alarms to expect.

The unit is the process, as in `models.calibrate`; what is independent is the *cluster*: a program, with the
programs whose processes are its near-duplicates.  A thousand runs of one program are one trial.  A tier that may
be reached by a share of all processes is refitted only where one cluster is no greater part of all clusters.

Alarms are counted on clusters that the thresholds were not chosen on, in turn, so that they are what a new day
shows and not what was fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.calibrate import FRACTIONS, Ints, Tiers, choose_tiers, rising
from models.folds import deal, first_of_each, near_duplicates
from models.image import Model
from models.intervals import DRAWS, clopper_pearson, interval

NEEDED = tuple(round(1 / fraction) for fraction in FRACTIONS)
"""Clusters without which the first two tiers cannot be refitted; the last goes with the second."""

GUARD = 0.1
"""By how much the first two tiers lie above the processes that are not given up."""

FOLDS = 5
_DAY = 24.0
_TELLING = 16
"""Different processes of a program that are compared with other programs'."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Benign processes of a host, under a model.

    maxima: (n, 3) highest A, C, T.  free: the same over the calls that no exception covers; covered: (n, e, 3)
    over those that exception 1, 2, .. e covers.  ceilings: (1 + e,) the highest tier that each excepts.
    clusters: what each process is resampled with.  hours: of the host's life; None: unknown.
    """

    maxima: Ints
    free: Ints
    covered: Ints
    ceilings: Ints
    clusters: Sequence[str]
    hours: float | None

    def tiers(self, tiers: Tiers) -> Ints:
        """Return the highest tier of each process."""
        return tier_of(self.maxima, tiers)

    def unexcepted(self, tiers: Tiers) -> Ints:
        """Return the highest tier of each process that no exception covers."""
        highest = tier_of(self.free, tiers)
        for entry in range(self.covered.shape[1]):
            reached = tier_of(self.covered[:, entry], tiers)
            highest = np.maximum(highest, np.where(reached > self.ceilings[entry + 1], reached, 0))
        return highest


@dataclass(frozen=True, slots=True)
class Alarms:
    """How often a tier is reached.

    processes: how many reach it.  clusters: how many hold one.  bound: upper 95 % bound of the share of clusters.
    per_day: processes that reach it in a day of the host, with a 95 % interval by clusters; None: hours unknown.
    """

    processes: int
    clusters: int
    bound: float
    per_day: float | None
    interval: tuple[float, float] | None


def tier_of(maxima: Ints, tiers: Tiers) -> Ints:
    """Return 0..3 for (n, 3) highest A, C, T."""
    thresholds = np.array(tiers.rows(), np.int64)
    reached: Ints = (maxima[:, :, None] >= thresholds[None]).any(axis=1).sum(axis=1)
    return reached


def borne(clusters: int) -> int:
    """Return how many tiers so many clusters bear: 0, 1 or all 3."""
    return 0 if clusters < NEEDED[0] else 1 if clusters < NEEDED[1] else 3


def refit(maxima: Ints, model: Model, bears: int = 3, guard: float = GUARD) -> Tiers:
    """Return tiers for processes with these (n, 3) maxima; from number `bears` on those of the model are kept."""
    found = choose_tiers(maxima, guard=guard)
    old = (model.decayed, model.cusum, model.tree)
    rows = [rising((*new[:bears], *kept[bears:])) for new, kept in zip(found.rows(), old, strict=True)]
    return Tiers(*rows)


def on_new_clusters(seen: Seen, make: Callable[[Ints], Tiers], judge: Callable[[Seen, Tiers], Ints]) -> Ints:
    """Return each process's tier under tiers made from other clusters.

    judge: `Seen.tiers` or `Seen.unexcepted`.
    """
    folds = min(FOLDS, len(set(seen.clusters)))
    if folds < 2:
        raise ValueError("one program alone tells nothing of others: record more")
    dealt = deal(seen.clusters, [0] * len(seen.clusters), folds)
    found = np.zeros(len(seen.clusters), np.int64)
    for fold in range(folds):
        held = dealt == fold
        found[held] = judge(seen, make(seen.maxima[~held]))[held]
    return found


def alarms(seen: Seen, reached: Ints, tier: int, seed: int = 0) -> Alarms:
    """Return how often `tier` is reached.  reached: the tier of each process."""
    names, place = np.unique(np.array(seen.clusters), return_inverse=True)
    hits = np.bincount(place[reached >= tier], minlength=len(names))
    hit = int((hits > 0).sum())
    bound = clopper_pearson(hit, len(names))[1]
    if not seen.hours:
        return Alarms(int(hits.sum()), hit, bound, None, None)
    rate = _DAY / seen.hours
    if hit:
        drawn = np.random.default_rng(seed).multinomial(
            len(names), np.full(len(names), 1 / len(names)), size=DRAWS
        )
        between = interval(np.asarray((drawn @ hits) * rate, np.float64))
    else:
        # None of the clusters: at most `bound` of them, as many processes as they have on the mean.
        between = 0.0, bound * len(seen.clusters) * rate
    return Alarms(int(hits.sum()), hit, bound, float(hits.sum()) * rate, between)


def clusters_of(programs: Sequence[str], calls: Sequence[Ints]) -> list[str]:
    """Return each process's cluster: its program, joined with programs that have near-duplicates of its processes.

    calls: the canonical ids of each process's calls.  Of a program the first few different processes are compared.
    """
    told: dict[str, int] = {}
    chosen: list[int] = []
    for number in first_of_each(calls):
        told[programs[number]] = told.get(programs[number], 0) + 1
        if told[programs[number]] <= _TELLING:
            chosen.append(number)
    leader = {name: name for name in programs}

    def lead(name: str) -> str:
        while leader[name] != name:
            name = leader[name]
        return name

    groups: dict[int, str] = {}
    for number, group in zip(chosen, near_duplicates([calls[number] for number in chosen]).tolist(), strict=True):
        one, other = sorted((lead(programs[number]), lead(groups.setdefault(group, programs[number]))))
        leader[other] = one
    return [lead(name) for name in programs]


def host_hours(spans: Sequence[tuple[float, float] | None]) -> float | None:
    """Return the hours of a host's life that recordings show: what lies in any (begin, end), in seconds.

    Times since 1970 that overlap count once; others cannot overlap.  None where a recording carries no times.
    """
    if not spans or any(span is None for span in spans):
        return None
    known = sorted(span for span in spans if span is not None)
    if any(begin < _SINCE for begin, _ in known):
        return sum(end - begin for begin, end in known) / 3600
    seconds, until = 0.0, 0.0
    for begin, end in known:
        seconds += max(0.0, end - max(begin, until))
        until = max(until, end)
    return seconds / 3600


_SINCE = 1e8
"""A smaller number of seconds is no time since 1970 (see `models.readers.strace_lines.Clock`)."""
