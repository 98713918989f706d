"""Reads ADFA-LD: recordings that are nothing but i386 call numbers, one process per file.

The data set (UNSW Canberra; Creech and Hu 2013) is free for academic use and is not part of this product: the
user names the folder where it was unpacked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hdl.contract.syscalls import NAMES, NUMBERS
from models.readers.source import blocks, open_source, shown
from models.trace import Call, Exit, Item, Start, TraceError, TraceStats

PID = 0
"""The pid of every trace's only process: the files do not tell it."""

_BENIGN = ("Training_Data_Master", "Validation_Data_Master")
_ATTACK = "Attack_Data_Master"
_MEND = "pass the folder that holds Training_Data_Master, Validation_Data_Master and Attack_Data_Master"


class AdfaReader:
    """The items of one ADFA-LD file: a start, the calls, an exit.

    path:  the file; it may be packed with xz, gzip or bzip2.
    stats: what was met so far.

    The recordings hold neither arguments nor results: `args` are zero and every call counts as done.  Numbers
    without a name become "i386_<number>".  Iterating raises TraceError for what is no list of numbers.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.stats = TraceStats()

    def __iter__(self) -> Iterator[Item]:
        self.stats = stats = TraceStats()
        stream, name = open_source(self._path)
        with stream:
            for lines in blocks(stream, name):
                for text in lines:
                    stats.lines += 1
                    for word in text.split():
                        if not stats.calls:
                            yield Start(stats.lines, PID)
                        stats.calls += 1
                        yield Call(stats.lines, PID, self._named(word, name))
        if not stats.calls:
            raise TraceError(f"{name}: holds no call number; copy the file again from the data set")
        yield Exit(stats.lines, PID)

    def _named(self, word: str, file: str) -> str:
        if not (word.isascii() and word.isdecimal() and len(word) <= 9):
            raise TraceError(
                f"{file}, line {self.stats.lines}: {shown(word)} is no call number; "
                "an ADFA-LD file holds decimal numbers and spaces only"
            )
        number = int(word)
        known = NUMBERS["i386"].get(number)
        if known is not None:
            return NAMES[known]
        name = f"i386_{number}"
        self.stats.unknown_names[name] = self.stats.unknown_names.get(name, 0) + 1
        return name


@dataclass(frozen=True, slots=True)
class AdfaTrace:
    """One file of the data set.

    label:     what the data set says it is.
    kind:      the attack ("Adduser", "Hydra_FTP"), or "Training" or "Validation".
    recording: the session it was cut from ("Adduser_1"): never split one between training and test.
               Benign files tell no session, so each counts as its own.
    """

    path: Path
    label: Literal["benign", "attack"]
    kind: str
    recording: str


def find_adfa(directory: Path) -> list[AdfaTrace]:
    """Return the traces of the data set in `directory`, sorted by path; TraceError where there is none."""
    missing = [name for name in (*_BENIGN, _ATTACK) if not (directory / name).is_dir()]
    if missing:
        what = f"has no folder {missing[0]}" if directory.is_dir() else "is no folder"
        raise TraceError(f"{directory}: {what}; {_MEND}")
    traces = [
        AdfaTrace(path, "benign", folder.partition("_")[0], path.stem)
        for folder in _BENIGN
        for path in sorted((directory / folder).glob("*.txt"))
    ]
    for folder_path in sorted(path for path in (directory / _ATTACK).iterdir() if path.is_dir()):
        kind = folder_path.name.rpartition("_")[0] or folder_path.name
        traces += [
            AdfaTrace(path, "attack", kind, folder_path.name) for path in sorted(folder_path.glob("*.txt"))
        ]
    if not traces:
        raise TraceError(f"{directory}: its folders hold no .txt file; unpack the data set again")
    return traces
