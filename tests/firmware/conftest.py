"""Native boards, and a plain host in a session with one."""

from __future__ import annotations

import pytest

from firmware.build import blank_flash
from models.package import SHIPPED, Package, read_package
from sim.native import NativeBoard
from sim.peer import Peer, batches, vector_words


@pytest.fixture(scope="session")
def blank() -> bytes:
    """A new board's flash."""
    return bytes(blank_flash(77, b"a firmware"))


@pytest.fixture
def flash(blank: bytes) -> bytearray:
    """A new board's flash, to write to."""
    return bytearray(blank)


@pytest.fixture
def board(flash: bytearray) -> NativeBoard:
    """A new board."""
    return NativeBoard(flash)


@pytest.fixture
def peer(board: NativeBoard) -> Peer:
    """A host in a session with a new board."""
    return Peer(board)


@pytest.fixture(scope="session")
def shipped() -> Package:
    """The model that ships."""
    return read_package(SHIPPED)


@pytest.fixture(scope="session")
def vectors(shipped: Package) -> list[tuple[int, bytes]]:
    """Its self-test vectors as payloads of frames, with how many each holds."""
    return batches([item for vector in shipped.vectors for item in vector_words(vector)])
