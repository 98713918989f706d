"""The strings of calls, on Verilator."""

from __future__ import annotations

from hdl.contract.paths import PATHS
from hdl.contract.syscalls import IDS, NUMBERS
from hdl.soc.strings import Strings, strings_of
from sim.cocotb_runner import run_bench


def test_strings() -> None:
    assert run_bench(Strings(), "sim.benches.bench_strings") == 2


def test_every_call_of_the_core_has_the_strings_that_a_traces_reader_sees() -> None:
    for ident in NUMBERS["riscv64"].values():
        assert strings_of(ident)["count"] <= 2
    assert strings_of(IDS["linkat"])["string"] == [{"argument": 1, "based": 1}, {"argument": 3, "based": 1}]
    assert set(PATHS["openat"]) == {(1, 0)}
