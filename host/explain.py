"""Says why: which calls and n-grams brought a process to a verdict, by name.

The contributions are worked out again from the model's tables, call by call, as `models.golden.score` adds
them up; what a call gave is shared out among the tables that spoke for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hdl.contract.event import EVENT
from hdl.contract.model import HISTORY, LEAK_SHIFT, ORDERS, PARAM_NAMES, TABLES, argument_index, ngram_index
from hdl.contract.verdict import TIER_SCORES, PathClass, Tier
from host.columns import column
from host.lineage import Lineage
from host.screen import Screening
from models.golden.engine import region

WINDOW = 512
"""Calls looked back at."""

_THRESHOLDS = {"decayed": "decayed", "cusum": "cusum", "tree_sum": "tree"}
_ACCUMULATOR_TEXT = {
    "decayed": "the decayed sum",
    "cusum": "the running sum",
    "tree_sum": "the sum over the whole process tree",
}


@dataclass(frozen=True, slots=True)
class Part:
    """An n-gram or argument pattern: its `table`, its name, its share of all that was added, how often."""

    table: str
    text: str
    share: float
    times: int


@dataclass(frozen=True, slots=True)
class Weight:
    """A call of the window: trace line, process, name, and its share of all that was added."""

    line: int
    pid: int
    name: str
    share: float


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an event was judged as it was.

    grounds: sentences, the judge's own first.  accumulator: the one that stands highest, "" if the tier rests
    on none.  window: calls looked at.  calls, parts: the heaviest of them, heaviest first.
    """

    grounds: tuple[str, ...]
    tier: Tier
    score: float
    accumulator: str
    window: int
    calls: tuple[Weight, ...]
    parts: tuple[Part, ...]
    flags: tuple[str, ...]


class Explainer:
    """Explains events of one screened trace under the model that screened it."""

    def __init__(self, screening: Screening, image: bytes) -> None:
        self._screening = screening
        self._lineage = Lineage(screening)
        self._idmap = region(image, "idmap").tolist()
        self._tables = {name: region(image, name).tolist() for name in TABLES}
        self._params = dict(zip(PARAM_NAMES, region(image, "params").tolist(), strict=False))
        self._ids = screening.field("id").tolist()
        self._classes = screening.field("path_class").tolist()
        self._failed = (1 - column(screening.events, EVENT, "ok")).tolist()
        self._spoken: dict[int, tuple[int, dict[tuple[str, str], int]]] = {}

    def contributions(self, row: int) -> dict[str, int]:
        """Return what each table said of call `row`; their sum is what the engine added up."""
        history = self._lineage.history(row)
        tokens = [self._idmap[self._ids[at]] for at in [row, *history]]
        tokens += [0] * (HISTORY + 1 - len(tokens))
        said = {"unigram": self._tables["unigram"][tokens[0]]}
        for name, order in ORDERS.items():
            table = self._tables[name]
            said[name] = table[ngram_index(tuple(tokens[:order]), len(table).bit_length() - 1)]
        previous = self._classes[history[0]] if history else 0
        index = argument_index(tokens[0], self._classes[row], previous, self._failed[row])
        said["argument"] = self._tables["argument"][index]
        return said

    def explain(self, row: int, most: int = 5) -> Reason:
        """Return why call `row` was judged as it was, with the `most` heaviest calls and patterns."""
        record = self._record(row)
        tier = Tier(record["tier"])
        accumulator = self._ground(record)
        calls: Sequence[Weight] = ()
        parts: Sequence[Part] = ()
        window: list[int] = []
        if accumulator:
            window = self._lineage.window(row, accumulator, WINDOW)
            calls, parts = self._shares(window, accumulator == "decayed")
        return Reason(
            tuple(self._grounds(record, tier, accumulator)), tier, record["score"] / 255, accumulator, len(window),
            tuple(calls[:most]), tuple(parts[:most]), tuple(flag for flag in _FLAGS if record[flag]),
        )  # fmt: skip

    def window(self, row: int) -> list[int]:
        """Return the calls that `explain` looks at, oldest first; none where the tier rests on no accumulator."""
        accumulator = self._ground(self._record(row))
        return self._lineage.window(row, accumulator, WINDOW) if accumulator else []

    def _record(self, row: int) -> dict[str, int]:
        return {name: int(self._screening.field_at(name, np.array([row]))[0]) for name in _RECORD_FIELDS}

    def _ground(self, record: dict[str, int]) -> str:
        """Return the accumulator that the tier rests on, "" if on none."""
        return "" if record["floored"] or record["tier"] == Tier.CALM else self._leading(record)

    def _leading(self, record: dict[str, int]) -> str:
        """Return the accumulator that carries the tier: the highest above that tier's threshold."""

        def height(name: str) -> float:
            threshold: int = self._params[f"{_THRESHOLDS[name]}_{record['tier']}"]
            return record[name] / max(threshold, 1)

        return "tree_sum" if record["by_tree"] else max(("decayed", "cusum", "tree_sum"), key=height)

    def _grounds(self, record: dict[str, int], tier: Tier, accumulator: str) -> list[str]:
        grounds = []
        if record["overlong"]:
            grounds.append("a path is longer or deeper than the limit: denied, whatever the model thinks")
        if record["vaccinated"]:
            grounds.append(f"vaccine {record['vaccine']} matches the call")
        if record["violation"]:
            grounds.append(f"an allow-list of the process does not hold the call (profile {record['profile']})")
        if tier != Tier.CALM:
            text = f"score {record['score'] / 255:.2f}, tier {tier.name.lower()} (from {TIER_SCORES[tier]:.2f})"
            if record["floored"]:
                text += ", kept as a floor after a change of model"
            elif accumulator:
                threshold = self._params[f"{_THRESHOLDS[accumulator]}_{record['tier']}"]
                text += f": {_ACCUMULATOR_TEXT[accumulator]} is {record[accumulator]}, its threshold {threshold}"
            grounds.append(text)
        return grounds

    def _shares(self, window: list[int], decays: bool) -> tuple[list[Weight], list[Part]]:
        """Share out what the window's calls added, newest counting in full."""
        by_part: dict[tuple[str, str], float] = defaultdict(float)
        times: dict[tuple[str, str], int] = defaultdict(int)
        by_row: list[tuple[float, int]] = []
        for age, row in enumerate(reversed(window)):
            total, spoke = self._spoke_for(row)
            if total <= 0:
                continue
            gain = total * (1 - 2.0**-LEAK_SHIFT) ** age if decays else float(total)
            by_row.append((gain, row))
            speaking = sum(spoke.values())
            for key, value in spoke.items():
                by_part[key] += gain * value / speaking
                times[key] += 1
        whole = sum(gain for gain, _row in by_row) or 1.0
        screening = self._screening
        calls = []
        for gain, row in sorted(by_row, key=lambda entry: (-entry[0], entry[1])):
            process = screening.processes[int(screening.lives[row])]
            calls.append(Weight(int(screening.lines[row]), process.pid, screening.names[row], gain / whole))
        parts = [
            Part(table, text, gain / whole, times[table, text])
            for (table, text), gain in sorted(by_part.items(), key=lambda entry: (-entry[1], entry[0]))
        ]
        return calls, parts

    def _spoke_for(self, row: int) -> tuple[int, dict[tuple[str, str], int]]:
        """Return what all tables said of a call, and (table, name) and value of those that spoke for it."""
        known = self._spoken.get(row)
        if known is None:
            said = self.contributions(row)
            total = sum(said.values())
            spoke = {(table, self._text(table, row)): value for table, value in said.items() if value > 0}
            known = self._spoken[row] = (total, spoke if total > 0 else {})
        return known

    def _text(self, table: str, row: int) -> str:
        """Return the name of what `table` looked at in call `row`."""
        names = self._screening.names
        if table == "unigram":
            return names[row]
        history = self._lineage.history(row)
        if table != "argument":
            past = [names[at] for at in history[: ORDERS[table] - 1]]
            start = ["(start)"] if len(past) < ORDERS[table] - 1 else []
            return " → ".join([*start, *reversed(past), names[row]])
        text = names[row]
        if kind := self._classes[row]:
            text += f" of a {PathClass(kind).name} path"
        if history and (kind := self._classes[history[0]]):
            text += f" after a {PathClass(kind).name} path"
        return text + (" after a call that failed" if self._failed[row] else "")


_FLAGS = ("by_tree", "floored", "vaccinated", "violation", "overlong")
_RECORD_FIELDS = ("tier", "score", "decayed", "cusum", "tree_sum", "vaccine", "profile", "path_class", *_FLAGS)
