"""A model's way onto the native board: the whole push, damaged ones, and what can be read back."""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import pytest

from hdl.contract.flash import AREAS, MODEL, MODEL_MAGIC, SECTOR_BYTES
from hdl.contract.link import FrameType, ModelResult
from models.package import Package
from models.untrained import untrained_image
from sim.native import NativeBoard
from sim.peer import Peer, fixed

Vectors = list[tuple[int, bytes]]


def digest_of(fields: dict[str, int]) -> bytes:
    return struct.pack("<8I", *(fields[f"digest{word}"] for word in range(8)))


def test_a_push_puts_the_model_in_force_and_into_flash(
    peer: Peer, flash: bytearray, shipped: Package, vectors: Vectors
) -> None:
    answer = peer.push(shipped.image, vectors, name=b"vigilante 0.1.0")
    assert answer.fixed["result"] == ModelResult.ACTIVE
    assert answer.tail == b"vigilante 0.1.0"
    assert digest_of(answer.fixed) == hashlib.sha256(shipped.image).digest()
    status = peer.status()
    assert (status["running"], status["active"]) == (1, 0)
    area = AREAS["model0"].base
    header = MODEL.unpack(int.from_bytes(flash[area : area + 4 * MODEL.words], "little"))
    assert (header["magic"], header["number"], header["size"]) == (MODEL_MAGIC, 1, 8192)
    assert flash[area + SECTOR_BYTES : area + SECTOR_BYTES + 8192] == shipped.image
    assert "push of vigilante 0.1.0 to slot 0: result 3" in peer.log()

    peer.board.reset()
    again = Peer(peer.board, 2)
    assert again.status()["running"] == 1
    answer = again.only(FrameType.MODEL_READ, fixed(FrameType.MODEL_READ, slot=0))
    assert (answer.fixed["result"], answer.tail) == (ModelResult.ACTIVE, b"vigilante 0.1.0")


def test_the_next_push_takes_the_other_slot_and_area(peer: Peer, shipped: Package, vectors: Vectors) -> None:
    assert peer.push(shipped.image, vectors).fixed["result"] == ModelResult.ACTIVE
    (answer,) = peer.send(FrameType.MODEL_BEGIN, fixed(FrameType.MODEL_BEGIN, slot=0, size=8192))
    assert answer.kind == FrameType.REFUSED and b"in force: push to the other one" in answer.tail
    assert peer.push(shipped.image, vectors, slot=1, name=b"second").fixed["result"] == ModelResult.ACTIVE
    answer = peer.only(FrameType.MODEL_READ, fixed(FrameType.MODEL_READ, slot=0))
    assert answer.fixed["result"] == ModelResult.VERIFIED
    peer.board.reset()
    assert Peer(peer.board, 2).only(FrameType.MODEL_READ, bytes(4)).tail == b"second"


def test_a_wrong_digest_changes_nothing(peer: Peer, shipped: Package, vectors: Vectors) -> None:
    answer = peer.push(shipped.image, vectors, digest=bytes(32))
    assert answer.fixed["result"] == ModelResult.DIGEST
    assert peer.status()["running"] == 0


def test_a_byte_that_the_slot_holds_wrongly_is_found(peer: Peer, shipped: Package, vectors: Vectors) -> None:
    """Damage in the slot itself, between the data and the read-back, which the first vectors begin."""
    board = peer.board
    assert isinstance(board, NativeBoard)
    send = peer.send

    def damaging(kind: int, payload: bytes, milliseconds: float = 0) -> list:  # type: ignore[type-arg]
        if kind == FrameType.MODEL_VECTORS:
            board.slot(0)[4000] ^= 1
        return send(kind, payload, milliseconds)

    peer.send = damaging  # type: ignore[method-assign]
    assert peer.push(shipped.image, vectors).fixed["result"] == ModelResult.DIGEST


def first(vectors: Vectors, count: int) -> bytes:
    """Return as many vectors of the first frame."""
    most, packed = vectors[0]
    assert count <= most
    place = 0
    for _ in range(count):
        paths = struct.unpack_from("<I", packed, place)[0] >> 12 & 3
        place += 32
        for _ in range(paths):
            place += 4 + (struct.unpack_from("<I", packed, place)[0] >> 16) + 3 & ~3
        place += 24
    return packed[:place]


def damaged(vectors: Vectors, vector: int) -> Vectors:
    """Return vectors of which one expects another record."""
    count, packed = vectors[0]
    changed = bytearray(packed)
    changed[len(first(vectors, vector + 1)) - 16] ^= 1
    return [(count, bytes(changed)), *vectors[1:]]


def test_a_failed_vector_is_named_and_the_model_before_is_in_force_again(
    peer: Peer, shipped: Package, vectors: Vectors
) -> None:
    assert peer.push(shipped.image, vectors).fixed["result"] == ModelResult.ACTIVE
    answer = peer.push(shipped.image, damaged(vectors, 5), slot=1)
    assert (answer.fixed["result"], answer.fixed["vector"]) == (ModelResult.SELF_TEST, 5)
    status = peer.status()
    assert (status["running"], status["active"]) == (1, 0)
    # Nothing of the vectors is left: the same push without damage is taken.
    assert peer.push(shipped.image, vectors, slot=1).fixed["result"] == ModelResult.ACTIVE
    assert peer.status()["active"] == 1


def test_without_a_model_before_a_failed_one_screens_nothing(
    peer: Peer, shipped: Package, vectors: Vectors
) -> None:
    assert peer.push(shipped.image, damaged(vectors, 0)).fixed["result"] == ModelResult.SELF_TEST
    assert peer.status()["running"] == 0
    event = np.zeros(8, "<u4")
    event[0] = 1 << 10
    answer = peer.only(FrameType.EVENT, fixed(FrameType.EVENT, count=1) + event.tobytes())
    assert answer.kind == FrameType.REFUSED and b"push another" in answer.tail
    assert peer.push(shipped.image, vectors, slot=1).fixed["result"] == ModelResult.ACTIVE


def test_an_image_for_another_contract_is_refused(peer: Peer, vectors: Vectors) -> None:
    image = bytearray(untrained_image(1))
    image[8128] ^= 2
    assert peer.push(bytes(image), vectors).fixed["result"] == ModelResult.CONTRACT


def test_incomplete_pushes_are_told(peer: Peer, shipped: Package, vectors: Vectors) -> None:
    assert peer.push(shipped.image, []).fixed["result"] == ModelResult.INCOMPLETE
    digest = hashlib.sha256(shipped.image).digest()
    announced = {f"digest{word}": value for word, value in enumerate(struct.unpack("<8I", digest))}
    assert not peer.send(FrameType.MODEL_BEGIN, fixed(FrameType.MODEL_BEGIN, slot=0, size=8192, **announced))
    messages = [fixed(FrameType.MODEL_VECTORS, count=count) + packed for count, packed in vectors]
    early = peer.only(FrameType.MODEL_VECTORS, messages[0])
    assert early.kind == FrameType.REFUSED and b"the whole image comes before its vectors" in early.tail
    end = fixed(FrameType.MODEL_END, slot=0)
    assert peer.only(FrameType.MODEL_END, end).fixed["result"] == ModelResult.INCOMPLETE
    for offset in reversed(range(0, 8192, 256)):  # in any order, in any pieces
        data = fixed(FrameType.MODEL_DATA, slot=0, offset=offset) + shipped.image[offset : offset + 256]
        assert not peer.send(FrameType.MODEL_DATA, data)
    assert peer.only(FrameType.MODEL_END, end).fixed["result"] == ModelResult.INCOMPLETE
    for message in messages:
        assert not peer.send(FrameType.MODEL_VECTORS, message)
    data = fixed(FrameType.MODEL_DATA, slot=0, offset=0) + shipped.image[:256]
    late = peer.only(FrameType.MODEL_DATA, data)
    assert late.kind == FrameType.REFUSED and b"the image stays as it is" in late.tail
    assert peer.only(FrameType.MODEL_END, end).fixed["result"] == ModelResult.ACTIVE


def begun(peer: Peer, shipped: Package, vectors: Vectors, slot: int) -> None:
    """Push all but MODEL_END."""
    digest = hashlib.sha256(shipped.image).digest()
    announced = {f"digest{word}": value for word, value in enumerate(struct.unpack("<8I", digest))}
    peer.send(FrameType.MODEL_BEGIN, fixed(FrameType.MODEL_BEGIN, slot=slot, size=8192, **announced))
    for offset in range(0, 8192, 512):
        data = fixed(FrameType.MODEL_DATA, slot=slot, offset=offset) + shipped.image[offset : offset + 512]
        assert not peer.send(FrameType.MODEL_DATA, data)
    for count, packed in vectors:
        assert not peer.send(FrameType.MODEL_VECTORS, fixed(FrameType.MODEL_VECTORS, count=count) + packed)


@pytest.mark.parametrize("replayed", [None, 1, 5])
def test_a_session_that_ends_during_the_trial_leaves_the_model_before(
    peer: Peer, shipped: Package, vectors: Vectors, replayed: int | None
) -> None:
    """Also where the vectors that came have begun a process and not ended it."""
    assert peer.push(shipped.image, vectors).fixed["result"] == ModelResult.ACTIVE
    begun(peer, shipped, [(replayed, first(vectors, replayed))] if replayed else vectors, slot=1)
    assert peer.status()["active"] == 1, "on trial"
    again = Peer(peer.board, 2)
    assert (again.status()["running"], again.status()["active"]) == (1, 0)
    assert again.push(shipped.image, vectors, slot=1).fixed["result"] == ModelResult.ACTIVE


@pytest.mark.parametrize("replayed", [None, 1, 5])
def test_a_push_that_begins_anew_ends_the_trial_before(
    peer: Peer, shipped: Package, vectors: Vectors, replayed: int | None
) -> None:
    assert peer.push(shipped.image, vectors).fixed["result"] == ModelResult.ACTIVE
    begun(peer, shipped, [(replayed, first(vectors, replayed))] if replayed else vectors, slot=1)
    assert peer.push(shipped.image, vectors, slot=1).fixed["result"] == ModelResult.ACTIVE
    assert peer.status()["active"] == 1


def test_images_are_read_back(peer: Peer, shipped: Package, vectors: Vectors) -> None:
    def read(slot: int) -> tuple[bytes, int]:
        *data, status = peer.send(FrameType.MODEL_READ, fixed(FrameType.MODEL_READ, slot=slot, image=1))
        assert [frame.fixed["offset"] for frame in data] == [512 * place for place in range(len(data))]
        return b"".join(frame.tail for frame in data), status.fixed["result"]

    assert read(0) == (b"", ModelResult.EMPTY)
    peer.push(shipped.image, vectors)
    assert read(0) == (shipped.image, ModelResult.ACTIVE)
    other = untrained_image(3)
    peer.push(other, vectors, slot=1, digest=bytes(32))
    assert read(1) == (other, ModelResult.DIGEST)


def test_a_new_session_forgets_a_push(peer: Peer, shipped: Package) -> None:
    peer.send(FrameType.MODEL_BEGIN, fixed(FrameType.MODEL_BEGIN, slot=0, size=8192))
    again = Peer(peer.board, 2)
    answer = again.only(FrameType.MODEL_END, fixed(FrameType.MODEL_END, slot=0))
    assert answer.kind == FrameType.REFUSED and b"MODEL_BEGIN" in answer.tail
