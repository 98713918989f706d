"""The record of what was broken, on Verilator."""

from __future__ import annotations

from hdl.soc.tampering import Tampering
from sim.cocotb_runner import run_bench


def test_tampering() -> None:
    assert run_bench(Tampering(), "sim.benches.bench_tampering") == 2
