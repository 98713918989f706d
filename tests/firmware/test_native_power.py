"""Power that goes at every operation of the flash: the old model or the new one, never neither; the log stays."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.build import blank_flash
from hdl.contract.flash import AREAS, SECTOR_BYTES
from hdl.contract.link import FrameType, ModelResult
from models.package import Package
from models.untrained import untrained_image
from models.vectors import make_vectors
from sim.native import NativeBoard
from sim.peer import Frame, Peer, batches, encode, fixed, vector_words

LINE = re.compile(r"\d+\.\d{3} [ -~]+")


def short_vectors(image: bytes) -> list[tuple[int, bytes]]:
    """Return one self-test vector of a model: enough to be pushed with, and quick."""
    return batches([item for vector in make_vectors(image, count=1) for item in vector_words(vector)])


class CutError(Exception):
    """The power has gone."""


class Careless(Peer):
    """A host that stops when the board loses its power."""

    def send(self, kind: int, payload: bytes, milliseconds: float = 0) -> list[Frame]:
        got = super().send(kind, payload, milliseconds)
        if self.board.cut:
            raise CutError
        return got


@pytest.fixture(scope="module")
def pushed(shipped: Package) -> tuple[bytes, int]:
    """A flash with a model in it, and how many operations the next push takes."""
    flash = bytearray(blank_flash(77, b"a firmware"))
    board = NativeBoard(flash)
    peer = Peer(board)
    assert (
        peer.push(shipped.image, short_vectors(shipped.image), name=b"old").fixed["result"] == ModelResult.ACTIVE
    )
    before, content = board.flash_operations, bytes(flash)
    image = untrained_image(5)
    assert peer.push(image, short_vectors(image), slot=1, name=b"new").fixed["result"] == ModelResult.ACTIVE
    return content, board.flash_operations - before


def in_force(board: NativeBoard) -> tuple[bytes, bytes]:
    """Return name and image of the model in force after a boot."""
    peer = Peer(board, 9)
    assert peer.status()["running"] == 1
    *data, status = peer.send(FrameType.MODEL_READ, fixed(FrameType.MODEL_READ, slot=0, image=1))
    assert status.fixed["result"] == ModelResult.ACTIVE
    return status.tail, b"".join(frame.tail for frame in data)


def test_a_push_cut_at_every_operation(pushed: tuple[bytes, int], shipped: Package) -> None:
    content, operations = pushed
    assert operations >= 1 + 2 + 32 + 1
    new = untrained_image(5)
    vectors = short_vectors(new)
    seen = []
    for operation in range(1, operations + 3):
        flash = bytearray(content)
        board = NativeBoard(flash)
        board.exchange()
        while board.exchange(b"", 2000):  # the log's own operations end
            pass
        board.cut_after(operation, seed=operation)
        try:
            peer = Careless(board, 1)
            assert peer.push(new, vectors, slot=1, name=b"new").fixed["result"] == ModelResult.ACTIVE
            board.exchange(b"", 5000)
        except CutError:
            pass
        board.reset()
        name, image = in_force(board)
        assert (name, image) in ((b"old", shipped.image), (b"new", new))
        seen.append(name)
        if operation % 4:
            continue
        # Whatever was left, the next push is taken.
        peer = Peer(board, 10)
        assert peer.push(new, vectors, slot=1, name=b"next").fixed["result"] == ModelResult.ACTIVE
        board.reset()
        assert in_force(board) == (b"next", new)
    assert seen[0] == b"old" and seen[-1] == b"new" and seen == sorted(seen, reverse=True)


def test_a_damaged_newest_model_gives_way_to_the_one_before(pushed: tuple[bytes, int], shipped: Package) -> None:
    flash = bytearray(pushed[0])
    board = NativeBoard(flash)
    image = untrained_image(5)
    Peer(board).push(image, short_vectors(image), slot=1, name=b"new")
    board.reset()
    assert in_force(board)[0] == b"new"
    flash[AREAS["model1"].base + SECTOR_BYTES + 100] ^= 1
    board.reset()
    assert in_force(board) == (b"old", shipped.image)


def busy_board(peer: Peer, lines: int) -> None:
    """Have the board log many lines."""
    for _ in range(lines):
        peer.send(0x70, b"", 10)


def check_log(text: str) -> list[str]:
    lines = text.splitlines()
    assert text.endswith("\n")
    for line in lines[1:-1]:
        assert LINE.fullmatch(line), line
    return lines


def test_the_log_goes_on_over_resets(board: NativeBoard) -> None:
    ends = []
    for boot in range(1, 5):
        peer = Peer(board, boot)
        busy_board(peer, 20)
        board.exchange(peer.ack(), 3000)
        ends.append(peer.status()["log_end"])
        board.reset()
    text = Peer(board, 9).log()
    assert text.count("vigilante firmware") == 5 and text.count("refused a frame of type 70") == 80
    assert [f"session {boot}:" in text for boot in range(1, 5)] == [True] * 4
    assert ends == sorted(ends) and len(text) > ends[-1]
    check_log(text)


def test_the_log_is_a_ring(board: NativeBoard) -> None:
    """More is written than the flash holds; places still count from the first byte ever."""
    peer = Peer(board)
    size = AREAS["log"].size
    while (end := peer.status()["log_end"]) < size + 30000:
        wire = b""
        for _ in range(30):
            wire += encode(0x70, peer.next, b"")
            peer.next += 1
        peer.run(wire, 3000)
    status = peer.status()
    assert status["shed_log"] == 0
    assert end - size < status["log_begin"] <= end - size + 4 * SECTOR_BYTES
    text = peer.log()
    check_log(text)
    assert len(text) == peer.status()["log_end"] - status["log_begin"]
    begin = status["log_begin"]
    board.reset()
    peer = Peer(board, 2)
    later = peer.status()
    # Its last lines may not have been in flash yet; one more sector may have been erased ahead.
    assert begin <= later["log_begin"] <= begin + 2 * SECTOR_BYTES
    assert peer.log().startswith(text[later["log_begin"] - begin :][:1000])


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 99), st.integers(1, 30)), min_size=1, max_size=6))
def test_the_log_survives_cuts(cuts: list[tuple[int, int, int]]) -> None:
    """Lines that had reached the flash before a cut are there after it, in order and once."""
    board = NativeBoard(bytearray(blank_flash(77, b"a firmware")))
    kept = ""
    for session, (operation, seed, lines) in enumerate(cuts, 1):
        board.exchange()
        board.cut_after(operation, seed)
        try:
            peer = Careless(board, session)
            busy_board(peer, lines)
            board.exchange(b"", 3000)
        except (CutError, IndexError):
            pass
        board.reset()
        text = Peer(board, 50 + session).log()
        lines_now = text.splitlines()
        assert text.startswith(kept)
        assert sum("vigilante firmware" in line for line in lines_now) <= 3 * session + 1
        peer = Peer(board, 80 + session)
        board.exchange(peer.ack(), 4000)
        kept = peer.log().rpartition("\n")[0]
        lines_now = kept.splitlines()
        for line, following in pairwise(lines_now):
            assert LINE.fullmatch(line) or "cut short" in following, line
        board.exchange(peer.ack(), 4000)
        board.reset()
