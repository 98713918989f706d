"""The lexical level of strace's logs: what one line is, before anything is known about processes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.readers.source import shown
from models.trace import TraceError

# Groups of HEAD; `lastindex` of a match is CALL, RESUMED or MARK.
BRACKET_PID, PID, TIME, CALL, RESUMED, MARK = range(1, 7)

# The columns before a call, as far as options put them there: the pid ("[pid 12]" on stderr, "12" in -o
# files, both with <command> after -Y), a time (-t, -tt, -ttt, -r), [ip] (-i) and [number] (-n).  A bare
# number of nine digits or more is a time in seconds: pids have seven at most.
HEAD = re.compile(
    r"\s*(?:\[pid\s+(\d{1,8})(?:<[^>]*>)?\]\s+|(\d{1,8})(?:<[^>]*>)?\s+)?"
    r"(?:(\d{1,19}\.\d{1,9}|\d\d:\d\d:\d\d(?:\.\d{1,9})?|\d{9,19})\s+(?:\(\+\s*[\d.]+\)\s+)?)?"
    r"(?:\[[ \da-f?]+\]\s+)*"
    r"(?:([a-zA-Z_?][\w?]*)\(|<\.\.\. ([\w?]+) resumed>|(---|\+\+\+) )",
    re.ASCII,
)

# What strace says about itself between calls (stderr form), its stack traces (-k), and the end of an
# unfinished call whose line such a message broke.
NOTICE = re.compile(
    r"\s*(?:\[pid\s+\d+\]\s+)?(?:strace: |\[ Process PID=|> |<(?:unfinished|detached) \.\.\.>\s*\Z)"
)
ATTACHED = re.compile(r"(.*)strace: Process (\d{1,8}) attached\s*\Z", re.DOTALL)

ENDED = re.compile(r"\+\+\+ (?:exited with |killed by )")
SUPERSEDED = re.compile(r"\+\+\+ superseded by execve in pid (\d{1,8})")

UNFINISHED = ("<unfinished ...>", "<detached ...>")
_RESULT = re.compile(r"-?\d+|0x[0-9a-f]+|\?")
_NUMBER = re.compile(r"(0x[0-9a-f]{1,16}|-?\d{1,20})(?:<(.*?)>(?:\(deleted\))?)?(?= |\Z)", re.DOTALL)
_OTHER_NAMESPACE = re.compile(r"-?\d+ /\* (\d{1,8}) in strace's PID NS \*/")

_ALL_BAD = 20
_SAMPLE = 200


def result_ok(result: str) -> bool | None:
    """Return how a call ended: False for an error or an interruption, None where strace prints "?".

    Raises ValueError when `result` is no result.
    """
    first = result[:1]
    if first == "-" and (result.startswith("-1 E") or result.startswith("-1 (errno ")):
        return False
    if first == "?":
        # To be restarted: this entry ended without effect, another entry follows.
        return False if result.startswith("? ERESTART") else None
    if not _RESULT.match(result):
        raise ValueError(result)
    return True


def result_number(result: str) -> tuple[int, str | None]:
    """Return a result's number and its annotation (-y); -1 where it holds no number."""
    match = _NUMBER.match(result)
    if match is None:
        return -1, None
    return int(match[1], 16 if match[1].startswith("0x") else 10), match[2]


def result_child(result: str) -> int:
    """Return the pid that a clone, fork or vfork gave, as the recording's other lines call it; 0 if none."""
    if match := _OTHER_NAMESPACE.match(result):
        return int(match[1])
    number, _ = result_number(result)
    return number if 0 < number < 10**8 else 0


def cut_unfinished(printed: str) -> str:
    """Return the printed arguments without "<unfinished ...>" at their end."""
    for token in UNFINISHED:
        printed = printed.removesuffix(token)
    return printed


class Clock:
    """Turns the time column into seconds.

    -ttt gives seconds since 1970; -t and -tt seconds since the first midnight, on across the next ones; -r
    counts from the first line.
    """

    def __init__(self) -> None:
        self._day = 0.0
        self._last = 0.0

    def seconds(self, text: str) -> float:
        """Return the time that a line's column says."""
        if ":" not in text:
            time = float(text)
            # No recording was made before 1973, so this is the time since the line before (-r).
            if time < 1e8:
                self._last += time
                return self._last
            return time
        time = int(text[:2]) * 3600 + int(text[3:5]) * 60 + float(text[6:]) + self._day
        if time < self._last - 43200:
            self._day += 86400
            time += 86400
        self._last = time
        return time


class FormatCheck:
    """Tells early that a file is no strace log: the first 20 lines all unreadable, or most of 200."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._line = 0
        self._seen = 0
        self._bad = 0
        self._example = (0, "")

    @property
    def open(self) -> bool:
        """True while lines are wanted."""
        return self._seen < _SAMPLE

    def add(self, lines: Iterable[str]) -> None:
        """Look at the next lines; raise TraceError as soon as they cannot be a log."""
        for line in lines:
            self._line += 1
            if not line or line.isspace():
                continue
            self._seen += 1
            if not HEAD.match(line) and not NOTICE.match(line):
                self._bad += 1
                if not self._example[0]:
                    self._example = (self._line, line)
            if self._bad == self._seen == _ALL_BAD or (not self.open and self._bad * 2 > self._seen):
                self._refuse()
            if not self.open:
                return

    def finish(self) -> None:
        """The recording has ended: judge what there was."""
        if not self._seen:
            raise TraceError(
                f"{self._name}: holds blank lines only; record again, and let the program make a call"
            )
        if self.open and self._bad * 2 > self._seen:
            self._refuse()

    def _refuse(self) -> None:
        number, text = self._example
        raise TraceError(
            f"{self._name}, line {number}: {shown(text)} is no line of strace's, and neither are most lines "
            "around it; record with: strace -f -ttt -y -o LOG PROGRAM"
        )
