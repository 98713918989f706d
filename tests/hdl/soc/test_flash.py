"""Flash controller on Verilator."""

from __future__ import annotations

from hdl.soc.flash import Flash
from sim.cocotb_runner import run_bench


def test_flash() -> None:
    assert run_bench(Flash(), "sim.benches.bench_flash") == 5
