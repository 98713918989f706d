"""Who stands, on Verilator."""

from __future__ import annotations

from hdl.soc.frozen import Frozen
from sim.cocotb_runner import run_bench


def test_frozen() -> None:
    assert run_bench(Frozen(), "sim.benches.bench_frozen") == 1
