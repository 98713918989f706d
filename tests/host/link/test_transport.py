"""Ports by URL: what opens, and the one line that says why another does not."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware.build import blank_flash
from host.board import Board
from host.link import ports
from host.link.errors import LinkError
from host.link.ports import Port, find_ports
from host.link.transport import PortLine
from host.link.urls import protocol_sim
from sim.native import NativeBoard
from sim.verilate import BuildError


class Simulated:
    """Takes the simulated board's place: the firmware itself, and notes what it was opened with."""

    opened: list[tuple[Path | None, int | None, float]]

    def __init__(
        self, flash: Path | None, *, line: int | None = None, latency_ms: float = 0, progress: Any
    ) -> None:
        type(self).opened.append((flash, line, latency_ms))
        progress("board", 1, 1)
        self._board = NativeBoard(blank_flash(1, b"a firmware"))
        self._said = bytearray()
        self.cycles = 0

    def write(self, data: bytes) -> None:
        self._said += self._board.exchange(data)

    def read(self, size: int, timeout: float) -> bytes:
        self._said += self._board.exchange(b"", 1)
        self.cycles += 1
        taken = bytes(self._said[:size])
        del self._said[:size]
        return taken

    def close(self) -> None:
        self._board.close()


@pytest.fixture
def simulated(monkeypatch: pytest.MonkeyPatch) -> type[Simulated]:
    monkeypatch.setattr("sim.board.SimulatedBoard", Simulated)
    Simulated.opened = []
    return Simulated


def test_sim_is_short_for_a_url_with_options(simulated: type[Simulated], tmp_path: Path) -> None:
    steps: list[str] = []
    with Board.open("sim", lambda what, _done, _total: steps.append(what)) as board:
        assert board.info().board == 1
    assert steps == ["board"]
    with Board.open(f"sim://?flash={tmp_path}/f&line=3000000&latency=16") as board:
        assert board.name.startswith("sim://")
    assert simulated.opened == [(None, None, 0.0), (tmp_path / "f", 3_000_000, 16.0)]


def test_sim_behaves_as_a_serial_port(simulated: type[Simulated]) -> None:
    port = protocol_sim.Serial(None, timeout=0.1)
    port.port = "sim://"
    with pytest.raises(serial.PortNotOpenError):
        port.read(1)
    port.open()
    with pytest.raises(serial.SerialException, match="is open already"):
        port.open()
    waiting = port.in_waiting
    assert waiting > 60, "its HELLO"
    assert len(port.read(2)) == 2 and port.in_waiting == waiting - 2
    assert len(port.read(1000)) == waiting - 2, "fewer after the time-out"
    port.reset_input_buffer()
    assert port.read(1) == b"" and port.cycles > 0
    port.close()
    port.close()


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ("sim://?colour=red", "has 'colour'"),
        ("sim://board", "has 'board'"),
        ("sim://?line=fast", "has a number that is none"),
        ("/dev/nothing-here", "there is no such port: `vigilante ports` lists them"),
        ("/dev/nothing-here?line=x", r"a serial port takes \?line=RATE"),
        ("/dev/nothing-here?speed=5", r"a serial port takes \?line=RATE"),
        ("/dev/null", "cannot be opened"),
        ("gopher://x", "cannot be opened"),
        ("socket://127.0.0.1:1", "cannot be opened"),
        ("socket://nonsense", "cannot be opened"),
    ],
)
def test_ports_that_do_not_open(simulated: type[Simulated], port: str, words: str) -> None:
    with pytest.raises(LinkError, match=words) as refused:
        PortLine(port)
    assert str(refused.value).startswith(f"{port}: ") and "\n" not in str(refused.value)


def test_a_simulator_that_cannot_be_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise BuildError("g++ is missing: apt-get install g++\nmuch more")

    monkeypatch.setattr("sim.board.library", broken)
    with pytest.raises(LinkError, match=r"^sim: .*cannot be built: g\+\+ is missing: apt-get install g\+\+\)?$"):
        PortLine("sim")


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """A pseudo terminal: our end, and the name of the other."""
    ours, theirs = os.openpty()
    name = os.ttyname(theirs)
    os.close(theirs)
    yield ours, name
    with contextlib.suppress(OSError):  # the test may have
        os.close(ours)


def test_a_serial_port_carries_bytes_and_is_ours_alone(terminal: tuple[int, str]) -> None:
    ours, name = terminal
    line = PortLine(f"{name}?line=115200")
    line.write(b"\x00\x11\x13\x03ping")
    assert os.read(ours, 100) == b"\x00\x11\x13\x03ping"
    assert line.read(0.0) == b""
    os.write(ours, b"\x00\x04pong\r\n")
    assert line.read(5.0) == b"\x00\x04pong\r\n"
    with pytest.raises(LinkError, match="is in use: end the program that has it"):
        PortLine(name)
    line.close()
    line.close()
    PortLine(name).close()


def test_a_serial_port_that_is_unplugged(terminal: tuple[int, str]) -> None:
    ours, name = terminal
    line = PortLine(name)
    os.close(ours)
    for use in (lambda: line.read(0.1), lambda: line.write(b"x" * 100_000)):
        with pytest.raises(LinkError, match=f"^{name}: went away .*was it unplugged") as gone:
            use()
        assert "\n" not in str(gone.value)
    line.close()


def test_a_board_behind_a_socket() -> None:
    """The whole way through the operating system, and what is said when the other side hangs up."""
    server = socket.create_server(("127.0.0.1", 0))
    board = NativeBoard(blank_flash(5, b"a firmware"))
    left = [40]

    def serve() -> None:
        peer, _address = server.accept()
        peer.settimeout(0.01)
        while left[0] > 0:
            try:
                data = peer.recv(65536)
                if not data:
                    break
                left[0] -= 1
            except TimeoutError:
                data = b""
            peer.sendall(board.exchange(data, 10))
        peer.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    name = f"socket://127.0.0.1:{server.getsockname()[1]}"
    opened = Board.open(name)
    assert opened.info().board == 5
    with pytest.raises(LinkError, match=f"^{name}: went away"):
        while True:
            opened.status()
    opened.close()
    thread.join(10)
    server.close()


# --- finding ports -------------------------------------------------------------------------------------------


class Listed:
    """A serial port as the system lists it."""

    def __init__(self, device: str, vid: int | None, pid: int | None) -> None:
        self.device, self.vid, self.pid, self.serial_number = device, vid, pid, "D00001"


def test_only_ports_of_known_boards_are_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    touched: list[str] = []

    def opened(port: str, **_options: object) -> None:
        touched.append(port)
        raise LinkError(f"{port}: no answer for 2 s")

    listed = [
        Listed("/dev/ttyUSB1", 0x0403, 0x6015),
        Listed("/dev/ttyUSB0", 0x10C4, 0xEA60),
        Listed("/dev/ttyS0", None, None),
    ]
    monkeypatch.setattr(ports, "candidates", lambda: listed)
    monkeypatch.setattr(ports, "PortLine", opened)
    assert find_ports() == [
        Port("sim", "simulated"),
        Port("/dev/ttyUSB1", "ULX3S", "D00001", None, "/dev/ttyUSB1: no answer for 2 s"),
    ]
    assert touched == ["/dev/ttyUSB1"]


def test_a_hello_confirms(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.lines import CountedLine

    board = NativeBoard(blank_flash(5, b"a firmware"))
    monkeypatch.setattr(ports, "candidates", lambda: [Listed("/dev/ttyUSB1", 0x0403, 0x6015)])
    monkeypatch.setattr(ports, "PortLine", lambda port, patience: CountedLine(board, port, patience))
    found = find_ports()[1]
    assert found.board is not None and found.board[0] == 5 and found.board[1].startswith("vigilante firmware")
