"""Writes the waveform of one event of a screened trace: the trace again, on a gateware engine that can."""

from __future__ import annotations

from pathlib import Path

import click

from hdl.contract.policy import Policy
from host.engines import Progress, make_gateware
from host.model import ModelKeeper
from host.screen import Screening
from models.package import Package


def check_writable(path: Path) -> None:
    """Refuse a place for the waveform before hours are spent on the trace."""
    try:
        with path.open("wb"):
            pass
    except OSError as error:
        raise click.UsageError(f"--wave {path}: cannot be written ({error.strerror}): name another file") from None


def write_wave(
    path: Path, event: int, screening: Screening, package: Package, policy: Policy, progress: Progress | None
) -> None:
    """Write to `path` (VCD) what the signals do from the offer of event number `event` until its record leaves."""
    if not 0 <= event < len(screening.events):
        raise click.UsageError(f"--event {event}: {screening.name} has events 0 to {len(screening.events) - 1}")
    engine = make_gateware(progress, trace=True)
    ModelKeeper(engine, make_gateware).start(package, policy)
    events, pool, offsets = screening.events, screening.pool, screening.offsets
    engine.screen(events[:event], pool, offsets[:event])
    engine.wave(path)
    engine.screen(events[event : event + 1], pool, offsets[event : event + 1])
    engine.wave(None)
