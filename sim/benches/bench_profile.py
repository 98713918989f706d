"""Bench of the allow-list check; it has no clock: every answer comes in the same cycle."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import Timer

from hdl.contract.policy import ALLOW_ALL, PROFILES
from sim.benches.clocked import draw


@cocotb.test()
async def a_call_needs_every_profile_of_the_set(dut: Any) -> None:
    chance = draw()
    cases = [(0, 0), (0, ALLOW_ALL), (ALLOW_ALL, ALLOW_ALL), (ALLOW_ALL, 0)]
    cases += [(1 << i, 1 << j) for i in range(PROFILES) for j in range(PROFILES)]
    cases += [(ALLOW_ALL ^ 1 << i, 1 << i) for i in range(PROFILES)]
    for _ in range(3000):
        profiles = chance.getrandbits(PROFILES) & chance.getrandbits(PROFILES)
        cases.append((chance.getrandbits(PROFILES) | chance.choice((0, profiles)), profiles))
    seen = [0, 0]
    for allow, profiles in cases:
        dut.allow.value, dut.profiles.value = allow, profiles
        await Timer(1, "ns")
        expected = any(profiles >> p & 1 and not allow >> p & 1 for p in range(PROFILES))
        assert int(dut.violation.value) == expected, f"allow {allow:#x}, profiles {profiles:#x}"
        seen[expected] += 1
    assert min(seen) > 300
