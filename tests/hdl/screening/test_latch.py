"""Both latches on Verilator."""

from __future__ import annotations

import pytest

from hdl.screening.fast_latch import FastLatch
from hdl.screening.latch import Latch
from sim.cocotb_runner import run_bench


@pytest.mark.parametrize("fast", [0, 1])
def test_latch(fast: int) -> None:
    latch = FastLatch() if fast else Latch()
    assert run_bench(latch, "sim.benches.bench_latch", fast=fast) == 3
