"""Figures of the pipeline's own clock: from a call to its verdict, in edges counted on the simulated gateware."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import EVENT, SLOTS, Kind
from hdl.contract.model import NODE_ROOT
from hdl.contract.syscalls import IDS
from hdl.screening.pipeline import VERDICT_EDGES
from host.bench.figure import Figure
from host.bench.rates import prepare
from host.columns import Words
from host.engines import Progress, make_pipeline
from models.gateway import EngineError
from models.package import Package
from sim.engine import GatewareEngine

EVENTS = 2000
"""Calls of a run without paths."""
GAPS = 96
"""In a run with gaps: chance in 256 that nothing is offered in a cycle."""
PATH_BYTES = 32
PATHS = (
    b"/a" * 16,
    b"a/" * 16,
    b"/" + b"a" * 31,
    b"a" * 32,
    b"/" * 31 + b"a",
    b"/." * 15 + b"/a",
    b"/a/.." * 6 + b"/a",
    b"/../" * 8,
    b"/etc" * 8,
    b"/etc/ssl/certs/ca-certificates.x",
    b"/home/somebody/.ssh/id_ed25519.x",
    b"/proc/self/task/12345/attr/exec/",
    b"/usr/lib/x86_64-linux-gnu/libc.s",
)
"""Shapes of 32 bytes: components short, long and empty, absolute and relative, steps up, known and unknown."""
_HALF = SLOTS // 2
_NO_PATHS = np.zeros(1, np.uint8)


def decision_figures(package: Package, progress: Progress | None = None) -> Iterator[Figure]:
    """Yield the figures.  Raises EngineError if any event takes another time than the contract's."""
    engine = make_pipeline("gateware", progress)
    assert isinstance(engine, GatewareEngine)
    prepare(engine, package)
    _clear_all(engine)
    one, many = [_HALF], list(range(SLOTS))
    runs = {
        "one slot": timed(engine, numeric(one)), f"{SLOTS} slots": timed(engine, numeric(many)),
        "many with gaps between": timed(engine, numeric(many), gaps=GAPS),
    }  # fmt: skip
    yield _decision(runs)
    yield _path_decision(engine)
    rates = {name: (len(run) - 1) / int(run[-1, 2] - run[0, 2]) for name, run in list(runs.items())[:2]}
    yield Figure(
        "events_per_cycle", round(min(rates.values()), 4), "events/cycle",
        f"calls without paths, verdicts over the cycles in which they came: {EVENTS} of "
        + " and ".join(f"{name}: {rate:.4f}" for name, rate in rates.items()) + "; the lower",
    )  # fmt: skip
    yield Figure(
        "model_bytes", len(package.image), "bytes",
        "the image in the package, all that a model slot holds: six tables, id map, path trie, thresholds, curves",
    )  # fmt: skip


def numeric(slots: Sequence[int]) -> Words:
    """Return calls without paths, drawn at random, in slots taken in turn."""
    draw = random.Random(1)
    calls = list(IDS.values())
    rows = []
    for number in range(EVENTS):
        slot = slots[number % len(slots)]
        fields = {"kind": Kind.CALL, "slot": slot, "source": slot // _HALF, "id": draw.choice(calls)}
        fields |= {"ok": draw.getrandbits(1), "epoch": number >> 6 & 255, "generation": 1}
        fields |= {f"a{argument}": draw.getrandbits(32) for argument in range(6)}
        rows.append(_words(fields))
    return np.array(rows, np.uint32)


def timed(engine: GatewareEngine, events: Words, paths: bytes = b"", gaps: int = 0) -> NDArray[np.int64]:
    """Return for each event the cycles at which it was taken, committed and decided; no event may be refused."""
    cycles = np.zeros((len(events), 3), np.uint64)
    pool = np.frombuffer(paths, np.uint8) if paths else _NO_PATHS
    records, _states = engine.screen(events, pool, np.zeros(len(events), np.int64), gaps=gaps, cycles=cycles)
    if len(records) != len(events) or (records[:, 0] >> np.uint32(25) & np.uint32(7)).any():
        raise EngineError("the pipeline refused an event of the measurement: no figure is given")
    return cycles.astype(np.int64)


def _decision(runs: dict[str, NDArray[np.int64]]) -> Figure:
    edges = {name: np.unique(run[:, 2] - run[:, 1]).tolist() for name, run in runs.items()}
    for name, found in edges.items():
        if found != [VERDICT_EDGES]:
            raise EngineError(
                f"{name}: verdicts come {found} edges after the commit, not {VERDICT_EDGES}: this is a bug"
            )
    return Figure(
        "decision_cycles", edges["one slot"][0], "cycles",
        f"clock edges from a call's commit to its valid verdict, signals of the simulated gateware; the same for "
        f"each of {EVENTS} calls without paths in each run: {', '.join(runs)}; a call is taken from the stream "
        "one edge before its commit",
    )  # fmt: skip


def _path_decision(engine: GatewareEngine) -> Figure:
    event = np.array([_words({"kind": Kind.CALL, "slot": _HALF, "source": 1, "id": IDS["openat"], "paths": 1,
                              "generation": 1})], np.uint32)  # fmt: skip
    taken: dict[bytes, int] = {}
    for path in PATHS:
        assert len(path) == PATH_BYTES
        offered = engine.cycles
        times = timed(engine, event, bytes((NODE_ROOT, 0)) + len(path).to_bytes(2, "little") + path)
        taken[path] = int(times[0, 2]) - offered
    worst = max(taken, key=lambda path: taken[path])
    return Figure(
        "decision_cycles_path32", taken[worst], "cycles",
        f"clock edges from the cycle in which a call with one path of {PATH_BYTES} bytes is offered to its valid "
        f"verdict, the pipeline at rest before; the most of {len(PATHS)} shapes ({worst.decode()}), the least "
        f"{min(taken.values())}",
    )  # fmt: skip


def _clear_all(engine: GatewareEngine) -> None:
    rows = [
        _words({"kind": Kind.CLEAR, "slot": slot, "source": slot // _HALF, "id": slot, "generation": 1})
        for slot in range(SLOTS)
    ]
    timed(engine, np.array(rows, np.uint32))


def _words(fields: dict[str, int]) -> list[int]:
    packed = EVENT.pack(fields)
    return [packed >> 32 * word & 0xFFFFFFFF for word in range(EVENT.words)]
