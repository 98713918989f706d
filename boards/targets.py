"""What `vigilante build` can build, and what each of them is made of.

A target's identity says everything that its report was measured on: sources, parameters, board, tools.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from amaranth.back import verilog

from boards import icebreaker, ulx3s
from boards.board import Board
from boards.constraints import lpf
from boards.cores import with_cores
from boards.flow import CHIPS, TOP
from boards.tools import BuildError, versions
from boards.top import Harnessed, Top
from firmware.build import rom
from hdl import cache
from hdl.contract.registers import uart_divider
from hdl.contract.vaccine import BANKS
from hdl.netlist import netlist_digest
from hdl.screening.block import Block
from hdl.screening.pipeline import Pipeline
from hdl.soc.soc import Soc
from hdl.sources import OURS
from sim.board import BOARD as SIMULATED
from sim.board import gateware_number
from sim.engine import PIPELINE
from sim.verilate import gateware_digest

FAST_MHZ = 80.0
"""What the pipeline with three more register ranks is to reach."""

_FRAME = ("board.py", "constraints.py", "flow.py", "top.py")
"""Files of this folder that shape every netlist."""


@dataclass(frozen=True)
class Target:
    """One thing to build.

    board: what it is built for.  mhz: the clock that it has to reach.
    parameters: of the gateware, by name.  made_from: its sources.
    verilog: makes the netlist's text, outermost module `top`; netlist: the same with 0 for the gateware's number.
    pipeline: makes the pipeline in it.
    root: where the blocks are found, as module names of that text begin; screening: where the pipeline's are.
    whole: the system on chip, to its pins; else one block between registers.
    """

    name: str
    what: str
    board: Board
    mhz: float
    parameters: dict[str, Any]
    made_from: tuple[Path, ...]
    verilog: Callable[[], str]
    netlist: Callable[[], str]
    pipeline: Callable[[], Block]
    root: str
    screening: str
    whole: bool = False

    @property
    def constraints(self) -> str:
        """Its constraint file; empty where pins do not matter."""
        return lpf(self.board) if self.whole else ""


def _board_digest(board: Board) -> str:
    """Return the digest of a board's file and of what frames every netlist."""
    folder = Path(__file__).parent
    digest = hashlib.sha256(repr(board).encode())
    for name in _FRAME:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:24]


def identity(target: Target, *, tools: bool = True) -> dict[str, Any]:
    """Return what a report of `target` that is made now would be of.

    tools: their versions too; BuildError is raised if one is missing.
    """
    found = {
        "rtl": _rtl(target),
        "parameters": target.parameters,
        "board": _board_digest(target.board),
    }
    return found | ({"tools": versions(CHIPS[target.board.family].tools)} if tools else {})


def _rtl(target: Target) -> str:
    """Return the digest of a target's netlist, with 0 for its own number, and of what is read beside it."""

    def make(work: Path) -> None:
        beside = OURS if target.whole else ()  # a block by itself has none of them in it
        (work / "rtl").write_text(netlist_digest(target.netlist(), *(path.read_bytes() for path in beside)))

    made_of = f"{target.name} {gateware_digest((*target.made_from, Path(__file__).parent))} {version('amaranth')}"
    key = hashlib.sha256(made_of.encode()).hexdigest()[:24]
    return cache.made("rtl", key, "rtl", make).read_text()


def text_of(outer: Any, ports: list[Any] | None = None, name: str = TOP) -> str:
    """Return a design as Verilog."""
    more = {} if ports is None else {"ports": ports}
    return str(verilog.convert(outer, name=name, strip_internal_attrs=True, **more))


def soc(build: int | None = None) -> Soc:
    """Return the system on chip of a board of silicon, with the boot ROM of today.  build: its number."""
    return Soc(rom(), simulated=False, build=gateware_number() if build is None else build)


def _verilog_of_board(board: Board, build: int | None = None) -> str:
    top = Top(board, soc(build))
    return text_of(top, list(top.ports.values()))


def _board_target(board: Board) -> Target:
    line = uart_divider(board.line_rate, board.clock_hz)
    parameters = {"banks": BANKS, "clock_hz": board.clock_hz, "line_divider": line}
    return Target(
        board.name, f"the whole board, {board.title}", board, board.clock_hz / 1e6, parameters,
        SIMULATED.made_from, lambda: with_cores(_verilog_of_board(board)), lambda: _verilog_of_board(board, 0),
        Pipeline, "top.soc.board.", "top.soc.board.coprocessor.pipeline.", whole=True,
    )  # fmt: skip


def _pipeline_target(name: str, what: str, board: Board, mhz: float, *, fast: bool = False) -> Target:
    def pipeline() -> Block:
        return Pipeline(fast=fast)

    def verilog() -> str:
        return text_of(Harnessed(pipeline()))

    return Target(
        name, what, board, mhz, {"banks": BANKS, "fast": fast}, PIPELINE.made_from, verilog, verilog, pipeline,
        "top.", "top.block.",
    )  # fmt: skip


TARGETS = {
    target.name: target
    for target in (
        _board_target(ulx3s.BOARD),
        _pipeline_target("pipeline", "the screening pipeline alone, on the ULX3S's chip", ulx3s.BOARD, 25.0),
        _pipeline_target("pipeline-fast", "the same with more register ranks", ulx3s.BOARD, FAST_MHZ, fast=True),
        _pipeline_target("icebreaker", "the screening pipeline alone, on the iCEBreaker's chip", icebreaker.BOARD,
                         icebreaker.BOARD.clock_hz / 1e6),
    )
}  # fmt: skip
"""Targets by name."""


def target_named(name: str) -> Target:
    """Return a target.  Raises BuildError."""
    if name not in TARGETS:
        raise BuildError(f"there is no target {name!r}: {', '.join(TARGETS)}")
    return TARGETS[name]
