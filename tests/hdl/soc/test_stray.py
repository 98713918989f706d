"""The watch over the kernel's way, on Verilator."""

from __future__ import annotations

from hdl.soc.stray import Stray
from sim.cocotb_runner import run_bench


def test_stray() -> None:
    assert run_bench(Stray(), "sim.benches.bench_stray") == 2
