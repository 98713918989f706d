"""The path classifier on Verilator."""

from __future__ import annotations

from hdl.screening.paths import PathClassifier
from sim.cocotb_runner import run_bench


def test_path_classifier() -> None:
    assert run_bench(PathClassifier(), "sim.benches.bench_paths") == 5
