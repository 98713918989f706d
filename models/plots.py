"""Charts as SVG, legible on light and dark pages: lines, steps and points, with labels on the axes.

The same values give the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 56, 16, 30, 46
COLOURS = ("#0550ae", "#bc4c00", "#1a7f37", "#8250df", "#9a6700", "#cf222e")
_STYLE = """\
text { font: 12px sans-serif; fill: #1f2328; }
.grid { stroke: #d0d7de; stroke-dasharray: 2 3; }
.frame { stroke: #59636e; fill: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .grid { stroke: #3d444d; }
  .line { filter: brightness(1.7); }
}
"""


@dataclass(frozen=True)
class Series:
    """A line through (x, y), or a point per pair with the range (low, high) of its y, if there is one."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    ranges: Sequence[tuple[float, float]] = ()
    points: bool = False


@dataclass(frozen=True)
class Axis:
    """What an axis shows: its label, its ends, its marks; logarithmic or not."""

    label: str
    low: float
    high: float
    marks: Sequence[float]
    log: bool = False

    def share(self, value: float) -> float:
        """Return where a value lies, 0..1; what is outside lies at the end."""
        held = min(max(value, self.low), self.high)
        if self.log:
            return math.log(held / self.low) / math.log(self.high / self.low)
        return (held - self.low) / (self.high - self.low)


def chart(title: str, across: Axis, up: Axis, series: Sequence[Series], legend_at: str = "bottom") -> str:
    """Return a chart.  legend_at: `bottom` or `top`, where the right-hand side of the chart is empty."""

    def x(value: float) -> float:
        return round(LEFT + across.share(value) * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - up.share(value) * (HEIGHT - TOP - BOTTOM), 1)

    text = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}"'
    text += f' height="{HEIGHT}" role="img">\n<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>\n'
    text += f'<text x="{LEFT}" y="18">{escape(title)}</text>\n'
    for mark in across.marks:
        text += f'<path class="grid" d="M{x(mark)} {TOP}V{HEIGHT - BOTTOM}"/>\n'
        text += f'<text x="{x(mark)}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{mark:g}</text>\n'
    for mark in up.marks:
        text += f'<path class="grid" d="M{LEFT} {y(mark)}H{WIDTH - RIGHT}"/>\n'
        text += f'<text x="{LEFT - 6}" y="{y(mark) + 4}" text-anchor="end">{mark:g}</text>\n'
    frame = f'x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}"'
    text += f'<rect class="frame" {frame}/>\n'
    text += (
        f'<text x="{(LEFT + WIDTH) // 2}" y="{HEIGHT - 10}" text-anchor="middle">{escape(across.label)}</text>\n'
    )
    text += f'<text transform="translate(14 {HEIGHT // 2}) rotate(-90)" text-anchor="middle">'
    text += f"{escape(up.label)}</text>\n"
    first = TOP + 20 if legend_at == "top" else HEIGHT - BOTTOM - 12 - 16 * (len(series) - 1)
    for number, one in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        text += _drawn(one, colour, [x(value) for value in one.xs], [y(value) for value in one.ys])
        for at, (low, high) in zip(one.xs, one.ranges, strict=False):
            text += f'<path class="line" stroke="{colour}" d="M{x(at)} {y(low)}V{y(high)}"/>\n'
        row = first + 16 * number
        text += f'<path class="line" stroke="{colour}" stroke-width="2" d="M{WIDTH - 232} {row - 4}h18"/>\n'
        text += f'<text x="{WIDTH - 208}" y="{row}">{escape(one.name)}</text>\n'
    return text + "</svg>\n"


def _drawn(one: Series, colour: str, xs: Sequence[float], ys: Sequence[float]) -> str:
    if one.points:
        return "".join(
            f'<circle class="line" fill="{colour}" cx="{x}" cy="{y}" r="5"/>\n'
            for x, y in zip(xs, ys, strict=True)
        )
    path = " ".join(f"{'M' if not n else 'L'}{x} {y}" for n, (x, y) in enumerate(zip(xs, ys, strict=True)))
    return f'<path class="line" stroke="{colour}" stroke-width="2" fill="none" d="{path}"/>\n'
