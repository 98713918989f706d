"""Classifier on Verilator."""

from __future__ import annotations

from hdl.screening.classifier import Classifier
from sim.cocotb_runner import run_bench


def test_classifier() -> None:
    assert run_bench(Classifier(), "sim.benches.bench_classifier") == 1
