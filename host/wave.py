"""Writes the waveform of one event of a screened trace: the trace again, on a gateware engine of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click

from hdl.contract.policy import Policy
from host.engines import make_engine
from host.model import ModelKeeper
from host.screen import Screening
from models.gateway import EngineError
from models.package import Package


def write_wave(path: Path, event: int, screening: Screening, package: Package, policy: Policy) -> None:
    """Write to `path` what the gateware's signals do while it takes event number `event` of the trace."""
    if not 0 <= event < len(screening.events):
        raise click.UsageError(f"--event {event}: the trace has events 0 to {len(screening.events) - 1}")
    engine = make_engine("gateware")
    keeper = ModelKeeper(engine, lambda: make_engine("gateware"))
    keeper.start(package, policy)
    if not hasattr(engine, "screen_wave"):
        raise EngineError("this gateware engine writes no waveforms: update it")
    try:
        cast(Any, engine).screen_wave(screening.events, screening.pool, screening.offsets, event, path)
    except OSError as error:
        raise click.UsageError(
            f"--wave {path}: cannot be written ({error.strerror}): choose another place"
        ) from None
