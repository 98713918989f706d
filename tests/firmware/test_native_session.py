"""Sessions on the native board: HELLO, ABORT, order, repetition, credit; and what is refused."""

from __future__ import annotations

import struct

import pytest

from hdl.contract.frames import FRAMES, Sender
from hdl.contract.link import BATCH_MS, CREDIT_BYTES, HELLO_MAGIC, TIMEOUT_MS, Capability, FrameType, Refusal
from hdl.contract.load import Target
from hdl.contract.memory import CLOCK_HZ
from hdl.contract.registers import RESET_KEY
from sim.native import NativeBoard
from sim.peer import Peer, decode, encode, fixed, hello

ANSWER = fixed(FrameType.STATUS_READ)


def kinds(wire: bytes) -> list[FrameType]:
    return [frame.kind for frame in decode(wire)]


def test_it_says_hello_when_it_boots_behind_two_delimiters(board: NativeBoard) -> None:
    said = board.exchange()
    assert said.startswith(b"\0\0")
    (frame,) = decode(said)
    fields = frame.fixed
    assert frame.kind == FrameType.HELLO and frame.tail.startswith(b"vigilante firmware ")
    assert (fields["magic"], fields["answer"], fields["session"]) == (HELLO_MAGIC, 0, 0)
    assert (fields["board_low"], fields["board_high"], fields["clock"]) == (77, 0, CLOCK_HZ)
    assert fields["line_rate"] == pytest.approx(3_000_000, rel=1e-3)
    wanted = (Capability.SIMULATED, Capability.RECORDS_ALL, Capability.AGGREGATES, Capability.CELL,
              Capability.SHELL, Capability.OPERATOR)  # fmt: skip
    assert fields["capabilities"] == sum(1 << bit for bit in wanted)


def test_a_repeated_hello_changes_nothing_another_begins_anew(peer: Peer) -> None:
    peer.status()
    wire = peer.board.exchange(hello(1))
    (answer,) = decode(wire)
    assert (answer.kind, answer.sequence, answer.fixed["answer"]) == (FrameType.HELLO, 1, 1)
    peer.status()  # number 1: the session goes on
    again = Peer(peer.board, 2)
    assert again.hello.sequence == 0
    again.status()  # number 0


def test_versions_that_are_not_spoken_open_no_session(board: NativeBoard) -> None:
    board.exchange()
    (answer,) = decode(board.exchange(hello(1, link=9, link_oldest=2)))
    assert (answer.kind, answer.fixed["link"]) == (FrameType.HELLO, 1)
    assert kinds(board.exchange(encode(FrameType.STATUS_READ, 0, ANSWER))) == [FrameType.ABORT]
    (answer,) = decode(board.exchange(hello(1, link=9, link_oldest=1)))
    assert kinds(board.exchange(encode(FrameType.STATUS_READ, 0, ANSWER)))[0] == FrameType.STATUS


def test_without_a_session_all_is_answered_with_abort(board: NativeBoard) -> None:
    board.exchange()
    for kind in (FrameType.STATUS_READ, FrameType.ACK, FrameType.EVENT):
        assert kinds(board.exchange(encode(kind, 0, ANSWER))) == [FrameType.ABORT]
    assert kinds(board.exchange(encode(FrameType.ABORT, 0, bytes(4)))) == []


def test_abort_ends_a_session_and_is_not_answered(peer: Peer) -> None:
    assert peer.board.exchange(encode(FrameType.ABORT, 0, bytes(4))) == b""
    assert kinds(peer.board.exchange(encode(FrameType.STATUS_READ, 0, ANSWER))) == [FrameType.ABORT]
    Peer(peer.board, 1).status()


def test_frames_are_taken_in_order_once(peer: Peer) -> None:
    """A doubled frame is acknowledged again; a gap is asked for once, and all behind it comes again."""
    board = peer.board
    first, second, third = (encode(FrameType.STATUS_READ, number, ANSWER) for number in range(3))
    frames = decode(board.exchange(first + first))
    assert [frame.kind for frame in frames].count(FrameType.STATUS) == 1
    fourth = encode(FrameType.STATUS_READ, 3, ANSWER)
    # A number that is not greater than the last one tells that what was asked for is lost again.
    for wire, times in ((third + fourth, 1), (third, 1), (fourth, 0)):
        frames = decode(board.exchange(wire))
        asks = [frame.fixed for frame in frames if frame.kind == FrameType.ACK]
        assert {ask["next"] for ask in asks} == {1}
        assert sum(ask["again"] for ask in asks) == times
        assert FrameType.STATUS not in [frame.kind for frame in frames]
    frames = decode(board.exchange(second + third))
    assert [frame.kind for frame in frames].count(FrameType.STATUS) == 2
    assert [frame.fixed for frame in frames if frame.kind == FrameType.ACK][-1] == {
        "next": 3, "credit": 132, "again": 0, "spare0": 0,
    }  # fmt: skip


def test_what_is_not_acknowledged_comes_again(peer: Peer) -> None:
    board = peer.board
    first = board.exchange(encode(FrameType.STATUS_READ, 0, ANSWER))
    assert FrameType.STATUS in kinds(first)
    assert kinds(board.exchange(b"", TIMEOUT_MS * 0.8)) == []
    assert kinds(board.exchange(b"", TIMEOUT_MS * 0.4)) == [FrameType.STATUS]
    assert kinds(board.exchange(peer.ack(again=1))) == [FrameType.STATUS]
    assert kinds(board.exchange(peer.ack(again=1))) == []  # asked for by frames that were under way
    peer.expected, peer.next = 1, 1
    assert kinds(board.exchange(peer.ack(), 1000)) == []
    assert peer.status()["resent"] == 2


def test_an_acknowledgement_of_what_was_never_sent_is_ignored(peer: Peer) -> None:
    peer.expected = 5
    peer.board.exchange(peer.ack())
    peer.expected = 0
    peer.status()


def test_credit_is_kept_to(board: NativeBoard) -> None:
    """Frames for which the host has no room wait until it has."""
    board.exchange()
    peer = Peer(board, 1, credit=1)
    wire = b"".join(encode(FrameType.LOG_READ, number, bytes(4)) for number in range(3))
    assert set(kinds(board.exchange(wire))) == {FrameType.ACK}  # a LOG is longer than 64 bytes
    got = []
    for _ in range(3):
        answers = [frame for frame in decode(board.exchange(peer.ack(credit=8))) if frame.kind == FrameType.LOG]
        assert sum(8 + -(-len(frame.payload) // 4) * 4 for frame in answers) <= 8 * CREDIT_BYTES
        got += answers
        peer.expected += len(answers)
    assert [frame.sequence for frame in got] == [0, 1, 2]


def test_more_than_the_credit_given_ends_the_session(peer: Peer) -> None:
    """The board is kept from answering, so that what comes has to wait."""
    wire = b"".join(encode(FrameType.LOG_READ, number, bytes(4)) for number in range(3000))
    peer.board.exchange(encode(FrameType.ACK, 0, fixed(FrameType.ACK, next=0, credit=0)))
    assert FrameType.ABORT in kinds(peer.board.exchange(wire))
    Peer(peer.board, 2).status()


def test_numbered_frames_that_wait_do_not_hold_up_others(peer: Peer) -> None:
    """The send ring is full and nothing is acknowledged; a HELLO is answered all the same."""
    peer.board.exchange(encode(FrameType.ACK, 0, fixed(FrameType.ACK, next=0, credit=0)))
    wire = b"".join(encode(FrameType.LOG_READ, number, bytes(4)) for number in range(600))
    peer.board.exchange(wire)
    lost = b"".join(encode(FrameType.LOG_READ, 700 + number, bytes(4000)) for number in range(20))
    peer.board.exchange(lost, 1000)  # these are dropped, and must not fill the ring
    (answer,) = [frame for frame in decode(peer.board.exchange(hello(1))) if frame.kind == FrameType.HELLO]
    assert answer.fixed["answer"] == 1
    got = []
    peer.next = 600
    for _ in range(700):
        got += peer.take(peer.board.exchange(peer.ack()))
        if len([frame for frame in got if frame.kind == FrameType.LOG]) == 600:
            break
    else:
        raise AssertionError("the answers did not come")


def test_places_are_used_again_only_when_they_have_been_sent(peer: Peer) -> None:
    """Small frames are sent again and acknowledged at once; long ones wait for their places."""
    for _ in range(20):
        peer.send(0x70, b"")  # a line of log each
    first = peer.next
    peer.board.exchange(encode(FrameType.ACK, 0, fixed(FrameType.ACK, next=peer.expected, credit=255)))
    wire = b"".join(encode(FrameType.STATUS_READ, first + number, bytes(4)) for number in range(75))
    wire += b"".join(encode(FrameType.LOG_READ, first + 75 + number, bytes(4)) for number in range(20))
    got = peer.take(peer.board.exchange(wire))
    assert len([frame for frame in got if frame.kind == FrameType.STATUS]) == 75
    again = encode(FrameType.ACK, 0, fixed(FrameType.ACK, next=first, credit=255, again=1))
    assert peer.expected >= first + 75
    got += peer.take(peer.board.exchange(again + b"\0" * 64 + peer.ack()))
    got += peer.run(peer.ack())
    assert len([frame for frame in got if frame.kind == FrameType.LOG]) == 20


def test_sequence_numbers_wrap(peer: Peer) -> None:
    reads = 300
    for _ in range(-(-(1 << 16) // reads) + 1):
        wire = b"".join(encode(FrameType.RECORD_MODE, peer.next + number, bytes(4)) for number in range(reads))
        peer.next = peer.next + reads & 0xFFFF
        assert not peer.run(wire)
    peer.status()


def refused(peer: Peer, kind: int, payload: bytes) -> tuple[Refusal, str]:
    number = peer.next
    answer = peer.only(kind, payload)
    assert answer.kind == FrameType.REFUSED
    assert (answer.fixed["sequence"], answer.fixed["type"]) == (number, kind)
    return Refusal(answer.fixed["reason"]), answer.tail.decode()


@pytest.mark.parametrize(
    "frame",
    [
        frame
        for frame in FRAMES
        if frame.numbered and frame.sender != Sender.BOARD and frame.kind != FrameType.TERMINAL
    ],
    ids=lambda frame: frame.kind.name,
)
def test_wrong_lengths_are_refused_with_the_right_one(peer: Peer, frame: object) -> None:
    from hdl.contract.frames import Frame

    assert isinstance(frame, Frame)
    lengths = [0, frame.fixed_bytes - 1]
    if not frame.tail:
        lengths.append(frame.fixed_bytes + 1)
    if frame.tail_unit == 4:
        lengths.append(frame.fixed_bytes + 61)
    if frame.kind == FrameType.MODEL_BEGIN:
        lengths.append(frame.fixed_bytes + 49)
    if frame.kind == FrameType.MODEL_DATA:
        lengths += [frame.fixed_bytes, frame.fixed_bytes + 513]
    for length in lengths:
        reason, text = refused(peer, frame.kind, bytes(length))
        assert reason == Refusal.LENGTH and str(frame.fixed_bytes) in text
    peer.status()


def test_types_that_are_not_the_hosts_are_refused(peer: Peer) -> None:
    for kind in (FrameType.RECORD, FrameType.STATUS, 0x77, 0xFF):
        assert refused(peer, kind, bytes(8))[0] == Refusal.TYPE


def test_the_console_shows_what_is_typed_and_edited(peer: Peer) -> None:
    answer = peer.only(FrameType.TERMINAL, bytes(4) + b"ab\x7fc\r")
    assert (answer.kind, answer.tail) == (FrameType.TERMINAL, b"ab\b \bc\r\n")
    assert not peer.send(FrameType.TERMINAL, bytes(4))
    assert peer.only(FrameType.TERMINAL, bytes(4) + b"xyz\x03").tail == b"xyz^C\r\n"
    again = Peer(peer.board, 2)
    assert not again.run(milliseconds=10), "the next session is told nothing until it types"


def test_values_that_lie_outside_are_refused(peer: Peer) -> None:
    model = struct.pack("<HH", 0, 8192)
    for kind, payload, reason in (
        (FrameType.RESET, struct.pack("<I", RESET_KEY ^ 1), Refusal.RANGE),
        (FrameType.RECORD_MODE, struct.pack("<I", 2), Refusal.RANGE),
        (FrameType.MODEL_BEGIN, fixed(FrameType.MODEL_BEGIN, size=8191), Refusal.RANGE),
        (FrameType.MODEL_DATA, model + b"x", Refusal.ORDER),
        (FrameType.MODEL_END, bytes(4), Refusal.ORDER),
        (FrameType.LOAD, struct.pack("<II", Target.READY << 16, 3), Refusal.RANGE),
        (FrameType.LOAD, struct.pack("<II", Target.MODEL0 << 16, 3), Refusal.RANGE),
        (FrameType.LOAD, struct.pack("<II", Target.CLOCK << 16, 3), Refusal.RANGE),
        (FrameType.LOAD, struct.pack("<III", Target.ENFORCE << 16, 3, 3), Refusal.RANGE),
        (FrameType.LOAD, struct.pack("<II", Target.ATTRIBUTES << 16 | 512, 3), Refusal.RANGE),
    ):
        assert refused(peer, kind, payload)[0] == reason, kind.name
    assert not peer.send(FrameType.MODEL_BEGIN, fixed(FrameType.MODEL_BEGIN, size=8192))
    assert refused(peer, FrameType.MODEL_DATA, model + b"x")[0] == Refusal.RANGE
    assert refused(peer, FrameType.MODEL_VECTORS, struct.pack("<I", 1) + bytes(56))[0] == Refusal.KIND


def test_policy_is_loaded(peer: Peer) -> None:
    assert isinstance(peer.board, NativeBoard)
    machine = peer.board.engine.machine
    assert not peer.send(FrameType.LOAD, struct.pack("<III", Target.ATTRIBUTES << 16 | 510, 0x123, 0x456))
    assert not peer.send(FrameType.LOAD, struct.pack("<III", Target.JUDGE << 16 | 2, 0x89ABCDEF, 0x1234567))
    assert machine.attributes[510:].tolist() == [0x123, 0x456]
    assert int(machine.rows[1]) == 0x123456789ABCDEF


def test_what_is_locked_is_refused_until_a_reset(peer: Peer) -> None:
    board = peer.board
    assert isinstance(board, NativeBoard)
    begin = fixed(FrameType.MODEL_BEGIN, size=8192)
    loads = {
        "policy": (Target.ATTRIBUTES, Target.JUDGE, Target.ENFORCE),
        "vaccines": (Target.HASH_SET, Target.HASH),
        "model": (),
    }
    for number, (lock, targets) in enumerate(loads.items()):
        words = {target: struct.pack("<III", target << 16, 1, 1)[: 8 if target == Target.ENFORCE else 12]
                 for targets in loads.values() for target in targets}  # fmt: skip
        board.lock(lock)
        before = board.engine.machine.attributes.copy(), board.engine.machine.rows.copy()
        for target, payload in words.items():
            if target in targets:
                reason, text = refused(peer, FrameType.LOAD, payload)
                assert reason == Refusal.LOCKED and "until the board is reset" in text, target.name
            else:
                assert not peer.send(FrameType.LOAD, payload), target.name
        if lock == "policy":
            assert all((kept == now).all() for kept, now in zip(
                before, (board.engine.machine.attributes, board.engine.machine.rows), strict=True
            ))  # fmt: skip
        if lock == "model":
            assert refused(peer, FrameType.MODEL_BEGIN, begin)[0] == Refusal.LOCKED
        board.reset()
        board.exchange()
        peer = Peer(board, 10 + number)
    assert not peer.send(FrameType.MODEL_BEGIN, begin)


def test_reset_says_hello_when_it_is_back(peer: Peer) -> None:
    wire = encode(FrameType.RESET, 0, struct.pack("<I", RESET_KEY))
    said = decode(peer.board.exchange(wire, BATCH_MS))
    assert [frame.kind for frame in said] == [FrameType.ACK, FrameType.HELLO]
    assert (said[0].fixed["next"], said[1].fixed["answer"]) == (1, 0)
    peer = Peer(peer.board, 2)
    assert "reset by the host" in peer.log()


def test_what_gateware_told_before_a_reset_is_logged_once(board: NativeBoard) -> None:
    where = {"pc": 0x1000_0120, "before": 0x1000_0104, "handler": 0x1000_0200, "slot": 3, "generation": 0x12}
    said = "at 10000120 from 10000104, not to {}, slot 3, life 12"
    for rules, line in (
        ({"strayed": 1, "answered": 1}, "tampering: jump past the verdict " + said.format("10000200")),
        ({"strayed": 1, "undispatched": 1}, "tampering: return without a verdict " + said.format("0")),
        ({"locked": 1}, "tampering: write to what is locked " + said.format("0")),
    ):
        board.tamper({**where, **rules})
        board.reset()
        for _ in range(2):
            board.exchange()
            log = Peer(board, 2).log()
            assert log.count(line + "\n") == 1, log
            board.exchange(b"", 2000)  # until it is in flash
            board.reset()
