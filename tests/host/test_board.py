"""The scripting API on the firmware itself: the golden engine's answers, and errors that name the mend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from firmware.build import blank_flash
from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.link import FrameType, ModelResult, RecordMode, Refusal
from hdl.contract.load import Target
from hdl.contract.policy import default_policy
from host.board import Aggregate, Board
from host.columns import column
from host.commands.demo import cases
from host.commands.log import last_lines
from host.engines import make_pipeline
from host.link.errors import LinkError, PushError, Refused
from host.link.frames import Message
from host.link.payloads import event_messages, model_name
from host.model import ModelKeeper, policy_of
from host.screen import screen_trace
from models.gateway import EngineError, Gateway, control
from models.golden.engine import GoldenEngine
from models.package import SHIPPED, Package, read_package
from models.readers.detect import open_trace
from models.untrained import untrained_image
from models.vectors import make_vectors
from sim.lines import CountedLine
from sim.native import NativeBoard


@pytest.fixture(scope="module")
def package() -> Package:
    image = untrained_image(3)
    return Package(image, "wild", "1", vectors=make_vectors(image, ("/etc",), 3))


@pytest.fixture
def board() -> Iterator[Board]:
    with Board(CountedLine(NativeBoard(blank_flash(77, b"a firmware")), patience=30.0)) as opened:
        yield opened


def test_waiting_for_the_console_ends_in_time_whatever_else_comes(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, ended = count(), Message(FrameType.ENDED, {"process": 2, "status": 0})
    monkeypatch.setattr(board.session.line, "now", lambda: float(next(clock)))
    monkeypatch.setattr(board.session, "receive", lambda timeout: ended if next(clock) < 1000 else None)
    assert board.printed(50) == b""
    assert next(clock) < 100


def test_a_new_board_says_what_it_is(board: Board) -> None:
    info = board.info()
    assert (info.port, info.board, info.simulated, info.active) == ("memory", 77, True, None)
    assert info.capabilities[:3] == ("simulated", "records_all", "aggregates")
    assert [model.result for model in info.models] == [ModelResult.EMPTY] * 2
    assert info.models[0].digest == info.models[0].name == ""
    assert info.counters["events"] == 0 and info.line_rate > 2_990_000
    with pytest.raises(PushError, match="memory: the board has no model in force: push one"):
        board.verify(Package(bytes(8192), "none", "1"))


def test_push_and_verify(board: Board, package: Package) -> None:
    told: list[tuple[str, int, int]] = []
    done = board.push(package, progress=lambda what, sent, total: told.append((what, sent, total)))
    assert done.pushed and done.slot == 1
    assert told[0][0] == "wild 1" and told[-1][1] == told[-1][2] == done.wire_bytes
    again = board.push(package)
    assert (again.pushed, again.slot) == (False, 1)
    forced = board.push(package, force=True)
    assert (forced.pushed, forced.slot) == (True, 0)
    assert board.verify(package).name == model_name(package) == "wild 1"
    other = replace(package, image=untrained_image(5), name="other")
    with pytest.raises(PushError, match=r"has wild 1 in force, not other 1: push it"):
        board.verify(other)


def test_a_model_that_fails_leaves_the_one_before_in_force(board: Board, package: Package) -> None:
    board.push(package)
    bad = replace(package, image=untrained_image(5), name="bad")
    with pytest.raises(
        PushError, match=r"did not take model bad 1: SELF_TEST \(self-test vector \d+\); what was in"
    ):
        board.push(bad)
    board.verify(package)


def test_events_are_answered_as_by_the_golden_engine(board: Board) -> None:
    """The demonstration through both, more than a thousand events with forks, exits and paths."""
    shipped = read_package(SHIPPED)
    ModelKeeper(board, GoldenEngine).start(shipped, policy_of("enforce"))
    golden = make_pipeline("golden")
    ModelKeeper(golden, GoldenEngine).start(shipped, policy_of("enforce"))
    events = 0
    for case in cases(SHIPPED.parents[1] / "corpus" / "demo"):
        one, other = (
            screen_trace(Gateway(engine, shipped.image), case.path.name, open_trace(case.path))
            for engine in (board, golden)
        )
        assert one.digest() == other.digest()
        events += len(one.events)
    assert events > 1000
    assert board.status().values["events"] >= events


def spilling(slots: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return events in which processes spill and come back."""
    words = np.zeros((3 * slots, 8), np.uint32)
    for life in range(slots):
        head = {"slot": 32 + life % 32, "source": 1}
        words[3 * life, 0] = EVENT.pack({"kind": Kind.CLEAR, "id": 32 + life % 32, **head})
        words[3 * life + 1, 0] = EVENT.pack({"kind": Kind.CALL, "id": 5, **head})
        words[3 * life + 2, 0] = EVENT.pack({"kind": Kind.SPILL, **head})
        words[3 * life : 3 * life + 3, 1] = life + 1
    return words, np.zeros(1, np.uint8), np.zeros(len(words), np.int64)


def test_states_come_beside_their_spills(board: Board, package: Package) -> None:
    board.push(package)
    golden = GoldenEngine()
    ModelKeeper(golden, GoldenEngine).start(package, default_policy())
    events, pool, offsets = spilling()
    records, states = board.screen(events, pool, offsets)
    expected, others = golden.screen(events, pool, offsets)
    assert np.array_equal(states, others) and states.any(axis=1).sum() == 40
    assert not ((records ^ expected)[:, 1:5]).any()
    stale, none = board.screen(events[2:3], pool, offsets[2:3])
    assert column(stale, RECORD, "fault").all() and not none.any(), "a SPILL that is refused gives no state"


def test_refusals_are_named_and_the_session_goes_on(board: Board, package: Package) -> None:
    board.push(package)
    swap = control(Kind.SWAP, 0)
    events, pool, offsets = spilling(4)
    mixed = np.concatenate([events, swap, events])
    with pytest.raises(Refused, match="refused EVENT: KIND") as refused:
        board.screen(mixed, pool, np.zeros(len(mixed), np.int64))
    assert refused.value.reason == Refusal.KIND
    with pytest.raises(Refused, match="refused LOAD: RANGE"):
        board.load(Target.MODEL0, [1])
    assert len(board.screen(events, pool, offsets)[0]) == len(events)


def test_allowed_calls_come_as_counts(board: Board, package: Package) -> None:
    calm = untrained_image(3, calm=True)
    board.push(replace(package, image=calm, vectors=make_vectors(calm, (), 1)))
    events, pool, offsets = spilling(1)
    calls = np.concatenate([events[:1], np.repeat(events[1:2], 50, 0), events[2:]])
    board.record_mode(RecordMode.AGGREGATE)
    for message in event_messages(calls, pool, np.repeat(offsets[:1], len(calls)), 4096):
        board.session.send(message)
    counts = next(item for item in board.records() if isinstance(item, Aggregate))
    assert board.aggregates == {(32, 1, 5): 50}
    assert counts.last - counts.first >= 50


def test_the_log(board: Board, package: Package) -> None:
    board.push(package)
    text = b"".join(piece for _place, piece in board.log())
    assert b"push of wild 1" in text
    lines = text.splitlines(keepends=True)
    for wanted in (0, 1, 2, 1000):
        tail, place = last_lines(board, wanted)
        assert tail == b"".join(lines[len(lines) - min(wanted, len(lines)) :])
        assert place == len(text)
    assert list(board.log(len(text))) == []


def test_reset_keeps_the_model(board: Board, package: Package) -> None:
    board.push(package)
    info = board.reset()
    assert info.active is not None and info.models[info.active].name == "wild 1"
    assert info.counters["events"] == 0
    board.verify(package)


def test_a_keeper_proves_a_model_before_the_board_hears_of_it(board: Board, package: Package) -> None:
    keeper = ModelKeeper(board, GoldenEngine)
    keeper.start(package, policy_of("monitor"))
    bad = replace(package, image=untrained_image(5), name="bad")
    before = board.session.wire_bytes
    with pytest.raises(Exception, match="bad 1 fails its self-test"):
        keeper.swap(bad)
    assert board.session.wire_bytes == before and keeper.package is package
    keeper.swap(replace(bad, vectors=make_vectors(bad.image, (), 1)))
    vector = package.vectors[0]
    verdicts = column(board.screen(vector.events, vector.pool, vector.offsets)[0], RECORD, "verdict")
    assert not verdicts.any(), "monitor mode is back in force after the self-test, which is in enforce mode"


def test_an_interrupted_screening_ends_the_session_at_once(package: Package) -> None:
    """The gateway frees the slots after every trace, but not of a board that nobody waits for any more: the board
    does that, and the next session finds all of them free, for a self-test too."""

    class Interrupted(CountedLine):
        left = 10**9

        def read(self, timeout: float) -> bytes:
            self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt
            return super().read(timeout)

    native = NativeBoard(blank_flash(77, b"a firmware"))
    line = Interrupted(native, patience=30.0)
    board = Board(line)
    ModelKeeper(board, GoldenEngine).start(package, policy_of("enforce"))
    line.left = 8
    case = cases(SHIPPED.parents[1] / "corpus" / "demo")[0]
    with pytest.raises(KeyboardInterrupt):
        screen_trace(Gateway(board, package.image, batch=40), "demo", open_trace(case.path))
    assert line.closed
    with pytest.raises(LinkError, match="the session has ended"):
        board.status()
    with Board(CountedLine(native, patience=30.0)) as again:
        again.push(package, force=True)
        ModelKeeper(again, GoldenEngine).start(package, policy_of("enforce"))
        whole = screen_trace(Gateway(again, package.image), "demo", open_trace(case.path))
    golden = make_pipeline("golden")
    ModelKeeper(golden, GoldenEngine).start(package, policy_of("enforce"))
    assert whole.digest() == screen_trace(Gateway(golden, package.image), "demo", open_trace(case.path)).digest()


def test_a_refused_event_is_reported_as_by_every_engine(board: Board, package: Package) -> None:
    """A fault is an answer, not a refusal: the gateway names the line of the trace."""
    ModelKeeper(board, GoldenEngine).start(package, policy_of("enforce"))
    events, pool, offsets = spilling(1)
    board.screen(events[:1], pool, offsets[:1])
    case = cases(SHIPPED.parents[1] / "corpus" / "demo")[0]
    with pytest.raises(EngineError, match="refused CLEAR of trace line"):
        screen_trace(Gateway(board, package.image), "demo", open_trace(case.path))
