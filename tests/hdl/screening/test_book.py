"""The vaccine book on Verilator."""

from __future__ import annotations

from hdl.screening.book import Book
from sim.cocotb_runner import run_bench


def test_book() -> None:
    assert run_bench(Book(), "sim.benches.bench_book") == 5
