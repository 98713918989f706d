"""A clone's memory on Verilator."""

from __future__ import annotations

from hdl.cell.memory import CloneMemory
from sim.cocotb_runner import run_bench


def test_clone_memory() -> None:
    assert run_bench(CloneMemory(number_bits=3), "sim.benches.bench_clone_memory", number_bits=3) == 1
