"""Whether reasons can be trusted: without the calls that they name, the score falls further than without others.

    python -m host.deletion [--corpus DIR] [--out docs]

For every attack that reaches a tier after its onset: the call at which it stands highest is explained as
`vigilante screen` does.  Then the named calls are taken out of the trace, and, for comparison, as many drawn from
those that the explanation looked at; the rest is screened again by the golden machine.  Compared is how far
the score falls at the explained call, 0..1, unrounded, over clusters of programs.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from hdl import cache
from hdl.contract.event import EVENT, Kind
from hdl.contract.policy import default_policy
from hdl.contract.verdict import Tier
from host.explain import Explainer, Reason
from host.screen import Screening
from host.terminal import Terminal
from models.build import corpus_digest
from models.calibrate import Floats, evidence
from models.corpus.condensed import SAMPLE
from models.encode import Words
from models.evaluate import CorpusError, Progress, group_of, in_parallel, read_labels
from models.gateway import Screened, switch
from models.golden.engine import GoldenEngine
from models.image import Model, parse
from models.intervals import DRAWS, interval
from models.package import SHIPPED, PackageError, read_package
from models.readers.strace import StraceReader
from models.replay import PLENTY, slots_of, unspilled
from models.sources import digests, sources_of
from models.trace import Item

CHARTS = Path(__file__).resolve().parents[1] / "docs" / "charts"
NAME = "deletion.json"
NAMED = 5
"""Calls that a reason names."""

TRIES = 10
"""Random draws per attack."""

_OK = np.uint32(1 << EVENT.offset["ok"])
_TEXTS = {
    "named": "without the calls that are named the score falls by",
    "random": "without as many drawn at random, by",
    "difference": "difference",
}
Names = Callable[[Explainer, int], Sequence[int]]
"""Says which trace lines made a call suspect, heaviest first."""


@dataclass(frozen=True, slots=True)
class Fall:
    """How far the score of one attack falls.  cluster: its program.  calls: how many were taken out."""

    name: str
    cluster: str
    calls: int
    score: float
    named: float
    drawn: float


class Replay:
    """One trace under one model, without some of its calls.

    Members: `screening`, of all of it; `scores`, 0..1 after each event, unrounded.
    """

    def __init__(self, name: str, items: Iterable[Item], image: bytes) -> None:
        # Nothing may be spilled: it would bring back sums of calls that are gone.
        encoder, batches = unspilled(items, image)
        self._image = image
        self._model: Model = parse(image)
        unscreened = [Screened(batch, np.zeros((len(batch.events), 6), np.uint32)) for batch in batches]
        self.screening = Screening(name, unscreened, encoder.lives)
        self._slots = slots_of(encoder.lives)[self.screening.lives]
        self.screening.records = self._records(self.screening.events, np.ones(len(self._slots), np.bool_))
        self.scores = self._scores(self.screening.records)

    def without(self, rows: Sequence[int], at: int) -> float:
        """Return the score of the process of event `at` then, had the calls `rows` not been made."""
        screening = self.screening
        events = screening.events.copy()
        left = np.ones(len(events), np.bool_)
        left[list(rows)] = False
        calls = screening.kinds == Kind.CALL
        for row in sorted(rows):
            # How the call before ended is told by the next event of the process: now by the one after.
            later = np.flatnonzero(calls[row + 1 :] & (screening.lives[row + 1 :] == screening.lives[row]))[:1]
            for after in (later + row + 1).tolist():
                events[after, 0] = (events[after, 0] & ~_OK) | (events[row, 0] & _OK)
        mine = np.flatnonzero(left & calls & (screening.lives == screening.lives[at]))
        mine = mine[mine <= at]
        if not len(mine):
            return 0.0
        left[at + 1 :] = False
        scores = self._scores(self._records(events, left))
        return float(scores[int(left[: mine[-1]].sum())])

    def _records(self, events: Words, left: NDArray[np.bool_]) -> Words:
        engine = GoldenEngine(slots=PLENTY)
        engine.load_policy(default_policy())
        engine.load_model(0, self._image)
        switch(engine, 0)
        screening = self.screening
        return engine.screen(events[left], screening.pool, screening.offsets[left], self._slots[left])[0]

    def _scores(self, records: Words) -> Floats:
        words = records.astype(np.int64)
        sums = np.stack([words[:, 2] & 0xFFFF, words[:, 2] >> 16, words[:, 3] & 0xFFFF], axis=1)
        return evidence(sums, self._model)


def named_lines(explainer: Explainer, row: int) -> list[int]:
    """Return the lines of the calls that the reason names."""
    return [call.line for call in explainer.explain(row, NAMED).calls]


def fall(
    name: str, cluster: str, items: Iterable[Item], onset: int, image: bytes, names: Names = named_lines,
    tries: int = TRIES,
) -> Fall | None:  # fmt: skip
    """Return how far one attack's score falls; None where it reaches no tier, so that nothing is explained."""
    replay = Replay(name, items, image)
    screening = replay.screening
    tiers = screening.field("tier")
    counted = screening.is_call & (screening.lines >= onset) & (tiers > Tier.CALM)
    if not counted.any():
        return None
    at = int(np.argmax(np.where(counted, replay.scores, -1.0)))
    explainer = Explainer(screening, image)
    reason: Reason = explainer.explain(at, NAMED)
    row_of = _rows(screening)
    rows = [row_of[line] for line in names(explainer, at)]
    window = explainer.window(at)
    if not reason.accumulator or not rows or len(window) <= len(rows):
        return None
    before = float(replay.scores[at])
    draw = random.Random(name)
    others = [before - replay.without(draw.sample(window, len(rows)), at) for _ in range(tries)]
    return Fall(name, cluster, len(rows), before, before - replay.without(rows, at), float(np.mean(others)))


def _rows(screening: Screening) -> dict[int, int]:
    """Return the event of the call on each trace line."""
    rows = np.flatnonzero(screening.is_call)
    return dict(zip(screening.lines[rows].tolist(), rows.tolist(), strict=True))


def summary(falls: Sequence[Fall], attacks: int, seed: int = 0) -> dict[str, Any]:
    """Return the means and the interval of their difference, whole clusters redrawn."""
    names, place = np.unique(np.array([one.cluster for one in falls]), return_inverse=True)
    values = {
        "named": np.array([one.named for one in falls]),
        "random": np.array([one.drawn for one in falls]),
    }
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), size=DRAWS)
    weights = drawn[:, place].astype(np.float64)
    found: dict[str, Any] = {"attacks": attacks, "explained": len(falls), "clusters": len(names)}
    found["named_calls"] = round(float(np.mean([one.calls for one in falls])), 2)
    found["score"] = round(float(np.mean([one.score for one in falls])), 4)
    for key, each in {**values, "difference": values["named"] - values["random"]}.items():
        redrawn = (weights @ each) / weights.sum(axis=1)
        found[key] = {"mean": round(float(each.mean()), 4), "interval": [round(v, 4) for v in interval(redrawn)]}
    found["named_further"] = int((values["named"] > values["random"]).sum())
    found["holds"] = found["difference"]["interval"][0] > 0.0
    return found


def check(directory: Path, image: bytes, progress: Progress | None = None) -> dict[str, Any]:
    """Return the summary over the attacks of a corpus."""
    labels = [label for label in read_labels(directory) if label["class"] == "attack"]
    falls: list[Fall] = []
    for number, found in enumerate(in_parallel(partial(_checked, directory=directory, image=image), labels)):
        if progress:
            progress("taking calls out", number, len(labels))
        if found is not None:
            falls.append(found)
    if not falls:
        raise CorpusError(f"{directory}: no attack reaches a tier: there is nothing to explain")
    return summary(falls, len(labels))


def _checked(label: dict[str, Any], directory: Path, image: bytes) -> Fall | None:
    reader = StraceReader(directory / label["file"])
    return fall(label["file"], group_of(label), reader, label.get("onset_line") or 0, image)


def kept(directory: Path, image: bytes, progress: Progress | None = None) -> dict[str, Any]:
    """Return the summary; the same sources, model and corpus are computed once."""
    files = [str(label["file"]) for label in read_labels(directory)]
    said = [*digests(sources_of(Path(__file__).resolve())), image.hex(), corpus_digest(directory, files)]

    def make(folder: Path) -> None:
        (folder / NAME).write_text(json.dumps(check(directory, image, progress), indent=1) + "\n")

    place = cache.made("deletion", hashlib.sha256("\n".join(said).encode()).hexdigest(), NAME, make)
    found: dict[str, Any] = json.loads(place.read_text())
    return found


@click.command()
@click.option("--corpus", type=click.Path(path_type=Path), default=SAMPLE, help="Folder with labels.jsonl.")
@click.option("--out", type=click.Path(path_type=Path), default=CHARTS, help="Where the figures go.")
def main(corpus: Path, out: Path) -> None:
    """Check the reasons of the shipped model by deletion; 1 where they do not hold."""
    try:
        with Terminal().steps("reasons: ") as progress:
            found = kept(corpus, read_package(SHIPPED).image, progress)
    except (CorpusError, PackageError) as error:
        raise click.ClickException(str(error)) from None
    out.mkdir(parents=True, exist_ok=True)
    (out / NAME).write_text(json.dumps(found, indent=1) + "\n")
    for key, text in _TEXTS.items():
        low, high = found[key]["interval"]
        click.echo(f"{text} {found[key]['mean']:.3f} [{low:.3f}, {high:.3f}]")
    raise SystemExit(0 if found["holds"] else 1)


if __name__ == "__main__":
    main()
