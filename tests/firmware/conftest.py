"""Native boards, and a plain host in a session with one."""

from __future__ import annotations

import pytest

from firmware.build import blank_flash
from models.package import SHIPPED, Package, read_package
from models.vectors import make_vectors
from sim.native import NativeBoard
from sim.native_processes import Processes
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


@pytest.fixture(scope="session")
def screened(blank: bytes, shipped: Package) -> bytes:
    """A flash with a model in it: nothing runs without one."""
    flash = bytearray(blank)
    peer = Peer(NativeBoard(flash))
    items = [item for vector in make_vectors(shipped.image, count=1) for item in vector_words(vector)]
    assert peer.push(shipped.image, batches(items)).fixed["result"] == 3
    return bytes(flash)


@pytest.fixture
def processes(screened: bytes) -> Processes:
    """A board's processes, the first of them."""
    board = NativeBoard(bytearray(screened))
    board.exchange()
    return Processes(board)
