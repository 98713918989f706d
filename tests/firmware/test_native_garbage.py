"""Whatever comes over the line, the board neither crashes nor wedges: it answers a HELLO and gives a STATUS."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.build import blank_flash
from hdl.contract.frames import FRAME
from hdl.contract.link import HELLO_MAGIC, FrameType
from sim.native import SANITIZE, NativeBoard
from sim.peer import Peer, decode, encode, fixed, hello

ROOT = Path(__file__).parents[2]
BLANK = bytes(blank_flash(77, b"a firmware"))

SMALL = st.integers(0, 5)
WORD = st.one_of(
    st.sampled_from([0, 1, 2, 0xFFFF, 0xFFFFFFFF, HELLO_MAGIC, 1 << 10, 0x1400, 0x3400]), st.integers(0, 2**32 - 1)
)
WORDS = st.lists(WORD, max_size=40).map(lambda words: struct.pack(f"<{len(words)}I", *words))
PAYLOAD = st.one_of(
    WORDS, st.binary(max_size=70), st.sampled_from([b"", bytes(4096), b"\xff" * 4096, bytes(4097)])
)
KIND = st.one_of(st.sampled_from(list(FrameType)), st.integers(0, 255))

# What, and with what: see `play`.
ACTION = st.one_of(
    st.tuples(st.just("next"), KIND, PAYLOAD),
    st.tuples(st.just("any"), KIND, st.integers(0, 0xFFFF), PAYLOAD),
    st.tuples(st.just("raw"), st.binary(max_size=300)),
    st.tuples(st.just("cut"), KIND, PAYLOAD, SMALL),
    st.tuples(st.just("ack"), st.integers(0, 40), st.integers(0, 255), st.integers(0, 1)),
    st.tuples(st.just("hello"), SMALL),
    st.tuples(st.just("push"), SMALL),
    st.tuples(st.just("many"), KIND, PAYLOAD, st.integers(2, 60)),
    st.tuples(st.just("wait"), st.integers(0, 2000)),
)


def push(number: int, part: int) -> bytes:
    """Return a push as far as `part` goes."""
    frames = [(FrameType.MODEL_BEGIN, fixed(FrameType.MODEL_BEGIN, slot=part & 1, size=8192))]
    for offset in range(0, 8192 if part > 1 else 1024, 512):
        head = fixed(FrameType.MODEL_DATA, slot=part & 1, offset=offset)
        frames.append((FrameType.MODEL_DATA, head + bytes(512)))
    event = struct.pack("<I", 1 << 10) + bytes(28)
    frames.append((FrameType.MODEL_VECTORS, fixed(FrameType.MODEL_VECTORS, count=1) + event + bytes(24)))
    frames.append((FrameType.MODEL_END, fixed(FrameType.MODEL_END, slot=part & 1)))
    return b"".join(encode(kind, number + place, payload) for place, (kind, payload) in enumerate(frames))


def play(board: NativeBoard, actions: list[tuple[object, ...]]) -> None:
    """Do what the actions say, then hold a session."""
    number = 0
    for what, *rest in actions:
        milliseconds, wire = 0, b""
        match what, rest:
            case "next", (int(kind), bytes(payload)):
                wire = encode(kind, number, payload)
                number += kind not in (FrameType.HELLO, FrameType.ACK, FrameType.ABORT)
            case "many", (int(kind), bytes(payload), int(count)):
                wire = b"".join(encode(kind, number + place, payload) for place in range(count))
                number += count
            case "any", (int(kind), int(sequence), bytes(payload)):
                wire = encode(kind, sequence, payload)
            case "raw", (bytes(wire),):
                pass
            case "cut", (int(kind), bytes(payload), int(left)):
                wire = encode(kind, number, payload)[: -1 - left]
            case "ack", (int(expected), int(credit), int(again)):
                wire = encode(FrameType.ACK, 0, fixed(FrameType.ACK, next=expected, credit=credit, again=again))
            case "hello", (int(session),):
                wire, number = b"\0" + hello(session), 0
            case "push", (int(part),):
                wire = push(number, part)
                number += 20 if part > 1 else 5
            case "wait", (int(milliseconds),):
                pass
        decode_all(board.exchange(wire, milliseconds))
    decode_all(board.exchange(b"\0\0", 2000))
    Peer(board, 77).status()


def decode_all(wire: bytes) -> None:
    """Every frame that the board sends is whole, of a type of its own, and as long as its type has it."""
    for frame in decode(wire):
        kind = FRAME[frame.kind]
        assert len(frame.payload) >= kind.fixed_bytes
        assert len(frame.tail) % kind.tail_unit == 0


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTION, max_size=14))
def test_garbage_neither_crashes_nor_wedges(actions: list[tuple[object, ...]]) -> None:
    board = NativeBoard(bytearray(BLANK))
    board.exchange(hello(1))
    play(board, actions)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_flash_full_of_garbage_boots(data: st.DataObject) -> None:
    """Any bytes where models and log are kept: the board boots, and can be used."""
    flash = bytearray(BLANK)
    for base in (0x500000, 0x501000, 0x510000, 0x600000, 0x601000, 0x602000, 0x63F000):
        piece = data.draw(st.one_of(st.just(b""), PAYLOAD, st.just(struct.pack("<I", 0x314C5756) + bytes(90))))
        flash[base : base + len(piece)] = piece
    board = NativeBoard(flash)
    peer = Peer(board, 1)
    peer.run(b"", 3000)
    assert "vigilante firmware" in peer.log()


def sanitizer(name: str) -> str:
    found = subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True, check=True)
    return found.stdout.strip()


@pytest.mark.slow
def test_no_access_goes_astray() -> None:
    """All tests of the native board with AddressSanitizer, which has to be there before Python is."""
    if os.environ.get(SANITIZE):
        pytest.skip("this is that run")
    library = sanitizer("libasan.so")
    if not Path(library).is_absolute():
        pytest.skip("gcc has no libasan here")
    environment = {
        **os.environ,
        SANITIZE: "address,undefined",
        "LD_PRELOAD": library,
        "ASAN_OPTIONS": "detect_leaks=0:detect_odr_violation=0",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", str(Path(__file__).parent),
         "--ignore", str(Path(__file__).with_name("test_firmware_build.py"))],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
