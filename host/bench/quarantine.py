"""Figures of quarantine: what a frozen tree still does, and how soon it is decided about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hdl.contract.policy import (
    JUDGE_CELLS,
    JUDGE_ROWS,
    VERDICT_BITS,
    Policy,
    default_policy,
    judge_cell,
    judge_row,
)
from hdl.contract.verdict import CallClass, Tier, Verdict

FREEZING = CallClass.NETWORK


def freezing_policy(classes: Iterable[CallClass] = (FREEZING,)) -> Policy:
    """Return a policy by which every call of these classes is answered by QUARANTINE, whatever the score.

    What an allow-list does not hold is denied, all else allowed.
    """
    wanted = set(classes)
    rows = [0] * JUDGE_ROWS
    for profile in range(16):
        for kind in CallClass:
            for secret in (0, 1):
                cells = [Verdict.ALLOW] * JUDGE_CELLS
                for tier in Tier:
                    for vaccinated in (0, 1):
                        cells[judge_cell(tier, vaccinated, 1)] = Verdict.DENY
                        if kind in wanted:
                            cells[judge_cell(tier, vaccinated, 0)] = Verdict.QUARANTINE
                packed = sum(verdict << VERDICT_BITS * place for place, verdict in enumerate(cells))
                rows[judge_row(profile, kind, secret)] = packed
    return replace(default_policy(), rows=tuple(rows))
