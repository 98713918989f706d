"""Births on Verilator, on the coprocessor, whose pipeline's clock is stopped wherever it may be."""

from __future__ import annotations

from sim.benches.bench_core_calls import CLOCK
from sim.benches.gated import Gated
from sim.cocotb_runner import run_bench


def test_births() -> None:
    assert run_bench(Gated(CLOCK, births=True), "sim.benches.bench_births") == 6
