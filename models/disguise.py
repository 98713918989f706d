"""Attacks made harder to see, at test time only: padded with honest calls, or slowed.

    padded(recording, donor, ratio)   behind every call since the onset, `ratio` calls of an honest process
    slowed(recording, factor)         all times since the first event stretched

A padded attack does all that it did, in the same order; the calls between come from one honest recording, in its
order and with its results and paths, as if the attacker's own process made them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hdl.contract.event import EVENT, Kind
from models.recordings import Ints, Recording

_EPOCHS = 1 << EVENT.field["epoch"].width
_EPOCH, _SLOT, _OK = (EVENT.offset[name] for name in ("epoch", "slot", "ok"))
_SLOT_MASK = (1 << EVENT.field["slot"].width) - 1 << _SLOT


def _get(heads: Ints, name: str) -> Ints:
    return np.asarray(heads >> EVENT.offset[name] & (1 << EVENT.field[name].width) - 1)


def slowed(recording: Recording, factor: int) -> Recording:
    """Return the recording with every time since its first event `factor` times as long.

    Times are modulo 256 epochs; a pause longer than that is taken modulo it, before and after.
    """
    events = recording.events.copy()
    heads = events[:, 0].astype(np.int64)
    epochs = _get(heads, "epoch")
    passed = np.cumsum(np.diff(epochs, prepend=epochs[:1]) % _EPOCHS) * factor
    stretched = (epochs[:1] + passed) % _EPOCHS
    events[:, 0] = (heads & ~(_EPOCHS - 1 << _EPOCH) | stretched << _EPOCH).astype(np.uint32)
    return replace(recording, events=events)


def padded(recording: Recording, donor: Recording, ratio: int) -> Recording:
    """Return the recording with `ratio` calls of `donor` behind every call since the onset.

    donor: an honest recording with at least one call; it begins again when it is used up.
    """
    heads = recording.events[:, 0].astype(np.int64)
    given = donor.events[:, 0].astype(np.int64)
    stock = np.flatnonzero(_get(given, "kind") == Kind.CALL)
    if not len(stock):
        raise ValueError(f"{donor.name}: makes no call to pad with")
    late = recording.lines >= (recording.onset or 0)
    hosts = np.flatnonzero((_get(heads, "kind") == Kind.CALL) & late)
    # Where each event goes, and which honest call stands in the places between.
    extra = np.zeros(len(heads), np.int64)
    extra[hosts] = ratio
    place = np.arange(len(heads)) + np.cumsum(extra) - extra
    fills = (place[hosts][:, None] + 1 + np.arange(ratio)).reshape(-1)
    chosen = stock[np.arange(len(fills)) % len(stock)]
    owner = np.repeat(hosts, ratio)
    count = len(heads) + len(fills)
    events = np.zeros((count, 8), np.uint32)
    offsets, slots, lines = (np.zeros(count, np.int64) for _ in range(3))
    for target, source, at, shift in (
        (place, recording, np.arange(len(heads)), 0),
        (fills, donor, chosen, len(recording.pool)),
    ):
        events[target], offsets[target] = source.events[at], source.offsets[at] + shift
    slots[place], slots[fills] = recording.slots, recording.slots[owner]
    lines[place], lines[fills] = recording.lines, recording.lines[owner]
    events[fills, 1] = recording.events[owner, 1]
    kept = given[chosen] & ~(_SLOT_MASK | _EPOCHS - 1 << _EPOCH)
    events[fills, 0] = (kept | heads[owner] & (_SLOT_MASK | _EPOCHS - 1 << _EPOCH)).astype(np.uint32)
    found = replace(
        recording, events=events, offsets=offsets, slots=slots, lines=lines,
        pool=np.concatenate([recording.pool, donor.pool]),
    )  # fmt: skip
    results = np.ones(count, np.int64)
    results[place], results[fills] = _results(recording), _results(donor)[chosen]
    return _said(found, results)


def _successors(recording: Recording) -> tuple[Ints, Ints]:
    """Return the positions of all calls but each process's first, and those of the process's call before."""
    at = np.flatnonzero(_get(recording.events[:, 0].astype(np.int64), "kind") == Kind.CALL)
    order = at[np.argsort(recording.events[at, 1], kind="stable")]
    same = recording.events[order[1:], 1] == recording.events[order[:-1], 1]
    return order[1:][same], order[:-1][same]


def _results(recording: Recording) -> Ints:
    """Return whether each call is known to have succeeded: what the process's next call says; 1 for its last."""
    later, before = _successors(recording)
    found = np.ones(len(recording), np.int64)
    found[before] = _get(recording.events[later, 0].astype(np.int64), "ok")
    return found


def _said(recording: Recording, results: Ints) -> Recording:
    """Return the recording in which every call but a process's first says how the one before it went."""
    later, before = _successors(recording)
    events = recording.events.copy()
    heads = events[later, 0].astype(np.int64)
    events[later, 0] = (heads & ~(1 << _OK) | results[before] << _OK).astype(np.uint32)
    return replace(recording, events=events)


@dataclass(frozen=True)
class Padded:
    """Pads each attack with the calls of an honest recording that its name chooses."""

    donors: Sequence[Recording]
    ratio: int

    def __call__(self, recording: Recording) -> Recording:
        """Return the padded recording."""
        number = sum(recording.name.encode()) % len(self.donors)
        return padded(recording, self.donors[number], self.ratio)


@dataclass(frozen=True)
class Slowed:
    """Stretches each attack's times."""

    factor: int

    def __call__(self, recording: Recording) -> Recording:
        """Return the slowed recording."""
        return slowed(recording, self.factor)
