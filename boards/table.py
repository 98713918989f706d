"""A report as text: what each block takes, how fast it is, and what changed since the report before."""

from __future__ import annotations

from typing import Any

from boards.report import Report

SHOWN = {"lut4": "LUT4", "carry": "carry", "lut_ram": "LUT-RAM", "ff": "FF", "block_ram": "block RAM"}
"""Columns of the table of blocks."""


def _change(now: float, before: float | None) -> str:
    """Return by how much a number differs from the one before; "" where it does not."""
    if before is None or now == before:
        return ""
    return f" ({now - before:+,.4g})"


def _cell(block: dict[str, Any], old: dict[str, Any], column: str) -> str:
    own, total = block["own"][column], block["all"][column]
    before = old.get("all", {}).get(column)
    return (f"{total:,}" if own == total else f"{total:,} [{own:,}]") + _change(total, before)


def block_rows(report: Report, before: Report | None) -> list[list[str]]:
    """Return the table of blocks, its titles first."""
    rows = [["block", *SHOWN.values(), "alone MHz"]]
    for name, block in report.blocks.items():
        old = before.blocks.get(name, {}) if before else {}
        fmax = block.get("fmax")
        speed = "" if fmax is None else f"{fmax:g}{_change(fmax, old.get('fmax'))}"
        rows.append([name, *(_cell(block, old, column) for column in SHOWN), speed])
    return rows


def lines(report: Report, before: Report | None) -> list[str]:
    """Return a report, line by line, compared with the one before."""
    found = []
    if report.blocks:
        found.append("cells with all that is in a block [its own alone]:")
        rows = block_rows(report, before)
        widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
        for row in rows:
            cells = [row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:],
                                                                                        strict=True))]  # fmt: skip
            found.append("  ".join(cells).rstrip())
        found.append("")
    if report.whole:
        found.append("the whole, flattened:")
    for name, used in report.whole.items():
        has = report.available.get(name)
        share = f" of {has:,} ({100 * used / has:.0f} %)" if has else ""
        old = before.whole.get(name) if before else None
        found.append(f"  {name:<16} {used:>8,}{share}{_change(used, old)}")
    for seed, mhz in report.fmax.items():
        old_mhz = before.fmax.get(seed) if before else None
        found.append(f"  seed {seed:<11} {mhz:>8.2f} MHz{_change(mhz, old_mhz)}")
    if report.worst is not None:
        found.append(f"  slowest seed     {report.worst:>8.2f} MHz, asked for {report.mhz:g}")
    if report.critical:
        found.append(f"  slowest path     from {report.critical['begins']} to {report.critical['ends']}")
    if report.bitstream:
        found.append(f"bitstream: {report.bitstream['bytes']:,} bytes, SHA-256 {report.bitstream['sha256']}")
    if report.checked:
        found.append(f"netlist = golden machine: {report.checked:,} events, none different")
    return found
