"""The default policy, row by row."""

from __future__ import annotations

import pytest

from hdl.contract.policy import (
    _CLASSES,
    _FIELDS,
    ALLOW_ALL,
    ATTRIBUTES,
    JUDGE_CELLS,
    JUDGE_ROWS,
    PROFILES,
    VERDICT_BITS,
    call_class,
    default_policy,
    judge_cell,
    judge_row,
)
from hdl.contract.syscalls import ID_COUNT, IDS, UNKNOWN
from hdl.contract.verdict import TIER_BYTES, TIER_SCORES, CallClass, Verdict

POLICY = default_policy()


def answer(row: int, cell: int) -> Verdict:
    return Verdict(POLICY.rows[row] >> VERDICT_BITS * cell & 7)


def test_rows_and_cells_are_numbered_without_gaps() -> None:
    rows = {judge_row(p, c, s) for p in range(PROFILES) for c in CallClass for s in (0, 1)}
    cells = {judge_cell(t, h, v) for t in range(4) for h in (0, 1) for v in (0, 1)}
    assert rows == set(range(JUDGE_ROWS)) and cells == set(range(JUDGE_CELLS))
    assert len(POLICY.rows) == JUDGE_ROWS and max(POLICY.rows) < 1 << VERDICT_BITS * JUDGE_CELLS


@pytest.mark.parametrize(
    ("kind", "secret", "tier", "vaccinated", "violation", "verdict"),
    [
        (CallClass.READ, 0, 0, 0, 0, Verdict.ALLOW),
        (CallClass.READ, 1, 0, 0, 0, Verdict.ALLOW),
        (CallClass.READ, 0, 1, 0, 0, Verdict.ALLOW),
        (CallClass.READ, 1, 1, 0, 0, Verdict.DECOY),
        (CallClass.IRREVERSIBLE, 0, 1, 0, 0, Verdict.CLONE),
        (CallClass.IRREVERSIBLE, 1, 1, 0, 0, Verdict.DECOY),
        (CallClass.PRIVILEGE, 0, 1, 0, 0, Verdict.CLONE),
        (CallClass.NETWORK, 0, 2, 0, 0, Verdict.QUARANTINE),
        (CallClass.NEUTRAL, 0, 3, 0, 0, Verdict.DENY),
        (CallClass.READ, 0, 0, 1, 0, Verdict.DENY),
        (CallClass.READ, 0, 0, 0, 1, Verdict.DENY),
    ],
)
def test_default_answers(
    kind: CallClass, secret: int, tier: int, vaccinated: int, violation: int, verdict: Verdict
) -> None:
    for profile in range(PROFILES):
        row, cell = judge_row(profile, kind, secret), judge_cell(tier, vaccinated, violation)
        assert answer(row, cell) == verdict


def test_a_higher_tier_is_never_answered_more_mildly() -> None:
    for row in range(JUDGE_ROWS):
        for flags in range(4):
            verdicts = [answer(row, flags << 2 | tier) for tier in range(4)]
            assert verdicts == sorted(verdicts)


def test_every_listed_call_exists_and_is_listed_once() -> None:
    listed = [name for names in _CLASSES.values() for name in names.split()]
    assert len(listed) == len(set(listed))
    assert set(listed) <= IDS.keys() and _FIELDS.keys() <= IDS.keys()
    assert all(0 <= select < 12 for pair in _FIELDS.values() for select in pair)


def test_classes_of_well_known_calls() -> None:
    assert call_class("getpid") == CallClass.NEUTRAL
    assert call_class("execve") == CallClass.IRREVERSIBLE
    assert call_class("ptrace") == CallClass.PRIVILEGE
    assert call_class("openat") == call_class("no_such_call") == CallClass.READ


def test_allow_lists_bind_their_profile_only_and_refuse_unknown_calls() -> None:
    policy = default_policy(allow={3: frozenset({"read"})})
    assert len(policy.attributes) == ID_COUNT
    allowed = [ATTRIBUTES.unpack(row)["allow"] for row in policy.attributes]
    assert allowed[IDS["read"]] == ALLOW_ALL
    assert allowed[IDS["write"]] == allowed[UNKNOWN] == ALLOW_ALL & ~(1 << 3)


def test_tier_bytes_stand_for_tier_scores() -> None:
    for score, byte in zip(TIER_SCORES, TIER_BYTES, strict=True):
        assert byte / 255 >= score and (byte == 0 or (byte - 1) / 255 < score)
