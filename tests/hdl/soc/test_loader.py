"""The load port's program side on Verilator."""

from __future__ import annotations

from hdl.soc.loader import Loader
from sim.cocotb_runner import run_bench


def test_loader() -> None:
    assert run_bench(Loader(), "sim.benches.bench_loader") == 2
