"""Judge on Verilator."""

from __future__ import annotations

from hdl.screening.judge import Judge
from sim.cocotb_runner import run_bench


def test_judge() -> None:
    assert run_bench(Judge(), "sim.benches.bench_judge") == 3
