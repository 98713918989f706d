"""Records of the native board in both modes against the golden engine's; back-pressure; what nobody asked for."""

from __future__ import annotations

import copy
import struct
from collections import Counter

import numpy as np
import pytest

from hdl.contract.births import HOST_BANKS
from hdl.contract.entries import AGGREGATE_ENTRY, STATE_ENTRY
from hdl.contract.event import EVENT, RECORD, STATE, Kind
from hdl.contract.link import BATCH_MS, CREDIT_BYTES, FrameType, ModelResult, RecordMode, Refusal, cost
from hdl.contract.load import Target
from hdl.contract.vaccine import HASH_NIBBLES, BankKey
from models.golden.engine import GoldenEngine
from models.vectors import make_vectors
from sim.native import NativeBoard
from sim.peer import Frame, Peer, batches, encode, event_words, fixed, records, vector_words
from sim.stimulus import Stimulus, Stream, random_image

HARSH = 0x3F << RECORD.offset["verdict"]
FAULT = 7 << RECORD.offset["fault"]


def host_stream(stimulus: Stimulus, count: int) -> Stream:
    """Return events all of which say that they are the host's."""
    stream = stimulus.chunk(count)
    stream.events[:, 0] |= np.uint32(1 << EVENT.offset["source"])
    return stream


def frames_of(stream: Stream) -> list[bytes]:
    return [event_words(stream.events, stream.pool, stream.offsets, row) for row in range(len(stream.events))]


def load(peer: Peer, target: Target, offset: int, words: list[int]) -> None:
    assert not peer.send(FrameType.LOAD, struct.pack(f"<I{len(words)}I", target << 16 | offset, *words))


@pytest.fixture
def loaded(board: NativeBoard) -> tuple[Peer, GoldenEngine, Stimulus]:
    """A board with a model, hash sets and secrets, and its twin; a stream for both."""
    peer = Peer(board)
    image = random_image(3)
    vectors = batches([item for vector in make_vectors(image, count=1) for item in vector_words(vector)])
    assert peer.push(image, vectors).fixed["result"] == ModelResult.ACTIVE
    stimulus = Stimulus(7, swaps=False, paths=0.3)
    for bank, fields in stimulus.random_hash_sets(HOST_BANKS).items():
        load(peer, Target.HASH_SET, bank, [fields])
    key = BankKey.from_seed(4)
    for nibble in range(len(HASH_NIBBLES)):
        load(peer, Target.HASH, nibble << 4, list(key.tables[nibble]))
    load(peer, Target.ENFORCE, 0, [0xAAFF])
    return peer, copy.deepcopy(board.engine), stimulus


def test_all_records_are_those_of_the_golden_engine(loaded: tuple[Peer, GoldenEngine, Stimulus]) -> None:
    peer, golden, stimulus = loaded
    assert not peer.send(FrameType.RECORD_MODE, struct.pack("<I", RecordMode.ALL))
    kinds: Counter[int] = Counter()
    spilled = 0
    for _ in range(4):
        stream = host_stream(stimulus, 1000)
        expected, states = golden.screen(stream.events, stream.pool, stream.offsets)
        stimulus.learn(expected, states)
        got, answer = peer.screen(frames_of(stream))
        assert np.array_equal(answer, expected)
        wanted = [
            row for row in range(1000) if stream.events[row, 0] & 15 == Kind.SPILL and not expected[row, 0] & FAULT
        ]
        came = [frame for frame in got if frame.kind == FrameType.STATE]
        for row, frame in zip(wanted, came, strict=True):
            words = np.frombuffer(frame.tail, "<u4")
            entry = STATE_ENTRY.unpack(int(words[0]) | int(words[1]) << 32)
            assert entry["generation"] == stream.events[row, 1]
            assert entry["slot"] == expected[row, 0] >> RECORD.offset["slot"] & 63
            assert words[STATE_ENTRY.words :].tolist() == states[row].tolist()
            assert len(words) == STATE_ENTRY.words + STATE.words
        spilled += len(came)
        kinds.update((stream.events[:, 0] & 15).tolist())
    status = peer.status()
    assert (status["events"], status["records"], status["counted"]) == (4000, 4000, 0)
    assert status["shed_records"] == 0 and status["mode"] == RecordMode.ALL
    assert spilled > 5 and all(kinds[kind] for kind in Kind if kind != Kind.SWAP)


def test_a_spilled_state_names_its_tree(loaded: tuple[Peer, GoldenEngine, Stimulus]) -> None:
    peer, _golden, _stimulus = loaded

    def one(kind: Kind, slot: int, generation: int, *args: int, ident: int = 0) -> list[Frame]:
        head = EVENT.pack({"kind": kind, "slot": slot, "source": 1, "id": ident})
        words = struct.pack("<8I", head, generation, *args, *(0,) * (6 - len(args)))
        return peer.screen([words])[0]

    one(Kind.CLEAR, 40, 1, ident=50)
    one(Kind.FORK, 40, 1, 41, 2)
    frames = one(Kind.SPILL, 41, 2)
    assert [frame.kind for frame in frames] == [FrameType.RECORD, FrameType.STATE]
    words = struct.unpack("<8I", frames[1].tail)
    assert STATE_ENTRY.unpack(words[0] | words[1] << 32) == {"slot": 41, "tree": 50, "spare0": 0, "generation": 2}
    one(Kind.RESTORE, 45, 2, *words[2:], ident=50)
    frames = one(Kind.SPILL, 45, 2)
    assert STATE_ENTRY.unpack(struct.unpack("<Q", frames[1].tail[:8])[0])["tree"] == 50


def entries_of(frames: list[Frame]) -> Counter[tuple[int, int, int]]:
    """Return the counts in AGGREGATE frames by slot, generation and call."""
    counts: Counter[tuple[int, int, int]] = Counter()
    for frame in frames:
        if frame.kind == FrameType.AGGREGATE:
            assert frame.fixed["from_sequence"] < frame.fixed["to_sequence"]
            for place in range(0, len(frame.tail), 8):
                entry = AGGREGATE_ENTRY.unpack(int.from_bytes(frame.tail[place : place + 8], "little"))
                assert entry["count"]
                counts[entry["slot"], entry["generation"], entry["id"]] += entry["count"]
    return counts


def test_aggregates_count_what_is_not_sent(loaded: tuple[Peer, GoldenEngine, Stimulus]) -> None:
    peer, golden, stimulus = loaded
    for _ in range(3):
        stream = host_stream(stimulus, 1000)
        expected, states = golden.screen(stream.events, stream.pool, stream.offsets)
        stimulus.learn(expected, states)
        got, answer = peer.screen(frames_of(stream))
        got += peer.run(b"", BATCH_MS + 1)
        kinds = expected[:, 0] & 15
        at_once = (expected[:, 0] & np.uint32(HARSH | FAULT)) != 0
        at_once |= np.isin(kinds, (Kind.SPILL, Kind.REVOKE))
        assert np.array_equal(answer, expected[at_once])
        calm = expected[~at_once & (kinds == Kind.CALL)]
        wanted = Counter(
            (int(row[0]) >> RECORD.offset["slot"] & 63, int(row[4]), int(row[1]) & 511) for row in calm
        )
        assert entries_of(got) == wanted and wanted
    status = peer.status()
    assert status["counted"] and status["shed_records"] == 0


def test_one_calls_count_goes_beyond_sixteen_bits(loaded: tuple[Peer, GoldenEngine, Stimulus]) -> None:
    peer, _golden, _stimulus = loaded
    words = struct.pack("<8I", EVENT.pack({"kind": 1, "slot": 40, "source": 1, "id": 40}), 9, *(0,) * 6)
    peer.screen([words])
    call = struct.pack("<8I", EVENT.pack({"slot": 40, "source": 1, "id": 39}), 9, *(0,) * 6)
    got = peer.screen([call] * 65600)[0] + peer.run(b"", BATCH_MS + 1)
    assert sum(entries_of(got).values()) == 65600
    assert len([frame for frame in got if frame.kind == FrameType.AGGREGATE]) == 2


def test_events_wait_for_room_and_nothing_is_lost(loaded: tuple[Peer, GoldenEngine, Stimulus]) -> None:
    """The host acknowledges nothing until the board is full, then little by little."""
    peer, golden, stimulus = loaded
    assert not peer.send(FrameType.RECORD_MODE, struct.pack("<I", RecordMode.ALL))
    stream = host_stream(stimulus, 1500)
    expected, _states = golden.screen(stream.events, stream.pool, stream.offsets)
    payloads = [fixed(FrameType.EVENT, count=count) + packed for count, packed in batches(frames_of(stream), 1000)]
    widest = max(cost(len(payload)) for payload in payloads)  # an event with long paths is more than a batch
    waiting = [encode(FrameType.EVENT, peer.next + number, payload) for number, payload in enumerate(payloads)]
    first, taken, credit, stalls = peer.next, 0, 192, 0
    got: list[Frame] = []
    for turn in range(4000):
        window = waiting[taken : taken + credit * CREDIT_BYTES // widest]
        stalls += not window
        wire = b"".join(window) if turn % 8 else peer.ack(credit=17)
        frames = peer.take(peer.board.exchange(wire, 1))
        assert FrameType.ABORT not in [frame.kind for frame in frames]
        for frame in frames:
            if frame.kind == FrameType.ACK:
                taken, credit = frame.fixed["next"] - first, frame.fixed["credit"]
        got += frames
        if taken == len(waiting) and len(records(got)) == len(expected):
            break
    assert stalls > 100
    assert np.array_equal(records(got), expected)
    peer.next = first + len(waiting)
    got += peer.take(peer.board.exchange(peer.ack()))
    status = peer.status()
    assert status["shed_records"] == 0 and status["events"] == 1500


def revoked(number: int) -> list[int]:
    """Return the record of a vaccine that expires."""
    head = RECORD.pack({"kind": Kind.REVOKE, "vaccine": number})
    return [head >> 32 * word & 0xFFFFFFFF for word in range(6)]


def test_expired_vaccines_are_told_in_either_mode(loaded: tuple[Peer, GoldenEngine, Stimulus]) -> None:
    peer, golden, stimulus = loaded
    board = peer.board
    assert isinstance(board, NativeBoard)
    for mode in RecordMode:
        assert not peer.send(FrameType.RECORD_MODE, struct.pack("<I", mode))
        for number in range(60):
            board.expire(revoked(number))
        got = records(peer.run())
        assert [int(row[1]) >> 9 & 511 for row in got] == list(range(60))
    # Among events, in their order.
    board.expire(revoked(77))
    stream = host_stream(stimulus, 30)
    expected, _states = golden.screen(stream.events, stream.pool, stream.offsets)
    _got, answer = peer.screen(frames_of(stream))
    assert answer[0].tolist() == revoked(77)
    assert np.array_equal(answer[1:], expected)


def test_events_that_are_not_the_hosts_are_refused(loaded: tuple[Peer, GoldenEngine, Stimulus]) -> None:
    peer, golden, _stimulus = loaded

    def refusal(count: int, *heads: int, more: bytes = b"") -> int:
        packed = b"".join(struct.pack("<8I", head, *(0,) * 7) for head in heads) + more
        answer = peer.only(FrameType.EVENT, fixed(FrameType.EVENT, count=count) + packed)
        assert answer.kind == FrameType.REFUSED
        return answer.fixed["reason"]

    mine = 1 << EVENT.offset["source"]
    one_path = 1 << EVENT.offset["paths"]
    assert refusal(2, mine | Kind.CLEAR, mine | Kind.SWAP) == Refusal.KIND
    assert refusal(1, Kind.CLEAR) == Refusal.KIND
    assert refusal(2, mine) == refusal(1, mine, mine) == refusal(0, mine) == Refusal.LENGTH
    assert refusal(1, mine | one_path) == Refusal.LENGTH
    assert refusal(1, mine | one_path, more=struct.pack("<I", 5 << 16) + b"/etc") == Refusal.LENGTH
    assert refusal(1, mine | one_path, more=struct.pack("<I", 4 << 16) + b"/etc" * 2) == Refusal.LENGTH
    assert refusal(1, mine | 3 * one_path, more=struct.pack("<I", 0xFFFF << 16) + b"/etc" * 900) == Refusal.LENGTH
    # Of a frame that is refused no event is screened.
    assert peer.status()["events"] == 0
    assert int(golden.machine.registers[5]) == int(peer.board.engine.machine.registers[5])  # type: ignore[attr-defined]


def test_verdicts_are_logged_but_do_not_flood(loaded: tuple[Peer, GoldenEngine, Stimulus]) -> None:
    peer, _golden, _stimulus = loaded
    load(peer, Target.ENFORCE, 0, [0xFFFF])
    stale = struct.pack("<8I", EVENT.pack({"slot": 63, "source": 1, "id": 59}), 1234, *(0,) * 6)
    peer.screen([stale] * 500)
    peer.run(b"", 1100)
    peer.screen([stale])
    text = peer.log()
    assert 4 <= text.count("deny: slot 63, life 4d2, call 59") <= 8
    assert "and 496 more verdicts" in text
