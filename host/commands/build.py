"""`vigilante build`: from gateware to a bitstream, and a report of what it takes and how fast it is."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

from boards import table
from boards.build import build
from boards.flash import bitstream_of, keep_bitstream
from boards.postsynth import check
from boards.report import Report, StaleReport, load, read, write
from boards.targets import Target, identity, target_named
from boards.tools import BuildError
from firmware.build import BuildError as FirmwareError
from host.exits import ExitCode
from host.terminal import Terminal
from sim.verilate import BuildError as SimulatorError

LANDMARKS = 8
"""Names along a slow path that are told."""


def seeds_of(text: str) -> tuple[int, ...]:
    """Return the seeds that an option names.  Raises BuildError."""
    parts = text.split(",")
    if not all(part.strip().isdecimal() for part in parts):
        raise BuildError(f"--seeds {text!r}: whole numbers with commas between, as in 1,2,3")
    return tuple(dict.fromkeys(int(part) for part in parts))


def run(
    terminal: Terminal,
    name: str,
    seeds: str,
    as_json: bool,
    *,
    force: bool = False,
    report_only: bool = False,
    checked: bool = False,
    out: Path | None = None,
) -> ExitCode:
    """Build a target, or only show its report; print it beside the one before."""
    target = target_named(name)
    if report_only:
        return _show(terminal, load(name), None, as_json)
    if checked and (target.whole or target.board.family != "ecp5"):
        raise BuildError(
            f"--check holds the netlist of a pipeline on an ECP5 against the golden machine, not {name}'s"
        )
    wanted = seeds_of(seeds)
    before = _before(name)
    report = None if force else _still_good(target, wanted, before)
    try:
        with terminal.steps(f"{name}: ") as progress:
            if report is None:
                report, bitstream = build(target, wanted, progress or _silent, force=force)
                if bitstream is not None:
                    keep_bitstream(bitstream, report)
            if checked and not report.checked:
                met = check(target, progress or _silent)
                report = replace(report, checked=met["events"])
    except (FirmwareError, SimulatorError) as error:
        raise BuildError(str(error)) from error
    write(report)
    if out is not None:
        if not report.bitstream:
            raise BuildError(f"--out {out}: no bitstream was made of {name}")
        shutil.copy(bitstream_of(report), out)
    return _show(terminal, report, before, as_json)


def _silent(_what: str, _done: int, _total: int) -> None:
    """Say nothing: nobody watches."""


def _before(name: str) -> Report | None:
    """Return the last report, whatever it is of; None if there is none that can be read."""
    try:
        return read(name)
    except StaleReport:
        return None


def _still_good(target: Target, seeds: tuple[int, ...], before: Report | None) -> Report | None:
    """Return the last report if nothing has changed since and its bitstream is here."""
    if before is None or before.identity != identity(target) or before.seeds != seeds:
        return None
    if before.bitstream and not bitstream_of(before).exists():
        return None
    return before


def _show(terminal: Terminal, report: Report, before: Report | None, as_json: bool) -> ExitCode:
    if as_json:
        terminal.out(json.dumps(report.object(), separators=(",", ":")))
    else:
        for line in table.lines(report, before):
            terminal.out(line)
        if report.bitstream:
            terminal.out(f"file: {bitstream_of(report)}")
    if report.fits:
        terminal.error(f"{report.target} does not fit: {report.fits}")
        return ExitCode.ENGINE
    if not report.closed:
        path = report.critical
        via = f" by way of {', '.join(path['via'][:LANDMARKS])}" if path["via"] else ""
        terminal.error(
            f"{report.target} reaches {report.worst:.2f} MHz of {report.mhz:g}: the slowest path goes from "
            f"{path['begins']} to {path['ends']}{via}"
        )
        return ExitCode.ENGINE
    return ExitCode.CLEAN
