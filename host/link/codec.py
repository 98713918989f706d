"""Frames on the wire: COBS, CRC-32 and a delimiter.  See `hdl.contract.link`."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from cobs import cobs

from hdl.contract.link import CRC_BYTES, DELIMITER, HEADER, PAYLOAD_MAX

_HEADER_BYTES = 4 * HEADER.words
_END = bytes((DELIMITER,))
_RUN = 254
"""COBS adds one byte per so many."""

_SHORTEST = _HEADER_BYTES + CRC_BYTES
_LONGEST = _SHORTEST + PAYLOAD_MAX
_LONGEST_ENCODED = _LONGEST + _LONGEST // _RUN + 1


@dataclass(frozen=True, slots=True)
class WireFrame:
    """A frame as it came: its type's number, its sequence number and its payload."""

    kind: int
    sequence: int
    payload: bytes


def encode(kind: int, sequence: int, payload: bytes = b"") -> bytes:
    """Return a frame's bytes on the wire, its delimiter included."""
    if len(payload) > PAYLOAD_MAX:
        raise ValueError(f"a payload has at most {PAYLOAD_MAX} bytes, this one {len(payload)}")
    head = HEADER.pack({"type": kind, "sequence": sequence}).to_bytes(_HEADER_BYTES, "little")
    body = head + payload
    encoded: bytes = cobs.encode(body + zlib.crc32(body).to_bytes(CRC_BYTES, "little"))
    return encoded + _END


class Decoder:
    """Takes a stream of bytes apart into frames; whatever is no frame is dropped and counted.

    Members: `damaged`, how often something between two delimiters was no frame.
    """

    def __init__(self) -> None:
        self.damaged = 0
        self._rest = bytearray()
        self._overlong = False

    def feed(self, data: bytes) -> list[WireFrame]:
        """Return the frames that end in `data`, in order."""
        frames = []
        *whole, rest = data.split(_END)
        for piece in whole:
            if self._overlong:
                self._overlong = False
            elif self._rest or piece:
                frame = self._decoded(bytes(self._rest) + piece)
                if frame is None:
                    self.damaged += 1
                else:
                    frames.append(frame)
            self._rest.clear()
        if not self._overlong:
            self._rest += rest
            if len(self._rest) > _LONGEST_ENCODED:
                self._rest.clear()
                self._overlong = True
                self.damaged += 1
        return frames

    @staticmethod
    def _decoded(encoded: bytes) -> WireFrame | None:
        if len(encoded) > _LONGEST_ENCODED:
            return None
        try:
            frame = cobs.decode(encoded)
        except cobs.DecodeError:
            return None
        if not _SHORTEST <= len(frame) <= _LONGEST:
            return None
        body = frame[:-CRC_BYTES]
        if zlib.crc32(body) != int.from_bytes(frame[-CRC_BYTES:], "little"):
            return None
        head = HEADER.unpack(int.from_bytes(body[:_HEADER_BYTES], "little"))
        return WireFrame(head["type"], head["sequence"], bytes(body[_HEADER_BYTES:]))
