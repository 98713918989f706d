"""Every scenario of the corpus, in a stable order: the numbers in file names count along it."""

from __future__ import annotations

from pathlib import Path

from models.corpus.scenario import ATTACK, BENIGN, LANGUAGES, Scenario, read_scenarios

PROGRAMS = Path(__file__).with_name("programs")


CHORES = PROGRAMS / "chores"


def load(folder: Path = PROGRAMS) -> tuple[Scenario, ...]:
    """Return the scenarios of a folder with one subfolder per class."""
    return tuple(
        scenario
        for cls in (BENIGN, ATTACK)
        for path in sorted((folder / cls).glob("*.scenarios"))
        for scenario in read_scenarios(path, cls)
    )


def load_chores(folder: Path = CHORES) -> dict[str, tuple[Scenario, ...]]:
    """Return the chores by the language that they are written in."""
    chores = [chore for path in sorted(folder.glob("*.scenarios")) for chore in read_scenarios(path, BENIGN)]
    return {
        language: tuple(chore for chore in chores if _SPOKEN[chore.implementation] == _SPOKEN[language])
        for language in LANGUAGES
    }


#: bash reads what is written for sh.
_SPOKEN = {language: language for language in LANGUAGES} | {"bash": "sh"}
