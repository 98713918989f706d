"""The simulated board: what makes it quick changes nothing, and it loses nothing when the power goes."""

from __future__ import annotations

import random
import shutil
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hdl.contract.flash import FLASH_BYTES
from hdl.contract.link import ModelResult
from hdl.contract.memory import CLOCK_HZ
from hdl.contract.policy import default_policy
from host.bench.board import BoardLine, event_figures, push_figure
from host.board import Board
from host.link.errors import LinkError
from host.link.session import Session
from models.gateway import Gateway, switch
from models.golden.engine import GoldenEngine
from models.package import SHIPPED, Package, read_package
from models.readers.strace import StraceReader
from sim.board import BoardError, SimulatedBoard

CORPUS = Path(__file__).parents[2] / "models" / "corpus" / "data"
EVENTS = 10_000


@pytest.fixture(scope="module")
def package() -> Package:
    """The shipped model with one of its self-test vectors, so that a push takes a moment."""
    whole = read_package(SHIPPED)
    return replace(whole, vectors=whole.vectors[:1])


@pytest.fixture(scope="module")
def flash(tmp_path_factory: pytest.TempPathFactory, package: Package) -> Path:
    """A board's flash that holds the shipped model."""
    file = tmp_path_factory.mktemp("flash") / "board.flash"
    with SimulatedBoard(file, paced=False) as simulated:
        board = Board(BoardLine(simulated))
        assert board.push(package).pushed
        board.close()
    return file


@pytest.fixture
def copy(flash: Path, tmp_path: Path) -> Path:
    """The same flash, for this test alone."""
    return Path(shutil.copy(flash, tmp_path / "board.flash"))


def test_a_new_board_boots_without_a_model_and_an_old_one_with_its_own(
    flash: Path, copy: Path, tmp_path: Path, package: Package
) -> None:
    assert flash.stat().st_size == FLASH_BYTES
    numbers = set()
    for file in (tmp_path / "new.flash", copy, copy):
        with SimulatedBoard(file, paced=False) as simulated:
            info = Board(BoardLine(simulated)).info()
        numbers.add(info.board)
        assert info.simulated and info.clock == info.line_rate == CLOCK_HZ and info.line == "sim-fast"
        assert (info.active is None) == (file != copy)
        if file == copy:
            assert info.models[info.active or 0].name == f"{package.name} {package.version}"
    assert len(numbers) == 2, "a board's number is its own, and stays"


def test_the_button_does_not_stop_a_board_whose_flash_is_at_work(tmp_path: Path) -> None:
    """A chip that erases reads as nothing: the loader looks again."""
    with SimulatedBoard(tmp_path / "new.flash", paced=False) as simulated:
        while not simulated.flash_busy:
            simulated.run(1_000)
        simulated.press_reset()
        assert Board(BoardLine(simulated)).info().active is None
        assert simulated.cycles > CLOCK_HZ


def test_the_second_start_is_quick(copy: Path) -> None:
    """To the answer to HELLO, in processor time with a margin for shared machines; `make sweep` has no margin."""
    began = time.process_time()
    with SimulatedBoard(copy, paced=False) as simulated:
        Session(BoardLine(simulated))
    assert time.process_time() - began < 6


@pytest.mark.slow
def test_the_second_start_is_quick_on_the_clock(copy: Path) -> None:
    began = time.monotonic()
    with SimulatedBoard(copy, paced=False) as simulated:
        Session(BoardLine(simulated))
    assert time.monotonic() - began < 4


def test_sleep_that_is_skipped_is_counted(copy: Path, tmp_path: Path) -> None:
    """The same session after the same cycles, slept through one by one or at once: the same bytes."""
    said, skipped = [], []
    for skip in (True, False):
        with SimulatedBoard(Path(shutil.copy(copy, tmp_path / f"{skip}.flash")), paced=False) as simulated:
            simulated.run(6_000_000, skip=skip)
            session = Session(BoardLine(simulated), number=7)
            said.append((session.hello, simulated.cycles))
            skipped.append(simulated.marks.skipped)
    assert said[0] == said[1]
    assert skipped[0] > 500_000 and skipped[1] == 0


def trace_batches(package: Package, least: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Return (events, pool, offsets, golden records) of corpus traces, at least so many events."""
    golden = GoldenEngine()
    golden.load_model(0, package.image)
    golden.load_policy(default_policy())
    switch(golden, 0)
    gateway = Gateway(golden, package.image)
    batches, count = [], 0
    for trace in sorted(CORPUS.glob("*.strace.xz"))[::7]:
        for part in gateway.screen(StraceReader(trace)):
            batches.append((part.batch.events, part.batch.pool, part.batch.offsets, part.records))
            count += len(part.records)
        if count >= least:
            return batches
    raise AssertionError("the corpus is too small")


def test_the_pipelines_clock_may_stand_still(copy: Path, tmp_path: Path, package: Package) -> None:
    """Records and cycles are the same whether the idle pipeline is clocked or not."""
    events, pool, offsets, _records = trace_batches(package, 1)[0]
    outcomes = []
    for gate in (True, False):
        with SimulatedBoard(Path(shutil.copy(copy, tmp_path / f"{gate}.flash")), paced=False) as simulated:
            simulated.gate(gate)
            board = Board(BoardLine(simulated))
            records, _states = board.screen(events[:150], pool, offsets[:150])
            outcomes.append((records.tolist(), simulated.marks.gated > 0))
    assert outcomes[0][0] == outcomes[1][0]
    assert [gated for _records, gated in outcomes] == [True, False]


def test_real_events_through_the_board(copy: Path, package: Package) -> None:
    """Whole traces, paths and spills among them: every record is the golden machine's."""
    compared = 0
    with SimulatedBoard(copy, paced=False) as simulated:
        board = Board(BoardLine(simulated))
        before = board.info().counters  # what was said before the line had its rate, and done before this session
        damaged = before["damaged"]
        for events, pool, offsets, golden in trace_batches(package, EVENTS):
            records, _states = board.screen(events, pool, offsets)
            # Sequence numbers and the model's slot tell of what came before.
            difference = (records ^ golden)[:, :5]
            difference[:, 0] &= ~np.uint32(1 << 21)
            assert not difference.any(), f"event {compared + int(np.flatnonzero(difference.any(axis=1))[0])}"
            compared += len(records)
        counters = board.info().counters
    print(f"{compared} events, {counters}")
    assert compared >= EVENTS
    assert counters["events"] == compared
    assert counters["shed_records"] == before["shed_records"] and counters["dropped"] == 0
    assert counters["damaged"] == damaged <= 1
    assert counters["event_cycles"] / counters["events"] <= 300


@pytest.mark.parametrize("count", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_power_cuts_leave_the_old_model_or_the_new_one(
    copy: Path, tmp_path: Path, package: Package, count: int
) -> None:
    """The power goes at a random cycle of a push; the board comes back with one of the two, whole."""
    other = read_package(SHIPPED)
    other = replace(other, name="other", vectors=other.vectors[1:2])
    chance = random.Random(count)
    with SimulatedBoard(copy, paced=False) as simulated:
        board = Board(BoardLine(simulated))
        before = simulated.cycles
        board.push(other, force=True)
        board.close()
        length = simulated.cycles - before
    names = set()
    for number in range(count):
        with SimulatedBoard(copy, paced=False) as simulated:
            line = CutLine(simulated, chance.randrange(length), number)
            try:
                Board(line).push(replace(package, name=f"push {number}"), force=True)
            except LinkError:
                assert line.cut
            line.limit = None
            info = Board(line).info()
            assert info.active is not None, "neither the old model nor the new one"
            found = info.models[info.active]
            assert found.result is ModelResult.ACTIVE
            names.add(found.name.split()[0])
            Board(line).verify(package)
    assert names


class CutLine(BoardLine):
    """A line to a board whose power fails, and comes back, after so many cycles."""

    def __init__(self, board: SimulatedBoard, limit: int, seed: int) -> None:
        super().__init__(board)
        self.limit: int | None = board.cycles + limit
        self._seed = seed
        self.cut = False

    def read(self, timeout: float) -> bytes:
        data = super().read(timeout)
        if self.limit is not None and self._board.cycles >= self.limit:
            self.cut, self.limit = True, None
            self._board.power_cycle(self._seed)
            raise LinkError("sim: the power went")
        return data


def test_figures_that_are_promised(copy: Path, package: Package) -> None:
    """Counted in the board's cycles, so that they are the same on every machine."""
    with SimulatedBoard(copy, paced=False, line=3_000_000) as simulated:
        alone, total = event_figures(simulated)
    assert alone.value <= 1200
    assert total.value > alone.value
    with SimulatedBoard(copy, paced=False, line=3_000_000, latency_ms=16) as simulated:
        share = push_figure(simulated, package)
    print(alone, total, share)
    assert share.value >= 0.9


@pytest.mark.parametrize("share", [0.2, pytest.param(1.0, marks=pytest.mark.slow)])
def test_it_is_fast_enough(copy: Path, share: float) -> None:
    """500,000 cycles a second while the core works, in processor time; others on the machine cost some."""
    with SimulatedBoard(copy, paced=False) as simulated:
        began = time.process_time()
        simulated.run(300_000, skip=False)
        rate = 300_000 / (time.process_time() - began)
    print(f"{rate:,.0f} cycles/s")
    assert rate >= share * 500_000


def test_one_flash_one_board(copy: Path) -> None:
    with (
        SimulatedBoard(copy, paced=False),
        pytest.raises(BoardError, match="another simulated board has this flash"),
    ):
        SimulatedBoard(copy, paced=False)


def test_what_is_no_flash_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("dear diary")
    with pytest.raises(BoardError, match=r"notes\.txt: 10 bytes, a flash has 16777216"):
        SimulatedBoard(file)
    assert file.read_text() == "dear diary"
    with pytest.raises(BoardError, match="50000000 baud"):
        SimulatedBoard(tmp_path / "new.flash", line=50_000_000)
