"""Timing diagrams: what was sampled, cycle by cycle, as SVG that is legible on light and dark pages.

The same samples give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

CYCLE, LANE, SWING = 46, 30, 16
"""Pixels: width of a cycle, height of a lane, and of a signal within it."""
LEFT, TOP = 132, 26

_STYLE = """\
text { font: 12px monospace; fill: #1f2328; }
.label { text-anchor: middle; }
.grid { stroke: #d0d7de; stroke-dasharray: 2 3; }
.wave { stroke: #0550ae; stroke-width: 1.5; fill: none; }
.bus { stroke: #0550ae; stroke-width: 1.5; fill: #ddf4ff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .grid { stroke: #3d444d; }
  .wave { stroke: #79c0ff; }
  .bus { stroke: #79c0ff; fill: #12304f; }
}
"""


@dataclass(frozen=True)
class Lane:
    """A signal: per cycle 0 or 1, or what a bus holds, as text; None: nothing that counts."""

    name: str
    values: tuple[int | str | None, ...]


def _bit(values: tuple[int | str | None, ...], top: int) -> str:
    """Return a line that is high where the value is."""
    path, before = "", None
    for cycle, value in enumerate(values):
        level = top if value else top + SWING
        path += (
            f"{'M' if before is None else 'L'}{LEFT + cycle * CYCLE} {before if before is not None else level} "
        )
        path += f"L{LEFT + cycle * CYCLE} {level} "
        before = level
    return f'<path class="wave" d="{path}L{LEFT + len(values) * CYCLE} {before}"/>\n'


def _bus(values: tuple[int | str | None, ...], top: int) -> str:
    """Return a box for each stretch of one value, and a line where there is none."""
    text, first = "", 0
    middle = top + SWING // 2
    for cycle in range(1, len(values) + 1):
        if cycle < len(values) and values[cycle] == values[first]:
            continue
        left, right, value = LEFT + first * CYCLE, LEFT + cycle * CYCLE, values[first]
        if value is None:
            text += f'<path class="wave" d="M{left} {middle} L{right} {middle}"/>\n'
        else:
            box = f'x="{left + 2}" y="{top}" width="{right - left - 4}" height="{SWING}" rx="3"'
            text += f'<rect class="bus" {box}/>\n'
            text += f'<text class="label" x="{(left + right) // 2}" y="{middle + 4}">{escape(str(value))}</text>\n'
        first = cycle
    return text


def svg(title: str, lanes: list[Lane]) -> str:
    """Return the diagram of lanes that are all as long as each other; cycles are numbered from 0."""
    (count,) = {len(lane.values) for lane in lanes}
    width, height = LEFT + count * CYCLE + 12, TOP + len(lanes) * LANE + 6
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    )
    text += f' role="img">\n<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>\n'
    for cycle in range(count + 1):
        x = LEFT + cycle * CYCLE
        text += f'<path class="grid" d="M{x} {TOP - 6} L{x} {height - 4}"/>\n'
        if cycle < count:
            text += f'<text class="label" x="{x + CYCLE // 2}" y="14">{cycle}</text>\n'
    for number, lane in enumerate(lanes):
        top = TOP + number * LANE + (LANE - SWING) // 2
        text += f'<text x="4" y="{top + SWING - 4}">{escape(lane.name)}</text>\n'
        text += (_bit if all(isinstance(value, int) for value in lane.values) else _bus)(lane.values, top)
    return text + "</svg>\n"
