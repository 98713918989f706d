"""A board in Python: the other side of the link over the golden machine, with a clock of its own.

It speaks the protocol in the simplest way there is, keeps nothing over a reset but its model and its log, and
simulates no line.  For tests of the host's side; what the firmware does is the firmware's business.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque

import numpy as np

from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.link import (
    AGGREGATE_ENTRY,
    CREDIT_BYTES,
    HELLO_MAGIC,
    LINK_VERSION,
    MODEL_CHUNK,
    PAYLOAD_MAX,
    STATE_ENTRY,
    TIMEOUT_MS,
    Capability,
    FrameType,
    ModelResult,
    RecordMode,
    Refusal,
    cost,
)
from hdl.contract.load import Target, policy_writes
from hdl.contract.memory import CLOCK_HZ
from hdl.contract.model import IMAGE_BYTES
from hdl.contract.policy import Policy, default_policy
from hdl.contract.registers import PATH_HEAD, RESET_KEY
from hdl.contract.verdict import CONTRACT_VERSION
from host.columns import column
from host.link.codec import Decoder, WireFrame, encode
from host.link.frames import FrameError, Message, digest_values, parse
from models.encode import Bytes, Ints, Words
from models.gateway import switch
from models.golden import machine as m
from models.golden.engine import GoldenEngine

_WRAP = 1 << 16
_CREDIT = 120
_COMPARED = np.array([~(1 << RECORD.offset["model"]) & 0xFFFFFFFF, *[0xFFFFFFFF] * 4, 0], np.uint32)
"""What a self-test compares: not the model slot, not the sequence number."""
_LOG_PIECE = 256
_MODEL_FRAMES = {FrameType.MODEL_DATA, FrameType.MODEL_VECTORS, FrameType.MODEL_END}


class GoldenBoard:
    """A board that answers at once.

    Members: `seconds`, its clock, since it was made; `log`, bytes of its log; `models`, per slot the image kept
    and its name, None where there is none; `active`, the slot in force, None before the first model.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self.log = b""
        self.models: list[tuple[bytes, str] | None] = [None, None]
        self.active: int | None = None
        self._reset()

    _out: bytearray
    _progress: float

    def exchange(self, data: bytes = b"", milliseconds: float = 0) -> bytes:
        """Take bytes from the line, let time pass; return the bytes that the board has put on the line."""
        for frame in self._decoder.feed(data):
            self._take(frame)
        self.seconds += milliseconds / 1000
        if self._kept and self.seconds - self._progress >= TIMEOUT_MS / 1000:
            self._flying = 0
            self._progress = self.seconds
        self._send_waiting()
        said, self._out = bytes(self._out), bytearray()
        return said

    def _reset(self) -> None:
        self._decoder = Decoder()
        self._out = bytearray()
        self._session: int | None = None
        self._begin = self.seconds
        self._tables = {(target, first + n): word for target, first, words in policy_writes(default_policy())
                        for n, word in enumerate(words)}  # fmt: skip
        self._blank()
        self._begin_session()
        self.log += b"reset\n"
        self._say(FrameType.HELLO, self._hello(0, answer=False))

    def _blank(self) -> None:
        """Begin with every process slot free."""
        self._engine = GoldenEngine()
        self._apply_policy()
        if self.active is not None:
            self._put_in_force(self.active, self._image_in(self.active))

    def _begin_session(self) -> None:
        self._expected = self._base = self._flying = 0
        self._kept: deque[bytes] = deque()
        self._waiting: deque[tuple[FrameType, bytes]] = deque()
        self._credit = 0
        self._progress = self.seconds
        self._mode = RecordMode.AGGREGATE
        self._push: Message | None = None
        self._image = bytearray()
        self._vectors: list[tuple[Words, Bytes, Ints, Words]] = []

    # --- sending -----------------------------------------------------------------------------------------------

    def _say(self, kind: FrameType, values: dict[str, int], tail: bytes = b"") -> None:
        number = (self._base + len(self._kept)) % _WRAP
        self._out += encode(kind, number, Message(kind, values, tail).payload())

    def _send(self, kind: FrameType, values: dict[str, int], tail: bytes = b"") -> None:
        self._waiting.append((kind, Message(kind, values, tail).payload()))

    def _send_waiting(self) -> None:
        """Put on the line what there is credit for; here a frame's bytes stand for its cost."""
        flight = sum(map(len, list(self._kept)[: self._flying]))
        while self._flying < len(self._kept) or self._waiting:
            if self._flying == len(self._kept):
                kind, payload = self._waiting[0]
                if flight + cost(len(payload)) > self._credit:
                    return
                self._waiting.popleft()
                self._kept.append(encode(kind, (self._base + len(self._kept)) % _WRAP, payload))
            wire = self._kept[self._flying]
            if not self._flying:
                self._progress = self.seconds
            self._out += wire
            flight += len(wire)
            self._flying += 1

    def _acknowledged(self, values: dict[str, int]) -> None:
        arrived = (values["next"] - self._base) % _WRAP
        if arrived > len(self._kept):
            return
        for _ in range(arrived):
            self._kept.popleft()
        self._flying = max(0, self._flying - arrived)
        self._base = values["next"]
        self._credit = values["credit"] * CREDIT_BYTES
        self._progress = self.seconds
        if values["again"]:
            self._flying = 0

    # --- receiving ---------------------------------------------------------------------------------------------

    def _take(self, frame: WireFrame) -> None:
        if frame.kind == FrameType.HELLO:
            self._greeted(dict(parse(frame.kind, frame.payload).values))
        elif frame.kind == FrameType.ABORT:
            self._session = None
            self._begin_session()
        elif self._session is None:
            self._say(FrameType.ABORT, {})
        elif frame.kind == FrameType.ACK:
            self._acknowledged(dict(parse(frame.kind, frame.payload).values))
        else:
            ahead = (frame.sequence - self._expected) % _WRAP
            if ahead == 0:
                self._expected = (self._expected + 1) % _WRAP
                self._obey(frame)
            if self._session is not None:
                self._say(FrameType.ACK, {
                    "next": self._expected, "credit": _CREDIT, "again": int(0 < ahead < _WRAP // 2)
                })  # fmt: skip

    def _greeted(self, values: dict[str, int]) -> None:
        if values["session"] != self._session:
            self._begin_session()
            self._session = values["session"]
            self._credit = values["credit"] * CREDIT_BYTES
            self._blank()
        self._say(FrameType.HELLO, self._hello(values["session"], answer=True), b"golden board")

    def _hello(self, session: int, *, answer: bool) -> dict[str, int]:
        return {
            "magic": HELLO_MAGIC, "link": LINK_VERSION, "link_oldest": LINK_VERSION, "contract": CONTRACT_VERSION,
            "capabilities": 1 << Capability.SIMULATED | 1 << Capability.RECORDS_ALL | 1 << Capability.AGGREGATES,
            "payload_max": PAYLOAD_MAX, "answer": int(answer), "credit": _CREDIT, "session": session,
            "clock": CLOCK_HZ, "line_rate": 3_000_000, "board_low": 7,
        }  # fmt: skip

    # --- obeying -----------------------------------------------------------------------------------------------

    def _obey(self, frame: WireFrame) -> None:
        try:
            message = parse(frame.kind, frame.payload)
        except FrameError as error:
            known = frame.kind in set(FrameType)
            return self._refuse(frame, Refusal.LENGTH if known else Refusal.TYPE, str(error))
        values = message.values
        match message.kind:
            case FrameType.STATUS_READ:
                self._send(FrameType.STATUS, self._status())
            case FrameType.RECORD_MODE:
                self._mode = RecordMode(values["mode"])
            case FrameType.LOAD:
                self._load(values["address"], np.frombuffer(message.tail, "<u4").tolist())
            case FrameType.EVENT:
                self._events(frame, message)
            case FrameType.MODEL_BEGIN:
                self._push, self._image, self._vectors = message, bytearray(), []
            case kind if kind in _MODEL_FRAMES and self._push is None:
                self._refuse(frame, Refusal.ORDER, "MODEL_BEGIN comes first")
            case FrameType.MODEL_DATA:
                self._image += message.tail
            case FrameType.MODEL_VECTORS:
                self._vectors.append(_taken_apart(message, RECORD.words))
            case FrameType.MODEL_END:
                self._end_push()
            case FrameType.MODEL_READ:
                self._read_model(values["slot"], bool(values["image"]))
            case FrameType.LOG_READ:
                piece = self.log[values["place"] : values["place"] + _LOG_PIECE]
                self._send(FrameType.LOG, {"place": values["place"], "end": len(self.log)}, piece)
            case FrameType.RESET if values["key"] == RESET_KEY:
                self._reset()
            case _:
                self._refuse(frame, Refusal.TYPE, "nothing that a host sends")
        return None

    def _refuse(self, frame: WireFrame, reason: Refusal, hint: str) -> None:
        values = {"sequence": frame.sequence, "type": frame.kind, "reason": reason}
        self._send(FrameType.REFUSED, values, hint.encode())

    def _status(self) -> dict[str, int]:
        cycles = round((self.seconds - self._begin) * CLOCK_HZ)
        return {
            "now_low": cycles & 0xFFFFFFFF, "now_high": cycles >> 32, "running": int(self.active is not None),
            "active": self.active or 0, "mode": self._mode, "log_end": len(self.log),
            "events": int(self._engine.machine.registers[m.SEQUENCE]),
        }  # fmt: skip

    def _load(self, address: int, words: list[int]) -> None:
        for offset, word in enumerate(words):
            self._tables[Target(address >> 16), (address & 0xFFFF) + offset] = word
        self._apply_policy()

    def _apply_policy(self) -> None:
        words = {target: [word for (where, _n), word in sorted(self._tables.items()) if where == target]
                 for target in (Target.ATTRIBUTES, Target.JUDGE, Target.ENFORCE)}  # fmt: skip
        halves = words[Target.JUDGE]
        rows = tuple(low | high << 32 for low, high in zip(halves[::2], halves[1::2], strict=True))
        self._engine.load_policy(Policy(tuple(words[Target.ATTRIBUTES]), rows, words[Target.ENFORCE][0]))

    def _events(self, frame: WireFrame, message: Message) -> None:
        events, pool, offsets, _records = _taken_apart(message, 0)
        if (events[:, 0] & 15 == Kind.SWAP).any():
            return self._refuse(frame, Refusal.KIND, "MODEL_END switches")
        records, states = self._engine.screen(events, pool, offsets)
        calm = (column(records, RECORD, "verdict") == 0) & (column(records, RECORD, "kind") == Kind.CALL)
        if self._mode is RecordMode.AGGREGATE and calm.any():
            self._count(records[calm])
            records, states = records[~calm], states[~calm]
        for start in range(0, len(records), 100):
            part = records[start : start + 100]
            self._send(FrameType.RECORD, {"count": len(part)}, part.astype("<u4").tobytes())
        left = (column(records, RECORD, "kind") == Kind.SPILL) & (column(records, RECORD, "fault") == 0)
        for record, state in zip(records[left], states[left], strict=True):
            entry = STATE_ENTRY.pack({"slot": int(record[0]) >> 4 & 63, "generation": int(record[4])})
            tail = entry.to_bytes(4 * STATE_ENTRY.words, "little") + state.astype("<u4").tobytes()
            self._send(FrameType.STATE, {"count": 1}, tail)
        return None

    def _count(self, records: Words) -> None:
        counts: Counter[tuple[int, int, int]] = Counter()
        for record in records.tolist():
            counts[record[0] >> 4 & 63, record[4], record[1] & 511] += 1
        tail = b"".join(
            AGGREGATE_ENTRY.pack({"slot": slot, "generation": life, "id": ident, "count": count}).to_bytes(
                8, "little"
            )
            for (slot, life, ident), count in counts.items()
        )
        values = {"from_sequence": int(records[0, 5]), "to_sequence": int(records[-1, 5]) + 1}
        self._send(FrameType.AGGREGATE, values, tail)

    # --- models ------------------------------------------------------------------------------------------------

    def _image_in(self, slot: int) -> bytes:
        kept = self.models[slot]
        return b"" if kept is None else kept[0]

    def _put_in_force(self, slot: int, image: bytes) -> None:
        self._engine.load_model(slot, image)
        switch(self._engine, slot)

    def _end_push(self) -> None:
        """Try the model on a machine of its own; put it in force here only if it holds."""
        push, self._push = self._push, None
        assert push is not None
        slot, image = push.values["slot"], bytes(self._image)
        result, wrong = ModelResult.ACTIVE, 0
        if len(image) != IMAGE_BYTES or not self._vectors:
            result = ModelResult.INCOMPLETE
        elif hashlib.sha256(image).digest() != push.digest:
            result = ModelResult.DIGEST
        else:
            trial = GoldenEngine()
            here, self._engine = self._engine, trial
            self._apply_policy()
            self._put_in_force(slot, image)
            self._engine = here
            for events, pool, offsets, expected in self._vectors:
                records = trial.screen(events, pool, offsets)[0]
                differs = ((records ^ expected) & _COMPARED).any(axis=1)
                if differs.any():
                    result, wrong = ModelResult.SELF_TEST, int(np.flatnonzero(differs)[0])
        if result is ModelResult.ACTIVE:
            self.models[slot], self.active = (image, push.text), slot
            self._put_in_force(slot, image)
            self.log += f"model {push.text}\n".encode()
        self._model_status(slot, result, wrong)

    def _read_model(self, slot: int, image: bool) -> None:
        whole = self._image_in(slot)
        for offset in range(0, len(whole) if image else 0, MODEL_CHUNK):
            self._send(
                FrameType.MODEL_DATA, {"slot": slot, "offset": offset}, whole[offset : offset + MODEL_CHUNK]
            )
        here = ModelResult.ACTIVE if slot == self.active else ModelResult.VERIFIED
        self._model_status(slot, here if whole else ModelResult.EMPTY)

    def _model_status(self, slot: int, result: ModelResult, vector: int = 0) -> None:
        kept = self.models[slot]
        digest = digest_values(hashlib.sha256(kept[0]).digest()) if kept else {}
        values = {"slot": slot, "result": result, "vector": vector, **digest}
        self._send(FrameType.MODEL_STATUS, values, kept[1].encode() if kept else b"")


def _taken_apart(message: Message, behind: int) -> tuple[Words, Bytes, Ints, Words]:
    """Return (events, pool, offsets, records) of an EVENT, or with records `behind` of a MODEL_VECTORS."""
    events, records, offsets, pool, place, tail = [], [], [], bytearray(), 0, message.tail
    for _ in range(message.values["count"]):
        words = np.frombuffer(tail, "<u4", EVENT.words, place)
        place += 4 * EVENT.words
        events.append(words)
        offsets.append(len(pool))
        for _ in range(int(words[0]) >> EVENT.offset["paths"] & 3):
            length = PATH_HEAD.unpack(int.from_bytes(tail[place : place + 4], "little"))["length"]
            pool += tail[place : place + 4 + length]
            place += 4 + (length + 3) // 4 * 4
        records.append(np.frombuffer(tail, "<u4", behind, place))
        place += 4 * behind
    if place != len(tail):
        raise ValueError(f"{message.kind.name}: {len(tail) - place} bytes too many")
    pool.append(0)
    return (np.array(events, np.uint32), np.frombuffer(pool, np.uint8), np.array(offsets, np.int64),
            np.array(records, np.uint32))  # fmt: skip
