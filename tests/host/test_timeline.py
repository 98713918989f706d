"""Timelines: as wide as asked, as bad as the worst of each stretch."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hdl.contract.verdict import TIER_SCORES, Verdict
from host.report import digits
from host.screen import Block, ProcessResult
from host.timeline import BLOCKS, PLAIN, tier_of_byte, timeline
from models.slots import Life, Tree


def result(scores: list[int], call: int = 0) -> ProcessResult:
    block = Block(0, 1, "read", call, len(scores), 0.0, Verdict.DENY, Verdict.DENY) if call else None
    numbers = np.array(scores, np.int64)
    tiers = np.array([tier_of_byte(score) for score in scores], np.int64)
    return ProcessResult(Life(0, 1, 1, Tree()), np.arange(len(scores)), numbers, tiers, block)


@given(st.lists(st.integers(0, 255), min_size=1, max_size=300), st.integers(1, 120), st.data())
def test_nothing_bad_is_lost(scores: list[int], width: int, data: st.DataObject) -> None:
    call = data.draw(st.integers(1, len(scores)))
    line = timeline(result(scores, call), width)
    assert len(line.levels) == len(line.text()) == min(width, len(scores))
    assert max(line.levels) == max(scores)
    starts = [place * len(scores) // len(line.levels) for place in range(len(line.levels))]
    assert starts[line.mark] <= call - 1 < [*starts, len(scores)][line.mark + 1]
    assert set(line.text(PLAIN)) <= set(PLAIN)


def test_lowest_and_highest_glyphs() -> None:
    assert timeline(result([0, 255]), 10).text() == BLOCKS[0] + BLOCKS[-1]
    assert timeline(result([0]), 10).mark == -1
    assert timeline(result([0]), 10).pointer() == ""


@given(st.integers(0, 255))
def test_digits_never_reach_into_the_next_tier(score: int) -> None:
    shown = float(digits(score / 255))
    assert sum(shown >= low for low in TIER_SCORES[1:]) <= tier_of_byte(score)
