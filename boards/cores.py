"""The cell's core for synthesis: the same Ibex as the board's own, without protected regions, as one flat module.

The core of the board is read beside the design's text, with its parameters (`flow.core`); a second set of them
needs a module of its own, which is part of the text.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from boards.flow import digest_of, kept
from boards.tools import Say, run, silent, tool_version
from hdl import sources

BARE = "ibex_bare"
_INSTANCE = re.compile(r"^  ibex #\(\s*\.BOOT\(32'd(\d+)\),\s*\.PMP\(32'd0\)\s*\)", re.M)


def bare_core(boot: int, say: Say = silent) -> str:
    """Return the core without protected regions, which begins at `boot`, as one module in Verilog."""
    files = [path for path in sources.sources() if path != sources.RAM]
    folders = [[path for path in sorted(folder.iterdir()) if path.suffix in (".sv", ".svh")] for folder in
               sources.include_folders()]  # fmt: skip
    content = [path.read_bytes() for path in (*files, *(path for folder in folders for path in folder))]

    def make(work: Path) -> None:
        say("reading the cell's core")
        includes = []
        for number, folder in enumerate(folders):
            place = work / f"include{number}"
            place.mkdir()
            includes += ["-I", place.name]
            for path in folder:
                shutil.copy(path, place)
        for path in files:
            shutil.copy(path, work)
        read = ["read_slang -j 1", *(f"-D {name}" for name in sources.DEFINES), *includes]
        read += [f"-G BOOT={boot} -G PMP=0 --top ibex", *(path.name for path in files)]
        steps = [" ".join(read), "hierarchy -top ibex", "proc", "flatten", "opt_clean", f"rename ibex {BARE}"]
        run("yosys", ["-p", "; ".join([*steps, "write_verilog -noattr bare.v"])], work, say)

    return kept("core", digest_of(BARE, boot, tool_version("yosys"), *content), "bare.v", make).read_text()


def with_cores(verilog: str, say: Say = silent) -> str:
    """Return a design's text with the cell's core in it, if it has a cell."""
    found = _INSTANCE.search(verilog)
    return verilog if found is None else _INSTANCE.sub(f"  {BARE}", verilog) + bare_core(int(found[1]), say)
