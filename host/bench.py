"""What `vigilante bench` measures, each figure with how it was measured.  Nothing here is estimated."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hdl.contract.event import EVENT, Kind
from hdl.contract.link import FrameType
from hdl.contract.memory import CLOCK_HZ
from hdl.contract.policy import default_policy
from hdl.contract.syscalls import IDS
from host.board import Board
from host.columns import Words
from host.engines import Pipeline, Progress, make_pipeline
from host.link.payloads import model_messages
from host.link.transport import PATIENCE_SIMULATED
from models.encode import Batch
from models.gateway import Gateway, switch
from models.package import Package
from models.readers.detect import open_trace
from sim.board import SimulatedBoard
from sim.verilate import silent

SECONDS = 2.0
"""Processor time that an engine is given."""
SINGLE_EVENTS = 50
REAL_LINE = 3_000_000
LATENCY_MS = 16.0
_SLOT = 32


@dataclass(frozen=True)
class Figure:
    """One measured number."""

    key: str
    value: float
    unit: str
    how: str

    def object(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"value": self.value, "unit": self.unit, "how": self.how}


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


def measure(package: Package, trace: Path, progress: Progress | None = None) -> Iterator[Figure]:
    """Yield every figure as it is measured, on `trace` where a trace is needed."""
    batches = _batches(package, trace)
    for name in ("gateware", "golden"):
        yield _engine_rate(name, package, batches, trace.name, progress)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        flash = Path(folder) / "board.flash"
        with SimulatedBoard(flash, paced=False, progress=progress or silent) as simulated:
            yield from _board_figures(simulated, package, batches, trace.name)
        with SimulatedBoard(flash, paced=False, line=REAL_LINE) as simulated:
            yield from event_figures(simulated)
        with SimulatedBoard(flash, paced=False, line=REAL_LINE, latency_ms=LATENCY_MS) as simulated:
            yield push_figure(simulated, package)


def _batches(package: Package, trace: Path) -> list[Batch]:
    """Return a trace as events, encoded once."""
    engine = make_pipeline("golden")
    _prepare(engine, package)
    return [part.batch for part in Gateway(engine, package.image).screen(open_trace(trace))]


def _prepare(engine: Pipeline, package: Package) -> None:
    engine.load_policy(default_policy())
    engine.load_model(0, package.image)
    switch(engine, 0)


def _engine_rate(
    name: str, package: Package, batches: list[Batch], trace: str, progress: Progress | None
) -> Figure:
    engine = make_pipeline(name, progress)
    _prepare(engine, package)
    engine.screen(batches[0].events[:1], batches[0].pool, batches[0].offsets[:1])  # what is compiled, is now
    done, began = 0, time.process_time()
    while (passed := time.process_time() - began) < SECONDS:
        for batch in batches:
            engine.screen(batch.events, batch.pool, batch.offsets)
            done += len(batch.events)
    how = f"{done} events of {trace}, encoded before, over processor time"
    return Figure(f"{name}_events_per_second", round(done / passed), "events/s", how)


def _board_figures(
    simulated: SimulatedBoard, package: Package, batches: list[Batch], trace: str
) -> Iterator[Figure]:
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
