"""Exceptions: calls of the host's own programs that are let be, though the model finds them suspect.

A file with one exception a line, four columns:

    # program        calls                      paths             up to
    /usr/bin/ls      openat,newfstatat,statx    SYSTEM,CONFIG     0.90
    /usr/bin/rsync   openat,getdents64          *                 0.80

One program by its full path, calls by name, path classes by name (NONE: the call names no path) or * for any, and
the highest tier that is excepted, 0.80 or 0.90.  What runs below a program under another name is not covered.  The
last tier, vaccines, allow-lists and overlong paths are never excepted.

Exceptions live on the host, in its reports.  The gateware does not know them: its judge is loaded per profile,
call class and secrecy of the object; a profile belongs to a process tree, and an exec can only narrow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdl.contract.syscalls import IDS
from hdl.contract.verdict import TIER_SCORES, PathClass, Tier, Verdict
from models.encode import Ints
from models.slots import Life
from models.trace import TraceError

NEVER = ("vaccinated", "violation", "overlong")
"""Grounds that no exception covers: fields of a record."""

_CEILINGS = {f"{TIER_SCORES[tier]:.2f}": tier for tier in (Tier.SUSPECT, Tier.HOSTILE)}


@dataclass(frozen=True, slots=True)
class Exemption:
    """One line of the list.  classes: the path classes it covers.  ceiling: the highest tier."""

    line: int
    program: bytes
    calls: frozenset[str]
    classes: frozenset[int]
    ceiling: Tier
    text: str

    def covers(self, program: bytes, name: str, path_class: int) -> bool:
        """Say whether the call is on this line, whatever its tier."""
        return program == self.program and name in self.calls and path_class in self.classes


class Exemptions:
    """A list of exceptions, in the order of its lines."""

    def __init__(self, entries: Sequence[Exemption] = ()) -> None:
        self.entries = tuple(entries)
        self._programs = {entry.program for entry in entries}

    def __len__(self) -> int:
        return len(self.entries)

    def covering(
        self, names: Sequence[str], lines: Ints, lives: Ints, classes: Ints, processes: Sequence[Life]
    ) -> Ints:
        """Return, per event, the number of the entry that covers it, from 1; 0: none does.

        names, lines, lives, classes: the call's name, its trace line, whose it is, its path class.
        """
        found = np.zeros(len(names), np.int64)
        listed = [any(ran in self._programs for _, ran in life.programs) for life in processes]
        if not any(listed):
            return found
        for row in np.flatnonzero(np.array(listed)[lives]).tolist():
            program = processes[int(lives[row])].program(int(lines[row]))
            if program in self._programs:
                found[row] = self.entry(program, names[row], int(classes[row]))
        return found

    def entry(self, program: bytes, name: str, path_class: int) -> int:
        """Return the number of the first entry that covers a call, from 1; 0: none does."""
        for number, entry in enumerate(self.entries, 1):
            if entry.covers(program, name, path_class):
                return number
        return 0

    def ceilings(self) -> Ints:
        """Return the highest tier that entry 1, 2, .. excepts; at 0 stands the calm one."""
        return np.array([Tier.CALM, *(entry.ceiling for entry in self.entries)], np.int64)

    def excepted(
        self, entries: Ints, tiers: Ints, proposed: Ints, grounds: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Say which calls an entry lets be that were not allowed.  grounds: one of `NEVER` holds."""
        quiet: NDArray[np.bool_] = (entries > 0) & (tiers <= self.ceilings()[entries]) & ~grounds
        quiet &= proposed != Verdict.ALLOW
        return quiet


def read_exceptions(path: Path) -> Exemptions:
    """Return the list in a file; TraceError names the line that is wrong, and the mend."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TraceError(f"{path}: cannot be read ({error}): name a list of exceptions") from None
    return Exemptions(list(_entries(path, lines)))


def _entries(path: Path, lines: Sequence[str]) -> Iterable[Exemption]:
    for number, text in enumerate(lines, 1):
        words = text.partition("#")[0].split()
        if not words:
            continue
        where = f"{path}, line {number}"
        if len(words) != 4:
            raise TraceError(f"{where}: {len(words)} columns: program, calls, path classes and tier belong here")
        program, calls, classes, ceiling = words
        if not program.startswith("/") or any(letter in program for letter in "*?["):
            raise TraceError(f"{where}: {program!r}: one program by its full path, without patterns, belongs here")
        names = frozenset(calls.split(","))
        if unknown := sorted(name for name in names if name not in IDS):
            raise TraceError(f"{where}: no system call is called {unknown[0]!r}: list them by name")
        wanted = PathClass.__members__.keys() if classes == "*" else classes.split(",")
        if wrong := [name for name in wanted if name not in PathClass.__members__]:
            known = ", ".join(PathClass.__members__)
            raise TraceError(f"{where}: no path class is called {wrong[0]!r}: use * or {known}")
        if ceiling not in _CEILINGS:
            raise TraceError(f"{where}: tier {ceiling!r}: {' or '.join(_CEILINGS)}; the last is never excepted")
        yield Exemption(
            number, program.encode(), names, frozenset(int(PathClass[name]) for name in wanted),
            _CEILINGS[ceiling], " ".join(words),
        )  # fmt: skip
