"""A clone's accesses on Verilator."""

from __future__ import annotations

from hdl.cell.access import Access
from sim.cocotb_runner import run_bench


def test_access() -> None:
    assert run_bench(Access(), "sim.benches.bench_access") == 2
