"""What builds have measured: clocks reached and cells taken, from their reports, as long as those are of today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hdl.screening.pipeline import FAST_RANKS, VERDICT_EDGES
from host.bench.figure import Figure, Missing

if TYPE_CHECKING:
    from boards.report import Report

BOARD, PIPELINE, FAST = "ulx3s", "pipeline", "pipeline-fast"
SCORER = ("tables", "history", "accumulators", "judge")
CAM = ("cam", "book")

Make = Callable[["Report"], "tuple[float | None, str]"]
"""Turns a report into a value and how it was measured; the value is None if the report does not give one."""


def build_figures(
    cycles: dict[str, float], load: Callable[[str], Report] | None = None
) -> Iterator[Figure | Missing]:
    """Yield the figures; those of a report that is stale or not there are missing.

    cycles: what becomes time at the board's clock: `decision_cycles` and `decision_cycles_path32`.
    load: where reports come from; default: `boards.report.load`.
    """
    from boards.report import StaleReport
    from boards.report import load as kept

    reports: dict[str, Report] = {}
    for target in (BOARD, PIPELINE, FAST):
        try:
            reports[target] = (load or kept)(target)
        except StaleReport:
            continue
    figures: tuple[tuple[str, str, str, Make], ...] = (
        ("decision_ns", BOARD, "ns", lambda report: _time(report, "decision_cycles", cycles)),
        ("decision_ns_path32", BOARD, "ns", lambda report: _time(report, "decision_cycles_path32", cycles)),
        ("pipeline_fmax_mhz", FAST, "MHz", _fast_clock),
        ("soc_fmax_mhz", BOARD, "MHz", _clock),
        ("screening_luts", PIPELINE, "LUT4", lambda report: _blocks(report, ("pipeline",))),
        ("soc_luts", BOARD, "COMB", _whole),
        ("scorer_luts", PIPELINE, "LUT4", lambda report: _blocks(report, SCORER)),
        ("cam_luts", PIPELINE, "LUT4", lambda report: _blocks(report, CAM)),
    )
    for key, target, unit, make in figures:
        if target in reports:
            value, how = make(reports[target])
        else:
            value, how = None, f"stale: run vigilante build {target}"
        yield Missing(key, unit, how) if value is None else Figure(key, value, unit, how)


def _time(report: Report, key: str, cycles: dict[str, float]) -> tuple[float | None, str]:
    if not report.closed:
        why = report.fits or f"the slowest seed reaches {report.worst} MHz"
        return None, f"the board does not run at {report.mhz:g} MHz: {why}"
    how = f"{key} at {report.mhz:g} MHz, which place and route closed with every seed ({_seeds(report)})"
    return round(cycles[key] * 1000 / report.mhz, 3), how


def _clock(report: Report) -> tuple[float | None, str]:
    if report.worst is None:
        return None, f"{report.target} was not placed: {report.fits or 'no seed'}"
    return report.worst, (
        f"the whole board, placed and routed: the slowest of {len(report.fmax)} seeds ({_seeds(report)}), asked "
        f"for {report.mhz:g}"
    )


def _fast_clock(report: Report) -> tuple[float | None, str]:
    if report.worst is None:
        return None, f"{report.target} was not placed: {report.fits or 'no seed'}"
    return report.worst, (
        f"the pipeline alone, between registers, with {FAST_RANKS} more ranks of them (verdict after "
        f"{VERDICT_EDGES + FAST_RANKS} edges), placed and routed: the slowest of {len(report.fmax)} seeds "
        f"({_seeds(report)}), asked for {report.mhz:g}; the board's own has {VERDICT_EDGES} edges and runs at the "
        "board's clock"
    )


def _blocks(report: Report, names: tuple[str, ...]) -> tuple[float | None, str]:
    """Return the LUT4 cells of blocks, with all that is in them."""
    if missing := [name for name in names if name not in report.blocks]:
        return None, f"the report of {report.target} does not count {', '.join(missing)}"
    cells = {name: report.blocks[name]["all"] for name in names}
    kinds = {"lut4": "LUT4", "carry": "carry cells", "lut_ram": "LUT-RAM cells", "ff": "flip-flops",
             "block_ram": "block RAMs"}  # fmt: skip
    also = ", ".join(f"{sum(block[kind] for block in cells.values()):,} {title}" for kind, title in kinds.items())
    parts = " + ".join(f"{name} {block['lut4']:,}" for name, block in cells.items())
    whole = f"; flattened and placed, the whole takes {_combinational(report):,} COMB" if len(names) == 1 else ""
    return sum(block["lut4"] for block in cells.values()), (
        f"cells after synthesis for ECP5, module by module: {parts}; in all {also}{whole}"
    )


def _whole(report: Report) -> tuple[float | None, str]:
    used = ", ".join(f"{count:,} {cell}" for cell, count in report.whole.items())
    if not (found := _combinational(report)):
        return None, f"{report.target} was not placed: {report.fits or 'no seed'}"
    return found, (
        "the whole board, flattened and placed; a COMB is a LUT4, half a carry cell, or a part of a LUT-RAM, all "
        f"of which take such a place; used: {used}"
    )


def _combinational(report: Report) -> int:
    return report.whole.get("TRELLIS_COMB", 0)


def _seeds(report: Report) -> str:
    return ", ".join(f"{seed}: {mhz:g} MHz" for seed, mhz in report.fmax.items())
