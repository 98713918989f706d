"""Read-back on Verilator."""

from __future__ import annotations

from hdl.screening.readback import Readback
from sim.cocotb_runner import run_bench


def test_readback() -> None:
    assert run_bench(Readback(), "sim.benches.bench_readback") == 1
