"""Attacks made harder to see, at test time only: padded with honest calls, or slowed.

    padded(recording, donor, ratio)   behind every call since the onset, `ratio` calls of an honest process
    slowed(recording, factor)         all times since the first event stretched

A padded attack does all that it did, in the same order; the calls between come from one honest recording, in its
order and with its results and paths, as if the attacker's own process made them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hdl.contract.event import EVENT, Kind
from models.recordings import Ints, Recording, Words

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
    return _with_results(found, place, _results(recording), fills, _results(donor)[chosen])


def _results(recording: Recording) -> Ints:
    """Return whether each call is known to have succeeded: what the process's next call says; 1 for its last."""
    heads = recording.events[:, 0].astype(np.int64)
    found = np.ones(len(heads), np.int64)
    after: dict[int, int] = {}
    for n in range(len(heads) - 1, -1, -1):
        if heads[n] & 15 == Kind.CALL:
            life = int(recording.events[n, 1])
            found[n] = after.get(life, 1)
            after[life] = int(heads[n] >> _OK & 1)
    return found


def _with_results(recording: Recording, place: Ints, own: Ints, fills: Ints, others: Ints) -> Recording:
    """Return the recording in which every call says how the process's call before it went.

    place, fills: where the events with the results `own` and `others` stand.
    """
    results = np.ones(len(recording), np.int64)
    results[place], results[fills] = own, others
    events: Words = recording.events.copy()
    before: dict[int, int] = {}
    for n in range(len(events)):
        if int(events[n, 0]) & 15 != Kind.CALL:
            continue
        life = int(events[n, 1])
        if life in before:  # the first call of a process says what it always did
            events[n, 0] = np.uint32(int(events[n, 0]) & ~(1 << _OK) | before[life] << _OK)
        before[life] = int(results[n])
    return replace(recording, events=events)
