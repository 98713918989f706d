"""The blocks of the bare computer on Verilator."""

from __future__ import annotations

import random

import pytest

from hdl.contract.memory import REGIONS, Region
from hdl.soc.interconnect import Interconnect
from hdl.soc.irq import Irqs
from hdl.soc.memory import Ram, Rom, rom_words
from hdl.soc.system import System
from hdl.soc.timer import Timer
from hdl.soc.window import inside
from hdl.sources import RAM
from sim.cocotb_runner import run_bench


def test_interconnect() -> None:
    assert run_bench(Interconnect(), "sim.benches.bench_interconnect") == 3


def test_ram() -> None:
    size = 3 * 4096  # no power of two, as main RAM's is not
    assert run_bench(Ram(size), "sim.benches.bench_ram", more=[RAM], ram_bytes=size) == 1


def test_rom() -> None:
    content = random.Random(1).randbytes(251)
    assert run_bench(Rom(content), "sim.benches.bench_rom", rom=content.hex()) == 1


def test_a_rom_that_does_not_fit_is_refused() -> None:
    size = REGIONS["rom"].size
    with pytest.raises(ValueError, match=f"the boot ROM holds {size} bytes, its content has {size + 1}"):
        rom_words(bytes(size + 1))


def test_timer() -> None:
    assert run_bench(Timer(), "sim.benches.bench_timer") == 4


def test_irq() -> None:
    assert run_bench(Irqs(), "sim.benches.bench_irq") == 1


def test_system() -> None:
    system = System(simulated=True, build=0xDEADBEEF)
    assert run_bench(system, "sim.benches.bench_system", simulated=1, build=0xDEADBEEF) == 3


def test_a_region_that_is_not_aligned_is_named() -> None:
    with pytest.raises(ValueError, match="'odd' at 0x1000 is not aligned to its size"):
        inside(0, Region("odd", 0x1000, 0x3000, "r", ""))
