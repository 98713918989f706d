"""Events, self-test vectors, models and tables as messages, as many in a frame as fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from hdl.contract.event import EVENT
from hdl.contract.frames import FRAME
from hdl.contract.link import MODEL_CHUNK, NAME_BYTES, FrameType
from hdl.contract.load import Target
from hdl.contract.registers import PATH_HEAD
from host.columns import Bytes, Ints, Words
from host.link.frames import Message, digest_values

if TYPE_CHECKING:  # it imports what computes, which takes a second
    from models.package import Package

_COUNT_MOST = 255
_PATHS = EVENT.offset["paths"]
_PATHS_MASK = (1 << EVENT.field["paths"].width) - 1
_HEAD_BYTES = 4 * PATH_HEAD.words
_LENGTH = PATH_HEAD.offset["length"] // 8


def event_bytes(events: Words, pool: Bytes, offsets: Ints) -> Iterator[bytes]:
    """Yield the bytes of every event with its paths; parameters as `screen` of an engine takes them.

    The pool holds a path as the link does, PATH_HEAD and text, only that here it is padded to a word.
    """
    rows = np.ascontiguousarray(events, "<u4").tobytes()
    texts = pool.tobytes()
    size = 4 * EVENT.words
    counts = (events[:, 0] >> np.uint32(_PATHS) & np.uint32(_PATHS_MASK)).tolist()
    for number, (count, place) in enumerate(zip(counts, offsets.tolist(), strict=True)):
        row = rows[size * number : size * (number + 1)]
        for _ in range(count):
            length = int.from_bytes(texts[place + _LENGTH : place + _HEAD_BYTES], "little")
            end = place + _HEAD_BYTES + length
            row += texts[place:end] + bytes(-length % 4)
            place = end
        yield row


def packed(kind: FrameType, entries: Iterable[bytes], limit: int) -> Iterator[Message]:
    """Yield messages of a kind that counts its entries, each with as many as fit `limit` bytes of payload."""
    room = limit - FRAME[kind].fixed_bytes
    tail, count = bytearray(), 0
    for entry in entries:
        if count == _COUNT_MOST or (count and len(tail) + len(entry) > room):
            yield Message(kind, {"count": count}, bytes(tail))
            tail.clear()
            count = 0
        tail += entry
        count += 1
    if count:
        yield Message(kind, {"count": count}, bytes(tail))


def event_messages(events: Words, pool: Bytes, offsets: Ints, limit: int) -> Iterator[Message]:
    """Yield EVENTs of at most `limit` bytes of payload."""
    return packed(FrameType.EVENT, event_bytes(events, pool, offsets), limit)


def vector_messages(package: Package, limit: int) -> Iterator[Message]:
    """Yield a package's self-test vectors as MODEL_VECTORS."""
    entries = (
        event + record.astype("<u4").tobytes()
        for vector in package.vectors
        for event, record in zip(
            event_bytes(vector.events, vector.pool, vector.offsets), vector.records, strict=True
        )
    )
    return packed(FrameType.MODEL_VECTORS, entries, limit)


def model_messages(package: Package, slot: int, limit: int) -> Iterator[Message]:
    """Yield everything that puts a package into a model slot, but MODEL_END."""
    image = package.image
    begin = {"slot": slot, "size": len(image), **digest_values(sha256(image).digest())}
    yield Message(FrameType.MODEL_BEGIN, begin, model_name(package).encode())
    for offset in range(0, len(image), MODEL_CHUNK):
        chunk = image[offset : offset + MODEL_CHUNK]
        yield Message(FrameType.MODEL_DATA, {"slot": slot, "offset": offset}, chunk)
    yield from vector_messages(package, limit)


def model_name(package: Package) -> str:
    """Return a package's name and version, as long as the board keeps it."""
    return f"{package.name} {package.version}".encode()[:NAME_BYTES].decode(errors="ignore")


def load_messages(target: Target, words: Iterable[int], first: int, limit: int) -> Iterator[Message]:
    """Yield LOADs that write `words` to consecutive offsets of `target` from `first` on."""
    data = np.asarray(list(words), "<u4")
    room = (limit - FRAME[FrameType.LOAD].fixed_bytes) // 4
    for start in range(0, len(data), room):
        address = target << 16 | first + start
        yield Message(FrameType.LOAD, {"address": address}, data[start : start + room].tobytes())
