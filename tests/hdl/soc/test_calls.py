"""The core's calls on Verilator."""

from __future__ import annotations

from hdl.soc.calls import Calls
from sim.cocotb_runner import run_bench


def test_calls() -> None:
    assert run_bench(Calls(), "sim.benches.bench_calls") == 2
