"""What `vigilante bench` measures, each figure with how it was measured.  Nothing here is estimated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from host.bench.board import board_figures
from host.bench.builds import build_figures
from host.bench.cell import cell_figures
from host.bench.decision import decision_figures
from host.bench.figure import Figure, Missing
from host.bench.immunity import immunity_figures
from host.bench.powers import power_figures
from host.bench.processes import process_figures
from host.bench.quarantine import quarantine_figures
from host.bench.rates import engine_rate, prepare
from host.bench.software import software_figures
from host.engines import Progress, make_pipeline
from models.encode import Batch
from models.gateway import Gateway
from models.package import Package
from models.readers.detect import open_trace


def measure(package: Package, trace: Path, progress: Progress | None = None) -> Iterator[Figure | Missing]:
    """Yield every figure as it is measured, on `trace` where a trace is needed."""
    batches = encoded(package, trace)
    decisions = list(decision_figures(package, progress))
    yield from decisions
    yield from software_figures(package, batches, trace.name, progress)
    yield from build_figures({figure.key: figure.value for figure in decisions})
    for name in ("gateware", "golden"):
        yield engine_rate(name, package, batches, trace.name, progress)
    yield from board_figures(package, batches, trace.name, progress)
    yield from process_figures(package, progress)
    yield from quarantine_figures(package, progress)
    yield from immunity_figures(progress)
    yield from cell_figures(package, progress)
    yield from power_figures(progress)


def encoded(package: Package, trace: Path) -> list[Batch]:
    """Return a trace as events, encoded once."""
    engine = make_pipeline("golden")
    prepare(engine, package)
    return [part.batch for part in Gateway(engine, package.image).screen(open_trace(trace))]
