"""A whole session on a bad line: every frame dropped, doubled, flipped or delayed in turn, in both directions.

Also every push broken off, every unplugging and every Ctrl-C: afterwards the board has the old model or the new
one, and takes the next session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hdl.contract.link import RecordMode
from hdl.contract.policy import default_policy
from host.board import Board
from host.link.errors import LinkError
from host.link.transport import Line
from models.package import Package
from models.untrained import untrained_image
from models.vectors import make_vectors
from sim.golden_board import GoldenBoard
from sim.lines import CountedLine, InProcess, MangledLine

WAYS = ("drop", "double", "flip", "delay")
BOARDS: dict[str, Callable[[], InProcess]] = {"golden": GoldenBoard}


@pytest.fixture(scope="module")
def packages() -> list[Package]:
    """Two models, each with two self-test vectors: as short a push as there is."""
    made = []
    for seed in (3, 5):
        image = untrained_image(seed)
        made.append(Package(image, f"model-{seed}", "1", vectors=make_vectors(image, ("/etc",), 2)))
    return made


@pytest.fixture(params=sorted(BOARDS))
def new_board(request: pytest.FixtureRequest) -> Callable[[], InProcess]:
    return BOARDS[request.param]


def whole_session(line: Line, package: Package) -> list[object]:
    """Do everything that a session is for; return all that came of it but counters."""
    with Board(line) as board:
        before = board.info()
        pushed = board.push(package)
        board.load_policy(default_policy(0))
        got: list[object] = [before.name, before.active, pushed.pushed, pushed.wire_bytes, pushed.slot]
        for vector in package.vectors:
            records, states = board.screen(vector.events, vector.pool, vector.offsets)
            got += [records.tobytes(), states.tobytes()]
        board.record_mode(RecordMode.AGGREGATE)
        vector = package.vectors[0]
        board.load_policy(default_policy())
        got.append([text for _place, text in board.log()][-1][-20:])
        got.append([(model.result, model.name, model.digest) for model in board.models()])
        return got


def test_every_frame_in_turn(new_board: Callable[[], InProcess], packages: list[Package]) -> None:
    def run(how: str, number: int, to_board: bool) -> tuple[list[object], MangledLine]:
        line = MangledLine(CountedLine(new_board(), patience=30.0), how, number, to_board=to_board)
        return whole_session(line, packages[0]), line

    expected, line = run("", -1, True)
    assert min(line.frames) > 20
    wrong = []
    for to_board in (True, False):
        for how in WAYS:
            for number in range(line.frames[0 if to_board else 1]):
                came, mangled = run(how, number, to_board)
                if came != expected:
                    wrong.append((how, number, to_board))
                assert mangled.now() < 20.0, (how, number, to_board)
    assert not wrong


class Cut:
    """A line that fails at access number `access`: `error` is raised instead of it."""

    def __init__(self, line: Line, access: int, error: BaseException) -> None:
        self.name, self.patience = line.name, line.patience
        self._line, self._left, self._error = line, access, error
        self.gone = False

    def write(self, data: bytes) -> None:
        self._count()
        self._line.write(data)

    def read(self, timeout: float) -> bytes:
        self._count()
        return self._line.read(timeout)

    def now(self) -> float:
        return self._line.now()

    def close(self) -> None:
        self._line.close()

    def _count(self) -> None:
        self._left -= 1
        if self._left == -1 or (self._left < 0 and isinstance(self._error, LinkError)):
            self.gone = True
            raise self._error


@pytest.mark.parametrize("error", [LinkError("memory: went away"), KeyboardInterrupt()], ids=["unplug", "ctrl-c"])
def test_broken_off_anywhere(
    new_board: Callable[[], InProcess], packages: list[Package], error: BaseException
) -> None:
    """With a model in force another is pushed, and the line goes at every read and write in turn."""
    access = 0
    found = set()
    while True:
        board = new_board()
        with Board(CountedLine(board, patience=30.0)) as first:
            first.push(packages[0])
        line = Cut(CountedLine(board, patience=30.0), access, error)
        try:
            whole_session(line, packages[1])
        except type(error):
            pass
        with Board(CountedLine(board, patience=30.0)) as second:
            info = second.info()
            assert info.active is not None, access
            name = info.models[info.active].name
            found.add(name)
            package = next(package for package in packages if name.startswith(package.name))
            second.verify(package)
            vector = package.vectors[0]
            records, _states = second.screen(vector.events, vector.pool, vector.offsets)
            assert len(records) == len(vector.events)
        if not line.gone:
            break
        access += 1
    assert access > 50
    assert found == {"model-3 1", "model-5 1"}
