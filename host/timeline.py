"""Draws a process's score over its calls, in one line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hdl.contract.verdict import TIER_BYTES
from host.screen import ProcessResult
from models.encode import Ints

BLOCKS = "▁▂▃▄▅▆▇█"
PLAIN = "_.:-=+*#"
"""For terminals and files that have no blocks."""

STYLES = ("green", "yellow", "dark_orange", "red")
"""Colour by tier."""


@dataclass(frozen=True)
class Timeline:
    """Columns of a timeline, each the worst of its calls.

    levels: score bytes; tiers; mark: column of the first block, -1 for none.
    """

    levels: tuple[int, ...]
    tiers: tuple[int, ...]
    mark: int

    def text(self, glyphs: str = BLOCKS) -> str:
        """Return the columns as glyphs, lowest to highest."""
        return "".join(glyphs[min(level * len(glyphs) // 256, len(glyphs) - 1)] for level in self.levels)

    def pointer(self) -> str:
        """Return a line that points at the first block."""
        return " " * self.mark + "^" if self.mark >= 0 else ""


def timeline(result: ProcessResult, width: int) -> Timeline:
    """Return a timeline at most `width` columns wide."""
    count = len(result.scores)
    width = max(1, min(width, count))
    starts: Ints = np.arange(width) * count // width
    levels = np.maximum.reduceat(result.scores, starts)
    tiers = np.maximum.reduceat(result.tiers, starts)
    mark = -1
    if result.block is not None:
        mark = int(np.searchsorted(starts, result.block.call - 1, side="right")) - 1
    return Timeline(tuple(levels.tolist()), tuple(tiers.tolist()), mark)


def tier_of_byte(score: int) -> int:
    """Return the tier that a score byte belongs to."""
    return sum(score >= low for low in TIER_BYTES[1:])
