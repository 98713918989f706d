"""The operator's frames on the native board: whatever is in them, each has one answer, and nothing is lost."""

from __future__ import annotations

from errno import EBUSY

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.image import LASTING
from hdl.contract.entries import FILE_ENTRY
from hdl.contract.frames import FRAME
from hdl.contract.link import FILE_NAME_BYTES, FrameType, Refusal
from sim.native import NativeBoard
from sim.native_processes import Processes, State
from sim.peer import Frame, Peer, fixed

PATH = st.one_of(
    st.sampled_from([
        b"/", b"/etc", b"/etc/motd", b"/etc/passwd", b"/tmp", b"/tmp/", b"/tmp/x", b"/tmp/y", b"/tmp/d",
        b"/tmp/d/x", b"tmp/../tmp/x", b"/proc", b"/proc/1", b"/proc/1/status", b"/dev/null", b"/dev/tty", b"//",
        b".", b"..",
        b"/etc/shadow/x", b"/" + b"n" * 28, b"/tmp" * 40, b"/tmp/\0x", b"/bin/ls", b"\xff/\xfe",
    ]),
    st.binary(min_size=1, max_size=40),
)  # fmt: skip
BYTES = st.one_of(st.binary(min_size=1, max_size=30), st.sampled_from([bytes(1024), bytes(1023), b"x" * 600]))
SIZE = st.sampled_from([0, 1, 30, 600, 1024, 2048, 40_000, 65_536, 65_537, 2**31, 2**32 - 1])
ACTION = st.one_of(
    st.tuples(st.just(FrameType.FILE_LIST), st.fixed_dictionaries(
        {"first": st.sampled_from([0, 1, 100, 143, 144, 150, 65535]), "itself": st.integers(0, 1)}), PATH),
    st.tuples(st.just(FrameType.FILE_READ), st.just({}), PATH),
    st.tuples(st.just(FrameType.FILE_WRITE), st.fixed_dictionaries(
        {"size": SIZE, "mode": st.integers(0, 65535)}), PATH),
    st.tuples(st.just(FrameType.FILE_DATA), st.fixed_dictionaries(
        {"offset": st.sampled_from([0, 0, 0, 30, 600, 1024, 2**32 - 1])}), BYTES),
    st.tuples(st.sampled_from([FrameType.FILE_END, FrameType.PROCESS_LIST]), st.just({}), st.just(b"")),
    st.tuples(st.just(FrameType.FILE_REMOVE), st.just({}), PATH),
    st.tuples(st.just(FrameType.FOLDER_MAKE), st.fixed_dictionaries({"mode": st.integers(0, 65535)}), PATH),
    st.tuples(st.just(FrameType.RUN), st.fixed_dictionaries({
        "user": st.integers(0, 65535), "written": st.integers(0, 1)}),
        st.lists(PATH, max_size=30).map(lambda words: b"\0".join(words) + b"\0" + b"x\0")),
    st.tuples(st.just(FrameType.KILL), st.fixed_dictionaries({
        "process": st.integers(0, 6), "signal": st.integers(0, 255), "group": st.integers(0, 1)}), st.just(b"")),
)  # fmt: skip
ANSWERS = {
    FrameType.FILE_LIST: FrameType.FILE_ENTRIES,
    FrameType.FILE_READ: FrameType.FILE_DATA,
    FrameType.PROCESS_LIST: FrameType.PROCESS_ENTRIES,
}


def check_answer(kind: FrameType, answers: list[Frame]) -> None:
    """A question has one answer; a file's is in pieces."""
    if not answers:
        assert kind is FrameType.FILE_DATA
        return
    for answer in answers:
        assert answer.kind in (ANSWERS.get(kind), FrameType.RESULT, FrameType.REFUSED)
        assert len(answer.tail) % FRAME[answer.kind].tail_unit == 0
    if answers[0].kind is not FrameType.FILE_DATA:
        assert len(answers) == 1
        return
    place = 0
    for answer in answers:
        assert answer.fixed["offset"] == place
        place += len(answer.tail)
    assert place == answers[-1].fixed["size"]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTION, max_size=25))
def test_every_frame_has_its_answer_and_nothing_is_lost(
    screened: bytes, actions: list[tuple[FrameType, dict[str, int], bytes]]
) -> None:
    board = NativeBoard(bytearray(screened))
    peer = Peer(board)
    inside = Processes(board)
    whole = inside.left
    for kind, values, tail in actions:
        answers = peer.send(kind, fixed(kind, **values) + tail)
        check_answer(kind, [answer for answer in answers if answer.kind is not FrameType.ENDED])
    if inside.state(0) != State.READY:
        return  # a KILL has ended the first process, which may begin again
    remove_all(Peer(board, 2), b"")
    assert inside.left == whole, "with the session all that was under way is gone"


def remove_all(peer: Peer, folder: bytes) -> None:
    """Remove everything in a folder but /proc."""
    first = 0
    names: list[tuple[bytes, bool]] = []
    while True:
        listed = peer.only(FrameType.FILE_LIST, fixed(FrameType.FILE_LIST, first=first) + (folder or b"/"))
        for place in range(0, len(listed.tail), 4 * FILE_ENTRY.words):
            entry = FILE_ENTRY.unpack(int.from_bytes(listed.tail[place : place + 4 * FILE_ENTRY.words], "little"))
            at = place + FILE_ENTRY.offset["name0"] // 8
            names.append(
                (listed.tail[at : at + FILE_NAME_BYTES].rstrip(b"\0"), entry["mode"] & 0o170000 == 0o040000)
            )
        first = listed.fixed["next"]
        if not first:
            break
    for name, is_folder in names:
        path = folder + b"/" + name
        if path == b"/proc":
            continue
        if is_folder:
            remove_all(peer, path)
        error = peer.only(FrameType.FILE_REMOVE, fixed(FrameType.FILE_REMOVE) + path).fixed["error"]
        assert error == (EBUSY if path.decode(errors="replace").strip("/") in LASTING else 0), path


@pytest.mark.parametrize("kind", [kind for kind in FrameType if 0x40 <= kind < 0x4F])
def test_frames_that_are_cut_short_or_too_long_are_refused(peer: Peer, kind: FrameType) -> None:
    """Whatever the board has no use for, it says why; the session goes on."""
    fixed_bytes = FRAME[kind].fixed_bytes
    lengths = [0, fixed_bytes - 1] + ([] if FRAME[kind].tail else [fixed_bytes + 1])
    if FRAME[kind].tail and kind is not FrameType.FILE_ENTRIES:
        lengths.append(fixed_bytes)
    for length in lengths:
        answer = peer.only(kind, bytes(length))
        assert answer.kind is FrameType.REFUSED
        assert answer.fixed["reason"] in (Refusal.LENGTH, Refusal.TYPE) and answer.tail
    peer.status()
