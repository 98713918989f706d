"""History on Verilator."""

from __future__ import annotations

from hdl.screening.history import History
from sim.cocotb_runner import run_bench


def test_history() -> None:
    assert run_bench(History(), "sim.benches.bench_history") == 1
