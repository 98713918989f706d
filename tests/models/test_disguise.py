"""A disguised attack does what it did, in its order; only what lies between, and when, is changed."""

from __future__ import annotations

import numpy as np
import pytest

from hdl.contract.event import EVENT, Kind
from hdl.contract.syscalls import IDS
from models.disguise import padded, slowed
from models.image import assemble
from models.peers.stream import CLASSES, stream
from models.recordings import Recording, join
from models.replay import record, screen
from models.trace import Call, Exit, Fork, Item, PathArgument, Start
from models.train import blank_model


def made(items: list[Item], onset: int | None = None) -> Recording:
    return record(items, assemble(blank_model(0)), "t", "g", onset)


def attack() -> Recording:
    shadow = (PathArgument(b"/etc/shadow"),)
    return made([
        Start(1, 5), Call(2, 5, "read", time=0.0), Call(3, 5, "openat", paths=shadow, ok=False, time=1.0),
        Fork(4, 5, 6), Call(5, 6, "ptrace", ok=False, time=2.0), Call(6, 5, "kill", time=4.0),
        Call(7, 6, "setuid", time=5.0), Exit(8, 6), Exit(9, 5),
    ], onset=3)  # fmt: skip


def donor() -> Recording:
    tmp = (PathArgument(b"/tmp/x"),)
    return made([Start(1, 9), Call(2, 9, "stat", paths=tmp, ok=False), Call(3, 9, "write"), Exit(4, 9)])


def said(recording: Recording, name: str) -> list[int]:
    heads = recording.events[:, 0].astype(np.int64)
    calls = (heads & 15) == Kind.CALL
    return (heads[calls] >> EVENT.offset[name] & (1 << EVENT.field[name].width) - 1).tolist()


@pytest.mark.parametrize("ratio", [1, 5])
def test_padding_lies_between(ratio: int) -> None:
    before, after = attack(), padded(attack(), donor(), ratio)
    assert len(after) == len(before) + 4 * ratio
    names = said(after, "id")
    assert names[0] == IDS["read"] and names[1 :: ratio + 1] == said(before, "id")[1:]
    filled = [name for n, name in enumerate(names[1:]) if n % (ratio + 1)]
    assert filled == [IDS["stat"], IDS["write"]] * (2 * ratio)
    # Whoever made the call makes those behind it; paths stay with their calls.
    lives = after.events[(after.events[:, 0] & 15) == Kind.CALL, 1].tolist()
    assert all(lives[n] == lives[n - (n - 1) % (ratio + 1)] for n in range(1, len(lives)))
    classes = stream([after]).codes % CLASSES
    assert sorted({int(c) for c in classes[stream([after]).codes >= 0]}) == sorted(
        {int(c) for r in (before, donor()) for c in stream([r]).codes[stream([r]).codes >= 0] % CLASSES}
    )
    screen(join([after, before]), assemble(blank_model(0)))  # the machine takes it


def test_results_go_with_their_calls() -> None:
    after = padded(attack(), donor(), 1)
    names, oks = said(after, "id"), said(after, "ok")
    assert oks[names.index(IDS["openat"]) + 1] == 0  # openat failed
    assert oks[names.index(IDS["ptrace"]) + 1] == 0  # ptrace failed
    assert oks[names.index(IDS["setuid"])] == 1  # write, put between, did not


def test_slowing_stretches_times() -> None:
    before, after = said(attack(), "epoch"), said(slowed(attack(), 3), "epoch")
    assert after == [(before[0] + 3 * (epoch - before[0])) % 256 for epoch in before]
    assert said(slowed(attack(), 3), "id") == said(attack(), "id")


def test_padding_needs_calls() -> None:
    with pytest.raises(ValueError, match="makes no call to pad with"):
        padded(attack(), made([Start(1, 5), Exit(2, 5)]), 1)
