"""Framing: everything sent comes back, and garbage is dropped and counted, however it is cut into pieces."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.contract.link import CRC_BYTES, DELIMITER, HEADER, PAYLOAD_MAX
from host.link.codec import Decoder, WireFrame, encode

frames = st.builds(
    WireFrame,
    st.integers(0, 255),
    st.integers(0, 65535),
    st.one_of(
        st.binary(max_size=40), st.integers(0, PAYLOAD_MAX).map(bytes), st.binary(min_size=250, max_size=260)
    ),
)


def wire(frame: WireFrame) -> bytes:
    return encode(frame.kind, frame.sequence, frame.payload)


def fed(decoder: Decoder, data: bytes, cuts: list[int]) -> list[WireFrame]:
    """Feed `data` in pieces."""
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [frame for begin, end in itertools.pairwise(places) for frame in decoder.feed(data[begin:end])]


@settings(max_examples=200, deadline=None)
@given(st.lists(frames, max_size=6), st.lists(st.integers(0, 1 << 20), max_size=8))
def test_frames_come_back_however_they_are_cut(sent: list[WireFrame], cuts: list[int]) -> None:
    decoder = Decoder()
    data = b"".join(map(wire, sent))
    assert data.count(DELIMITER) == len(sent)
    assert fed(decoder, data, cuts) == sent
    assert decoder.damaged == 0


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600), frames, st.lists(st.integers(0, 1000), max_size=5))
def test_garbage_is_dropped_and_the_next_frame_is_whole(garbage: bytes, frame: WireFrame, cuts: list[int]) -> None:
    decoder = Decoder()
    pieces = [piece for piece in (garbage + b"\0").split(b"\0") if piece]
    came = fed(decoder, garbage + b"\0" + wire(frame), cuts)
    assert came[-1] == frame
    assert len(came) - 1 + decoder.damaged == len(pieces)


@settings(max_examples=200, deadline=None)
@given(frames, st.integers(0, 1 << 20), st.integers(1, 255))
def test_one_byte_changed_is_never_taken_for_the_frame(frame: WireFrame, place: int, change: int) -> None:
    data = bytearray(wire(frame))
    data[place % (len(data) - 1)] ^= change
    assert Decoder().feed(bytes(data)) == []


def test_what_never_ends_is_dropped_once_and_takes_no_room() -> None:
    decoder = Decoder()
    for _ in range(100):
        assert decoder.feed(b"\x01" * 1000) == []
    assert decoder.damaged == 1
    assert decoder.feed(b"\0" + encode(3, 4, b"x")) == [WireFrame(3, 4, b"x")]
    assert decoder.damaged == 1


def test_limits() -> None:
    with pytest.raises(ValueError, match="at most 4096 bytes, this one 4097"):
        encode(1, 0, bytes(PAYLOAD_MAX + 1))
    longest = encode(1, 0, b"\xff" * PAYLOAD_MAX)
    assert len(longest) == HEADER.words * 4 + PAYLOAD_MAX + CRC_BYTES + 17 + 1
    decoder = Decoder()
    assert len(decoder.feed(longest)) == 1
    assert decoder.feed(b"\0\0\0") == [] and decoder.damaged == 0, "delimiters in a row are nothing"
