"""Accumulators on Verilator."""

from __future__ import annotations

import pytest

from hdl.screening.accumulators import Accumulators
from hdl.screening.fast_accumulators import FastAccumulators
from sim.cocotb_runner import run_bench


@pytest.mark.parametrize("fast", [0, 1])
def test_accumulators(fast: int) -> None:
    block = FastAccumulators() if fast else Accumulators()
    assert run_bench(block, "sim.benches.bench_accumulators", fast=fast) == 3
