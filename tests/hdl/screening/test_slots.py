"""Slots on Verilator."""

from __future__ import annotations

from hdl.screening.slots import Slots
from sim.cocotb_runner import run_bench


def test_slots() -> None:
    assert run_bench(Slots(), "sim.benches.bench_slots") == 2
