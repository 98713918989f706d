"""SHA-256 on Verilator."""

from __future__ import annotations

import pytest

from hdl.soc.sha256 import Sha256
from sim.cocotb_runner import run_bench


def test_sha256() -> None:
    assert run_bench(Sha256(), "sim.benches.bench_sha256") == 5


@pytest.mark.slow
def test_sha256_of_a_million_bytes() -> None:
    assert run_bench(Sha256(), "sim.benches.bench_sha256", long=1) == 5
