"""The cell's core for synthesis: the same Ibex as the board's own, without protected regions, as one flat module.

The core of the board is read beside the design's text, with its parameters (`flow.core`); a second set of them
needs a module of its own, which is part of the text.
"""

from __future__ import annotations

import re

from boards.flow import read_core
from boards.tools import Say, silent

BARE = "ibex_bare"
_INSTANCE = re.compile(r"^  ibex #\(\s*\.BOOT\(32'd(\d+)\),\s*\.PMP\(32'd0\)\s*\)", re.M)


def bare_core(boot: int, say: Say = silent) -> str:
    """Return the core without protected regions, which begins at `boot`, as one module in Verilog."""
    behind = f"flatten; opt_clean; rename ibex {BARE}; write_verilog -noattr bare.v"
    return read_core({"BOOT": boot, "PMP": 0}, behind, "bare.v", say).read_text()


def with_cores(verilog: str, say: Say = silent) -> str:
    """Return a design's text with the cell's core in it, if it has a cell."""
    found = _INSTANCE.search(verilog)
    return verilog if found is None else _INSTANCE.sub(f"  {BARE}", verilog) + bare_core(int(found[1]), say)
