"""The dispatch register on Verilator."""

from __future__ import annotations

from hdl.soc.dispatch import Dispatch
from sim.cocotb_runner import run_bench


def test_dispatch() -> None:
    assert run_bench(Dispatch(), "sim.benches.bench_dispatch") == 3
