"""States on Verilator."""

from __future__ import annotations

import pytest
from amaranth.lib import data

from hdl.screening.states import States
from sim.benches.bench_states import WIDTH
from sim.cocotb_runner import run_bench


@pytest.mark.parametrize("ahead", [1, 2])
def test_states(ahead: int) -> None:
    assert (
        run_bench(States(data.StructLayout({"value": WIDTH}), ahead), "sim.benches.bench_states", ahead=ahead) == 1
    )
