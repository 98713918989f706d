"""Recorder on Verilator."""

from __future__ import annotations

from hdl.screening.recorder import Recorder
from sim.cocotb_runner import run_bench


def test_recorder() -> None:
    assert run_bench(Recorder(), "sim.benches.bench_recorder") == 1
