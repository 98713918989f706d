"""Figures of the simulated board: its boot, a host's events over its line, a push."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hdl.contract.event import EVENT, Kind
from hdl.contract.link import FrameType
from hdl.contract.memory import CLOCK_HZ
from hdl.contract.syscalls import IDS
from host.bench.figure import Figure
from host.board import Board
from host.columns import Words
from host.engines import Progress
from host.link.payloads import model_messages
from host.link.transport import PATIENCE_SIMULATED
from models.encode import Batch
from models.gateway import EngineError
from models.package import Package
from sim.board import FAST_FLASH, SimulatedBoard
from sim.verilate import silent

SINGLE_EVENTS = 50
REAL_LINE = 3_000_000
LATENCY_MS = 16.0
PROMPT_PATIENCE = 600.0
"""Seconds that a boot may take on a busy machine."""
LOOK_CYCLES = 25_000
_SLOT = 32


class BoardLine:
    """A line to a simulated board that is looked at from outside, too."""

    name = "sim"
    patience = PATIENCE_SIMULATED

    def __init__(self, board: SimulatedBoard) -> None:
        self._board = board

    def write(self, data: bytes) -> None:
        self._board.write(data)

    def read(self, timeout: float) -> bytes:
        return self._board.read(1 << 16, timeout)

    def now(self) -> float:
        return time.monotonic()

    def close(self) -> None:
        """The board stays on until whoever made it closes it."""


def board_figures(
    package: Package, batches: list[Batch], trace: str, progress: Progress | None
) -> Iterator[Figure]:
    """A new board's: one trace as quick as it goes, then over lines as slow as real ones."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        flash = Path(folder) / "board.flash"
        with SimulatedBoard(flash, paced=False, progress=progress or silent) as simulated:
            yield from trace_figures(simulated, package, batches, trace)
        yield from boot_figures(flash)
        with SimulatedBoard(flash, paced=False, line=REAL_LINE) as simulated:
            yield from event_figures(simulated)
        with SimulatedBoard(flash, paced=False, line=REAL_LINE, latency_ms=LATENCY_MS) as simulated:
            yield push_figure(simulated, package)


def trace_figures(
    simulated: SimulatedBoard, package: Package, batches: list[Batch], trace: str
) -> Iterator[Figure]:
    """Boot, and a whole trace over the board's line."""
    board = Board(BoardLine(simulated))
    yield Figure(
        "boot_cycles", board.info().boot_cycles, "cycles",
        "the firmware's own count, from reset until the line is served: ROM, firmware copied from flash and "
        "digested, no model to load",
    )  # fmt: skip
    board.push(package, verify=False)
    simulated.clear_marks()
    first, wall, busy = simulated.cycles, time.monotonic(), time.process_time()
    events = sum(len(batch.events) for batch in batches)
    for batch in batches:
        board.screen(batch.events, batch.pool, batch.offsets)
    stepped = simulated.cycles - first - simulated.marks.skipped
    busy, wall = time.process_time() - busy, time.monotonic() - wall
    counters = board.info().counters
    yield Figure(
        "host_event_core_cycles", round(counters["event_cycles"] / counters["events"], 1), "cycles",
        f"frame in the ring to record taken, by the core's own counter, which the firmware reads: the mean of the "
        f"{counters['events']} events of {trace}, many to a frame, paths and all",
    )  # fmt: skip
    yield Figure(
        "sim_cycles_per_second", round(stepped / busy), "cycles/s",
        f"the board screening {trace} over sim-fast: cycles simulated one by one, over processor time, the host's "
        "own work included",
    )  # fmt: skip
    yield Figure(
        "board_events_per_second", round(events / wall), "events/s", f"{events} events of {trace}, over wall time"
    )
    board.close()


def boot_figures(flash: Path) -> Iterator[Figure]:
    """A boot with a model and files in flash, until the shell's prompt; what the flash takes of it apart."""
    for speed in (FAST_FLASH, 1):  # once until all is as it is at every later boot
        with SimulatedBoard(flash, paced=False, flash_speed=speed) as simulated:
            board = Board(BoardLine(simulated))
            until_prompt(board)
            cycles, clocked = simulated.cycles, simulated.marks.flash_clocked
            if speed == FAST_FLASH:
                simulated.run(CLOCK_HZ)
            board.close()
    how = "from reset until the shell's prompt is on the line, a model and the files that last in flash"
    yield Figure("boot_prompt_cycles", cycles, "cycles", f"{how}; to some {LOOK_CYCLES} cycles")
    yield Figure(
        "boot_flash_cycles", clocked, "cycles", f"{how}: those in which the flash was clocked, by signals"
    )
    yield Figure(
        "boot_beyond_flash_cycles", cycles - clocked, "cycles", "boot_prompt_cycles less boot_flash_cycles"
    )


def until_prompt(board: Board) -> None:
    """Wait until the board's console shows the shell's prompt.  Raises EngineError."""
    said, ends = "", time.monotonic() + PROMPT_PATIENCE
    board.type(b"")
    while not said.endswith("# "):
        said += board.printed(LOOK_CYCLES / CLOCK_HZ).decode(errors="replace")
        if time.monotonic() >= ends:
            raise EngineError(f"no prompt in {PROMPT_PATIENCE:.0f} s: {said[-200:]!r}")


def event_figures(simulated: SimulatedBoard) -> Iterator[Figure]:
    """Single calls without paths, each sent when the board is at rest."""
    board = Board(BoardLine(simulated))
    board.screen(_event(Kind.CLEAR, id=_SLOT), np.zeros(1, np.uint8), np.zeros(1, np.int64))
    core, total = [], []
    for _ in range(SINGLE_EVENTS):
        simulated.run(CLOCK_HZ // 100)
        simulated.clear_marks()
        board.screen(_event(Kind.CALL, id=IDS["getpid"]), np.zeros(1, np.uint8), np.zeros(1, np.int64))
        marks = simulated.marks
        core.append(marks.first_recorded - marks.first_received)
        total.append(marks.last_byte - marks.first_bit)
    rate = f"{SINGLE_EVENTS} calls without paths, one at a time, line at {REAL_LINE} bits/s; the median"
    yield Figure(
        "host_event_alone_cycles", statistics.median(core), "cycles",
        f"frame whole in the ring to record out of the pipeline, by signals, the core asleep before: it wakes, "
        f"looks at the frame and opens one for the record; {rate} (most: {max(core)})",
    )  # fmt: skip
    yield Figure(
        "host_event_total_cycles", statistics.median(total), "cycles",
        f"first start bit of the EVENT to last stop bit of its RECORD, on the line; {rate} (most: {max(total)})",
    )  # fmt: skip
    board.close()


def _event(kind: Kind, **fields: int) -> Words:
    packed = EVENT.pack({"kind": kind, "slot": _SLOT, "source": 1, "generation": 1, **fields})
    return np.array([[packed >> 32 * word & 0xFFFFFFFF for word in range(EVENT.words)]], np.uint32)


def push_figure(simulated: SimulatedBoard, package: Package) -> Figure:
    """The image alone: what comes before and behind it would only dilute the line's share."""
    board = Board(BoardLine(simulated))
    wanted = (FrameType.MODEL_BEGIN, FrameType.MODEL_DATA)
    slot = board.info().active
    image = [message for message in model_messages(package, 0 if slot is None else 1 - slot, 4096)
             if message.kind in wanted]  # fmt: skip
    simulated.run(CLOCK_HZ // 10)
    simulated.clear_marks()
    for message in image:
        board.session.send(message)
    board.session.flush()
    marks = simulated.marks
    board.close()
    bits = 10 * len(package.image)
    seconds = (marks.frame_received - marks.first_bit) / CLOCK_HZ
    return Figure(
        "push_line_rate_share", round(bits / REAL_LINE / seconds, 4), "1",
        f"{len(package.image)} bytes of image at 10 bits each, over {REAL_LINE} bits/s times the board's time "
        f"from the first bit of MODEL_BEGIN to the last MODEL_DATA in the ring; every byte to the host "
        f"{LATENCY_MS:.0f} ms late",
    )  # fmt: skip
