"""Self-test vectors: short event sequences and the records that a model must answer them with.

A package carries them, and they are replayed on the engine before the model is switched to: an image that was
loaded wrongly, or an engine that computes wrongly, is found before it judges anybody.  Every vector drives an
accumulator off zero, so that no model of zeros passes.
"""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.model import NODE_ROOT, NODE_UNKNOWN, TOKEN_OTHER
from hdl.contract.policy import default_policy
from hdl.contract.syscalls import NAMES, UNKNOWN
from models.encode import Bytes, Ints, Words
from models.gateway import Screens, switch
from models.golden.engine import GoldenEngine, region

VECTORS = 40
MINIMUM = 32
_CALLS = 24
_TRIES = 50
_SLOT, _CHILD, _TREE = 32, 33, 32
_HEAD = struct.Struct("<HI")

# Where a record depends on what was screened before the vector and on the model slot in use.
_COMPARED = np.full(6, 0xFFFFFFFF, np.uint32)
_COMPARED[0] ^= np.uint32(1 << RECORD.offset["model"])
_COMPARED[RECORD.offset["sequence"] // 32] = 0


class VectorError(Exception):
    """Vectors cannot be made, read or satisfied; the message says why."""


@dataclass(frozen=True, slots=True)
class Vector:
    """Events as `screen` takes them, and the records expected.  It begins with a CLEAR and ends all it began."""

    events: Words
    pool: Bytes
    offsets: Ints
    records: Words

    def pack(self) -> bytes:
        """Return the vector as a package holds it."""
        return b"".join((
            _HEAD.pack(len(self.events), len(self.pool)),
            self.events.astype("<u4").tobytes(),
            self.offsets.astype("<u4").tobytes(),
            self.records.astype("<u4").tobytes(),
            self.pool.tobytes(),
        ))  # fmt: skip

    def moves(self) -> bool:
        """Say whether some accumulator leaves zero."""
        return bool((self.records[:, 2] != 0).any())


def unpack(blob: bytes) -> tuple[Vector, ...]:
    """Return the vectors packed one after the other in `blob`."""
    vectors, place = [], 0
    while place < len(blob):
        if place + _HEAD.size > len(blob):
            raise VectorError("a self-test vector is cut off")
        count, pool = _HEAD.unpack_from(blob, place)
        place += _HEAD.size
        end = place + count * (32 + 4 + 24) + pool
        if count == 0 or pool == 0 or end > len(blob):
            raise VectorError("a self-test vector is cut off or empty")
        words = np.frombuffer(blob, "<u4", count * 15, place).astype(np.uint32)
        vectors.append(
            Vector(
                words[: count * 8].reshape(-1, 8),
                np.frombuffer(bytearray(blob[end - pool : end]), np.uint8),
                words[count * 8 : count * 9].astype(np.int64),
                words[count * 9 :].reshape(-1, 6),
            )
        )
        _check_paths(vectors[-1])
        place = end
    return tuple(vectors)


def _check_paths(vector: Vector) -> None:
    """Refuse a vector whose paths leave its pool: an engine would read beside it."""
    for head, offset in zip(vector.events[:, 0].tolist(), vector.offsets.tolist(), strict=True):
        for _ in range(head >> EVENT.offset["paths"] & 3):
            if offset + 4 > len(vector.pool):
                raise VectorError("a self-test vector's path lies outside its pool")
            offset += 4 + (int(vector.pool[offset + 2]) | int(vector.pool[offset + 3]) << 8)
            if offset > len(vector.pool):
                raise VectorError("a self-test vector's path lies outside its pool")


def make_vectors(image: bytes, paths: Sequence[str] = (), count: int = VECTORS) -> tuple[Vector, ...]:
    """Return `count` vectors for a model image, always the same for the same image.

    paths: path prefixes that the model knows; without them only unknown paths are tried.
    """
    draw = random.Random(hashlib.sha256(image).digest())
    known = [ident for ident, token in enumerate(region(image, "idmap")) if token > TOKEN_OTHER]
    idents = [ident for ident in known if ident < len(NAMES)] or list(range(len(NAMES)))
    vectors: list[Vector] = []
    for _ in range(count * _TRIES):
        vector = _answered(image, *_sequence(draw, idents, paths, len(vectors) + 1))
        if vector.moves():
            vectors.append(vector)
        if len(vectors) == count:
            return tuple(vectors)
    raise VectorError("the model's tables answer nearly everything with 0 and judge nobody: train it")


def _sequence(
    draw: random.Random, idents: Sequence[int], paths: Sequence[str], generation: int
) -> tuple[Words, Bytes, Ints]:
    """Draw one life of a process and a child: calls with and without paths, failures, time."""
    words: list[tuple[int, ...]] = []
    offsets: list[int] = []
    pool = bytearray()
    epoch = draw.getrandbits(8)

    def event(kind: Kind, *args: int, slot: int = _SLOT, life: int = generation, **head: int) -> None:
        packed = EVENT.pack({"kind": kind, "slot": slot, "source": 1, **head})
        offsets.append(len(pool))
        words.append((packed, life, *args, *(0,) * (6 - len(args))))

    def call(slot: int, life: int) -> None:
        nonlocal epoch
        epoch = (epoch + (draw.random() < 0.1)) & 255
        count = draw.choice((0, 0, 0, 1, 1, 2))
        ident = UNKNOWN if draw.random() < 0.05 else draw.choice(idents)
        args = tuple(draw.getrandbits(32) for _ in range(6))
        event(Kind.CALL, *args, slot=slot, life=life, id=ident, ok=draw.random() < 0.8, paths=count, epoch=epoch)
        for _ in range(count):
            text = (draw.choice(paths) if paths and draw.random() < 0.7 else "/nowhere").encode()
            text += draw.choice((b"", b"/x", b"//./y/..", b"/../z"))
            seed = draw.choice((NODE_ROOT, NODE_UNKNOWN))
            pool.extend(bytes((seed, 0)) + len(text).to_bytes(2, "little") + text)

    child = generation | 1 << 16
    event(Kind.CLEAR, 0, id=_TREE)
    for _ in range(_CALLS):
        call(_SLOT, generation)
    event(Kind.FORK, _CHILD, child)
    event(Kind.EXEC, 0, slot=_CHILD, life=child)
    for _ in range(_CALLS // 4):
        call(_CHILD, child)
    event(Kind.EXIT, _SLOT, generation, slot=_CHILD, life=child)
    for _ in range(_CALLS // 4):
        call(_SLOT, generation)
    event(Kind.EXIT, 0xFFFFFFFF, 0)
    pool.append(0)
    return np.array(words, np.uint32), np.frombuffer(pool, np.uint8), np.array(offsets, np.int64)


def _answered(image: bytes, events: Words, pool: Bytes, offsets: Ints) -> Vector:
    """Return the vector with the golden machine's records."""
    engine = GoldenEngine()
    engine.load_policy(default_policy())
    engine.load_model(0, image)
    switch(engine, 0)
    return Vector(events, pool, offsets, engine.screen(events, pool, offsets)[0])


def check_moving(vectors: Sequence[Vector]) -> None:
    """Refuse vectors that are too few, or that a model of zeros would satisfy."""
    if len(vectors) < MINIMUM:
        raise VectorError(f"the package has {len(vectors)} self-test vectors, {MINIMUM} are the least")
    if not all(vector.moves() for vector in vectors):
        raise VectorError("a self-test vector never leaves zero, so all-zero tables would pass it")


def replay(vectors: Sequence[Vector], engine: Screens) -> None:
    """Have `engine`, with the model in force and slots 32 and 33 free, answer every vector; raise VectorError
    at the first difference."""
    for number, vector in enumerate(vectors):
        records, _states = engine.screen(vector.events, vector.pool, vector.offsets)
        wrong = ((records ^ vector.records) & _COMPARED).any(axis=1)
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise VectorError(f"self-test vector {number}, event {row}: the record is not the one expected")
