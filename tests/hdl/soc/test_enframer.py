"""Enframer on Verilator."""

from __future__ import annotations

import pytest

from hdl.soc.enframer import Enframer
from sim.cocotb_runner import run_bench


def test_enframer() -> None:
    assert run_bench(Enframer(), "sim.benches.bench_enframer") == 3


@pytest.mark.slow
def test_enframer_with_many_lengths() -> None:
    assert run_bench(Enframer(), "sim.benches.bench_enframer", sweep=1) == 3
