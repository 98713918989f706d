"""The session: greeting, flow control, time-outs, and that it always ends with one line and a free line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hdl.contract.link import CREDIT_BYTES, HELLO_MAGIC, FrameType, Refusal, cost
from host.link.codec import Decoder, WireFrame, encode
from host.link.errors import LinkError, Refused, SessionOver, Tampered
from host.link.frames import Message, parse
from host.link.session import Session
from host.link.transport import PATIENCE_SIMULATED
from sim.lines import CountedLine

HELLO = {
    "magic": HELLO_MAGIC, "link": 1, "link_oldest": 1, "contract": 1, "payload_max": 4096, "answer": 1,
    "credit": 4,
}  # fmt: skip


class Scripted:
    """A board that does what a test says: `said` collects the frames that came, `reply` answers each."""

    def __init__(self, reply: Callable[[Scripted, WireFrame], None]) -> None:
        self.said: list[WireFrame] = []
        self.seconds = 0.0
        self._reply = reply
        self._decoder = Decoder()
        self._out = bytearray()

    def exchange(self, data: bytes = b"", milliseconds: float = 0) -> bytes:
        for frame in self._decoder.feed(data):
            self.said.append(frame)
            self._reply(self, frame)
        self.seconds += milliseconds / 1000
        said, self._out = bytes(self._out), bytearray()
        return said

    def say(self, kind: FrameType, sequence: int = 0, tail: bytes = b"", **values: int) -> None:
        self._out += encode(kind, sequence, Message(kind, values, tail).payload())

    def greet(self, frame: WireFrame, **more: int) -> bool:
        """Answer a HELLO; say whether it was one."""
        if frame.kind == FrameType.HELLO:
            session = parse(frame.kind, frame.payload).values["session"]
            self.say(FrameType.HELLO, **{**HELLO, "session": session, **more})
        return frame.kind == FrameType.HELLO

    def kinds(self) -> list[int]:
        return [frame.kind for frame in self.said]


def greets_as(**values: int) -> Callable[[Scripted, WireFrame], None]:
    """Return what only greets, with other values in its HELLO."""

    def reply(board: Scripted, frame: WireFrame) -> None:
        board.greet(frame, **values)

    return reply


def session(reply: Callable[[Scripted, WireFrame], None]) -> tuple[Session, Scripted, CountedLine]:
    board = Scripted(reply)
    line = CountedLine(board)
    return Session(line, 5), board, line


def greets(board: Scripted, frame: WireFrame) -> None:
    board.greet(frame)


STATUS_READ = Message(FrameType.STATUS_READ)

ASTRAY = {
    "strayed": 1, "answered": 1, "slot": 3, "generation": 9, "pc": 0x1000_0120, "before": 0x1000_0104,
    "handler": 0x1000_0200, "time_low": 5, "time_high": 1,
}  # fmt: skip


# --- greeting ------------------------------------------------------------------------------------------------


def test_nobody_there_is_said_after_some_seconds_and_the_line_is_let_go() -> None:
    board = Scripted(lambda board, frame: None)
    line = CountedLine(board, "/dev/ttyX", patience=3.0)
    with pytest.raises(LinkError, match=r"^/dev/ttyX: no answer for 3 s: is a board there"):
        Session(line)
    assert line.closed and 3.0 <= board.seconds < 3.5
    assert board.kinds()[-1] == FrameType.ABORT
    assert board.kinds().count(FrameType.HELLO) > 3


def test_a_board_that_comes_up_meanwhile_is_greeted_at_once() -> None:
    def reply(board: Scripted, frame: WireFrame) -> None:
        if len(board.said) == 1:
            board.say(FrameType.HELLO, **{**HELLO, "answer": 0})
        else:
            board.greet(frame)

    _session, board, _line = session(reply)
    assert board.seconds == 0.0 and board.kinds() == [FrameType.HELLO] * 2


def test_answers_to_others_and_left_overs_are_not_ours() -> None:
    def reply(board: Scripted, frame: WireFrame) -> None:
        board.say(FrameType.ABORT)
        board.say(FrameType.HELLO, **{**HELLO, "session": 99})
        board.say(FrameType.RECORD, 0, bytes(24), count=1)
        board.say(FrameType.LOG, 0, b"ours") if board.greet(frame) else None

    opened, _board, _line = session(reply)
    message = opened.receive(1.0)
    assert message is not None and message.text == "ours"
    assert opened.receive(1.0) is None


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"link": 0, "link_oldest": 0}, "speaks link versions 0 to 0, this tool 1"),
        ({"link": 9, "link_oldest": 2}, "speaks link versions 2 to 9, this tool 1"),
        ({"contract": 7}, "has contract version 7, this tool 1"),
    ],
)
def test_versions_that_do_not_fit_are_named(change: dict[str, int], words: str) -> None:
    with pytest.raises(LinkError, match=f"memory: the board {words}"):
        session(greets_as(**change))


def test_a_board_that_refuses_our_version() -> None:
    def reply(board: Scripted, frame: WireFrame) -> None:
        board.say(FrameType.REFUSED, 0, b"speak 2", type=FrameType.HELLO, reason=Refusal.VERSION)

    with pytest.raises(Refused, match=r"refused HELLO: VERSION \(speak 2\)"):
        session(reply)


# --- flow ----------------------------------------------------------------------------------------------------


def test_credit_is_never_exceeded_and_everything_arrives_in_order() -> None:
    """The board acknowledges late and changes its credit; what is in flight is added up frame by frame."""
    flight: list[int] = []
    state = {"next": 0, "credit": HELLO["credit"] * CREDIT_BYTES}

    def reply(board: Scripted, frame: WireFrame) -> None:
        if board.greet(frame) or frame.kind == FrameType.ACK:
            return
        assert frame.sequence == state["next"] + len(flight)
        flight.append(cost(len(frame.payload)))
        assert sum(flight) <= state["credit"]
        if len(flight) == 3 or sum(flight) + 60 > state["credit"]:
            state["next"] += len(flight)
            state["credit"] = CREDIT_BYTES * (1 + state["next"] % 5)
            flight.clear()
            board.say(FrameType.ACK, next=state["next"], credit=state["credit"] // CREDIT_BYTES)

    opened, board, _line = session(reply)
    for number in range(200):
        assert opened.send(Message(FrameType.LOAD, {"address": number}, bytes(4 * (number % 9)))) == number
    while state["next"] + len(flight) < 200:
        opened.receive(0.05)
    sent = [parse(f.kind, f.payload).values["address"] for f in board.said if f.kind == FrameType.LOAD]
    assert sent == list(range(200))
    assert opened.resent == 0


def test_a_window_that_opened_unheard_is_asked_for() -> None:
    """The ACK that gives credit again is lost: a frame that the board has already is sent as a question."""
    asked = []

    def reply(board: Scripted, frame: WireFrame) -> None:
        if board.greet(frame) or frame.kind != FrameType.STATUS_READ:
            return
        if frame.sequence == 0 and not asked:
            asked.append(board.seconds)
            board.say(FrameType.ACK, next=1, credit=0)
        else:
            board.say(FrameType.ACK, next=1 + frame.sequence, credit=4)

    opened, board, _line = session(reply)
    opened.send(STATUS_READ)
    opened.flush()
    opened.send(STATUS_READ)
    opened.flush()
    assert [frame.sequence for frame in board.said if frame.kind == FrameType.STATUS_READ] == [0, 0, 1]


def test_time_outs_adapt_to_a_slow_board() -> None:
    """Each answer takes two seconds: after the first frames nothing is sent twice any more."""
    due: list[tuple[float, int]] = []

    class Slow(Scripted):
        def exchange(self, data: bytes = b"", milliseconds: float = 0) -> bytes:
            while due and due[0][0] <= self.seconds:
                self.say(FrameType.ACK, next=due.pop(0)[1], credit=200)
            return super().exchange(data, milliseconds)

    def reply(board: Scripted, frame: WireFrame) -> None:
        if not board.greet(frame, credit=200) and frame.kind == FrameType.STATUS_READ:
            due.append((board.seconds + 2.0, frame.sequence + 1))

    board = Slow(reply)
    opened = Session(CountedLine(board, patience=30.0), 5)
    counts = []
    for _ in range(12):
        opened.send(STATUS_READ)
        opened.flush()
        counts.append(opened.resent)
    assert counts[0] >= 1, "at first nobody knows"
    assert counts[-1] == counts[3], counts


def test_time_outs_adapt_to_a_fast_board() -> None:
    """After some answers at once, the loss of the last frame costs the shortest time-out."""
    seen: list[int] = []

    def reply(board: Scripted, frame: WireFrame) -> None:
        if not board.greet(frame) and frame.kind == FrameType.STATUS_READ:
            seen.append(frame.sequence)
            if seen != list(range(11)):
                board.say(FrameType.ACK, next=frame.sequence + 1, credit=4)

    opened, board, _line = session(reply)
    for _ in range(11):
        opened.send(STATUS_READ)
        opened.flush()
    assert seen[-2:] == [10, 10]
    assert 0.2 <= board.seconds < 0.3


def test_a_gap_is_asked_for_once_and_repeats_are_acknowledged() -> None:
    opened, board, _line = session(greets)
    for sequence in (1, 2, 0, 0, 1):
        board.say(FrameType.LOG, sequence, bytes([65 + sequence]))
    message = opened.receive(1.0)
    assert message is not None and message.tail == b"A"
    assert opened.receive(0.1) is not None and opened.receive(0.1) is None
    board.say(FrameType.LOG, 5, b"?")
    assert opened.receive(0.1) is None
    acks = [parse(f.kind, f.payload).values for f in board.said if f.kind == FrameType.ACK]
    assert [(ack["next"], ack["again"]) for ack in acks] == [(2, 0), (2, 1)]
    assert opened.repeated == 4


def test_sequence_numbers_wrap() -> None:
    def reply(board: Scripted, frame: WireFrame) -> None:
        if not board.greet(frame, credit=200) and frame.kind == FrameType.STATUS_READ:
            board.say(FrameType.ACK, next=(frame.sequence + 1) % 65536, credit=200)
            board.say(FrameType.LOG, frame.sequence, place=len(board.said))

    opened, board, _line = session(reply)
    opened._base = opened._expected = 65530
    for _ in range(20):
        opened.send(STATUS_READ)
        assert opened.receive() is not None
    assert [frame.sequence for frame in board.said if frame.kind == FrameType.STATUS_READ][5:8] == [65535, 0, 1]
    assert opened.resent == opened.repeated == 0


# --- the end -------------------------------------------------------------------------------------------------


def test_silence_is_given_up_and_named() -> None:
    opened, board, line = session(greets)
    opened.send(STATUS_READ)
    with pytest.raises(LinkError, match=r"memory: the board has been silent for 10 s: reset it"):
        opened.receive()
    assert 10.0 <= board.seconds < 11.0
    with pytest.raises(LinkError, match="has been silent"):
        opened.send(STATUS_READ)
    opened.close()
    opened.close()
    assert line.closed and board.kinds().count(FrameType.ABORT) == 1


def test_a_simulated_board_is_borne_with_longer() -> None:
    opened, board, _line = session(greets_as(capabilities=1))
    with pytest.raises(LinkError, match="silent for 60 s"):
        opened.receive()
    assert board.seconds >= PATIENCE_SIMULATED


def test_only_watching_bears_any_silence() -> None:
    opened, _board, _line = session(greets)
    assert opened.receive(1000.0) is None


def test_abort_and_reset_end_the_session() -> None:
    opened, board, _line = session(greets)
    board.say(FrameType.ABORT)
    with pytest.raises(SessionOver, match="the board ended the session, or was reset"):
        opened.receive()

    def reply(board: Scripted, frame: WireFrame) -> None:
        if not board.greet(frame):
            board.say(FrameType.ABORT)

    opened, board, _line = session(reply)
    board.say(FrameType.HELLO, **{**HELLO, "answer": 0})
    with pytest.raises(SessionOver):
        opened.receive()
    assert FrameType.ACK in board.kinds(), "it asks whether it is still known"


def test_what_is_not_in_the_contract_is_named() -> None:
    opened, board, _line = session(greets)
    board._out += encode(0x7F, 0, b"new")
    with pytest.raises(LinkError, match="the board sent a frame of unknown type 0x7f"):
        opened.receive()


def test_a_frame_cut_short_does_not_swallow_what_ends_it() -> None:
    """Ctrl-C within a write leaves half a frame: the ABORT behind it is still understood, and so is a HELLO."""
    opened, board, line = session(greets)
    line.write(encode(FrameType.STATUS_READ, 0, bytes(4))[:5])
    opened.end()
    assert board.kinds()[-1] == FrameType.ABORT
    line.write(b"\x09half")
    Session(line, 6)
    assert board.kinds()[-1] == FrameType.HELLO


# --- what gateware itself says -------------------------------------------------------------------------------


def test_a_kernel_that_is_stopped_ends_the_session_and_is_named() -> None:
    def reply(board: Scripted, frame: WireFrame) -> None:
        if not board.greet(frame) and frame.kind == FrameType.STATUS_READ:
            board.say(FrameType.TAMPER, **ASTRAY)

    opened, _board, line = session(reply)
    opened.send(STATUS_READ)
    with pytest.raises(Tampered) as ended:
        opened.receive()
    record = ended.value.record
    assert record.stopped and record.rules == ("strayed",) and record.cycles == 1 << 32 | 5
    assert str(ended.value) == (
        f"{line.name}: TAMPERING: the kernel went from 0x10000104 to 0x10000120, not to 0x10000200, and the core "
        "is stopped (slot 3, life 9, cycle 4294967301): reset the board by its button"
    )
    with pytest.raises(Tampered):
        opened.send(STATUS_READ)


def test_a_board_that_is_stopped_already_says_so_instead_of_silence() -> None:
    def reply(board: Scripted, _frame: WireFrame) -> None:
        board.say(FrameType.TAMPER, **(ASTRAY | {"undispatched": 1}))

    with pytest.raises(Tampered, match="returned to its program without the verdict, at 0x10000120, and the core"):
        session(reply)


def test_a_locked_table_that_was_written_is_kept_for_the_end() -> None:
    def reply(board: Scripted, frame: WireFrame) -> None:
        if not board.greet(frame) and frame.kind == FrameType.STATUS_READ:
            for _ in range(2):
                board.say(FrameType.TAMPER, locked=1, pc=0x1000_0300)
            board.say(FrameType.ACK, next=1, credit=4)
            board.say(FrameType.STATUS)

    opened, _board, _line = session(reply)
    assert opened.tampering is None
    opened.send(STATUS_READ)
    message = opened.receive(5)
    assert message is not None and message.kind is FrameType.STATUS
    assert opened.tampering is not None and not opened.tampering.stopped
    assert "wrote to a locked table, which stays as it is, at 0x10000300" in str(opened.tampering)
