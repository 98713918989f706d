"""How many events a second the engines of this computer screen."""

from __future__ import annotations

import time

from hdl.contract.policy import default_policy
from host.bench.figure import Figure
from host.engines import Pipeline, Progress, make_pipeline
from models.encode import Batch
from models.gateway import switch
from models.package import Package

SECONDS = 2.0
"""Processor time that an engine is given."""


def prepare(engine: Pipeline, package: Package) -> None:
    """Put the default policy and a model in force."""
    engine.load_policy(default_policy())
    engine.load_model(0, package.image)
    switch(engine, 0)


def engine_rate(
    name: str, package: Package, batches: list[Batch], trace: str, progress: Progress | None
) -> Figure:
    """Measure one engine."""
    engine = make_pipeline(name, progress)
    prepare(engine, package)
    engine.screen(batches[0].events[:1], batches[0].pool, batches[0].offsets[:1])  # what is compiled, is now
    done, began = 0, time.process_time()
    while (passed := time.process_time() - began) < SECONDS:
        for batch in batches:
            engine.screen(batch.events, batch.pool, batch.offsets)
            done += len(batch.events)
    how = f"{done} events of {trace}, encoded before, over processor time"
    return Figure(f"{name}_events_per_second", round(done / passed), "events/s", how)
