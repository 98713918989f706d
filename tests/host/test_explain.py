"""Reasons: worked out again from the tables, they must equal what the engine added up."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np
import pytest

from hdl.contract.event import Kind
from hdl.contract.model import NODE, PARAM_NAMES, REGIONS, TABLES, argument_index, ngram_index
from hdl.contract.syscalls import canonical
from hdl.contract.verdict import CallClass, PathClass, Tier
from host.explain import Explainer
from host.lineage import Lineage
from host.model import policy_of
from host.report import reason_lines
from host.screen import Screening, screen_trace
from models.gateway import Gateway, switch
from models.golden.engine import GoldenEngine, region
from models.trace import Call, Exec, Exit, Fork, Item, PathArgument, Start
from models.untrained import untrained_image

NAMES = ("openat", "read", "write", "getpid", "mmap", "connect", "close", "unlink")


def put(image: bytearray, name: str, place: int, value: int) -> None:
    where = REGIONS[name]
    start = where.offset + place * where.entry
    image[start : start + where.entry] = (value & (1 << 8 * where.entry) - 1).to_bytes(where.entry, "little")


def image_of(**params: int) -> bytearray:
    """Return an image of zeros whose tokens are 2, 3, .. for NAMES, with unreachable thresholds."""
    image = bytearray(8192)
    put(image, "params", 0, 1)
    for name in PARAM_NAMES[1:10]:
        put(image, "params", PARAM_NAMES.index(name), 0xFFFF)
    for name, value in params.items():
        put(image, "params", PARAM_NAMES.index(name), value)
    for token, name in enumerate(NAMES, 2):
        put(image, "idmap", canonical(name), token)
    put(image, "paths", 0, NODE.pack({"path_class": PathClass.SECRET}))
    put(image, "paths", 1, NODE.pack({"path_class": PathClass.OTHER}))
    return image


def screened(image: bytes, items: Sequence[Item], mode: str = "enforce") -> Screening:
    engine = GoldenEngine()
    engine.load_policy(policy_of(mode))
    engine.load_model(0, bytes(image))
    switch(engine, 0)
    return screen_trace(Gateway(engine, bytes(image)), "trace", items)


def family(seed: int, length: int = 600) -> list[Item]:
    """Return a family's trace: forks, exits, execs, 50 processes at most."""
    draw = random.Random(seed)
    living, items, fresh = [1], [Start(0, 1)], 2
    for line in range(1, length):
        pid, kind = draw.choice(living), draw.random()
        if kind < 0.05 and len(living) < 50:
            items.append(Fork(line, pid, fresh))
            living.append(fresh)
            fresh += 1
        elif kind < 0.08 and pid != 1:
            items.append(Exit(line, pid))
            living.remove(pid)
        elif kind < 0.09:
            items.append(Exec(line, pid, b"/bin/x"))
        else:
            path = (PathArgument(draw.choice((b"/a", b"b"))),) if draw.random() < 0.4 else ()
            items.append(Call(line, pid, draw.choice(NAMES), paths=path, ok=draw.random() < 0.8, time=line / 100))
    return items


@pytest.mark.parametrize("seed", range(4))
def test_contributions_are_what_the_tree_accumulator_gained(seed: int) -> None:
    # No negative values and no drift: the tree's sum grows by each call's total and never falls.
    image = image_of(drain=0)
    draw = random.Random(seed)
    for name in TABLES:
        for place in range(REGIONS[name].depth):
            put(image, name, place, draw.randrange(12))
    done = screened(image, family(seed))
    explainer = Explainer(done, image)
    sums = done.field("tree_sum")
    before = 0
    for row in range(len(done.events)):
        if done.kinds[row] in (Kind.SPILL, Kind.RESTORE):
            continue
        if done.kinds[row] == Kind.CALL and done.field_at("call_class", np.array([row]))[0] != CallClass.NEUTRAL:
            assert sums[row] - before == sum(explainer.contributions(row).values()), done.names[row]
        before = int(sums[row])
    assert before > 3000


def test_window_reaches_back_to_the_last_zero_through_parent_and_child() -> None:
    image = image_of(cusum_1=490, cusum_2=490, cusum_3=500)
    put(image, "unigram", 2 + NAMES.index("connect"), 100)
    items: list[Item] = [
        Call(1, 1, "read"), Call(2, 1, "connect"), Fork(3, 1, 2), Call(4, 1, "read"), Call(5, 2, "connect"),
        Call(6, 2, "connect"), Exit(7, 2), Call(8, 1, "getpid"), Call(9, 1, "connect"), Call(10, 1, "connect"),
    ]  # fmt: skip
    done = screened(image, items)
    (hit,) = [result for result in done.results if result.block]
    assert hit.block is not None
    assert (hit.life.pid, hit.block.line, hit.block.call, hit.block.calls) == (1, 10, 6, 6)
    window = Lineage(done).window(hit.block.row, "cusum", 100)
    # 300 came back from the child, who had 100 of it from before the fork; the parent's own read after the
    # fork and its getpid, which counts for nothing, are no part of that.
    assert [int(done.lines[row]) for row in window] == [2, 5, 6, 9, 10]
    reason = Explainer(done, image).explain(hit.block.row)
    assert (reason.tier, reason.accumulator, reason.window) == (Tier.CERTAIN, "cusum", 5)
    assert reason.parts[0].text == "connect"
    assert (reason.parts[0].share, reason.parts[0].times) == (1.0, 5)
    assert "the running sum is 500, its threshold 500" in reason.grounds[0]


def test_parts_are_named_as_people_read_them() -> None:
    image = image_of(cusum_1=50, cusum_2=50)
    tokens = {name: token for token, name in enumerate(NAMES, 2)}
    trigram = (tokens["write"], tokens["read"], tokens["openat"])
    put(image, "trigram", ngram_index(trigram, 10), 30)
    put(image, "argument", argument_index(tokens["write"], int(PathClass.SECRET), 0, 1), 20)
    items = [Call(1, 1, "openat"), Call(2, 1, "read", ok=False), Call(3, 1, "write", paths=(PathArgument(b"/k"),))]
    done = screened(image, items)
    block = done.results[0].block
    assert block is not None
    reason = Explainer(done, image).explain(block.row)
    assert [(part.table, part.text, round(part.share, 2)) for part in reason.parts] == [
        ("trigram", "openat → read → write", 0.6),
        ("argument", "write of a SECRET path after a call that failed", 0.4),
    ]
    assert block.proposed.name == "QUARANTINE"
    assert any("60.0%  3-gram     openat → read → write" in line for line in reason_lines(reason))


def test_the_tree_is_named_when_it_decides() -> None:
    image = image_of(tree_1=400, tree_2=400, tree_3=400)
    put(image, "unigram", 2 + NAMES.index("connect"), 100)
    items: list[Item] = [Start(1, 1), *(Fork(line, 1, line) for line in range(2, 6))]
    items += [Call(10 + pid, pid, "connect") for pid in range(2, 6)]
    done = screened(image, items)
    hit = done.blocked
    assert hit is not None
    assert hit.block is not None
    assert hit.life.pid == 5
    reason = Explainer(done, image).explain(hit.block.row)
    assert (reason.flags, reason.accumulator, reason.window) == (("by_tree",), "tree_sum", 4)
    assert {call.pid for call in reason.calls} == {2, 3, 4, 5}


def test_an_overlong_path_is_reason_enough() -> None:
    items = [Call(1, 1, "openat", paths=(PathArgument(b"/" * 3000),))]
    done = screened(image_of(), items)
    block = done.results[0].block
    assert block is not None
    reason = Explainer(done, bytes(image_of())).explain(block.row)
    assert reason.flags == ("overlong",)
    assert "longer or deeper" in reason.grounds[0]
    assert reason.parts == ()


def test_random_models_are_explained_without_failing() -> None:
    image = untrained_image(6)
    done = screened(image, family(9, 3000))
    explainer = Explainer(done, image)
    blocks = [result.block for result in done.results if result.block]
    assert len(blocks) > 3
    for block in blocks:
        reason = explainer.explain(block.row)
        if reason.parts:
            assert 0 < sum(part.share for part in reason.parts) <= 1.0 + 1e-9
        assert reason_lines(reason)


def test_regions_are_read_as_the_machine_reads_them() -> None:
    image = image_of()
    put(image, "unigram", 3, -5)
    assert region(bytes(image), "unigram")[3] == -5
