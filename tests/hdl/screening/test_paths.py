"""The path classifier on Verilator."""

from __future__ import annotations

import pytest

from hdl.screening.paths import PathClassifier
from sim.cocotb_runner import run_bench


@pytest.mark.parametrize("fast", [0, 1])
def test_path_classifier(fast: int) -> None:
    assert run_bench(PathClassifier(bool(fast)), "sim.benches.bench_paths", fast=fast) == 5
