"""Files and processes as the frames of `hdl.contract.link` have them, as values."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hdl.contract.entries import FILE_ENTRY, PROCESS_ENTRY, QUARANTINE_ENTRY, VACCINE_ENTRY
from hdl.contract.layout import Layout
from hdl.contract.link import FILE_NAME_BYTES, PROCESS_NAME_BYTES, ProcessState
from hdl.contract.quarantine import Evidence, FrozenBy
from hdl.contract.vaccine import KEY, MASK_UNITS
from hdl.contract.verdict import Verdict
from host.link.frames import FrameError, Message

_NO_TREE = 0xFF
"""In place of a tree: it is not known any more."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file or folder of the board's.

    mode: type and permissions, as Linux has them.  user, group: whose.  size: in bytes, 0 of what the kernel makes
    up.  modified: seconds since the board's reset, 0 if it came with the image.
    """

    name: str
    mode: int
    user: int
    group: int
    size: int
    modified: int

    @property
    def is_folder(self) -> bool:
        """Whether others are in it."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        """Whether it has content."""
        return stat.S_ISREG(self.mode)

    @property
    def permissions(self) -> str:
        """Type and permissions as `ls -l` shows them."""
        return stat.filemode(self.mode)


@dataclass(frozen=True)
class Process:
    """A process of the board's own.

    id: its number, and its slot's generation.  parent: 0 if it has none.  memory: KB.  ran: cycles so far.
    score: 0..1 as of its last call, None if there was no record of one yet; tier, verdict: likewise, of that call.
    counts: its calls by verdict.  frozen: it is in quarantine, whatever its state.  tree: its process tree;
    decoys: which sees decoys in place of secrets.
    """

    id: int
    parent: int
    user: int
    slot: int
    state: ProcessState
    memory: int
    ran: int
    name: str
    score: float | None
    tier: int
    verdict: Verdict
    counts: dict[Verdict, int]
    frozen: bool = False
    tree: int = 0
    decoys: bool = False

    @cached_property
    def calls(self) -> int:
        """How many of its calls were judged."""
        return sum(self.counts.values())

    @property
    def blocked(self) -> int:
        """How many of them were not allowed."""
        return self.calls - self.counts[Verdict.ALLOW]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A process in quarantine.

    family: the number of the process that began its family.  by: why it is frozen.  held: the operator decides.
    times: quarantines of its family by verdict, so far.  score: 0..1, what speaks against its family, and
    evidence: that; None and nothing until it has been looked at.  counter: where it would go on.  cycles: since it
    was frozen.
    """

    id: int
    name: str
    family: int
    slot: int
    by: FrozenBy
    held: bool
    times: int
    score: float | None
    evidence: tuple[Evidence, ...]
    counter: int
    cycles: int


@dataclass(frozen=True, slots=True)
class Birth:
    """A vaccine that the board has made.

    key: its fields; units: names of the units of its mask: what else the key says is of no account.  tree: of who
    it was born of; None if that is not known any more.  left: powered seconds of its life.  hits: calls caught
    since it was born, or restored.  waits: it binds its tree alone, and is not in force until a tree begins with
    the same program.
    """

    index: int
    key: dict[str, int]
    units: tuple[str, ...]
    bank: int
    tree: int | None
    pinned: bool
    left: int
    hits: int
    waits: bool = False


def births(message: Message) -> list[Birth]:
    """Return what a VACCINE_ENTRIES holds; raise FrameError for what cannot be."""
    return [
        Birth(
            found["index"], KEY.unpack(found["key"]),
            tuple(name for unit, (name, _, _) in enumerate(MASK_UNITS) if found["units"] >> unit & 1),
            found["bank"], None if found["tree"] == _NO_TREE else found["tree"], bool(found["pinned"]),
            found["left"], found["hits"], bool(found["waits"]),
        )
        for _entry, found in _entries(message, VACCINE_ENTRY)
    ]  # fmt: skip


def file_entries(message: Message) -> list[FileEntry]:
    """Return what a FILE_ENTRIES holds; raise FrameError for what cannot be."""
    return [
        FileEntry(_name(entry, FILE_ENTRY, FILE_NAME_BYTES), *(
            found[name] for name in ("mode", "user", "group", "size", "modified")
        ))
        for entry, found in _entries(message, FILE_ENTRY)
    ]  # fmt: skip


def processes(message: Message) -> list[Process]:
    """Return what a PROCESS_ENTRIES holds; raise FrameError for what cannot be."""
    made = []
    for entry, found in _entries(message, PROCESS_ENTRY):
        if found["state"] not in set(ProcessState) or found["verdict"] not in set(Verdict):
            raise FrameError(f"a process in state {found['state']} with verdict {found['verdict']}")
        made.append(Process(
            found["id"], found["parent"], found["user"], found["slot"], ProcessState(found["state"]),
            found["memory"], found["ran_low"] | found["ran_high"] << 32,
            _name(entry, PROCESS_ENTRY, PROCESS_NAME_BYTES),
            found["score"] / 255 if found["scored"] else None, found["tier"], Verdict(found["verdict"]),
            {verdict: found[f"count{verdict.value}"] for verdict in Verdict}, bool(found["frozen"]), found["tree"],
            bool(found["decoys"]),
        ))  # fmt: skip
    return made


def frozen(message: Message) -> list[Frozen]:
    """Return what a QUARANTINE_ENTRIES holds; raise FrameError for what cannot be."""
    return [
        Frozen(
            found["id"], _name(entry, QUARANTINE_ENTRY, PROCESS_NAME_BYTES), found["family"], found["slot"],
            FrozenBy(found["by"]), bool(found["held"]), found["times"],
            found["score"] / 255 if found["weighed"] else None,
            tuple(piece for piece in Evidence if found["evidence"] >> piece & 1) if found["weighed"] else (),
            found["counter"], found["frozen_low"] | found["frozen_high"] << 32,
        )
        for entry, found in _entries(message, QUARANTINE_ENTRY)
    ]  # fmt: skip


def _entries(message: Message, layout: Layout) -> Iterator[tuple[bytes, dict[str, int]]]:
    """Yield the bytes and the fields of every entry."""
    size = 4 * layout.words
    if message.values["count"] * size != len(message.tail):
        raise FrameError(f"a {message.kind.name} of {message.values['count']} with {len(message.tail)} bytes")
    for place in range(0, len(message.tail), size):
        entry = message.tail[place : place + size]
        yield entry, layout.unpack(int.from_bytes(entry, "little"))


def _name(entry: bytes, layout: Layout, size: int) -> str:
    """Return an entry's name; bytes that are no UTF-8 come back as they were when it is sent."""
    place = layout.offset["name0"] // 8
    name = entry[place : place + size].partition(b"\0")[0].decode(errors="surrogateescape")
    if "/" in name:
        raise FrameError(f"a name with a slash in it: {name!r}")
    return name
