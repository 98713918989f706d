"""One recorded run, as data: a program, what it stands for, and where its attack begins.

Scenarios are kept in text files, many to a file:

    # comment, at the head of the file only
    === NAME KIND TECHNIQUE IMPLEMENTATION USER [embedded]
    program text with draws (draws.py), up to the next header

A scenario is a template: every run fills its draws anew, and may do a chore first, a piece of everyday work in
the same language.  Chores are scenarios of their own, and whether a run gets one does not depend on its class:
an attack behind a chore is one embedded in benign work.

Programs carry at most one mark, `@MARK@`.  It becomes one probe of a path that does not exist; the recorder
takes the probe out of the log and keeps only its position.  Benign programs are marked as well (a missing
mark goes to the first line), so neither the probe nor its removal tells the class.
"""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from models.corpus.draws import fill

BENIGN = "benign"
ATTACK = "attack"

MARK = "@MARK@"
#: The environment variable that holds the path to probe: its name is in every program, the path in none, so
#: a log line that shows program text is never mistaken for the probe.
MARK_VARIABLE = "CHECKPOINT"

_HEADER = re.compile(
    r"=== (?P<name>[a-z0-9-]+) (?P<kind>[a-z0-9-]+) (?P<technique>-|T\d{4}(?:\.\d{3})?) "
    r"(?P<implementation>[a-z]+) (?P<user>any|root|alice|people)(?P<embedded> embedded)?"
)

#: Programs in C are short because they need not say what nearly all of them include.
C_PRELUDE = """\
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/user.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>
"""


class ScenarioError(Exception):
    """A scenario file is wrong; the message names file, line and what was found."""


@dataclass(frozen=True, slots=True)
class Language:
    """How programs of one implementation are kept, started and marked."""

    suffix: str
    launch: tuple[str, ...]
    mark: str


_SHELL_MARK = f'[ ! -e "${MARK_VARIABLE}" ]'
_PYTHON_MARK = f"__import__('os').access(__import__('os').environ['{MARK_VARIABLE}'], 0)"

LANGUAGES = {
    "sh": Language(".sh", ("sh", "{file}"), _SHELL_MARK),
    "bash": Language(".sh", ("bash", "{file}"), _SHELL_MARK),
    "python": Language(".py", ("python3", "{file}"), _PYTHON_MARK),
    "perl": Language(".pl", ("perl", "{file}"), f"{{ my $seen = -e $ENV{{{MARK_VARIABLE}}}; }}"),
    "node": Language(".js", ("node", "{file}"), f"require('fs').existsSync(process.env.{MARK_VARIABLE});"),
    "c": Language(".c", ("./{stem}",), f'access(getenv("{MARK_VARIABLE}"), F_OK);'),
}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A program to record.

    name:           unique, lower case with hyphens.
    cls:            BENIGN or ATTACK.
    kind:           benign family, or attack behaviour.
    technique:      MITRE ATT&CK identifier of an attack, "" for benign work.
    implementation: a key of LANGUAGES.
    user:           "root", "alice", "people" (anyone but root) or "any": drawn alike for both classes.
    embedded:       the attack starts in the middle of benign work, whatever the chore (the mark tells where).
    text:           the program, with or without a mark, its draws open.
    """

    name: str
    cls: str
    kind: str
    technique: str
    implementation: str
    user: str
    embedded: bool
    text: str

    @property
    def language(self) -> Language:
        """How this implementation is started."""
        return LANGUAGES[self.implementation]

    def program(self, rng: random.Random, scale: float = 1.0, chore: Scenario | None = None) -> str:
        """Return the program text of one run: draws made, mark expanded, the chore before everything else."""
        text = self.text
        if MARK not in text:
            text = _marked_at_start(text, self.implementation)
        if chore is not None:
            text = _behind(chore.text, text, self.implementation)
        text = fill(text, rng, scale).replace(MARK, self.language.mark)
        if self.implementation in ("sh", "bash"):
            # The last command's status is not the run's: a `grep` that finds nothing is no failure.
            text += ":\n"
        return C_PRELUDE + text if self.implementation == "c" else text


def read_scenarios(path: Path, cls: str) -> Iterator[Scenario]:
    """Yield the scenarios of one file."""
    header: re.Match[str] | None = None
    body: list[str] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("==="):
            if header:
                yield _scenario(header, cls, body)
            header, body = _HEADER.fullmatch(line), []
            if header is None or header["implementation"] not in LANGUAGES:
                raise ScenarioError(f"{path.name}:{number}: not a scenario header: {line!r}")
            if (header["technique"] == "-") != (cls == BENIGN):
                raise ScenarioError(f"{path.name}:{number}: technique {header['technique']!r} for {cls}")
        elif header:
            body.append(line)
        elif line and not line.startswith("#"):
            raise ScenarioError(f"{path.name}:{number}: text before the first header: {line!r}")
    if header:
        yield _scenario(header, cls, body)


def _scenario(header: re.Match[str], cls: str, body: list[str]) -> Scenario:
    return Scenario(
        name=header["name"],
        cls=cls,
        kind=header["kind"],
        technique=header["technique"].strip("-"),
        implementation=header["implementation"],
        user=header["user"],
        embedded=header["embedded"] is not None,
        text="\n".join(body).strip("\n") + "\n",
    )


def _marked_at_start(text: str, implementation: str) -> str:
    if implementation != "c":
        return f"{MARK}\n{text}"
    marked, count = re.subn(r"(\bint main\([^)]*\) \{)", rf"\1 {MARK}", text, count=1)
    if not count:
        raise ScenarioError(f"a C program needs 'int main(...) {{' or {MARK}, found {text[:60]!r}")
    return marked


def _behind(chore: str, text: str, implementation: str) -> str:
    """Return a program that does the chore first, with variables of its own."""
    if implementation in ("sh", "bash"):
        return f"(\n{chore})\n{text}"
    if implementation == "python":
        return f"def chore():\n{textwrap.indent(chore, '    ')}chore()\n{text}"
    if implementation == "c":
        before, main, after = re.split(r"(?m)^(int main\()", text, maxsplit=1)
        return f"{before}static void chore(void) {{\n{chore}}}\n{main}" + after.replace("{", "{ chore();", 1)
    return f"{{\n{chore}}}\n{text}"
