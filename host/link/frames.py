"""Payloads as values by name, from the layouts of `hdl.contract.link`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hdl.contract.frames import FRAME
from hdl.contract.layout import Layout
from hdl.contract.link import FrameType

DIGEST_WORDS = 8


class FrameError(Exception):
    """A payload is not what its type has it; the message says how."""


@dataclass(frozen=True, slots=True)
class Message:
    """A frame's content: its type, the fixed part's fields by name, the tail."""

    kind: FrameType
    values: Mapping[str, int] = field(default_factory=dict)
    tail: bytes = b""

    def payload(self) -> bytes:
        """Return the payload; fields not named are 0."""
        frame = FRAME[self.kind]
        return frame.fixed.pack(self.values).to_bytes(frame.fixed_bytes, "little") + self.tail

    @property
    def text(self) -> str:
        """The tail as text."""
        return self.tail.decode(errors="backslashreplace")

    @property
    def digest(self) -> bytes:
        """The SHA-256 of frames that carry one."""
        return b"".join(self.values[f"digest{word}"].to_bytes(4, "little") for word in range(DIGEST_WORDS))

    def entries(self, *parts: Layout) -> NDArray[np.uint32]:
        """Return the tail as rows of 32-bit words, one row per `parts` in a row."""
        return np.frombuffer(self.tail, "<u4").astype(np.uint32).reshape(-1, sum(part.words for part in parts))


def digest_values(digest: bytes) -> dict[str, int]:
    """Return a SHA-256 as the fields that carry it."""
    return {
        f"digest{word}": int.from_bytes(digest[4 * word : 4 * word + 4], "little") for word in range(DIGEST_WORDS)
    }


def parse(number: int, payload: bytes) -> Message:
    """Return the message in a payload of type `number`; raise FrameError for what is none."""
    try:
        kind = FrameType(number)
    except ValueError:
        raise FrameError(f"a frame of unknown type {number:#04x}") from None
    frame = FRAME[kind]
    fixed, tail = payload[: frame.fixed_bytes], payload[frame.fixed_bytes :]
    if len(fixed) < frame.fixed_bytes or len(tail) % frame.tail_unit or (tail and not frame.tail):
        raise FrameError(f"a {kind.name} with {len(payload)} bytes, which its type does not have")
    return Message(kind, frame.fixed.unpack(int.from_bytes(fixed, "little")), tail)
