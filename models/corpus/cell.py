"""One program in a cell of its own, under strace; what its log holds besides the program is taken out.

A cell has its own mount, process, network, host-name and IPC namespaces (`cell.sh`), and ends with the program.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 120.0
STRACE = ("strace", "-f", "-ttt", "-y", "-s", "64")
"""How a program is traced wherever our readers are to read the log; `cell.sh` says the same."""

_CELL = Path(__file__).with_name("cell.sh")
_NAMESPACES = ("--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "--kill-child")
_TOOLS = (("strace", "strace"), ("unshare", "util-linux"), ("cc", "gcc"), ("make", "make"), ("node", "nodejs"),
          ("ip", "iproute2"), ("perl", "perl"), ("git", "git"))  # fmt: skip
_RESUMED = re.compile(r"^\d+ +\d+\.\d+ <\.\.\. \w+ resumed>")
_CLONE = re.compile(r"^(?P<pid>\d+) +\d+\.\d+ (?:clone3?\(|<\.\.\. clone3? resumed>)(?P<rest>.*)")


class RecordingError(Exception):
    """A run or the whole recording is not possible; the message is one line and names the mend."""


@dataclass(frozen=True, slots=True)
class Traced:
    """What came out of a cell: the log, what the program printed, and its exit status."""

    log: str
    printed: str
    status: int


def check_strace() -> None:
    """Raise a RecordingError unless strace is here."""
    if shutil.which("strace") is None:
        raise RecordingError("strace is missing: apt-get install strace")


def check_machine(tools: Iterable[tuple[str, str]] = _TOOLS) -> None:
    """Raise a RecordingError unless cells can be made here and the tools are at hand."""
    for tool, package in tools:
        if shutil.which(tool) is None:
            raise RecordingError(f"{tool} is missing: apt-get install {package}")
    if os.geteuid() != 0:
        raise RecordingError(f"recording needs root (uid is {os.geteuid()}): run it with sudo")
    trial = subprocess.run(["unshare", *_NAMESPACES, "true"], capture_output=True, text=True)
    if trial.returncode:
        raise RecordingError(
            f"no namespaces here ({trial.stderr.strip()}): use a machine or VM that allows unshare"
        )


def run_in_cell(
    command: Sequence[str],
    files: dict[str, bytes],
    house: Path,
    user: str,
    workdir: str,
    checkpoint: str = "/checkpoint",
    timeout: float | None = TIMEOUT,
) -> Traced:
    """Run a command in a new cell that holds `house` and, in `workdir`, `files`.

    C sources among the files are compiled first.  RecordingError if it does not end in time; whatever the
    program answers is no error here.
    """
    with tempfile.TemporaryDirectory(prefix="cell-") as stage:
        folder = Path(stage, "files")
        folder.mkdir()
        for name, body in files.items():
            (folder / name).write_bytes(body)
        cell = ["unshare", *_NAMESPACES, "sh", str(_CELL), str(house), stage, workdir, user, checkpoint, *command]
        try:
            # In a session of its own: Ctrl-C reaches the recorder alone, and what has begun comes to its end.
            run = subprocess.run(
                cell,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=timeout,
                start_new_session=True,
                env={"PATH": os.defpath + ":/usr/sbin:/sbin"},
            )
        except subprocess.TimeoutExpired:
            raise RecordingError(f"not finished after {timeout:g} s") from None
    log = scrub(run.stdout.decode("latin-1"))
    return Traced(log, run.stderr.decode(errors="replace").strip(), run.returncode)


def scrub(log: str) -> str:
    """Replace what names the recording machine: the kernel's release and version texts."""
    machine = os.uname()
    for text in (machine.version, machine.version[:40], machine.release):
        log = log.replace(text, "6.1.0")
    return re.sub(r"\(\w+@[\w.-]+\) \(", "(build@host) (", log)


def without_marks(log: str, checkpoint: str) -> tuple[list[str], int | None]:
    """Take the probes out; return the lines left and the number of the line that follows the first."""
    kept: list[str] = []
    first: int | None = None
    halved: set[str] = set()
    for line in log.splitlines(keepends=True):
        pid = line.split(maxsplit=1)[0]
        if f'"{checkpoint}"' in line:
            first = first if first is not None else len(kept) + 1
            if "<unfinished ...>" in line:
                halved.add(pid)
        elif pid in halved and _RESUMED.match(line):
            halved.discard(pid)
        else:
            # A program that prints its environment shows the path without probing it.
            kept.append(line.replace(checkpoint, "/checkpoint"))
    return kept, first


def count_processes(lines: Iterable[str]) -> int:
    """Return how many processes a log shows; threads, which strace numbers as well, are none."""
    seen: set[str] = set()
    threads: set[str] = set()
    pending: set[str] = set()
    for line in lines:
        seen.add(line.split(maxsplit=1)[0])
        if (match := _CLONE.match(line)) is None:
            continue
        pid, rest = match["pid"], match["rest"]
        thread = "CLONE_THREAD" in rest or pid in pending
        if "<unfinished ...>" in rest:
            if thread:
                pending.add(pid)
        else:
            pending.discard(pid)
            if thread and (number := re.search(r" = (\d+)", rest)):
                threads.add(number[1])
    return len(seen - threads)
