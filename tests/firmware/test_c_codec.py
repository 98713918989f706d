"""The frame codec in C against the one in Python, in both directions, whole and damaged."""

from __future__ import annotations

import ctypes
import struct
import zlib

import pytest
from cobs import cobs
from hypothesis import example, given
from hypothesis import strategies as st

from hdl.contract.link import PAYLOAD_MAX
from sim.native import native_library

FRAME_MAX = 4 + PAYLOAD_MAX
LIBRARY = native_library()
LIBRARY.codec_encode.restype = ctypes.c_size_t
LIBRARY.codec_encode.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p)
LIBRARY.codec_decode.restype = ctypes.c_int32
LIBRARY.codec_decode.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p)


def encode(frame: bytes) -> bytes:
    room = ctypes.create_string_buffer(len(frame) + 4 + (len(frame) + 4) // 254 + 2)
    length = LIBRARY.codec_encode(frame, len(frame), room)
    return room.raw[:length]


def decode(wire: bytes) -> bytes | None:
    room = ctypes.create_string_buffer(max(len(wire), 1))
    length = LIBRARY.codec_decode(wire, len(wire), room)
    return None if length < 0 else room.raw[:length]


def expected(wire: bytes) -> bytes | None:
    """Decode what stood before a delimiter as the contract has it."""
    try:
        frame = cobs.decode(wire)
    except cobs.DecodeError:
        return None
    if not 8 <= len(frame) <= FRAME_MAX + 4 or zlib.crc32(frame[:-4]) != struct.unpack("<I", frame[-4:])[0]:
        return None
    return frame[:-4]


# Few distinct values, so that runs without a zero grow long, and zeros come often.
BYTES = st.one_of(
    st.binary(max_size=600),
    st.lists(st.sampled_from([b"\0", b"\1", b"\xff" * 253, b"\xff" * 254, b"ab"]), max_size=12).map(b"".join),
)


@given(BYTES)
@example(b"\1" * 250)
@example(b"\1" * 254)
@example(b"\1" * 508)
@example(b"\1" * FRAME_MAX)
@example(bytes(FRAME_MAX))
def test_both_encode_to_the_same_bytes(frame: bytes) -> None:
    wire = encode(frame)
    assert wire == cobs.encode(frame + struct.pack("<I", zlib.crc32(frame))) + b"\0"
    assert decode(wire[:-1]) == (frame if len(frame) >= 4 else None)


@pytest.mark.parametrize("length", range(245, 262))
def test_runs_at_the_limit(length: int) -> None:
    for frame in (b"\7" * length, b"\7" * length + b"\0", b"\0" + b"\7" * length):
        assert decode(encode(frame)[:-1]) == frame


@given(BYTES, st.data())
def test_damaged_frames_are_judged_alike(frame: bytes, data: st.DataObject) -> None:
    wire = bytearray(encode(frame)[:-1])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(wire) - 1))
        how = data.draw(st.sampled_from(["flip", "cut", "drop", "double"]))
        if how == "flip":
            wire[place] ^= data.draw(st.integers(1, 255))
        elif how == "cut":
            del wire[place:]
        elif how == "drop":
            del wire[place]
        else:
            wire.insert(place, wire[place])
        if not wire:
            break
    assert decode(bytes(wire)) == expected(bytes(wire))


@given(st.binary(max_size=64))
def test_garbage_is_judged_alike(wire: bytes) -> None:
    assert decode(wire) == expected(wire)


def test_the_longest_frame_and_one_more() -> None:
    assert decode(encode(bytes(FRAME_MAX))[:-1]) == bytes(FRAME_MAX)
    assert decode(encode(bytes(FRAME_MAX + 1))[:-1]) is None
