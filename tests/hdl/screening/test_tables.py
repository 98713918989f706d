"""Tables on Verilator."""

from __future__ import annotations

from hdl.screening.tables import Tables
from sim.cocotb_runner import run_bench


def test_tables() -> None:
    assert run_bench(Tables(), "sim.benches.bench_tables") == 1
