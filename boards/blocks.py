"""The main blocks: where each stands in a netlist, what it takes there, and how fast it is alone.

Each is mapped by itself, so that every cell has a block.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from amaranth.hdl import UnusedElaboratable

from boards.board import Board
from boards.flow import Placed, mapped, placed, plain
from boards.targets import Target, soc, text_of
from boards.tools import Say, silent
from boards.top import Harnessed
from hdl.screening.block import Block

COLUMNS = {
    "lut4": ("LUT4", "SB_LUT4"),
    "carry": ("CCU2C", "SB_CARRY"),
    "lut_ram": ("TRELLIS_DPR16X4",),
    "ff": ("TRELLIS_FF", "SB_DFF*"),
    "block_ram": ("DP16KD", "SB_RAM40_4K*"),
    "large_ram": ("SB_SPRAM256KA",),
    "multipliers": ("MULT18X18D", "SB_MAC16"),
}
"""Cell types by what they are counted as; a star stands for variants.  A CCU2C is two bits of carry, a
TRELLIS_DPR16X4 16 rows of four bits, a DP16KD 18 Kbit."""

ALONE_MHZ = 100.0
"""What a block alone is asked for: more than any is expected to reach, so that its own limit shows."""

SCREENING = (
    "latch", "classifier", "paths", "slots", "history", "tables", "cam", "book", "accumulators", "judge",
    "recorder", "models", "readback",
)  # fmt: skip
"""Blocks of the pipeline; all are measured alone."""

SOC = {
    "core": "machine.core", "bus": "machine.bus", "main RAM": "machine.ram", "boot ROM": "machine.rom",
    "system": "machine.system", "timer": "machine.timer", "irq": "machine.irq", "uart": "uart", "link": "link",
    "flash": "flash", "sha256": "sha256", "scheduler": "scheduler", "coprocessor": "coprocessor",
    "cell": "cell", "cell's core": "cell.core", "clone memory": "cell.access.memory",
    **{
        name: f"coprocessor.{name}"
        for name in ("calls", "dispatch", "stray", "tampering", "strings", "host", "loader", "records",
                     "counting", "scores", "rest")
    },
    "pipeline": "coprocessor.pipeline",
}  # fmt: skip
"""Blocks of the board, and where they are in it."""

ALONE = ("core", "bus", "uart", "link", "flash", "sha256")
"""Those of them that are measured alone."""


@dataclass(frozen=True)
class MainBlock:
    """One block: its name, the module that it is in the netlist, and what makes one alone, if that is measured."""

    name: str
    module: str
    make: Callable[[], Block] | None


def part_of(outer: Callable[[], Block], where: str) -> Block:
    """Return a part of a block as the block makes it, parameters and all; `where`: names, outermost first."""
    warnings.simplefilter("ignore", UnusedElaboratable)  # its neighbours, when they are thrown away
    block: Any = outer()
    for name in where.split("."):
        block = block.elaborate(None).submodules[name]
    found: Block = block
    return found


def main_blocks(target: Target) -> tuple[MainBlock, ...]:
    """Return the blocks of a target, from the outside in."""
    if target.whole:
        outer = [
            MainBlock(name, target.root + where, partial(part_of, inside, where) if name in ALONE else None)
            for name, where in SOC.items()
        ]
    else:
        outer = [MainBlock("pipeline", f"{target.root}block", None)]
    inner = [
        MainBlock(name, target.screening + name, partial(part_of, target.pipeline, name)) for name in SCREENING
    ]
    return (*outer, *inner)


def inside() -> Block:
    """Return the system on chip without its reset."""
    return soc().board


def counted(types: dict[str, int]) -> dict[str, int]:
    """Return cells by column."""
    found: Counter[str] = Counter()
    for column, names in COLUMNS.items():
        for cell, count in types.items():
            if any(cell.startswith(name[:-1]) if name.endswith("*") else cell == name for name in names):
                found[column] += count
    return {column: found[column] for column in COLUMNS}


def usage(modules: dict[str, Any], blocks: tuple[MainBlock, ...]) -> dict[str, dict[str, dict[str, int]]]:
    """Return what each block takes, `own` and with all that is in it (`all`).

    modules: cells by type of each module, as yosys counts them.
    """
    types = {name: dict(module["num_cells_by_type"]) for name, module in modules.items()}

    def total(name: str) -> Counter[str]:
        found: Counter[str] = Counter()
        for cell, count in types[name].items():
            # A module below, else a cell; `types` has both forms of an escaped name.
            inner = cell if cell in types else f"\\{cell}"
            if inner in types and inner != name:
                for below, number in total(inner).items():
                    found[below] += number * count
            else:
                found[cell] += count
        return found

    modules_by_name = {plain(name): name for name in types}
    return {
        block.name: {
            "own": counted(types[modules_by_name[block.module]]),
            "all": counted(dict(total(modules_by_name[block.module]))),
        }
        for block in blocks
        if block.module in modules_by_name
    }


def alone(block: MainBlock, board: Board, seed: int, *, say: Say = silent, force: bool = False) -> Placed:
    """Return a block placed and routed alone, between registers, on a board's chip."""
    assert block.make is not None
    design = mapped(board.family, text_of(Harnessed(block.make())), ALONE_MHZ, say=say, force=force).design
    return placed(board, design, "", seed, ALONE_MHZ, say=say, force=force)
