"""What calls of programs on the board's own core take, screened, and where nothing is."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from firmware import build
from hdl.contract.link import RecordMode
from hdl.contract.policy import JUDGE_CELLS, VERDICT_BITS, Policy, default_policy
from hdl.contract.verdict import Verdict
from host.bench.board import BoardLine
from host.bench.figure import Figure
from host.board import Board
from host.engines import Progress
from models.gateway import EngineError
from models.package import Package
from sim.board import SimulatedBoard, unscreened_board
from sim.traps import null_call_cycles
from sim.verilate import silent

PATIENCE = 1200.0
"""Seconds that a program may take on a busy machine."""

NULL = ("paces", "null_syscall_cycles_screened")
CALLS = ("paces", "fork_cycles_8k")
WORKLOAD = ("paces workload", "workload_cycles")
SECRET = ("paces secret", "secret_open_cycles_p99")
"""What is typed, and the last figure that it is to say: of the cheapest call, of single calls, of a script over
files, pipes and processes, and of looks into a secret."""

_HOW = {
    "null_syscall_cycles_screened": "getpid, from the ecall to the program's next instruction: 24 in a row",
    "simple_call_cycles": "getuid, by a C function of the kernel: registers saved and restored, the program's "
    "loop with it",
    "yield_cycles": "sched_yield with nobody else ready: all registers, the security task's loop, the scheduler",
    "context_switch_cycles": "sched_yield to another process that yields as well: from the call of one to the "
    "other's return",
    "path_call_cycles": "faccessat of a path of 32 bytes, of two folders and a file",
    "pipe_round_trip_cycles": "a byte to another process and back through two pipes: four calls, two of which "
    "wait, and two switches",
    "fork_cycles_8k": "a fork of a process with 8 KB of data, stack and all, as the parent sees it",
    "fork_exit_wait_cycles": "a child that ends at once, and is waited for",
    "fork_exec_exit_wait_cycles": "the same with a program whose text is loaded already",
}


def permissive_policy() -> Policy:
    """Return the default policy with ALLOW in every cell: all is judged, and nothing that is measured is ended."""
    policy = default_policy()
    return replace(policy, rows=(0,) * len(policy.rows))


def trapping_policy() -> Policy:
    """Return a policy that answers every call about a secret by DECOY, and allows all others."""
    row = sum(Verdict.DECOY << VERDICT_BITS * cell for cell in range(JUDGE_CELLS))
    policy = default_policy()
    return replace(policy, rows=tuple(row * (number & 1) for number in range(len(policy.rows))))


@dataclass(frozen=True)
class Run:
    """What a program of the board said: `values` by name, the other `lines`.

    waits: how many of its calls' reads of the dispatch register waited 0, 1, ... cycles, without strings and with.
    """

    values: dict[str, float]
    lines: tuple[str, ...]
    waits: NDArray[np.int64]


def process_figures(package: Package, progress: Progress | None = None) -> Iterator[Figure]:
    """Yield the figures of boards that screen, with a package's model in force, and of such as do not."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        flash = Path(folder) / "board.flash"
        with SimulatedBoard(flash, paced=False, progress=progress or silent) as simulated:
            board = Board(BoardLine(simulated))
            board.push(replace(package, vectors=package.vectors[:1]), verify=False)
            board.load_policy(permissive_policy())
            calls, script = (ran(simulated, board, *what) for what in (CALLS, WORKLOAD))
            board.record_mode(RecordMode.ALL)
            recorded = ran(simulated, board, *WORKLOAD)
            board.record_mode(RecordMode.AGGREGATE)
            real = ran(simulated, board, *SECRET)
            board.load_policy(trapping_policy())
            decoy = ran(simulated, board, *SECRET)
            board.close()
    (dispatched,) = unscreened(build.UNSCREENED, [NULL], progress)
    lean, lean_script = unscreened(build.LEAN, [CALLS, WORKLOAD], progress)
    for other in (recorded, lean_script):
        if other.lines != script.lines:
            raise EngineError(f"the workload says {other.lines}, not {script.lines}: it is not the same work")

    yield from call_figures(calls)
    yield from added_figures(calls, dispatched, lean)
    yield from script_figures(script, recorded, lean_script)
    yield from stall_figures(script)
    yield from decoy_figures(real, decoy)
    yield Figure("kernel_bytes", len(build.kernel()), "bytes",
                 "text and data of the kernel, as the loader copies them to memory")  # fmt: skip


def unscreened(
    defines: Sequence[str], programs: Sequence[tuple[str, str]], progress: Progress | None = None
) -> list[Run]:
    """Run programs, as `ran` takes them, by a kernel that screens nothing, beside a pipeline that gets no call."""
    path, program = unscreened_board(progress or silent), build.firmware(defines=defines)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        flash = Path(folder) / "board.flash"
        with SimulatedBoard(flash, paced=False, path=path, program=program) as simulated:
            board = Board(BoardLine(simulated))
            runs = [ran(simulated, board, *what) for what in programs]
            board.close()
    return runs


def ran(simulated: SimulatedBoard, board: Board, line: str, last: str) -> Run:
    """Have a line run on a board's console until it says the figure `last`.  Raises EngineError."""
    before, said = simulated.waits.astype(np.int64), ""
    board.type(line.encode() + b"\r")
    ends = time.monotonic() + PATIENCE
    while not re.search(rf"{last} \S+\r\n", said):
        said += board.printed(1).decode(errors="replace")
        if time.monotonic() >= ends:
            raise EngineError(f"{line} did not end in {PATIENCE:.0f} s: {said[-200:]!r}")
    said = said[said.rindex(line) :].replace("\r", "")
    values = {name: float(value) for name, value in re.findall(r"^(\w+_cycles\w*) ([\d.]+)$", said, re.M)}
    lines = [text for text in said.splitlines()[1:] if text.split(" ")[0] not in values]
    return Run(values, tuple(lines), simulated.waits.astype(np.int64) - before)


# --- figures -------------------------------------------------------------------------------------------------


def call_figures(calls: Run) -> Iterator[Figure]:
    """Single calls, all screened."""
    for key, how in _HOW.items():
        yield Figure(
            key, calls.values[key], "cycles", f"{how}; program `paces` on the board, the least of 15 tries"
        )


def added_figures(calls: Run, dispatched: Run, lean: Run) -> Iterator[Figure]:
    """The cheapest call and one with a path against those of kernels that screen nothing."""
    kept, leanest = null_call_cycles(saves=True), null_call_cycles(saves=False)
    where = "the same core with its memory, nothing screened"
    null, path = "null_syscall_cycles_screened", "path_call_cycles"
    yield Figure("null_syscall_cycles_conventional", kept, "cycles",
                 f"every register saved, dispatch as a compiler has it, {where}")  # fmt: skip
    yield Figure("null_syscall_cycles_unscreened", leanest, "cycles",
                 f"the leanest way in: cause, bounds check, table, two registers lost, {where}")  # fmt: skip
    yield Figure("screening_overhead", round(calls.values[null] / leanest, 3), "1",
                 "null_syscall_cycles_screened / null_syscall_cycles_unscreened")  # fmt: skip
    yield Figure(
        "screening_added_cycles", round(calls.values[null] - dispatched.values[null], 1), "cycles",
        f"null_syscall_cycles_screened, {calls.values[null]}, less the same calls of the same program through "
        f"the same dispatch register on a board whose pipeline gets no call, {dispatched.values[null]}",
    )  # fmt: skip
    yield Figure(
        "path_syscall_overhead", round(calls.values[path] / lean.values[path], 3), "1",
        f"path_call_cycles, {calls.values[path]:,}, over the same in a kernel that screens nothing, dispatches "
        f"by a table of its own and copies the string itself, a word at a time, {lean.values[path]:,}",
    )  # fmt: skip


def script_figures(script: Run, recorded: Run, lean: Run) -> Iterator[Figure]:
    """A whole script, screened and not."""
    key = "workload_cycles"
    on, every, off = (run.values[key] for run in (script, recorded, lean))
    what = "16 lines of shell over files, pipes and processes (firmware/probes/paces.c)"
    yield Figure(key, on, "cycles", f"{what}, every call judged, recorded and counted; mean of 2 runs behind one")
    against = (
        f"over {off:,.0f}, the same in a kernel built from the same sources that screens nothing, dispatches by a "
        "table and copies strings itself, on a board whose pipeline gets no call"
    )
    yield Figure("workload_overhead", round(on / off, 3), "1", f"workload_cycles {against}")
    yield Figure("workload_overhead_all_records", round(every / off, 3), "1",
                 f"with the record of every call on the line, {every:,.0f}, {against}")  # fmt: skip


def stall_figures(script: Run) -> Iterator[Figure]:
    """How long the dispatch register let the core wait over the script."""
    total = script.waits.sum(axis=0)
    how = (
        f"cycles that a read of the dispatch register waits for the verdict, over the {total.sum():,} calls "
        f"of the workload, {script.waits[1].sum():,} of them with strings, whose copying is in it"
    )
    for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0)):
        yield Figure(f"dispatch_stall_{name}", quantile(total, share), "cycles", how)
    yield Figure("dispatch_stall_numeric_max", quantile(script.waits[0], 1.0), "cycles",
                 f"the same of the {script.waits[0].sum():,} calls without strings")  # fmt: skip


def decoy_figures(real: Run, decoy: Run) -> Iterator[Figure]:
    """How alike it is to look into a secret and into what stands in for it."""
    for name, key in (("decoy_open_cycle_ratio", "p50"), ("decoy_open_cycle_ratio_p99", "p99")):
        here, there = decoy.values[f"secret_open_cycles_{key}"], real.values[f"secret_open_cycles_{key}"]
        yield Figure(
            name, round(here / there, 3), "1",
            f"{key} of openat and read of /etc/shadow, of 1,000: {here:,.0f} cycles where the verdict is DECOY, "
            f"{there:,.0f} where it is ALLOW",
        )  # fmt: skip


def quantile(counts: NDArray[np.int64], share: float) -> int:
    """Return the least number that at least this share of all do not exceed; counts: how many are of each."""
    return int(np.searchsorted(np.cumsum(counts), share * counts.sum()))
