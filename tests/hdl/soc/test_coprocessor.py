"""The coprocessor on Verilator, its pipeline's clock stopped wherever it may be."""

from __future__ import annotations

from sim.benches.bench_core_calls import CLOCK
from sim.benches.gated import Gated
from sim.cocotb_runner import run_bench


def test_coprocessor() -> None:
    benches = "sim.benches.bench_coprocessor,sim.benches.bench_core_calls"
    assert run_bench(Gated(CLOCK), benches) == 13
