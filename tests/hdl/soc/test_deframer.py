"""Deframer on Verilator."""

from __future__ import annotations

import pytest

from hdl.soc.crc import RESIDUE
from hdl.soc.deframer import Deframer
from sim.cocotb_runner import run_bench


def test_deframer() -> None:
    assert run_bench(Deframer(), "sim.benches.bench_deframer") == 4


@pytest.mark.slow
def test_deframer_with_many_lengths() -> None:
    assert run_bench(Deframer(), "sim.benches.bench_deframer", sweep=1) == 4


def test_residue() -> None:
    assert RESIDUE == 0xDEBB20E3, "as every description of CRC-32 has it"
