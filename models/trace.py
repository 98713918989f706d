"""The neutral form of a recorded trace: what every reader yields and everything else consumes.

A reader is an iterator of `Item`s in the order of the recording.  Only facts that a call's *entry* could
know are in `Call`; how it ended arrives later, as `Return`, unless the recording shows both at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field


class TraceError(Exception):
    """A trace cannot be read.  The message names file, line, what was found and the mend."""


@dataclass(frozen=True, slots=True)
class PathArgument:
    """One path argument of a call, as the process wrote it.

    text: the bytes between the quotes, unescaped, not normalised.
    base: absolute path of the directory it starts from (cwd or dirfd) when `text` is relative;
          None where the recording does not tell.
    """

    text: bytes
    base: bytes | None = None


@dataclass(slots=True)  # not frozen: one is made per line, and freezing is four fifths of that
class Call:
    """A system call at its entry.

    pid:  the process, that is the thread-group leader; threads of one process share it.
    name: the call's name in the trace ("openat"); unknown names are kept as they are.
    args: six 32-bit unsigned values; pointers and what cannot be resolved are 0.
    ok:   True or False once the result is known at this line, None while the call is unfinished.
    time: seconds (any origin), or None where the recording carries no times.
    """

    line: int
    pid: int
    name: str
    args: tuple[int, int, int, int, int, int] = (0, 0, 0, 0, 0, 0)
    paths: tuple[PathArgument, ...] = ()
    ok: bool | None = True
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """The end of the call that `pid` had left unfinished."""

    line: int
    pid: int
    ok: bool


@dataclass(frozen=True, slots=True)
class Start:
    """The first sight of a process with no parent in the trace: a root."""

    line: int
    pid: int


@dataclass(frozen=True, slots=True)
class Fork:
    """`pid` made the process `child`."""

    line: int
    pid: int
    child: int


@dataclass(frozen=True, slots=True)
class Exec:
    """`pid` now runs another program (its execve succeeded)."""

    line: int
    pid: int
    program: bytes = b""


@dataclass(frozen=True, slots=True)
class Exit:
    """`pid` ended (its last thread)."""

    line: int
    pid: int


Item = Call | Return | Start | Fork | Exec | Exit


@dataclass(slots=True)
class TraceStats:
    """What a reader met: counters that are shown, never silently dropped."""

    lines: int = 0
    calls: int = 0
    unknown_names: dict[str, int] = field(default_factory=dict)
    unparsed_lines: int = 0
