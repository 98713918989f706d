"""Counted calls on Verilator."""

from __future__ import annotations

from hdl.soc.counting import Counting
from sim.cocotb_runner import run_bench


def test_counting() -> None:
    assert run_bench(Counting(), "sim.benches.bench_counting") == 2
