"""Profile on Verilator."""

from __future__ import annotations

from hdl.screening.classifier import Profile
from sim.cocotb_runner import run_bench


def test_profile() -> None:
    assert run_bench(Profile(), "sim.benches.bench_profile") == 1
