"""A small trace, signed models, and a board on the bench, for the host's tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware.build import blank_flash
from host.board import Board
from host.link.errors import LinkError
from models.keys import PrivateKey, generate_key
from models.package import Package, write_package
from models.untrained import untrained_image
from models.vectors import make_vectors
from sim.lines import CountedLine
from sim.native import NativeBoard
from sim.native_processes import Processes

LINES = """\
100 1000.000000 execve("/bin/sh", ["sh"], 0x7ffd /* 3 vars */) = 0
100 1000.010000 openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = 3
100 1000.020000 read(3, "root", 4096) = 4
100 1000.030000 getpid() = 100
100 1000.040000 no_such_call(1, 2) = 0
100 1000.050000 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 101
101 1000.060000 execve("/usr/bin/id", ["id"], 0x7ffd /* 3 vars */) = 0
101 1000.070000 openat(AT_FDCWD, "/etc/shadow", O_RDONLY) = -1 EACCES (Permission denied)
"""
STEPS = """\
101 {0}.1 openat(AT_FDCWD, "/home/a/{1}", O_RDWR) = 4
101 {0}.2 write(4, "x", 1) = 1
101 {0}.3 connect(4, {{sa_family=AF_INET}}, 16) = 0
101 {0}.4 mprotect(0x7f, 4096, PROT_READ|PROT_EXEC) = 0
101 {0}.5 unlink("/home/a/{1}") = 0
"""
END = """\
101 2000.100000 exit_group(0) = ?
101 2000.100000 +++ exited with 0 +++
100 2000.200000 exit_group(0) = ?
100 2000.200000 +++ exited with 0 +++
"""


@dataclass(frozen=True)
class Lab:
    """A folder with a trace and models: `wild` blocks nearly at once, `calm` never; `key` signed both."""

    folder: Path
    key: PrivateKey

    @property
    def trace(self) -> Path:
        return self.folder / "trace.strace"

    @property
    def wild(self) -> Path:
        return self.folder / "wild.vgm"

    @property
    def calm(self) -> Path:
        return self.folder / "calm.vgm"

    @property
    def public(self) -> Path:
        return self.folder / "own.pub"

    def options(self, model: Path | None = None) -> list[str]:
        """Return the options with which the lab's models are screened with."""
        return ["--engine", "golden", "--key", str(self.public), "--model", str(model or self.wild)]


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("lab")
    made = Lab(folder, generate_key(folder / "own.pem"))
    steps = "".join(STEPS.format(1001 + step, step) for step in range(60))
    made.trace.write_text(LINES + steps + END)
    for path, calm in ((made.wild, False), (made.calm, True)):
        package = Package(untrained_image(3, calm=calm), path.stem, "1", paths=("/etc",))
        write_package(path, package, made.key)
    return made


class Bench:
    """What is plugged in at "bench": a board, reached anew by every command.

    `unplug_after`: writes after which the line is gone.  `act`: done before each read.
    """

    def __init__(self) -> None:
        self.board = NativeBoard(blank_flash(77, b"a firmware"))
        self.unplug_after = 10**9
        self.act: Callable[[], None] | None = None
        self.lines: list[CountedLine] = []

    def open(self, port: str, _progress: object = None, _patience: float | None = None) -> CountedLine:
        if port != "bench":
            raise LinkError(f"{port}: there is no such port: `vigilante ports` lists them")
        bench = self

        class Plugged(CountedLine):
            def write(self, data: bytes) -> None:
                bench.unplug_after -= 1
                if bench.unplug_after < 0:
                    raise LinkError("bench: went away (Input/output error): was it unplugged?")
                super().write(data)

            def read(self, timeout: float) -> bytes:
                if bench.act is not None:
                    bench.act()
                return super().read(timeout)

        self.lines.append(Plugged(self.board, port, patience=30.0))
        return self.lines[-1]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench()
    monkeypatch.setattr("host.board.PortLine", made.open)
    monkeypatch.setenv("VIGILANTE_PORT", "bench")
    return made


@pytest.fixture(scope="session")
def modelled() -> bytes:
    """A flash with a model in it: nothing runs without one."""
    content = blank_flash(77, b"a firmware")
    image = untrained_image(3, calm=True)
    with Board(CountedLine(NativeBoard(content), patience=30.0)) as board:
        board.push(Package(image, "calm", "1", vectors=make_vectors(image, (), 1)))
        board.session.flush()
    return bytes(content)


@pytest.fixture
def inside(bench: Bench, modelled: bytes) -> Processes:
    """The processes of the board on the bench, whose first one has begun."""
    bench.board = NativeBoard(bytearray(modelled))
    bench.board.exchange()
    return Processes(bench.board)
