"""Latch on Verilator."""

from __future__ import annotations

from hdl.screening.latch import Latch
from sim.cocotb_runner import run_bench


def test_latch() -> None:
    assert run_bench(Latch(), "sim.benches.bench_latch") == 3
