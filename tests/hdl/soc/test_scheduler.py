"""The scheduler on Verilator."""

from __future__ import annotations

from hdl.soc.scheduler import Scheduler
from sim.cocotb_runner import run_bench


def test_scheduler() -> None:
    assert run_bench(Scheduler(), "sim.benches.bench_scheduler") == 2
