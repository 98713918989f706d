"""A whole session on a bad line: every frame dropped, doubled, flipped or delayed in turn, in both directions.

Also every push broken off, every unplugging and every Ctrl-C: afterwards the board has the old model or the new
one, and takes the next session.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

import pytest

from firmware.build import blank_flash
from hdl.contract.link import RecordMode
from hdl.contract.policy import default_policy
from host.board import Board
from host.link.errors import LinkError
from host.link.transport import Line
from models.package import Package
from models.untrained import untrained_image
from models.vectors import make_vectors
from sim.lines import CountedLine, MangledLine
from sim.native import NativeBoard

WAYS = ("drop", "double", "flip", "delay")


@pytest.fixture(scope="module")
def packages() -> list[Package]:
    """Two models, each with two self-test vectors: as short a push as there is."""
    made = []
    for seed in (3, 5):
        image = untrained_image(seed)
        made.append(Package(image, f"model-{seed}", "1", vectors=make_vectors(image, ("/etc",), 2)))
    return made


@pytest.fixture(scope="module")
def new_board() -> Callable[[], NativeBoard]:
    blank = bytes(blank_flash(77, b"a firmware"))
    return lambda: NativeBoard(bytearray(blank))


def whole_session(line: Line, package: Package) -> list[object]:
    """Do everything that a session is for; return all that came of it but counters."""
    with Board(line) as board:
        before = board.info()
        pushed = board.push(package)
        board.load_policy(default_policy(0))
        got: list[object] = [before.board, before.active, pushed.pushed, pushed.wire_bytes, pushed.slot]
        for vector in package.vectors:
            records, states = board.screen(vector.events, vector.pool, vector.offsets)
            got += [records.tobytes(), states.tobytes()]
        board.record_mode(RecordMode.AGGREGATE)
        log = b"".join(text for _place, text in board.log()).decode()
        # Sorted: a session that begins later may find the file system made already.
        got.append(sorted(re.sub(r"^\d+\.\d+|session [0-9a-f]+", "", log, flags=re.MULTILINE).splitlines()))
        got.append([(model.result, model.name, model.digest) for model in board.models()])
        return got


@pytest.mark.parametrize("stride", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_every_frame_in_turn(new_board: Callable[[], NativeBoard], packages: list[Package], stride: int) -> None:
    """With a stride, only so many of the frames, others for each kind of damage."""

    def run(how: str, number: int, to_board: bool) -> tuple[list[object], MangledLine]:
        line = MangledLine(CountedLine(new_board(), patience=30.0), how, number, to_board=to_board)
        return whole_session(line, packages[0]), line

    expected, line = run("", -1, True)
    assert min(line.frames) > 50
    wrong = []
    for to_board in (True, False):
        for offset, how in enumerate(WAYS):
            for number in range(offset % stride, line.frames[0 if to_board else 1], stride):
                came, mangled = run(how, number, to_board)
                if came != expected or mangled.now() > 20.0:
                    wrong.append((how, number, to_board))
    assert not wrong


@pytest.mark.parametrize("to_board", [True, False])
def test_a_gap_costs_no_time_out(
    new_board: Callable[[], NativeBoard], packages: list[Package], to_board: bool
) -> None:
    """What follows a lost frame tells of it at once."""
    line = MangledLine(CountedLine(new_board(), patience=30.0), "drop", 21 if to_board else 67, to_board=to_board)
    whole_session(line, packages[0])
    assert line.now() < 0.1


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


@pytest.mark.parametrize("stride", [9, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("error", [LinkError("memory: went away"), KeyboardInterrupt()], ids=["unplug", "ctrl-c"])
def test_broken_off_anywhere(
    new_board: Callable[[], NativeBoard], packages: list[Package], error: BaseException, stride: int
) -> None:
    """With a model in force another is pushed, and the line goes at every read and write in turn."""
    flash = bytearray(blank_flash(77, b"a firmware"))
    with Board(CountedLine(NativeBoard(flash))) as first:
        first.push(packages[0])
    access = 0
    found = set()
    while True:
        board = NativeBoard(bytearray(flash))
        line = Cut(CountedLine(board, patience=30.0), access, error)
        with contextlib.suppress(type(error)):
            whole_session(line, packages[1])
        with Board(CountedLine(board, patience=30.0)) as second:
            info = second.info()
            assert info.active is not None, access
            name = info.models[info.active].name
            found.add(name)
            second.verify(next(package for package in packages if name.startswith(package.name)))
            assert not second.push(packages[1]).pushed or name == "model-3 1"
        if not line.gone:
            break
        access += stride
    assert access > 50
    assert found == {"model-3 1", "model-5 1"}
