"""Frames for the link's benches: encoded and decoded by other people's code, good ones and damaged ones."""

from __future__ import annotations

import random
import zlib
from typing import Any

from cobs import cobs

from hdl.contract.link import CRC_BYTES, DELIMITER, PAYLOAD_MAX
from hdl.soc.deframer import HEADER_BYTES

LENGTH_MAX = HEADER_BYTES + PAYLOAD_MAX
TELLING = (*range(4, 24), *range(240, 270), *range(500, 518), 1020, 1021, *range(LENGTH_MAX - 3, LENGTH_MAX + 1))
"""Lengths of header and payload at which something changes: words, blocks of 254 bytes, the longest frame."""

SWEEP = (*range(HEADER_BYTES, 1040), *range(1040, LENGTH_MAX, 97), *TELLING[-4:])
"""Every length of up to four blocks, and some beyond."""


def content(length: int, chance: random.Random) -> bytes:
    """Return header and payload: any bytes, all zeros, none, or a zero here and there."""
    match chance.randrange(5):
        case 0:
            return bytes(length)
        case 1:
            return bytes(chance.randrange(1, 256) for _ in range(length))
        case 2:
            return bytes(chance.choice((0, 1, 255)) for _ in range(length))
        case 3:
            return bytes(chance.randrange(256) if chance.random() < 0.004 else 7 for _ in range(length))
    return chance.randbytes(length)


def alarm_word(place: Any) -> Any:
    """Return the word at a place of the frame that the link's bench has gateware send."""
    return 0xA1A0_0C00 + 0x0101_0010 * place


def encode(plain: bytes) -> bytes:
    """Return what a frame is on the line, its delimiter with it."""
    crc = zlib.crc32(plain).to_bytes(CRC_BYTES, "little")
    return bytes(cobs.encode(plain + crc)) + bytes((DELIMITER,))


def decode(encoded: bytes) -> bytes | None:
    """Return header and payload of what stood before a delimiter; None if it is damaged, too short or too long."""
    try:
        decoded = bytes(cobs.decode(encoded))
    except cobs.DecodeError:
        return None
    plain, crc = decoded[:-CRC_BYTES], decoded[-CRC_BYTES:]
    if not HEADER_BYTES <= len(plain) <= LENGTH_MAX or zlib.crc32(plain) != int.from_bytes(crc, "little"):
        return None
    return plain


def stored(plain: bytes) -> list[int]:
    """Return the words that a frame is in the receive ring."""
    padded = plain + bytes(-len(plain) % 4)
    return [len(plain), *(int.from_bytes(padded[at : at + 4], "little") for at in range(0, len(padded), 4))]


def damaged(encoded: bytes, chance: random.Random) -> bytes:
    """Return an encoded frame with a byte changed, lost or doubled, or its end lost, or zeros in its midst."""
    at = chance.randrange(len(encoded))
    match chance.randrange(5):
        case 0:
            return encoded[:at] + bytes((encoded[at] ^ 1 << chance.randrange(8),)) + encoded[at + 1 :]
        case 1:
            return encoded[:at] + encoded[at + 1 :]
        case 2:
            return encoded[:at] + encoded[at : at + 1] + encoded[at:]
        case 3:
            return encoded[:at]
    return encoded[:at] + bytes(chance.randrange(1, 4)) + encoded[at:]
