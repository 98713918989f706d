"""The whole pipeline on Verilator, cycle by cycle."""

from __future__ import annotations

from hdl.screening.pipeline import Pipeline
from sim.cocotb_runner import run_bench


def test_pipeline() -> None:
    assert run_bench(Pipeline(), "sim.benches.bench_pipeline") == 9
