"""States on Verilator."""

from __future__ import annotations

import pytest
from amaranth.lib import data

from hdl.screening.states import States
from sim.benches.bench_states import WIDTH
from sim.cocotb_runner import run_bench


@pytest.mark.parametrize(("ahead", "apart"), [(1, False), (2, False), (2, True)])
def test_states(ahead: int, apart: bool) -> None:
    rows = States(data.StructLayout({"value": WIDTH}), ahead, apart)
    assert run_bench(rows, "sim.benches.bench_states", ahead=ahead, apart=int(apart)) == 1
