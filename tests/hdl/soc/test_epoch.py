"""Time as calls carry it, on Verilator."""

# amaranth: UnusedElaboratable=no
from __future__ import annotations

import pytest

from hdl.soc.epoch import Epoch
from sim.benches.bench_epoch import UNIT
from sim.cocotb_runner import run_bench


def test_epoch() -> None:
    assert run_bench(Epoch(16 * UNIT), "sim.benches.bench_epoch") == 2


def test_a_clock_without_whole_sixteenths_is_named() -> None:
    with pytest.raises(ValueError, match="25000001 cycles per second: expected a multiple of 16"):
        Epoch(25_000_001)
