"""Items into events: fields, paths, time, results, and who inherits from whom."""

from __future__ import annotations

import numpy as np
import pytest

from hdl.contract.event import EVENT, PATH_LIMIT, RECORD, Kind
from hdl.contract.model import NODE_ROOT, NODE_UNKNOWN
from hdl.contract.policy import default_policy
from hdl.contract.syscalls import UNKNOWN, canonical
from models.encode import Batch, Encoder, Words
from models.gateway import EngineError, Gateway, switch
from models.golden.engine import GoldenEngine
from models.slots import NO_HEIR
from models.trace import Call, Exec, Exit, Fork, Item, PathArgument, Return, Start
from models.untrained import untrained_image

IMAGE = untrained_image(4)


def encode(*items: Item, profile: int = 0) -> tuple[list[dict[str, int]], list[Batch], Encoder]:
    """Return the events field by field."""
    batches: list[Batch] = []

    def run(batch: Batch) -> Words:
        batches.append(batch)
        return np.zeros((len(batch.events), 6), np.uint32)

    encoder = Encoder(IMAGE, run, profile=profile, exec_profile=profile)
    encoder.feed(items)
    encoder.finish()
    events = []
    for row in (row for batch in batches for row in batch.events):
        events.append(EVENT.unpack(int.from_bytes(row.astype("<u4").tobytes(), "little")))
    return events, batches, encoder


def calls(*items: Item) -> list[dict[str, int]]:
    return [event for event in encode(*items)[0] if event["kind"] == Kind.CALL]


def test_a_call_carries_all_its_fields() -> None:
    events, batches, encoder = encode(
        Start(1, 9),
        Call(2, 9, "openat", (1, 2, 3, 4, 5, 0xFFFFFFFF), (PathArgument(b"/etc"),), True, 7.0),
        profile=5,
    )
    clear, call = events
    assert (clear["kind"], clear["source"], clear["slot"], clear["id"], clear["a0"]) == (Kind.CLEAR, 1, 32, 32, 5)
    assert (call["kind"], call["source"], call["slot"], call["id"]) == (Kind.CALL, 1, 32, canonical("openat"))
    assert [call[f"a{number}"] for number in range(6)] == [1, 2, 3, 4, 5, 0xFFFFFFFF]
    assert (call["paths"], call["ok"], call["epoch"]) == (1, 0, 0)
    assert call["generation"] == clear["generation"] == encoder.lives[0].generation
    batch = batches[0]
    assert (batch.lines.tolist(), batch.items.tolist(), batch.names) == ([1, 2], [0, 1], ["CLEAR", "openat"])
    start = int(batch.offsets[1])
    assert bytes(batch.pool[start : start + 8]) == b"\x00\x00\x04\x00/etc"


def test_ok_is_what_is_known_of_the_call_before() -> None:
    made = calls(
        Call(1, 9, "read", ok=True), Call(2, 9, "read", ok=False), Call(3, 9, "read", ok=None),
        Call(4, 9, "read", ok=None), Return(5, 9, True), Call(6, 9, "read"), Call(7, 9, "read"),
    )  # fmt: skip
    # Two are out at line 4 and one comes back: it may be the older one, so nothing is proven.
    assert [call["ok"] for call in made] == [0, 1, 0, 0, 0, 1]
    single = calls(
        Call(1, 9, "read", ok=None), Return(2, 9, True), Call(3, 9, "read", ok=None), Return(4, 9, False),
        Call(5, 9, "read"),
    )  # fmt: skip
    assert [call["ok"] for call in single] == [0, 1, 0]


def test_a_child_knows_that_its_fork_succeeded() -> None:
    finished = calls(Call(1, 9, "clone", ok=True), Fork(1, 9, 10), Call(2, 10, "read"))
    unfinished = calls(Call(1, 9, "vfork", ok=None), Fork(1, 9, 10), Call(2, 10, "read"), Call(3, 9, "read"))
    assert [call["ok"] for call in finished] == [0, 1]
    assert [call["ok"] for call in unfinished] == [0, 1, 0]


def test_exec_ends_the_other_threads_calls() -> None:
    made = calls(
        Call(1, 9, "futex", ok=None), Call(2, 9, "execve", ok=None), Exec(3, 9, b"/bin/x"), Return(3, 9, True),
        Call(4, 9, "brk"), Call(5, 9, "read", ok=None), Return(6, 9, True), Call(7, 9, "read"),
    )  # fmt: skip
    assert [call["ok"] for call in made] == [0, 0, 1, 1, 1]


def test_time_counts_from_the_first_call_and_wraps() -> None:
    made = calls(*(Call(line, 9, "read", time=50.0 + line / 32) for line in (0, 1, 2, 3, 512, 514)))
    assert [call["epoch"] for call in made] == [0, 0, 1, 1, 0, 1]


def test_without_times_a_thousand_calls_are_a_second() -> None:
    made = calls(*(Call(line, 9, "read") for line in range(200)))
    assert [made[place]["epoch"] for place in (0, 62, 63, 125, 199)] == [0, 0, 1, 2, 3]


def test_unknown_names_are_counted_and_pass_as_unknown() -> None:
    events, _batches, encoder = encode(Call(1, 9, "frobnicate"), Call(2, 9, "frobnicate"), Call(3, 9, "twist"))
    assert [event["id"] for event in events[1:]] == [UNKNOWN] * 3
    assert encoder.unknown_names == {"frobnicate": 2, "twist": 1}


def pool_of(path: PathArgument) -> bytes:
    return bytes(encode(Call(1, 9, "open", paths=(path,)))[1][0].pool)


def test_relative_paths_start_where_their_directory_ends() -> None:
    assert pool_of(PathArgument(b"x", None))[:2] == bytes((NODE_UNKNOWN, 0))
    assert pool_of(PathArgument(b"x", b"pipe:[7]"))[:2] == bytes((NODE_UNKNOWN, 0))
    assert pool_of(PathArgument(b"x", b"/"))[:2] == bytes((NODE_ROOT, 0))
    # The random model's trie knows 38 levels of any name, then counts what it does not know.
    assert pool_of(PathArgument(b"x", b"/a/b"))[:2] == bytes((3, 0))
    assert pool_of(PathArgument(b"x", b"/a" * 43))[:2] == bytes((40, 4))
    assert pool_of(PathArgument(b"", b"/a/b"))[:4] == bytes((3, 0, 0, 0))


def test_an_overlong_path_stays_overlong_for_the_machine() -> None:
    for length, overlong in ((PATH_LIMIT, 0), (PATH_LIMIT + 1, 1), (100_000, 1)):
        engine = engine_in_force()
        path = PathArgument(b"/" * length)
        (done,) = Gateway(engine, IMAGE).screen([Call(1, 9, "open", paths=(path,))])
        assert int(done.records[1, 0]) >> RECORD.offset["overlong"] & 1 == overlong


def test_exit_names_the_nearest_living_ancestor() -> None:
    events, _batches, encoder = encode(
        Start(1, 1), Fork(2, 1, 2), Fork(3, 2, 3), Exit(4, 2), Exit(5, 3), Exit(6, 1)
    )
    exits = [event for event in events if event["kind"] == Kind.EXIT]
    root = encoder.lives[0]
    assert [(event["a0"], event["a1"]) for event in exits] == [
        (32, root.generation),
        (32, root.generation),
        (NO_HEIR, 0),
    ]


def test_a_pid_that_lives_again_is_another_process() -> None:
    events, _batches, encoder = encode(
        Call(1, 5, "read"), Exit(2, 5), Call(3, 5, "read"), Start(4, 5), Call(5, 5, "read")
    )
    assert [Kind(event["kind"]).name for event in events] == [
        "CLEAR", "CALL", "EXIT", "CLEAR", "CALL", "EXIT", "CLEAR", "CALL"
    ]  # fmt: skip
    assert len({life.generation for life in encoder.lives}) == 3


def test_events_of_the_dead_and_unheard_of_do_no_harm() -> None:
    events, _batches, _encoder = encode(Exit(1, 5), Return(2, 5, True), Fork(3, 6, 7), Fork(4, 6, 6), Exec(5, 8))
    assert events


def engine_in_force() -> GoldenEngine:
    engine = GoldenEngine()
    engine.load_policy(default_policy())
    engine.load_model(0, IMAGE)
    switch(engine, 0)
    return engine


def test_gateway_leaves_the_slots_free_even_when_a_trace_breaks() -> None:
    engine = engine_in_force()
    gateway = Gateway(engine, IMAGE, batch=4)

    def broken() -> object:
        yield from [Call(line, line % 40, "read") for line in range(200)]
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        list(gateway.screen(broken()))  # type: ignore[arg-type]
    assert not engine.machine.slots[:, 0].any()
    done = list(gateway.screen([Call(1, 1, "read")]))
    assert sum(len(part.records) for part in done) == 2
    stopped = gateway.screen([Call(line, 1, "read") for line in range(10_000)])
    next(stopped)
    stopped.close()
    assert not engine.machine.slots[:, 0].any()


def test_an_engine_that_refuses_is_named() -> None:
    engine = GoldenEngine()
    with pytest.raises(EngineError, match="model slot 0 was not switched to"):
        switch(engine, 0)
    with pytest.raises(EngineError, match=r"refused read of trace line 7 \(MODEL\)"):
        list(Gateway(engine, IMAGE).screen([Call(7, 1, "read")]))
