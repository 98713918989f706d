"""A reliable session with a board: numbered frames arrive once and in order.  See `hdl.contract.link`.

There is no thread: whoever waits for something keeps the line going.
"""

from __future__ import annotations

import secrets
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from hdl.contract.frames import FRAME
from hdl.contract.link import (
    ABORT_ZEROS,
    CREDIT_BYTES,
    DELIMITER,
    HELLO_MAGIC,
    LINK_VERSION,
    PAYLOAD_MAX,
    SEQUENCE_BITS,
    TIMEOUT_MS,
    Capability,
    FrameType,
    Refusal,
    cost,
)
from hdl.contract.verdict import CONTRACT_VERSION
from host.link.codec import Decoder, WireFrame, encode
from host.link.errors import LinkError, Refused, SessionOver, Tampered
from host.link.frames import FrameError, Message, parse
from host.link.tampering import Tampering
from host.link.transport import PATIENCE_SIMULATED, Line

_WRAP = 1 << SEQUENCE_BITS
_CREDIT = 255
"""Credit that the board has here, in CREDIT_BYTES: the host has room for as much as can be said."""

_APART = bytes((DELIMITER,)) * ABORT_ZEROS

_QUEUE = 4
"""Frames that wait to be sent; whoever has more waits himself."""

_TIMEOUT_LEAST = TIMEOUT_MS / 1000
_TIMEOUT_FIRST = 1.0
_TIMEOUT_MOST = 8.0
"""Seconds without an acknowledgement after which all frames in flight are sent again: the bounds of the guess."""

_HELLO_FIRST = 0.25
_HELLO_MOST = 2.0
"""Seconds between one HELLO and the next, while none is answered."""


@dataclass(slots=True)
class _Kept:
    """A numbered frame that is not acknowledged yet: its bytes, its cost, and when it was sent first."""

    wire: bytes
    cost: int
    sent: float | None = None


class Session:
    """One session; it begins with the object, and ends with `close` or an error.

    line: the line to the board, the session's alone.  number: the session's, else drawn.

    Members: `hello`, the board's answer; `wire_bytes`, written so far; `resent`, frames sent again; `damaged`,
    received damaged; `repeated`, received again or out of order; `tampering`, what gateware told of a locked table
    that was written, None if nothing: what stops the core ends the session with Tampered.
    """

    def __init__(self, line: Line, number: int | None = None) -> None:
        self.line = line
        self.wire_bytes = self.resent = self.repeated = 0
        self._number = (secrets.randbits(32) if number is None else number) & 0xFFFFFFFF
        self._decoder = Decoder()
        self._answer: Message | None = None
        self._booted = False
        self._error: LinkError | None = None
        self._closed = False
        self.tampering: Tampering | None = None
        # Sending: frames that wait, frames that are kept, and how many of those are on their way.
        self._queue: deque[tuple[FrameType, bytes]] = deque()
        self._kept: deque[_Kept] = deque()
        self._flying = self._flight = self._base = self._credit = 0
        self._recovered: int | None = None
        self._timeout, self._smooth, self._spread = _TIMEOUT_FIRST, 0.0, 0.0
        self._progress = self._heard = line.now()
        # Receiving.
        self._expected = self._since_ack = 0
        self._ack_due = self._again_due = self._gap = False
        self._inbox: deque[Message] = deque()
        try:
            self.hello = self._greet()
        except BaseException:
            self.close()
            raise
        self._credit = self.hello.values["credit"] * CREDIT_BYTES
        self.payload_max = min(PAYLOAD_MAX, self.hello.values["payload_max"])
        self._patience = line.patience
        if self.hello.values["capabilities"] >> Capability.SIMULATED & 1:
            self._patience = max(self._patience, PATIENCE_SIMULATED)

    @property
    def damaged(self) -> int:
        """Frames received damaged."""
        return self._decoder.damaged

    def send(self, message: Message) -> int:
        """Have a numbered frame sent; return its number.  Waits while many others do."""
        self._check()
        self._begin_wait()
        number = (self._base + len(self._kept) + len(self._queue)) % _WRAP
        self._queue.append((message.kind, message.payload()))
        while len(self._queue) > _QUEUE:
            self._round(self._silent_at())
            self._check_silence()
        return number

    def take(self) -> Message | None:
        """Return the next message if it is there already."""
        return self._inbox.popleft() if self._inbox else None

    def receive(self, timeout: float | None = None) -> Message | None:
        """Return the board's next message; None after `timeout` seconds, which are without limit if None.

        A board that is silent for too long while it owes something is given up: LinkError.
        """
        self._check()
        self._begin_wait()
        until = None if timeout is None else self.line.now() + timeout
        while not self._inbox:
            owed = until is None or self._kept or self._queue
            self._round(self._silent_at() if until is None else until)
            if not self._inbox and until is not None and self.line.now() >= until:
                return None
            if owed:
                self._check_silence()
        return self._inbox.popleft()

    def flush(self) -> None:
        """Wait until everything sent has been acknowledged."""
        self._check()
        self._begin_wait()
        while self._kept or self._queue:
            self._round(self._silent_at())
            self._check_silence()

    def close(self) -> None:
        """End the session and let go of the line; never raises, and does nothing the second time."""
        self.end()
        self.line.close()

    def end(self) -> None:
        """End the session with an ABORT; the line stays, for another one."""
        if self._closed:
            return
        self._closed = True
        with suppress(LinkError):  # then the board is gone, or will be told by the next HELLO
            self.line.write(_APART + encode(FrameType.ABORT, 0, Message(FrameType.ABORT).payload()))

    # --- the beginning -----------------------------------------------------------------------------------------

    def _greet(self) -> Message:
        """Say HELLO until it is answered."""
        values = {
            "magic": HELLO_MAGIC, "link": LINK_VERSION, "link_oldest": LINK_VERSION, "contract": CONTRACT_VERSION,
            "capabilities": 1 << Capability.RECORDS_ALL | 1 << Capability.AGGREGATES,
            "payload_max": PAYLOAD_MAX, "credit": _CREDIT, "session": self._number,
        }  # fmt: skip
        hello = encode(FrameType.HELLO, 0, Message(FrameType.HELLO, values, b"vigilante host").payload())
        self._probe = hello
        ends = self.line.now() + self.line.patience
        pause = _HELLO_FIRST
        while True:
            # Delimiters first: what a session before left half sent must not swallow the HELLO.
            self._write(_APART + hello)
            again = min(self.line.now() + pause, ends)
            self._booted = False
            while self.line.now() < again and not self._booted:
                for frame in self._decoder.feed(self.line.read(again - self.line.now())):
                    if self._answer is None:
                        self._take_greeting(frame)
                    else:
                        self._take(frame)
                if self._answer is not None:
                    self._heard = self._progress = self.line.now()
                    return self._answer
            if self.line.now() >= ends:
                raise LinkError(
                    f"{self.line.name}: no answer for {self.line.patience:.0f} s: is a board there, switched on, "
                    "and its line at this rate?"
                )
            pause = min(2 * pause, _HELLO_MOST)

    def _take_greeting(self, frame: WireFrame) -> None:
        """Look for the answer to our HELLO; whatever else comes belongs to a session before."""
        try:
            message = parse(frame.kind, frame.payload)
        except FrameError:
            return
        values = message.values
        if message.kind is FrameType.TAMPER:
            self._tampered(message)
        if message.kind is FrameType.REFUSED and values["reason"] == Refusal.VERSION:
            self._fail(Refused(self.line.name, values["type"], values["reason"], message.text))
        if message.kind is not FrameType.HELLO or values["magic"] != HELLO_MAGIC:
            return
        if not values["answer"]:
            self._booted = True  # it has just come up, and may have missed ours
        elif values["session"] == self._number:
            self._check_versions(message)
            self._answer = message

    def _check_versions(self, hello: Message) -> None:
        values = hello.values
        if values["link"] < LINK_VERSION or values["link_oldest"] > LINK_VERSION:
            self._fail(LinkError(
                f"{self.line.name}: the board speaks link versions {values['link_oldest']} to {values['link']}, "
                f"this tool {LINK_VERSION}: take the tool that belongs to it, or give it another firmware"
            ))  # fmt: skip
        if values["contract"] != CONTRACT_VERSION:
            self._fail(LinkError(
                f"{self.line.name}: the board has contract version {values['contract']}, this tool "
                f"{CONTRACT_VERSION}: take the tool that belongs to it, or give it another firmware"
            ))  # fmt: skip

    # --- keeping the line going --------------------------------------------------------------------------------

    def _round(self, until: float) -> None:
        """Send a frame if one may be sent; take what has come, or comes before `until` or a time-out."""
        try:
            more = self._send_one()
            wait = 0.0 if more else max(0.0, min(until, self._alarm()) - self.line.now())
            for frame in self._decoder.feed(self.line.read(wait)):
                self._heard = self.line.now()
                self._take(frame)
            if self._ack_due:
                self._acknowledge()
            if self.line.now() >= self._alarm():
                self._expire()
        except KeyboardInterrupt:
            self.close()
            raise
        except LinkError as error:
            self._error = error
            raise

    def _send_one(self) -> bool:
        """Send the next frame for which there is credit; say whether another one may follow at once."""
        if self._flying == len(self._kept):
            if not self._queue:
                return False
            kind, payload = self._queue.popleft()
            number = (self._base + len(self._kept)) % _WRAP
            self._kept.append(_Kept(encode(kind, number, payload), cost(len(payload))))
        frame = self._kept[self._flying]
        if self._flight + frame.cost > self._credit:
            return False
        if not self._flying:
            self._progress = self.line.now()
        if frame.sent is None:
            frame.sent = self.line.now()
        self._flying += 1
        self._flight += frame.cost
        self._write(frame.wire)
        return self._flying < len(self._kept) or bool(self._queue)

    def _alarm(self) -> float:
        """Return when the time-out for what is in flight, or cannot be sent, runs out."""
        return self._progress + self._timeout if self._kept or self._queue else float("inf")

    def _expire(self) -> None:
        """Nothing has been acknowledged for long: send again, or ask whether there is credit again."""
        if self._flying:
            self._go_back()
            self._recovered = self._base
        else:
            self._write(self._probe)  # a frame that the board has already is acknowledged again
        self._timeout = min(2 * self._timeout, _TIMEOUT_MOST)
        self._progress = self.line.now()

    def _go_back(self) -> None:
        self.resent += self._flying
        self._flying = self._flight = 0

    # --- what has come -----------------------------------------------------------------------------------------

    def _take(self, frame: WireFrame) -> None:
        """Take one frame of the session."""
        numbered = frame.kind not in set(FrameType) or FRAME[FrameType(frame.kind)].numbered
        if numbered and not self._in_order(frame):
            return
        try:
            message = parse(frame.kind, frame.payload)
        except FrameError as error:
            self._fail(LinkError(f"{self.line.name}: the board sent {error}: take the tool that belongs to it"))
        if message.kind is FrameType.ACK:
            self._acknowledged(message)
        elif message.kind is FrameType.HELLO:
            # Not an answer: it says that it has come up.  If that is no old news, it knows no session of ours.
            self._ack_due |= not message.values["answer"]
        elif message.kind is FrameType.ABORT:
            self._fail(SessionOver(f"{self.line.name}: the board ended the session, or was reset: begin again"))
        elif message.kind is FrameType.TAMPER:
            self._tampered(message)
        else:
            self._inbox.append(message)

    def _tampered(self, message: Message) -> None:
        """Gateware itself speaks: a core that is stopped answers nobody."""
        self.tampering = Tampering.of(message.values)
        if self.tampering.stopped:
            self._fail(Tampered(self.line.name, self.tampering))

    def _in_order(self, frame: WireFrame) -> bool:
        """Say whether a numbered frame is the next one; note what is to be acknowledged."""
        self._ack_due = True
        ahead = (frame.sequence - self._expected) % _WRAP
        if ahead:
            self.repeated += 1
            if ahead < _WRAP // 2 and not self._gap:
                self._gap = self._again_due = True
            return False
        self._expected = (self._expected + 1) % _WRAP
        self._gap = self._again_due = False
        self._since_ack += cost(len(frame.payload))
        if self._since_ack >= _CREDIT * CREDIT_BYTES // 4:
            self._acknowledge()
        return True

    def _acknowledge(self) -> None:
        values = {"next": self._expected, "credit": _CREDIT, "again": int(self._again_due)}
        number = (self._base + len(self._kept)) % _WRAP
        self._write(encode(FrameType.ACK, number, Message(FrameType.ACK, values).payload()))
        self._ack_due = self._again_due = False
        self._since_ack = 0

    def _acknowledged(self, ack: Message) -> None:
        """Forget what has arrived, and go back if the board asks for it."""
        arrived = (ack.values["next"] - self._base) % _WRAP
        if arrived > len(self._kept):
            return  # an old one, overtaken by a newer
        self._credit = ack.values["credit"] * CREDIT_BYTES
        if arrived:
            last = self._kept[arrived - 1]
            for number in range(arrived):
                frame = self._kept.popleft()
                if number < self._flying:
                    self._flight -= frame.cost
            self._flying = max(0, self._flying - arrived)
            self._base = ack.values["next"]
            self._probe = last.wire
            self._progress = self.line.now()
            self._recovered = None
            if last.sent is not None:
                self._measure(self._progress - last.sent)
        if ack.values["again"] and self._recovered != self._base:
            self._recovered = self._base
            self._go_back()

    def _measure(self, trip: float) -> None:
        """Take one more round trip into the guess of how long to wait."""
        if self._smooth == 0:
            self._smooth, self._spread = trip, trip / 2
        else:
            self._spread += (abs(trip - self._smooth) - self._spread) / 4
            self._smooth += (trip - self._smooth) / 8
        self._timeout = min(max(self._smooth + 4 * self._spread, _TIMEOUT_LEAST), _TIMEOUT_MOST)

    # --- the end -----------------------------------------------------------------------------------------------

    def _write(self, data: bytes) -> None:
        self.wire_bytes += len(data)
        self.line.write(data)

    def _check(self) -> None:
        """Refuse to go on after the end."""
        if self._error is not None:
            raise self._error
        if self._closed:
            raise LinkError(f"{self.line.name}: the session has ended: open the board again")

    def _begin_wait(self) -> None:
        self._waiting = self.line.now()

    def _silent_at(self) -> float:
        """Return when the board will have been silent for too long."""
        return max(self._heard, self._waiting) + self._patience

    def _check_silence(self) -> None:
        if self.line.now() >= self._silent_at():
            self._fail(LinkError(
                f"{self.line.name}: the board has been silent for {self._patience:.0f} s: reset it, or plug it in "
                "again"
            ))  # fmt: skip

    def _fail(self, error: LinkError) -> NoReturn:
        self._error = error
        raise error
