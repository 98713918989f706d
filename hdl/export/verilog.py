"""The peripheral as one Verilog file, for any tool."""

from __future__ import annotations

import re

from amaranth.back import verilog

from hdl.export.peripheral import Peripheral

TOP = "vigilante"

_HEAD = """\
// The Vigilante coprocessor: module `{top}`.  Ports, timing and registers: README.md beside this file.
// {clock} cycles per second, {banks} vaccine banks{faster}.  Generated; BSD-2-Clause.
/* verilator lint_off CASEINCOMPLETE */
/* verilator lint_off WIDTH */

"""
_TAIL = """\
/* verilator lint_on WIDTH */
/* verilator lint_on CASEINCOMPLETE */
"""
_BLANK = re.compile(r"  initial begin\n((?:    \S+ *\[\d+\] = \d+'[hdb]0+;\n)+)  end\n")
_ROW = re.compile(r"    (\S+ *)\[\d+\] = (\d+)'[hdb]0+;\n")


def _loop(blank: re.Match[str]) -> str:
    """Return a loop for the lines that set a memory to zero, row by row."""
    rows = _ROW.findall(blank[1])
    name, width = rows[0]
    if any(row != (name, width) for row in rows):
        return blank[0]
    row = f"blank_{blank.start()}"  # no other in the file is called so
    return (
        f"  integer {row};\n  initial\n"
        f"    for ({row} = 0; {row} < {len(rows)}; {row} = {row} + 1) {name}[{row}] = {width}'h0;\n"
    )


def verilog_of(peripheral: Peripheral) -> str:
    """Return the text of a self-contained Verilog-2001 file; the same peripheral gives the same text.

    The ports have the members' names: `wb.cyc` is `wb_cyc`.
    """
    text = str(verilog.convert(peripheral, name=TOP, emit_src=False, strip_internal_attrs=True))
    text = text.partition("*/\n")[2]  # the tool's name and version
    text = re.sub(r"\b(wb|call)__(\w+)", r"\1_\2", text)
    head = _HEAD.format(
        top=TOP,
        clock=peripheral.clock,
        banks=peripheral.banks,
        faster=", more ranks of registers" if peripheral.fast else "",
    )
    return head + _BLANK.sub(_loop, text).strip() + "\n" + _TAIL
