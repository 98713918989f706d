"""Scenarios: programs that attack the board, and programs that do honest work there, as files.

A scenario is a C file (with the programs' library, `lib.h`), an ELF file, or a script for the board's shell.  Its
first comment says what it imitates, an attack's beginning with the number of the MITRE technique; a line
`user: NAME` in it says whose it is, if not root's, and `aim: secrets` that it wants secrets and nothing else.

What has to be true of every scenario, so that nobody has to look into it to judge it:
an attack says `done` on its last line if, and only if, it has reached its aim as far as it can tell, and what it
steals it writes out where it arrives, as it is; honest work says `fine` on its last line, and ends with 0, if
nothing was in its way.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import version
from pathlib import Path

import click

from firmware import build
from hdl import cache

FOLDER = build.ROOT / "scenarios"

REACHED, UNHINDERED = "done", "fine"
"""Last lines: of an attack that has reached its aim; of honest work in whose way nothing was."""

SECRETS = "secrets"
"""The aim of an attack that decoys deceive."""

_ELF = b"\x7fELF"
_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?(, T\d{4}(\.\d{3})?)*")


class Kind(Enum):
    """What a scenario is, and so what is expected."""

    ATTACK = "attack"
    BENIGN = "benign"
    UNKNOWN = "unknown"

    @property
    def expected(self) -> str:
        """What is to be seen."""
        return {"attack": "stopped", "benign": "undisturbed", "unknown": "-"}[self.value]


@dataclass(frozen=True)
class Scenario:
    """A program.

    name: its file's, without what says the language.  technique: MITRE's number, "" for what is no attack.
    text: what it imitates, a sentence.  user: whose it is on the board.  aim: SECRETS, or "" for anything else.
    """

    name: str
    kind: Kind
    path: Path
    technique: str
    text: str
    user: str = "root"
    aim: str = ""

    @property
    def language(self) -> str:
        """C, sh or ELF."""
        return {".c": "C", ".sh": "sh"}.get(self.path.suffix, "ELF")

    def program(self) -> bytes:
        """Return what is to be run: an ELF file, or a script's text.  Raises firmware.build.BuildError."""
        return _compiled(self.path) if self.language == "C" else self.path.read_bytes()


def shipped() -> list[Scenario]:
    """Return the scenarios that come with this package, attacks first, by name."""
    return [*_in(FOLDER / "attacks", Kind.ATTACK), *_in(FOLDER / "benign", Kind.BENIGN)]


def others(folder: Path) -> list[Scenario]:
    """Return the scenarios of anybody's folder: what lies in `attacks` is one, in `benign` none, the rest may be.

    Raises click.UsageError if there are none.
    """
    if not folder.is_dir():
        raise click.UsageError(f"{folder}: is no folder: name one with C files, scripts (.sh) or ELF files in it")
    kinds = ((folder / "attacks", Kind.ATTACK), (folder / "benign", Kind.BENIGN), (folder, Kind.UNKNOWN))
    found = [scenario for place, kind in kinds for scenario in _in(place, kind)]
    if not found:
        raise click.UsageError(f"{folder}: there is no C file, script (.sh) or ELF file in it")
    return found


def chosen(names: tuple[str, ...], among: list[Scenario]) -> list[Scenario]:
    """Return those of these names; all, if there are none.  Raises click.UsageError for a name that nobody has."""
    known = {scenario.name: scenario for scenario in among}
    for name in names:
        if name not in known:
            raise click.UsageError(f"there is no scenario {name!r}: `vigilante scenarios list` names them")
    return [known[name] for name in names] if names else among


def _in(folder: Path, kind: Kind) -> list[Scenario]:
    if not folder.is_dir():
        return []
    return [_read(path, kind) for path in sorted(folder.iterdir()) if path.is_file() and _is_program(path)]


def _is_program(path: Path) -> bool:
    if path.suffix in (".c", ".sh"):
        return True
    with path.open("rb") as file:
        return file.read(len(_ELF)) == _ELF


def _read(path: Path, kind: Kind) -> Scenario:
    lines = []
    if path.suffix in (".c", ".sh"):
        said = path.read_text(errors="replace")
        comment = (
            re.match(r"\s*/\*(.*?)\*/", said, re.DOTALL) if path.suffix == ".c" else re.match(r"(#.*\n)*", said)
        )
        lines = [line.strip(" *#\t") for line in comment[0].strip().strip("/*").splitlines()] if comment else []
    fields = {"user": "root", "aim": ""}
    words = []
    for line in lines:
        name, _, value = line.partition(": ")
        if name in fields:
            fields[name] = value.strip()
        else:
            words.append(line)
    text = " ".join(words).strip()
    technique, _, rest = text.partition(": ")
    if not _TECHNIQUE.fullmatch(technique):
        technique, rest = "", text
    return Scenario(path.stem, kind, path, technique, rest, fields["user"], fields["aim"])


def _compiled(source: Path) -> bytes:
    """Return a C file as a program; one that has been compiled already is kept by its content."""
    digest = hashlib.sha256(version("ziglang").encode() + source.read_bytes())
    made_of = (build.LIBRARY, build.ABI, build.INCLUDE, source.parent, FOLDER)
    parts = [path for folder in made_of for path in sorted(folder.iterdir()) if path.suffix in (".c", ".h", ".S")]
    parts = [path for path in parts if path.suffix == ".h" or path.parent == build.LIBRARY]
    for part in [*parts, build.USER / "user.ld", build.ROOT / "build.py"]:
        digest.update(part.name.encode() + part.read_bytes())

    def make(work: Path) -> None:
        build.own_program([source], work / "program", [FOLDER])

    return cache.made("scenarios", digest.hexdigest()[:24], "program", make).read_bytes()
