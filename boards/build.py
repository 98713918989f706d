"""Builds a target: one netlist, several seeds at once, every block alone, one report.

The bitstream and the simulated board are of one gateware with one set of parameters: `same_gateware` holds them
against each other, module by module, before anything else is done.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from boards import blocks
from boards.flow import TOP, Mapped, Placed, mapped, packed, placed
from boards.paths import slowest_path
from boards.report import Report
from boards.targets import Target, identity, soc, text_of
from boards.tools import BuildError, Progress, Say, stop_all
from sim.board import verilog_of_soc

T = TypeVar("T")

BELONGS = "features"
"""The register in which the simulated board's gateware says that it is simulated, and a board's does not."""

UP5K = {"lut4": (5280, "logic cells"), "ff": (5280, "flip-flops"), "block_ram": (30, "block RAMs"),
        "large_ram": (4, "large RAMs")}  # fmt: skip
"""What the iCE40 UP5K has."""


def same_gateware(simulated: str, built: str) -> None:
    """Check that two texts of the system on chip, as the simulator and as the bitstream are made from, differ only
    in the bit that says which of them it is.

    Raises BuildError.
    """
    ours, theirs = simulated.splitlines(), built.splitlines()
    wrong = [f"{a.strip()!r} became {b.strip()!r}" for a, b in zip(ours, theirs, strict=False)
             if a != b and not (BELONGS in a and BELONGS in b)]  # fmt: skip
    if len(ours) != len(theirs):
        wrong.append(f"{len(ours)} lines became {len(theirs)}")
    if wrong:
        raise BuildError(f"bitstream and simulated board are not of one gateware: {wrong[0]}")


def too_big(used: dict[str, int]) -> str:
    """Return why cells do not fit into an UP5K; "" if they may."""
    over = [f"{used[column]:,} {what} of {has:,}" for column, (has, what) in UP5K.items() if used[column] > has]
    return f"it takes {' and '.join(over)}" if over else ""


class Works:
    """Jobs in as many threads as there are processors, with progress over all of them."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._done, self._total = progress, 0, 0
        self._lock = threading.Lock()
        self._at: dict[str, str] = {}
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1)
        self._jobs: list[Future[Any]] = []

    def __enter__(self) -> Works:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            while not all(job.done() for job in self._jobs):  # one may be about to start a tool
                stop_all()
                time.sleep(0.1)
        self._pool.shutdown(wait=True)

    def start(self, name: str, job: Callable[[Say], T]) -> Future[T]:
        """Start a job; it is given a callback for what it is at."""
        with self._lock:
            self._total += 1

        def work() -> T:
            self._show(name, "begins")
            try:
                return job(lambda what: self._show(name, what))
            finally:
                self._show(name, None)

        future = self._pool.submit(work)
        self._jobs.append(future)
        return future

    def result(self, future: Future[T]) -> T:
        """Return what a job returned; raise what any of the jobs has raised so far."""
        waiting = {job for job in self._jobs if not job.done()}
        while not future.done():
            _done, waiting = wait(waiting, timeout=1, return_when=FIRST_EXCEPTION)
            for job in self._jobs:
                if job.done() and (error := job.exception()):
                    raise error
        return future.result()

    def _show(self, name: str, what: str | None) -> None:
        with self._lock:
            if what is None:
                self._at.pop(name, None)
                self._done += 1
            else:
                self._at[name] = what
            text = ", ".join(f"{job}: {at}" for job, at in self._at.items())
            self._progress(text or "done", self._done, self._total)


def build(
    target: Target, seeds: tuple[int, ...], progress: Progress, *, force: bool = False
) -> tuple[Report, Path | None]:
    """Build a target; return its report, and the bitstream if it is a whole board.

    Raises BuildError if a tool fails; that it does not fit or is too slow is in the report.
    """
    made_of = identity(target)
    progress("elaborating", 0, 1)
    if target.whole:
        same_gateware(verilog_of_soc(observed=False), text_of(soc(), name="soc"))
    verilog = target.verilog()
    family = target.board.family
    with Works(progress) as works:
        main: tuple[blocks.MainBlock, ...] = ()
        if family == "ice40":
            cells = works.result(works.start("cells", lambda say: mapped(family, verilog, target.mhz, say=say)))
            used = blocks.counted(cells.modules[f"\\{TOP}"]["num_cells_by_type"])
            if why := too_big(used):
                return Report(target.name, made_of, seeds, target.mhz, {}, used, {}, fits=why), None
        else:
            main = blocks.main_blocks(target)
        design = works.result(works.start("netlist", partial(_map, target, verilog, main, force=force)))
        runs = [
            works.start(f"seed {seed}", partial(_place, target, design.design, seed, force=force))
            for seed in seeds
        ]
        alone = {
            block.name: works.start(block.name, partial(_alone, block, target, seeds[0], force=force))
            for block in main
            if block.make is not None
        }
        done = [works.result(run) for run in runs]
        measured: dict[str, dict[str, Any]] = {**blocks.usage(design.modules, main)}
        for name, job in alone.items():
            found = works.result(job)
            measured[name] |= {"fmax": round(found.mhz, 1), "slowest": slowest_path(found).object()}
        best = max(done, key=lambda run: run.mhz)
        bitstream = None
        if target.whole and best.mhz >= target.mhz:
            bitstream = works.result(works.start("bitstream", lambda say: packed(target.board, best, say=say)))
    return _reported(target, made_of, done, measured, bitstream), bitstream


def _map(target: Target, verilog: str, main: tuple[blocks.MainBlock, ...], say: Say, *, force: bool) -> Mapped:
    names = [block.module for block in main]
    return mapped(target.board.family, verilog, target.mhz, blocks=names, say=say, force=force)


def _place(target: Target, design: Path, seed: int, say: Say, *, force: bool) -> Placed:
    return placed(target.board, design, target.constraints, seed, target.mhz, say=say, force=force)


def _alone(block: blocks.MainBlock, target: Target, seed: int, say: Say, *, force: bool) -> Placed:
    return blocks.alone(block, target.board, seed, say=say, force=force)


def _reported(
    target: Target, made_of: dict[str, Any], done: list[Placed], used: dict[str, Any], bitstream: Path | None
) -> Report:
    slowest = min(done, key=lambda run: run.mhz)
    whole = {name: count["used"] for name, count in slowest.used.items() if count["used"]}
    content = bitstream.read_bytes() if bitstream else b""
    return Report(
        target.name,
        made_of,
        tuple(run.seed for run in done),
        target.mhz,
        {str(run.seed): round(run.mhz, 2) for run in done},
        whole,
        {name: slowest.used[name]["available"] for name in whole},
        slowest_path(slowest).object(),
        used,
        {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} if content else {},
    )
