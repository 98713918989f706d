"""The plainest host there can be, for tests: it speaks to a board frame by frame, and checks what comes back."""

from __future__ import annotations

import hashlib
import struct
import zlib
from typing import NamedTuple, Protocol

import numpy as np
from cobs import cobs
from numpy.typing import NDArray

from hdl.contract.event import EVENT
from hdl.contract.frames import FRAME
from hdl.contract.link import CREDIT_BYTES, HELLO_MAGIC, MODEL_CHUNK, FrameType, cost
from models.vectors import Vector

Words = NDArray[np.uint32]
NUMBERED = {frame.kind for frame in FRAME.values() if frame.numbered}


class Line(Protocol):
    """What a board is to a host; `sim.native.NativeBoard` says what the members are."""

    cut: bool

    def exchange(self, data: bytes = b"", milliseconds: float = 0) -> bytes: ...


class Frame(NamedTuple):
    """A frame that has come: its type, number and payload."""

    kind: FrameType
    sequence: int
    payload: bytes

    @property
    def fixed(self) -> dict[str, int]:
        """The fixed part's fields."""
        layout = FRAME[self.kind].fixed
        return layout.unpack(
            int.from_bytes(self.payload[: 4 * layout.words], "little") & ((1 << layout.width) - 1)
        )

    @property
    def tail(self) -> bytes:
        """What follows the fixed part."""
        return self.payload[FRAME[self.kind].fixed_bytes :]


def encode(kind: int, sequence: int, payload: bytes) -> bytes:
    """Return a frame as it is on the wire."""
    frame = struct.pack("<BBH", kind, 0, sequence & 0xFFFF) + payload
    wire: bytes = cobs.encode(frame + struct.pack("<I", zlib.crc32(frame)))
    return wire + b"\0"


def decode(wire: bytes) -> list[Frame]:
    """Return the frames on the wire; every one is whole."""
    assert not wire or wire.endswith(b"\0")
    frames = []
    for part in filter(None, wire.split(b"\0")):
        frame: bytes = cobs.decode(part)
        assert zlib.crc32(frame[:-4]) == struct.unpack("<I", frame[-4:])[0]
        frames.append(Frame(FrameType(frame[0]), struct.unpack_from("<H", frame, 2)[0], frame[4:-4]))
    return frames


def fixed(kind: FrameType, **values: int) -> bytes:
    """Return the fixed part of a frame."""
    layout = FRAME[kind].fixed
    return layout.pack(values).to_bytes(4 * layout.words, "little")


def hello(session: int, credit: int = 255, **more: int) -> bytes:
    """Return a HELLO as it is on the wire."""
    values = {"magic": HELLO_MAGIC, "link": 1, "link_oldest": 1, "contract": 1, "payload_max": 4096}
    payload = fixed(FrameType.HELLO, **{**values, "credit": credit, "session": session, **more})
    return encode(FrameType.HELLO, 0, payload + b"a test")


def event_words(events: Words, pool: NDArray[np.uint8], offsets: NDArray[np.int64], row: int) -> bytes:
    """Return an event, given as to `GoldenEngine.screen`, with its paths as a frame has it."""
    packed: bytes = events[row].astype("<u4").tobytes()
    place = int(offsets[row])
    for _ in range(int(events[row, 0]) >> EVENT.offset["paths"] & 3):
        length = int(pool[place + 2]) | int(pool[place + 3]) << 8
        packed += pool[place : place + 4 + length].tobytes() + bytes(-length % 4)
        place += 4 + length
    return packed


def vector_words(vector: Vector) -> list[bytes]:
    """Return a vector's events, each with the record that it must give, as MODEL_VECTORS has them."""
    return [
        event_words(vector.events, vector.pool, vector.offsets, row) + vector.records[row].astype("<u4").tobytes()
        for row in range(len(vector.events))
    ]


def batches(items: list[bytes], limit: int = 4000) -> list[tuple[int, bytes]]:
    """Return items joined to payloads below `limit` bytes, with how many each holds."""
    out: list[tuple[int, bytes]] = []
    for item in items:
        if out and len(out[-1][1]) + len(item) <= limit and out[-1][0] < 255:
            out[-1] = (out[-1][0] + 1, out[-1][1] + item)
        else:
            out.append((1, item))
    return out


class Peer:
    """A host on a board's line.

    Members: `board`; `next`, the number of its next frame; `expected`, the board's next one.
    """

    def __init__(self, board: Line, session: int = 1, **more: int) -> None:
        self.board = board
        self.next = self.expected = 0
        board.exchange()
        self.hello = decode(board.exchange(hello(session, **more)))[-1]
        assert self.hello.kind == FrameType.HELLO and self.hello.fixed["session"] == session

    def ack(self, credit: int = 255, again: int = 0) -> bytes:
        """Return an ACK for all that has come."""
        return encode(
            FrameType.ACK, self.next, fixed(FrameType.ACK, next=self.expected, credit=credit, again=again)
        )

    def take(self, wire: bytes) -> list[Frame]:
        """Return what has come, without what came again; numbered frames have to be in order."""
        frames = []
        for frame in decode(wire):
            if frame.kind in NUMBERED:
                if (self.expected - frame.sequence - 1) & 0xFFFF < 0x8000:
                    continue
                assert frame.sequence == self.expected
                self.expected = self.expected + 1 & 0xFFFF
            frames.append(frame)
        return frames

    def send(self, kind: int, payload: bytes, milliseconds: float = 0) -> list[Frame]:
        """Send a numbered frame; return what came of it, acknowledged, without ACKs."""
        wire = encode(kind, self.next, payload)
        self.next = self.next + 1 & 0xFFFF
        return self.run(wire, milliseconds)

    def run(self, wire: bytes = b"", milliseconds: float = 0) -> list[Frame]:
        """Exchange bytes until the board is silent; return its numbered frames and HELLOs."""
        got: list[Frame] = []
        while True:
            before = self.expected
            got += self.take(self.board.exchange(wire, milliseconds))
            if self.expected == before or self.board.cut:
                assert not [frame for frame in got if frame.kind == FrameType.ABORT]
                return [frame for frame in got if frame.kind != FrameType.ACK]
            wire, milliseconds = self.ack(), 0

    def only(self, kind: FrameType, payload: bytes) -> Frame:
        """Send a frame that is answered by exactly one."""
        (answer,) = self.send(kind, payload)
        return answer

    def status(self) -> dict[str, int]:
        """Return the fields of STATUS."""
        answer = self.only(FrameType.STATUS_READ, bytes(4))
        assert answer.kind == FrameType.STATUS
        return answer.fixed

    def log(self, place: int = 0) -> str:
        """Return the log from `place` on."""
        text = b""
        while True:
            answer = self.only(FrameType.LOG_READ, struct.pack("<I", place))
            if not answer.tail:
                return text.decode()
            text += answer.tail
            place = answer.fixed["place"] + len(answer.tail)

    def push(
        self, image: bytes, vectors: list[tuple[int, bytes]], slot: int = 0, name: bytes = b"a model 1",
        digest: bytes | None = None,
    ) -> Frame:  # fmt: skip
        """Push a model; return the MODEL_STATUS."""
        digest = hashlib.sha256(image).digest() if digest is None else digest
        announced = {f"digest{word}": value for word, value in enumerate(struct.unpack("<8I", digest))}
        begin = fixed(FrameType.MODEL_BEGIN, slot=slot, size=len(image), **announced)
        assert not self.send(FrameType.MODEL_BEGIN, begin + name)
        for offset in range(0, len(image), MODEL_CHUNK):
            head = fixed(FrameType.MODEL_DATA, slot=slot, offset=offset)
            assert not self.send(FrameType.MODEL_DATA, head + image[offset : offset + MODEL_CHUNK])
        for count, packed in vectors:
            assert not self.send(FrameType.MODEL_VECTORS, fixed(FrameType.MODEL_VECTORS, count=count) + packed)
        return self.only(FrameType.MODEL_END, fixed(FrameType.MODEL_END, slot=slot))

    def screen(self, items: list[bytes]) -> tuple[list[Frame], Words]:
        """Send events; return all that came, and the records among it."""
        got: list[Frame] = []
        for count, packed in batches(items):
            assert cost(len(packed) + 4) <= 192 * CREDIT_BYTES
            got += self.send(FrameType.EVENT, fixed(FrameType.EVENT, count=count) + packed)
        return got, records(got)


def records(frames: list[Frame]) -> Words:
    """Return the records in RECORD frames."""
    tails = [frame.tail for frame in frames if frame.kind == FrameType.RECORD]
    for frame in frames:
        if frame.kind == FrameType.RECORD:
            assert frame.fixed["count"] * 24 == len(frame.tail)
    return np.frombuffer(b"".join(tails), "<u4").reshape(-1, 6)
