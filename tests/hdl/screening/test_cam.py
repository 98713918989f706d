"""The vaccine CAM on Verilator."""

from __future__ import annotations

from hdl.screening.cam import Cam
from sim.cocotb_runner import run_bench


def test_cam() -> None:
    assert run_bench(Cam(), "sim.benches.bench_cam") == 5
