"""Accumulators on Verilator."""

from __future__ import annotations

from hdl.screening.accumulators import Accumulators
from sim.cocotb_runner import run_bench


def test_accumulators() -> None:
    assert run_bench(Accumulators(), "sim.benches.bench_accumulators") == 3
