"""A board on a line, for programs: `with Board.open("sim") as board: ...`.  See docs/board-api.md."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, NoReturn, Self, TypeVar

from hdl.contract.births import templates
from hdl.contract.entries import AGGREGATE_ENTRY, STATE_ENTRY
from hdl.contract.event import RECORD, STATE
from hdl.contract.frames import FRAME
from hdl.contract.link import Capability, FrameType, ModelResult, RecordMode
from hdl.contract.load import Target, Writes, bank_key_writes, hash_set_writes, policy_writes
from hdl.contract.policy import Policy, default_policy
from hdl.contract.registers import RESET_KEY
from hdl.contract.vaccine import BankKey
from host.births import Births
from host.boardinfo import BoardInfo, ModelSlot, board_info, model_slot, now
from host.columns import Bytes, Ints, Words, column
from host.files import Files
from host.link.answers import Answers
from host.link.codec import encode
from host.link.errors import Failed, LinkError, PushError, Refused, SessionOver
from host.link.frames import FrameError, Message
from host.link.payloads import event_messages, load_messages, model_messages
from host.link.session import Session
from host.link.transport import Line, PortLine, Progress
from host.processes import Processes
from host.quarantine import Quarantine

if TYPE_CHECKING:  # it imports what computes, which takes a second
    from models.package import Package

_Understood = TypeVar("_Understood")

_LIVE_SECONDS = 2.0
"""While only watching: seconds after which a silent board is asked whether it is still there."""

_RESET_SECONDS = 1.0
"""Seconds that a board has for its reset, before it is greeted again."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a push went.

    pushed: False if the board had the model in force already, and nothing was sent.  slot: where it is now.
    wire_bytes: from the first frame of the model to the last before MODEL_END; seconds: on the board's own clock.
    line_share: part of the line's bits in that time, 0..1.
    """

    pushed: bool
    slot: int
    wire_bytes: int = 0
    seconds: float = 0.0
    line_share: float = 0.0

    @property
    def rate(self) -> float:
        """Bytes a second on the wire."""
        return self.wire_bytes / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Allowed calls as counts, of the records from `first` on, before `last`: rows (n, 2) of AGGREGATE_ENTRY."""

    first: int
    last: int
    entries: Words


class Board:
    """One board and the session with it.

    line: to the board; the board's alone.

    Members: `name`, the port; `session`; `files` and `processes`, the board's own; `aggregates`, how often (slot,
    generation, canonical id) was allowed, as far as the board has told.
    """

    def __init__(self, line: Line) -> None:
        self.name = line.name
        self.session = Session(line)
        self.files, self.processes, self.quarantine = Files(self), Processes(self), Quarantine(self)
        self.births = Births(self)
        self.aggregates: Counter[tuple[int, int, int]] = Counter()
        self._mode: RecordMode | None = None
        self._seen: deque[Words | Aggregate] = deque()
        self._answers: Answers | None = None
        self._printed = bytearray()
        self._written: dict[int, bytearray] = {}
        self._ended: dict[int, int] = {}

    @classmethod
    def open(cls, port: str = "sim", progress: Progress | None = None, patience: float | None = None) -> Board:
        """Open a port and greet the board there; see `PortLine`.  Raise LinkError if there is none."""
        return cls(PortLine(port, progress, patience))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the session and let go of the port; never raises."""
        self.session.close()

    # --- what it is --------------------------------------------------------------------------------------------

    def info(self) -> BoardInfo:
        """Return everything that the board tells of itself."""
        return board_info(self.name, self.session.hello, self.status(), self.models())

    def status(self) -> Message:
        """Return the board's STATUS; everything sent before it has been obeyed, or is refused here."""
        return self.ask(Message(FrameType.STATUS_READ), FrameType.STATUS)

    def models(self) -> tuple[ModelSlot, ...]:
        """Return what is in both model slots."""
        return tuple(
            model_slot(self.ask(Message(FrameType.MODEL_READ, {"slot": slot}), FrameType.MODEL_STATUS))
            for slot in (0, 1)
        )

    def wait(self, seconds: float) -> None:
        """Let so much time pass; records that come meanwhile are dropped."""
        until = self.session.line.now() + seconds
        while (left := until - self.session.line.now()) > 0:
            message = self.session.receive(left)
            if message is not None:
                self._aside(message)
            self._seen.clear()

    def reset(self) -> BoardInfo:
        """Reset the board and greet it anew; return its info.  What it keeps in flash stays."""
        line = self.session.line
        try:
            self.session.send(Message(FrameType.RESET, {"key": RESET_KEY}))
            self.session.flush()
            while (message := self.session.receive(_RESET_SECONDS)) is not None:
                self._aside(message)
        except SessionOver:
            pass  # it is back already, or answered that it knows us no more
        self.session = Session(line)
        self._mode = None
        for left in (self._seen, self._written, self._ended):
            left.clear()
        return self.info()

    # --- models ------------------------------------------------------------------------------------------------

    def push(
        self, package: Package, *, force: bool = False, verify: bool = True, progress: Progress | None = None
    ) -> Pushed:
        """Put a package's model in force: into the idle slot, checked there by digest and self-test vectors.

        The vectors hold under the default policy: it is in force afterwards.  A model that is in force already
        is not sent again, unless `force`.  verify: then read it back and compare every byte.
        Raise PushError if the board does not take it.
        """
        status = self.status()
        active = status.values["active"] if status.values["running"] else None
        wanted = sha256(package.image).hexdigest()
        if active is not None and not force and self.models()[active].digest == wanted:
            return Pushed(False, active)
        self.load_policy(replace(default_policy(), templates=tuple(templates())))
        done = self._transfer(package, 1 - status.values["active"], progress)
        if verify:
            self.verify(package)
        return done

    def verify(self, package: Package) -> ModelSlot:
        """Read back the model in force and compare it with a package; raise PushError where they differ."""
        status = self.status()
        if not status.values["running"]:
            raise PushError(f"{self.name}: the board has no model in force: push one")
        image = bytearray(len(package.image))
        number = self.session.send(Message(FrameType.MODEL_READ, {"slot": status.values["active"], "image": 1}))
        while True:
            message = self.answer(number, FrameType.MODEL_DATA, FrameType.MODEL_STATUS)
            if message.kind is FrameType.MODEL_STATUS:
                break
            offset = message.values["offset"]
            image[offset : offset + len(message.tail)] = message.tail
        found = model_slot(message)
        if bytes(image) != package.image or found.result is not ModelResult.ACTIVE:
            raise PushError(
                f"{self.name}: the board has {found.name or 'another model'} in force, not {package.name} "
                f"{package.version}: push it"
            )
        return found

    def _transfer(self, package: Package, slot: int, progress: Progress | None) -> Pushed:
        """Send a package to a slot and wait for the board's judgement."""
        session = self.session
        messages = list(model_messages(package, slot, session.payload_max))
        sizes = [len(encode(message.kind, 0, message.payload())) for message in messages]
        total, sent = sum(sizes), 0
        # The board's own clock, read right before and right behind the model, knows nothing of the host's delays.
        first = session.send(Message(FrameType.STATUS_READ))
        for message, size in zip(messages, sizes, strict=True):
            session.send(message)
            sent += size
            if progress is not None:
                progress(f"{package.name} {package.version}", sent, total)
        last = session.send(Message(FrameType.STATUS_READ))
        end = session.send(Message(FrameType.MODEL_END, {"slot": slot}))
        began = now(self.answer(first, FrameType.STATUS))
        ended = now(self.answer(last, FrameType.STATUS))
        answer = self.answer(end, FrameType.MODEL_STATUS)
        result = ModelResult(answer.values["result"])
        if result is not ModelResult.ACTIVE:
            which = f" (self-test vector {answer.values['vector']})" if result is ModelResult.SELF_TEST else ""
            raise PushError(
                f"{self.name}: the board did not take model {package.name} {package.version}: "
                f"{result.name}{which}; what was in force still is"
            )
        hello = session.hello.values
        seconds = (ended - began) / hello["clock"]
        return Pushed(True, slot, sent, seconds, 10 * sent / hello["line_rate"] / seconds if seconds else 0.0)

    # --- tables ------------------------------------------------------------------------------------------------

    def load(self, target: Target, words: Iterable[int], first: int = 0) -> None:
        """Write `words` to consecutive offsets of `target` from `first` on; raise Refused if it is locked."""
        self._load_all(((target, first, list(words)),))

    def load_policy(self, policy: Policy) -> None:
        """Put a policy in force."""
        self._load_all(policy_writes(policy))

    def load_bank_key(self, key: BankKey) -> None:
        """Set the board's secret hash tables; raise Refused while vaccines of the board's own are in force."""
        self._load_all(bank_key_writes(key))

    def set_hash_set(self, bank: int, fields: int) -> None:
        """Set the hash set of an empty bank, one of the `births.HOST_BANKS`; the gateware ignores it for a bank
        that holds vaccines."""
        self._load_all(hash_set_writes(bank, fields))

    def _load_all(self, writes: Writes) -> None:
        for target, first, words in writes:
            for message in load_messages(target, words, first, self.session.payload_max):
                self.session.send(message)
        self.status()

    # --- events and records ------------------------------------------------------------------------------------

    def screen(self, events: Words, pool: Bytes, offsets: Ints) -> tuple[Words, Words]:
        """Have events screened, in order; return (records, states), see `models.golden.engine.GoldenEngine`."""
        if self._mode is not RecordMode.ALL:
            self.record_mode(RecordMode.ALL)
        self._answers = answers = Answers(events)
        try:
            for message in event_messages(events, pool, offsets, self.session.payload_max):
                self.session.send(message)
                while (came := self.session.take()) is not None:
                    self._aside(came)
            while not answers.complete:
                self._aside(self._next())
        except Refused:
            self._answers = None
            self._settle()
            raise
        finally:
            self._answers = None
        return answers.records, answers.states

    def record_mode(self, mode: RecordMode) -> None:
        """Say which records the board sends from now on."""
        self.session.send(Message(FrameType.RECORD_MODE, {"mode": mode}))
        self.status()
        self._mode = mode

    def records(self) -> Iterator[Words | Aggregate]:
        """Yield what the board tells of its own accord, as it comes: records (n, 6), and allowed calls as counts.

        Ends never; a board that is gone raises LinkError.
        """
        while True:
            while self._seen:
                yield self._seen.popleft()
            message = self.session.receive(_LIVE_SECONDS)
            if message is None:
                self.status()
            else:
                self._aside(message)

    def listen(self, seconds: float) -> None:
        """Wait at most so long for the board's next message, and put it where it belongs."""
        message = self.session.receive(seconds)
        if message is not None:
            self._aside(message)

    def told(self) -> list[Words | Aggregate]:
        """Return what `records` would yield without waiting."""
        told = list(self._seen)
        self._seen.clear()
        return told

    # --- the console -------------------------------------------------------------------------------------------

    def type(self, data: bytes) -> None:
        """Type on the board's console; from then on, even if it is nothing, the session gets what it prints."""
        room = self.session.payload_max - FRAME[FrameType.TERMINAL].fixed_bytes
        for first in range(0, max(1, len(data)), room):
            self.session.send(Message(FrameType.TERMINAL, tail=data[first : first + room]))
        self.session.flush()

    def printed(self, timeout: float | None = None) -> bytes:
        """Return what the console has printed since the last call; wait for it at most `timeout` seconds.

        That is in all, whatever else comes meanwhile.
        """
        line = self.session.line
        end = None if timeout is None else line.now() + timeout
        while not self._printed and (end is None or line.now() < end):
            message = self.session.receive(None if end is None else end - line.now())
            if message is None:
                break
            self._aside(message)
        printed, self._printed = bytes(self._printed), bytearray()
        return printed

    # --- the log -----------------------------------------------------------------------------------------------

    def log(self, place: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield (place, text) of the log from `place` on, or from the oldest byte kept, up to its end."""
        while True:
            piece = self.ask(Message(FrameType.LOG_READ, {"place": place}), FrameType.LOG)
            if not piece.tail:
                return
            yield piece.values["place"], piece.tail
            place = (piece.values["place"] + len(piece.tail)) & 0xFFFFFFFF

    # --- for `files` and `processes` ---------------------------------------------------------------------------

    def operator(self, message: Message) -> int:
        """Send a message about files or processes; return its number.  Raise LinkError if the board takes none."""
        if not self.session.hello.values["capabilities"] >> Capability.OPERATOR & 1:
            raise LinkError(
                f"{self.name}: the board's firmware lists no files or processes: give it today's by "
                "`vigilante flash`"
            )
        return self.session.send(message)

    def result(self, number: int, what: str, kind: FrameType) -> Message:
        """Return the answer to message `number`; raise Failed, which names `what`, if the board could not."""
        answer = self.answer(number, kind, FrameType.RESULT)
        if answer.kind is FrameType.RESULT and answer.values["error"]:
            raise Failed(self.name, what, answer.values["error"])
        if answer.kind is not kind:
            self.misheard(f"a {answer.kind.name} for {what}")
        return answer

    def understood(self, read: Callable[[Message], _Understood], message: Message) -> _Understood:
        """Return what `read` makes of a message; raise LinkError if it cannot be."""
        try:
            return read(message)
        except FrameError as error:
            self.misheard(str(error))

    def misheard(self, what: str) -> NoReturn:
        """Raise LinkError: the board has sent what it does not send."""
        raise LinkError(f"{self.name}: the board sent {what}: take the tool that belongs to it")

    def written(self, process: int) -> tuple[bytes, int | None]:
        """Wait for what a program that was run writes, or that it ends; return (bytes, status or None)."""
        while process not in self._ended and not self._written.get(process):
            message = self.session.receive(_LIVE_SECONDS)
            if message is None:
                self.status()
            else:
                self._aside(message)
        return self.written_so_far(process)

    def written_so_far(self, process: int) -> tuple[bytes, int | None]:
        """Return what `written` does without waiting."""
        return bytes(self._written.pop(process, b"")), self._ended.pop(process, None)

    # --- messages ----------------------------------------------------------------------------------------------

    def ask(self, question: Message, *answers: FrameType) -> Message:
        """Send a message; return the answer of one of these kinds, or raise Refused."""
        return self.answer(self.session.send(question), *answers)

    def answer(self, question: int, *answers: FrameType) -> Message:
        """Return the answer to frame number `question`; raise Refused if it, or one before it, was refused."""
        refused: Refused | None = None
        while True:
            message = self._next()
            if message.kind is FrameType.REFUSED:
                refused = refused or self._refused(message)
                if message.values["sequence"] == question:
                    raise refused
            elif message.kind in answers:
                if refused is not None:
                    raise refused
                return message
            else:
                self._aside(message)

    def _settle(self) -> None:
        """Wait until the board has nothing left to say about what was sent before."""
        number = self.session.send(Message(FrameType.STATUS_READ))
        while True:
            try:
                self.answer(number, FrameType.STATUS)
                return
            except Refused:
                continue

    def _next(self) -> Message:
        message = self.session.receive()
        assert message is not None, "without a time-out there is a message or an error"
        return message

    def _aside(self, message: Message) -> None:
        """Put what nobody has asked for where it belongs."""
        if message.kind is FrameType.RECORD:
            records = message.entries(RECORD)
            others = records if self._answers is None else self._answers.take(records)
            if len(others):
                self._seen.append(others)
        elif message.kind is FrameType.STATE and self._answers is not None:
            self._answers.take_states(message.entries(STATE_ENTRY, STATE))
        elif message.kind is FrameType.AGGREGATE:
            self._count(message)
        elif message.kind is FrameType.TERMINAL:
            process = message.values["process"]
            room = self._written.setdefault(process, bytearray()) if process else self._printed
            room += message.tail
        elif message.kind is FrameType.ENDED:
            self._ended[message.values["process"]] = message.values["status"]
        elif message.kind is FrameType.REFUSED:
            raise self._refused(message)

    def _count(self, message: Message) -> None:
        entries = message.entries(AGGREGATE_ENTRY)
        for slot, generation, ident, count in zip(
            column(entries, AGGREGATE_ENTRY, "slot"), entries[:, 1].tolist(),
            column(entries, AGGREGATE_ENTRY, "id"), column(entries, AGGREGATE_ENTRY, "count"), strict=True,
        ):  # fmt: skip
            self.aggregates[int(slot), generation, int(ident)] += int(count)
        self._seen.append(Aggregate(message.values["from_sequence"], message.values["to_sequence"], entries))

    def _refused(self, message: Message) -> Refused:
        return Refused(self.name, message.values["type"], message.values["reason"], message.text)
