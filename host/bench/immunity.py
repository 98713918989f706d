"""Figures of vaccines that the board makes: how soon one is in force."""

from __future__ import annotations

from collections.abc import Iterator

from hdl.contract.memory import CLOCK_HZ
from host.bench.figure import Figure
from host.engines import Progress
from sim.nursery import vaccine_active_cycles
from sim.verilate import silent


def immunity_figures(progress: Progress | None = None) -> Iterator[Figure]:
    """Yield the figures.  Raises EngineError if a vaccine is not born, or misses a call behind it."""
    by_verdict, by_order = vaccine_active_cycles(progress or silent)
    yield Figure(
        "vaccine_active_cycles", by_verdict, "cycles",
        "from the verdict of which a vaccine is born to the commit of the first call that it catches, on "
        f"simulated gateware, calls offered in every cycle; behind an order of the kernel's {by_order}",
    )  # fmt: skip
    yield Figure(
        "exploit_to_immunity_us", round(by_order * 1e6 / CLOCK_HZ, 2), "us",
        f"from the kernel's order, one register write once an exploit is proven, likewise: {by_order} cycles at "
        f"{CLOCK_HZ / 1e6:g} MHz",
    )  # fmt: skip
