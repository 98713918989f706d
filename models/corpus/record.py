"""Record the corpus: every scenario under strace, in a cell of its own.

    python -m models.corpus.record --out DIR [--only PATTERN] [--seed N] [--jobs N]

Both classes are recorded in one shuffled order, in the same cell, with the same environment, and with names
of programs, folders and users drawn from the same lists, so that only the behaviour tells them apart.
"""

from __future__ import annotations

import fnmatch
import json
import lzma
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import click

from models.corpus import household
from models.corpus.scenario import ATTACK, Scenario
from models.corpus.scenarios import load

MAX_LINES = 8000
TIMEOUT = 90.0
_CELL = Path(__file__).with_name("cell.sh")
_NAMESPACES = ("--mount", "--pid", "--fork", "--net", "--uts", "--ipc", "--kill-child")
_STEMS = ("job", "task", "main", "run", "step", "work", "update", "daily", "tool", "check")
_PLACES = ("/tmp", "/var/tmp", "/srv", "{home}", "{home}/projects", "/opt", "{home}/bin")
# Logs are text: byte positions mean nothing to it, so pb is 0.
_XZ = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "pb": 0}]
_RESUMED = re.compile(r"^\d+ +\d+\.\d+ <\.\.\. \w+ resumed>")


class RecordingError(Exception):
    """A run or the whole recording is not possible; the message is one line and names the mend."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What chance decides about one run: drawn per scenario from the seed, alike for both classes."""

    workdir: str
    stem: str
    user: str
    checkpoint: str


def main_record(scenarios: Sequence[Scenario], files: dict[str, str], out: Path, seed: int, jobs: int) -> None:
    """Record `scenarios` into `out`; labels of other scenarios that are already there stay."""
    check_machine()
    out.mkdir(parents=True, exist_ok=True)
    labels = {label["scenario"]: label for label in read_labels(out)}
    order = list(scenarios)
    random.Random(seed).shuffle(order)
    failures: list[str] = []
    with tempfile.TemporaryDirectory(prefix="corpus-") as scratch:
        template = Path(scratch, "template")
        household.build(template, seed)
        pool = ThreadPoolExecutor(jobs)
        waiting: dict[Future[dict[str, object]], Scenario] = {
            pool.submit(record, scenario, files[scenario.name], out, template, Path(scratch), seed): scenario
            for scenario in order
        }
        try:
            for count, future in enumerate(as_completed(waiting), 1):
                scenario = waiting[future]
                try:
                    label = future.result()
                except RecordingError as error:
                    failures.append(f"{scenario.name}: {error}")
                    click.echo(f"[{count}/{len(order)}] {failures[-1]}", err=True)
                    continue
                size = (out / str(label["file"])).stat().st_size
                click.echo(f"[{count}/{len(order)}] {label['file']}  {size} bytes")
        finally:
            # Also on Ctrl-C: what is recorded stays usable, what has not started never starts.
            pool.shutdown(cancel_futures=True)
            ended = [future for future in waiting if future.done() and not future.cancelled()]
            labels |= {waiting[future].name: future.result() for future in ended if not future.exception()}
            write_labels(out, [label for label in labels.values() if (out / str(label["file"])).exists()])
    if failures:
        raise RecordingError(f"{len(failures)} of {len(order)} runs failed, first {failures[0]}")


def check_machine() -> None:
    """Raise a RecordingError unless runs can be recorded here."""
    for tool, package in (("strace", "strace"), ("unshare", "util-linux"), ("cc", "gcc"), ("node", "nodejs"),
                          ("ip", "iproute2"), ("perl", "perl")):  # fmt: skip
        if shutil.which(tool) is None:
            raise RecordingError(f"{tool} is missing: apt-get install {package}")
    if os.geteuid() != 0:
        raise RecordingError(f"recording needs root (uid is {os.geteuid()}): run it with sudo")
    trial = subprocess.run(["unshare", *_NAMESPACES, "true"], capture_output=True, text=True)
    if trial.returncode:
        raise RecordingError(
            f"no namespaces here ({trial.stderr.strip()}): use a machine or VM that allows unshare"
        )


def draw(scenario: Scenario, seed: int) -> Draw:
    """Draw names and user of a run.  The stream depends on the scenario's name only, never on its class."""
    rng = random.Random(f"{seed}/{scenario.name}")
    user = rng.choice(("root", "alice"))
    if scenario.user != "any":
        user = scenario.user
    home = "/root" if user == "root" else f"/home/{user}"
    place = rng.choice(_PLACES).format(home=home)
    folder = "-".join(rng.sample(household.WORDS, 2)) + f"-{rng.randint(1, 99)}"
    return Draw(f"{place}/{folder}", rng.choice(_STEMS), user, f"/vigilante-mark-{rng.getrandbits(64):016x}")


def record(
    scenario: Scenario, file: str, out: Path, template: Path, scratch: Path, seed: int
) -> dict[str, object]:
    """Run one scenario, write its log to `out / file` and return its label."""
    drawn = draw(scenario, seed)
    stage = Path(tempfile.mkdtemp(dir=scratch))
    program = stage / "files" / (drawn.stem + scenario.language.suffix)
    program.parent.mkdir()
    program.write_text(scenario.program())
    command = [part.format(file=program.name, stem=drawn.stem) for part in scenario.language.launch]
    cell = ["unshare", *_NAMESPACES, "sh", str(_CELL), str(template), str(stage)]
    cell += [drawn.workdir, drawn.user, drawn.checkpoint, *command]
    try:
        run = subprocess.run(cell, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT,
                             env={"PATH": os.defpath + ":/usr/sbin:/sbin"})  # fmt: skip
    except subprocess.TimeoutExpired:
        raise RecordingError(f"not finished after {TIMEOUT:g} s") from None
    printed = run.stderr.decode(errors="replace").strip()
    if run.returncode:
        raise RecordingError(f"exit status {run.returncode}, it printed {printed[-300:]!r}")
    lines, onset = without_marks(scrub(run.stdout.decode("latin-1")), drawn.checkpoint)
    if onset is None:
        raise RecordingError(f"its mark was never reached, it printed {printed[-300:]!r}")
    if not 20 <= len(lines) <= MAX_LINES or onset > len(lines):
        raise RecordingError(f"{len(lines)} lines with onset {onset}: make the scenario 20 to {MAX_LINES} lines")
    partial = out / f".{file}.part"
    partial.write_bytes(lzma.compress("".join(lines).encode("latin-1"), filters=_XZ))
    partial.replace(out / file)
    shutil.rmtree(stage, ignore_errors=True)
    return {
        "file": file,
        "class": scenario.cls,
        "kind": scenario.kind,
        "technique": scenario.technique,
        "implementation": scenario.implementation,
        "onset_line": onset if scenario.cls == ATTACK else None,
        "pid": int(lines[0].split()[0]),
        "scenario": scenario.name,
    }


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


def file_names(scenarios: Sequence[Scenario]) -> dict[str, str]:
    """Name every scenario's log after its label and its place among its like."""
    seen: Counter[str] = Counter()
    names = {}
    for scenario in scenarios:
        like = f"{scenario.cls}-{scenario.kind}-{scenario.implementation}"
        seen[like] += 1
        names[scenario.name] = f"{like}-{seen[like]}.strace.xz"
    return names


def read_labels(folder: Path) -> list[dict[str, object]]:
    """Return the labels of a corpus folder, none if it has none yet."""
    path = folder / "labels.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def write_labels(folder: Path, labels: list[dict[str, object]]) -> None:
    """Write labels in the order of their files."""
    text = "".join(json.dumps(label) + "\n" for label in sorted(labels, key=lambda label: str(label["file"])))
    (folder / "labels.jsonl").write_text(text)


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to fill.")
@click.option("--only", default="*", help="Shell pattern of scenario names.")
@click.option("--seed", default=1, help="Order of recording and drawn names.")
@click.option("--jobs", default=1, help="Runs at the same time.")
def main(out: Path, only: str, seed: int, jobs: int) -> None:
    """Record our own training corpus."""
    scenarios = load()
    chosen = [scenario for scenario in scenarios if fnmatch.fnmatch(scenario.name, only)]
    if not chosen:
        raise click.ClickException(f"no scenario is called {only!r}")
    start = time.monotonic()
    try:
        main_record(chosen, file_names(scenarios), out, seed, jobs)
    except RecordingError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"recorded {len(chosen)} in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
