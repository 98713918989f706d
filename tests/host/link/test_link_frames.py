"""Payloads: every type's values come back by name, what is no payload is named, and frames are filled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.contract.event import EVENT, PATHS_MAX
from hdl.contract.frames import FRAMES, Frame
from hdl.contract.link import PAYLOAD_MAX, FrameType
from hdl.contract.load import Target
from host.link.answers import Answers
from host.link.frames import FrameError, Message, digest_values, parse
from host.link.payloads import event_messages, load_messages


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(FRAMES))
def test_every_type_comes_back(data: st.DataObject, declared: Frame) -> None:
    values = {field.name: data.draw(st.integers(0, (1 << field.width) - 1)) for field in declared.fixed.fields}
    units = data.draw(st.integers(0, 5)) if declared.tail else 0
    tail = bytes(units * declared.tail_unit)
    sent = Message(declared.kind, values, tail)
    came = parse(declared.kind, sent.payload())
    assert (came.kind, dict(came.values), came.tail) == (sent.kind, values, tail)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 255), st.binary(max_size=120))
def test_any_payload_is_parsed_or_refused(kind: int, payload: bytes) -> None:
    try:
        message = parse(kind, payload)
    except FrameError:
        return
    assert message.payload() == payload


def test_refusals_name_what_came() -> None:
    with pytest.raises(FrameError, match="unknown type 0x07"):
        parse(7, b"")
    with pytest.raises(FrameError, match="a RECORD with 11 bytes"):
        parse(FrameType.RECORD, bytes(11))
    with pytest.raises(FrameError, match="a STATUS_READ with 8 bytes"):
        parse(FrameType.STATUS_READ, bytes(8))
    with pytest.raises(ValueError, match="no field 'place'"):
        Message(FrameType.ACK, {"place": 1}).payload()


def test_digests_and_text() -> None:
    digest = bytes(range(32))
    message = parse(
        FrameType.MODEL_STATUS, Message(FrameType.MODEL_STATUS, digest_values(digest), "é".encode()).payload()
    )
    assert message.digest == digest
    assert message.text == "é"


def events(paths: list[list[bytes]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pool, offsets = bytearray(), []
    words = np.zeros((len(paths), 8), np.uint32)
    for row, texts in enumerate(paths):
        words[row, 0] = EVENT.pack({"paths": len(texts), "slot": row & 63})
        words[row, 1] = row
        offsets.append(len(pool))
        for text in texts:
            pool += bytes((3, 4)) + len(text).to_bytes(2, "little") + text
    return words, np.frombuffer(bytes(pool) + b"\0", np.uint8), np.array(offsets, np.int64)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 1024).map(lambda n: b"/" * n), max_size=PATHS_MAX), max_size=80),
    st.sampled_from([3200, PAYLOAD_MAX]),
)
def test_events_fill_frames_in_order(paths: list[list[bytes]], limit: int) -> None:
    words, pool, offsets = events(paths)
    messages = list(event_messages(words, pool, offsets, limit))
    assert sum(message.values["count"] for message in messages) == len(paths)
    expected = b"".join(
        words[row].astype("<u4").tobytes()
        + b"".join(b"\x03\x04" + len(t).to_bytes(2, "little") + t + bytes(-len(t) % 4) for t in texts)
        for row, texts in enumerate(paths)
    )
    assert b"".join(message.tail for message in messages) == expected
    for message in messages:
        assert len(message.payload()) <= limit and 1 <= message.values["count"] <= 255


def test_tables_are_cut_where_a_frame_is_full() -> None:
    words = list(range(3000))
    messages = list(load_messages(Target.ATTRIBUTES, words, 5, PAYLOAD_MAX))
    assert [message.values["address"] & 0xFFFF for message in messages] == [5, 5 + 1023, 5 + 2046]
    assert all(message.values["address"] >> 16 == Target.ATTRIBUTES for message in messages)
    assert np.frombuffer(b"".join(message.tail for message in messages), "<u4").tolist() == words


def test_records_of_others_are_told_from_ours() -> None:
    sent, _pool, _offsets = events([[]] * 4)
    records = np.zeros((4, 6), np.uint32)
    records[:, 0], records[:, 4] = sent[:, 0] & 0x3FF, sent[:, 1]
    stranger = np.array([[5 << 4, 0, 0, 0, 77, 0]], np.uint32)
    answers = Answers(sent)
    assert len(answers.take(records[:2])) == 0 and not answers.complete
    assert np.array_equal(
        answers.take(np.concatenate([stranger, records[2:], stranger])), np.repeat(stranger, 2, 0)
    )
    assert answers.complete and np.array_equal(answers.records, records)
