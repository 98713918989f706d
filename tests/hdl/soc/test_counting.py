"""Counted calls, and the last word on each process, on Verilator."""

from __future__ import annotations

from hdl.soc.counting import Counting
from hdl.soc.scores import Scores
from sim.cocotb_runner import run_bench


def test_counting() -> None:
    assert run_bench(Counting(), "sim.benches.bench_counting") == 2


def test_scores() -> None:
    assert run_bench(Scores(), "sim.benches.bench_scores") == 1
