"""Runs a simulated board as it is mostly used, for the compiler to see: python -m sim.practice LIBRARY FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.board import SimulatedBoard

CYCLES = 500_000
"""Boot, and a while of waiting for the line."""


def main(library: Path, folder: Path) -> None:
    """Boot a board with a new flash in `folder`."""
    with SimulatedBoard(folder / "practice.flash", paced=False, path=library) as board:
        board.run(CYCLES, skip=False)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
