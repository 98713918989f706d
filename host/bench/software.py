"""What the same model costs as a program on the board's core."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hdl.contract.policy import default_policy
from hdl.screening.pipeline import VERDICT_EDGES
from host.bench.figure import Figure
from host.engines import Progress
from models.encode import Batch
from models.package import Package
from sim.software import Measured, busiest, measure
from sim.verilate import silent


def software_figures(
    package: Package, batches: list[Batch], trace: str, progress: Progress | None = None
) -> Iterator[Figure]:
    """Yield the figures, behind `decision_cycles`.  Raises EngineError if the program is not the same model."""
    measured = measure(busiest(batches), package.image, default_policy(), progress or silent)
    yield from figures_of(measured, trace)


def figures_of(measured: Measured, trace: str) -> Iterator[Figure]:
    """Return what a measurement says."""
    mean = round(float(np.mean(measured.cycles)), 1)
    yield Figure(
        "software_model_cycles", mean, "cycles",
        f"the same model in C (docs/software-model.md), clang -O2, on the board's core, all of it in main memory: "
        f"the core's counter round each of {len(measured.cycles)} calls of the {measured.processes} busiest "
        f"processes of {trace}, less what reading it takes ({measured.reading}); the mean "
        f"({measured.cycles.min()} to {measured.cycles.max()}); sums, tier and verdict of every call equal the "
        "golden machine's; it is given the paths' class, looks for no vaccine and writes no record",
    )  # fmt: skip
    yield Figure(
        "speedup_vs_software", round(mean / VERDICT_EDGES, 1), "1",
        "software_model_cycles / decision_cycles, both at the same clock; the gateware looks for vaccines, too",
    )  # fmt: skip
