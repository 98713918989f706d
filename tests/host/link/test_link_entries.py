"""Files and processes in frames: what is packed comes back, whatever else comes is an error of its own kind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.contract.entries import FILE_ENTRY, PROCESS_ENTRY, QUARANTINE_ENTRY
from hdl.contract.layout import Layout
from hdl.contract.link import FILE_NAME_BYTES, FrameType, ProcessState
from hdl.contract.quarantine import Evidence, FrozenBy
from hdl.contract.verdict import Verdict
from host.link.entries import file_entries, frozen, processes
from host.link.frames import FrameError, Message, parse

NAME = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), max_size=8)


def packed(layout: Layout, name: bytes, **values: int) -> bytes:
    words = {
        f"name{place}": int.from_bytes(name[4 * place : 4 * place + 4].ljust(4, b"\0"), "little")
        for place in range(-(-len(name) // 4))
    }
    return layout.pack({**values, **words}).to_bytes(4 * layout.words, "little")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(NAME, st.integers(0, 0xFFFF), st.integers(0, 2**32 - 1)), max_size=3))
def test_files(wanted: list[tuple[str, int, int]]) -> None:
    tail = b"".join(
        packed(FILE_ENTRY, name.encode()[:FILE_NAME_BYTES], mode=mode, size=size, user=7)
        for name, mode, size in wanted
    )
    found = file_entries(Message(FrameType.FILE_ENTRIES, {"count": len(wanted)}, tail))
    assert [(entry.name, entry.mode, entry.size) for entry in found] == wanted
    assert all(entry.user == 7 and len(entry.permissions) == 10 for entry in found)


@given(
    NAME.filter(lambda name: len(name.encode()) <= 16), st.integers(0, 2**64 - 1), st.sampled_from(ProcessState),
    st.sampled_from(Verdict), st.integers(0, 255), st.booleans(),
)  # fmt: skip
def test_processes(name: str, ran: int, state: ProcessState, verdict: Verdict, score: int, scored: bool) -> None:
    tail = packed(
        PROCESS_ENTRY, name.encode(), id=9, ran_low=ran & 0xFFFFFFFF, ran_high=ran >> 32, state=state,
        verdict=verdict, score=score, scored=scored, count4=3, count0=2,
    )  # fmt: skip
    (found,) = processes(Message(FrameType.PROCESS_ENTRIES, {"count": 1}, tail))
    assert (found.id, found.name, found.ran, found.state, found.verdict) == (9, name, ran, state, verdict)
    assert found.score == (score / 255 if scored else None)
    assert (found.calls, found.blocked, found.counts[Verdict.DENY]) == (5, 3, 3)


@given(
    NAME.filter(lambda name: len(name.encode()) <= 16), st.integers(0, 2**64 - 1), st.sampled_from(FrozenBy),
    st.integers(0, 255), st.sets(st.sampled_from(Evidence)), st.booleans(),
)  # fmt: skip
def test_frozen(name: str, cycles: int, by: FrozenBy, score: int, evidence: set[Evidence], weighed: bool) -> None:
    tail = packed(
        QUARANTINE_ENTRY, name.encode(), id=9, family=7, by=by, weighed=weighed, score=score, counter=5, times=2,
        evidence=sum(1 << piece for piece in evidence), frozen_low=cycles & 0xFFFFFFFF, frozen_high=cycles >> 32,
    )  # fmt: skip
    (found,) = frozen(Message(FrameType.QUARANTINE_ENTRIES, {"count": 1}, tail))
    assert (found.id, found.family, found.name, found.by, found.cycles) == (9, 7, name, by, cycles)
    assert (found.counter, found.times, found.held) == (5, 2, False)
    assert found.score == (score / 255 if weighed else None)
    assert set(found.evidence) == (evidence if weighed else set())


READERS = {
    FrameType.FILE_ENTRIES: file_entries,
    FrameType.PROCESS_ENTRIES: processes,
    FrameType.QUARANTINE_ENTRIES: frozen,
}


@given(st.sampled_from(sorted(READERS)), st.binary(max_size=200))
def test_garbage_is_a_frame_error_or_entries(kind: FrameType, payload: bytes) -> None:
    read = READERS[kind]
    try:
        message = parse(kind, payload)
        found = read(message)
    except FrameError as error:
        assert "\n" not in str(error)
        return
    assert len(found) == message.values["count"]
    assert all("/" not in entry.name and "\0" not in entry.name for entry in found)


def test_lies_are_named() -> None:
    entry = packed(FILE_ENTRY, b"a/b")
    with pytest.raises(FrameError, match="a name with a slash in it: 'a/b'"):
        file_entries(Message(FrameType.FILE_ENTRIES, {"count": 1}, entry))
    with pytest.raises(FrameError, match="a FILE_ENTRIES of 2 with 48 bytes"):
        file_entries(Message(FrameType.FILE_ENTRIES, {"count": 2}, entry))
    with pytest.raises(FrameError, match="a process in state 0 with verdict 7"):
        processes(Message(FrameType.PROCESS_ENTRIES, {"count": 1}, packed(PROCESS_ENTRY, b"x", verdict=7)))
