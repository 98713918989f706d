"""Sessions at the board's shell as recordings."""

from __future__ import annotations

import numpy as np
import pytest

from hdl.contract.event import Kind
from models.package import SHIPPED, read_package
from models.recordings import Recording, join
from models.replay import screen
from sim.kernel_sessions import LINES, screened_flash, sessions


@pytest.fixture(scope="module")
def flash() -> bytes:
    return screened_flash(read_package(SHIPPED))


def recorded(flash: bytes, seed: int) -> list[Recording]:
    found = [recording for recording, _label in sessions(flash, 2, seed)]
    assert [recording.group for recording in found] == [f"kernel-{theme}" for theme in LINES for _ in range(2)]
    return found


def test_sessions_are_whole_traces(flash: bytes) -> None:
    """The golden machine takes them one after the other: whoever begins in a slot also ends there."""
    found = recorded(flash, 0)
    kinds = [recording.events[:, 0] & 15 for recording in found]
    assert all((kind == Kind.CALL).sum() > 100 for kind in kinds)
    # The first process, each session, each fork.
    assert all(((kind == Kind.CLEAR) | (kind == Kind.FORK)).sum() == (kind == Kind.EXIT).sum() for kind in kinds)
    assert len(screen(join(found), read_package(SHIPPED).image).values) == sum(map(len, found))


def test_a_seed_says_all(flash: bytes) -> None:
    once, again, other = recorded(flash, 1), recorded(flash, 1), recorded(flash, 2)
    assert all(
        np.array_equal(a.events, b.events) and bytes(a.pool) == bytes(b.pool)
        for a, b in zip(once, again, strict=True)
    )
    assert [len(recording) for recording in once] != [len(recording) for recording in other]
