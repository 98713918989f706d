"""Draws: what chance decides inside a program, written between `<%` and `%>`.

    <%3..20%>          a whole number
    <%~40..400%>       a count, multiplied by the run's scale (small in the sample, whole in the full corpus)
    <%ls|ls -la%>      one of these; a bar of the program's own is written \\|
    <%2..4 of a|b|c%>  so many of these, in a random order, with a space between; `,of` puts a comma
    <%word%>           one of a list, see LISTS
    <%n=3..9%>         any of these under a name; <%n%> says it again

and lines that stand alone:

    <%some 5..30%>     so many lines, each drawn from those up to <%end%>, again and again (with ~: scaled)
    <%shuffle%>        the lines up to <%end%> in a random order; <%shuffle 2..4%>: so many of them
    <%?%> text         this line in half of the runs

The lists and the generator know nothing of a run's class.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

# fmt: off
WORDS = (
    "account", "amber", "annual", "archive", "basin", "bridge", "budget", "canal", "cedar", "chart",
    "copper", "delta", "draft", "ember", "estate", "ferry", "field", "garden", "granite", "harbor",
    "index", "island", "kernel", "ledger", "linen", "maple", "marble", "meadow", "mirror", "north",
    "ocean", "orchard", "paper", "pencil", "pepper", "plan", "quarry", "record", "report", "river",
    "saddle", "sample", "season", "signal", "silver", "stone", "summary", "table", "timber",
    "tower", "valley", "velvet", "village", "walnut", "water", "window", "winter",
)
LISTS: dict[str, Sequence[str]] = {
    "word": WORDS,
    "port": tuple(str(port) for port in range(3000, 9990, 37)),
    "size": ("512", "1000", "2048", "4096", "8192", "10000", "16384", "65536"),
    "person": ("alice", "bob"),
    "hidden": (".cache", ".x", ".tmp", ".sync", ".d", ".lock", ".data", ".session", ".u", ".local-state"),
    "place": ("/tmp", "/var/tmp", "/dev/shm"),
    "ext": ("txt", "log", "csv", "md", "dat", "conf", "out"),
    "host": ("127.0.0.1", "127.0.0.2", "127.0.1.1", "127.0.0.53"),
    "day": tuple(f"2024-{month:02d}-{day:02d}" for month in range(1, 13) for day in (2, 9, 17, 28)),
}
# fmt: on

_MARKED = re.compile(r"<%(.*?)%>", re.DOTALL)
_BLOCK = re.compile(r"\s*<%(?P<how>some|shuffle)(?: (?P<count>~?\d+\.\.\d+))?%>\s*")
_END = re.compile(r"\s*<%end%>\s*")
_RANGE = re.compile(r"(?P<scaled>~?)(?P<low>\d+)\.\.(?P<high>\d+)")
_SOME_OF = re.compile(r"(?P<count>~?\d+\.\.\d+) ?(?P<comma>,?)of (?P<those>.*)", re.DOTALL)
_NAMED = re.compile(r"(?P<name>[a-z]\w*)=(?P<value>.*)", re.DOTALL)
_BAR = re.compile(r"(?<!\\)\|")
_MAYBE = re.compile(r"^(\s*)<%\?%>\s?")


class DrawError(Exception):
    """Something between <% and %> is no draw; the message shows it."""


def fill(text: str, rng: random.Random, scale: float = 1.0) -> str:
    """Return a program text with every draw made."""
    names: dict[str, str] = {}
    return _MARKED.sub(lambda match: _value(match[1], rng, scale, names), "\n".join(_lines(text, rng, scale)))


def _lines(text: str, rng: random.Random, scale: float) -> list[str]:
    """Return the lines that stay, blocks drawn."""
    kept: list[str] = []
    block: list[str] = []
    head: re.Match[str] | None = None
    for line in text.split("\n"):
        if match := _BLOCK.fullmatch(line):
            if head:
                raise DrawError(f"a block inside a block: {line.strip()!r}")
            head, block = match, []
        elif _END.fullmatch(line):
            if head is None:
                raise DrawError("<%end%> without <%some%> or <%shuffle%>")
            kept += _drawn(head, block, rng, scale)
            head = None
        else:
            maybe = _MAYBE.match(line)
            if maybe and rng.random() < 0.5:
                continue
            line = maybe[1] + line[maybe.end() :] if maybe else line
            (kept if head is None else block).append(line)
    if head:
        raise DrawError(f"{head[0].strip()} without <%end%>")
    return kept


def _drawn(head: re.Match[str], block: list[str], rng: random.Random, scale: float) -> list[str]:
    if head["how"] == "some":
        if not head["count"]:
            raise DrawError("<%some%> needs a range: <%some 5..30%>")
        # Each repetition draws for itself what its line leaves open, and shares what has a name.
        return rng.choices(block, k=_number(head["count"], rng, scale)) if block else []
    count = min(_number(head["count"], rng, scale), len(block)) if head["count"] else len(block)
    return rng.sample(block, count)


def _number(text: str, rng: random.Random, scale: float) -> int:
    match = _RANGE.fullmatch(text)
    if not match or int(match["low"]) > int(match["high"]):
        raise DrawError(f"not a range: {text!r}")
    number = rng.randint(int(match["low"]), int(match["high"]))
    return max(1, round(number * scale)) if match["scaled"] else number


def _value(text: str, rng: random.Random, scale: float, names: dict[str, str]) -> str:
    if "<%" in text:
        raise DrawError(f"a draw inside a draw: <%{text}%>")
    if named := _NAMED.fullmatch(text):
        names[named["name"]] = _value(named["value"], rng, scale, names)
        return names[named["name"]]
    if text in names:
        return names[text]
    if text in LISTS:
        return rng.choice(LISTS[text])
    if some := _SOME_OF.fullmatch(text):
        those = _choices(some["those"])
        count = min(_number(some["count"], rng, scale), len(those))
        return (", " if some["comma"] else " ").join(rng.sample(those, count))
    if _RANGE.fullmatch(text):
        return str(_number(text, rng, scale))
    if "|" in text:
        return rng.choice(_choices(text))
    raise DrawError(f"no list, range or choice: <%{text}%>")


def _choices(text: str) -> list[str]:
    return [choice.replace("\\|", "|") for choice in _BAR.split(text)]
