"""UART on Verilator."""

from __future__ import annotations

from hdl.soc.uart import Uart
from sim.cocotb_runner import run_bench


def test_uart() -> None:
    assert run_bench(Uart(), "sim.benches.bench_uart") == 7
