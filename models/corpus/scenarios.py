"""Every scenario of the corpus, in a stable order: the numbers in file names count along it."""

from __future__ import annotations

from pathlib import Path

from models.corpus.scenario import ATTACK, BENIGN, Scenario, read_scenarios

PROGRAMS = Path(__file__).with_name("programs")


def load(folder: Path = PROGRAMS) -> tuple[Scenario, ...]:
    """Return the scenarios of a folder with one subfolder per class."""
    return tuple(
        scenario
        for cls in (BENIGN, ATTACK)
        for path in sorted((folder / cls).glob("*.scenarios"))
        for scenario in read_scenarios(path, cls)
    )
