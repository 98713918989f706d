"""Models on Verilator."""

from __future__ import annotations

from hdl.screening.models import Models
from sim.cocotb_runner import run_bench


def test_models() -> None:
    assert run_bench(Models(), "sim.benches.bench_models") == 3
