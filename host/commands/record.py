"""`vigilante record`: one command, or the whole corpus, traced into logs that `screen` and `train` read."""

from __future__ import annotations

import fnmatch
import lzma
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

import models.corpus
from host.exits import ExitCode
from host.jsonlines import line
from host.terminal import Terminal
from models.corpus.cell import STRACE, check_machine, check_strace, count_processes, run_in_cell
from models.corpus.gate import gate
from models.corpus.household import build
from models.corpus.plan import plan
from models.corpus.record import read_labels, record_runs
from models.corpus.scenarios import load, load_chores

FULL = Path(models.corpus.__file__).parent / "full"
CELL_TOOLS = (("strace", "strace"), ("unshare", "util-linux"), ("ip", "iproute2"), ("cc", "gcc"))
PRESETS = {True: 3, False: 9 | lzma.PRESET_EXTREME}
"""How hard logs are packed: the sample is shipped, the full corpus only stays."""


@dataclass(frozen=True)
class Options:
    """What the command line says; see `vigilante record --help`."""

    command: Sequence[str]
    out: Path | None = None
    name: str | None = None
    here: bool = False
    user: str | None = None
    files: Sequence[Path] = ()
    corpus: bool = False
    full: bool = False
    only: str | None = None
    jobs: int | None = None
    seed: int | None = None
    as_json: bool = False


def run(options: Options, terminal: Terminal) -> ExitCode:
    """Record a command or the corpus."""
    if options.corpus:
        _refuse(options, "goes with a COMMAND, not with --corpus", "name", "here", "user", "files")
        if options.command:
            raise click.UsageError(f"--corpus takes no COMMAND, found {options.command[0]!r}")
        return record_corpus(options, terminal)
    _refuse(options, "goes with --corpus", "full", "only", "jobs", "seed")
    if not options.command:
        raise click.UsageError("name a COMMAND behind --, or --corpus")
    if options.here and (options.user or options.files):
        raise click.UsageError("--user and --file set up a cell: leave --here out")
    return record_command(options, terminal)


def _refuse(options: Options, why: str, *names: str) -> None:
    for name in names:
        if getattr(options, name):
            raise click.UsageError(f"--{'file' if name == 'files' else name} {why}")


def record_command(options: Options, terminal: Terminal) -> ExitCode:
    """Trace one command, in a cell or here; its own exit status is reported and is not ours."""
    log = (options.out or Path()) / f"{options.name or Path(options.command[0]).name}.strace"
    if log.exists():
        raise click.UsageError(f"{log} is there already: name another with --name or --out")
    if not options.here:
        check_machine(CELL_TOOLS)
    check_strace()
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
    except OSError as error:
        raise click.UsageError(f"{log}: cannot be written ({error.strerror}): name another --out") from None
    try:
        status = _trace_here(options, log) if options.here else _trace_in_cell(options, log, terminal)
    except BaseException:
        log.unlink(missing_ok=True)  # half a log is none
        raise
    with log.open(encoding="latin-1") as text:
        lines = text.readlines()
    if not lines:
        log.unlink()
        raise click.UsageError(
            f"{options.command[0]!r} did not start (status {status}): name a program that is there"
        )
    if options.as_json:
        terminal.out(
            line({"type": "recording", "file": str(log), "status": status, "lines": len(lines),
                  "processes": count_processes(lines)})
        )  # fmt: skip
    else:
        terminal.note(
            f"{log}: {len(lines)} lines, {count_processes(lines)} processes; the command ended with {status}"
        )
    return ExitCode.CLEAN


def _trace_here(options: Options, log: Path) -> int:
    return subprocess.run([*STRACE, "-o", str(log), "--", *options.command], check=False).returncode


def _trace_in_cell(options: Options, log: Path, terminal: Terminal) -> int:
    user = options.user or "root"
    home = "/root" if user == "root" else f"/home/{user}"
    try:
        files = {path.name: path.read_bytes() for path in options.files}
    except OSError as error:
        raise click.UsageError(f"--file {error.filename}: cannot be read ({error.strerror})") from None
    with tempfile.TemporaryDirectory(prefix="house-") as house:
        build(Path(house), 1)
        # As with --here it may take as long as it likes: Ctrl-C ends it.
        traced = run_in_cell(options.command, files, Path(house), user, f"{home}/work", timeout=None)
    if traced.printed:
        terminal.out(traced.printed)
    log.write_text(traced.log, encoding="latin-1")
    return traced.status


def record_corpus(options: Options, terminal: Terminal) -> ExitCode:
    """Record the sample or the full corpus, and pass it through the release gate."""
    if not options.full and options.out is None:
        raise click.UsageError("--corpus without --full records the sample: name its folder with --out")
    out, seed = options.out or FULL, options.seed or 1
    scenarios = load()
    runs = [
        run
        for run in plan(scenarios, load_chores(), seed, options.full)
        if options.only is None or fnmatch.fnmatch(run.scenario.name, options.only)
    ]
    if not runs:
        raise click.UsageError(f"--only {options.only}: no scenario is called so")
    with terminal.steps("recording: ") as progress:
        result = record_runs(runs, out, seed, options.jobs or 2, PRESETS[options.full], progress)
    for failure in result.failures:
        terminal.error(failure)
    labels = read_labels(out)
    benign = [label for label in labels if label["class"] == "benign"]
    attack = [label for label in labels if label["class"] == "attack"]
    processes = sum(label["processes"] for label in benign)
    rows = []
    if options.only is None and not result.failures:
        with terminal.steps("gate: ") as progress:
            rows = gate(out, labels, progress)
    told = any(not row.passed for row in rows)
    if options.as_json:
        terminal.out(
            line({
                "type": "corpus", "out": str(out), "recorded": result.recorded, "kept": result.kept,
                "failed": list(result.failures), "benign": len(benign), "attack": len(attack),
                "embedded": sum(label["embedded"] for label in attack), "benign_processes": processes,
                "gate": [asdict(row) | {"passed": row.passed} for row in rows],
            })
        )  # fmt: skip
    else:
        for row in rows:
            terminal.out(str(row))
        embedded = sum(label["embedded"] for label in attack)
        terminal.out(
            f"{out}: {result.recorded} recorded, {result.kept} kept, {len(result.failures)} failed; "
            f"{len(benign)} benign runs of {processes:,} processes, {len(attack)} attacks, {embedded} embedded"
        )
    return ExitCode.BLOCKED if result.failures or told else ExitCode.CLEAN
