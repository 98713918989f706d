"""The line to a board: bytes by pyserial URL, and its own clock.

A port is `sim` (a simulated board, short for `sim://`), `sim://?flash=FILE&line=RATE&latency=MS`, a serial port
(`/dev/ttyUSB0`, `/dev/ttyUSB0?line=RATE`) or `socket://HOST:PORT`.
"""

from __future__ import annotations

import errno
import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol
from urllib.parse import parse_qs

import serial

from host.link.errors import LinkError

LINE_RATE = 3_000_000
"""Bits per second of a serial port that does not say another."""

PATIENCE = 10.0
PATIENCE_SIMULATED = 60.0
"""Seconds of silence after which a board, or a simulated one, is given up."""

WRITE_SECONDS = 5.0
"""Seconds after which a port that takes no more bytes is given up."""

_CHUNK = 1 << 16
_HANDLERS = "host.link.urls"

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps are done, and of how many."""


class Line(Protocol):
    """Bytes to and from a board.

    Members: `name`, what errors call it; `patience`, seconds of silence to be borne; `now()`, seconds on the clock
    that its time-outs are measured by.
    """

    name: str
    patience: float

    def write(self, data: bytes) -> None:
        """Send all of `data`, or raise LinkError."""
        ...

    def read(self, timeout: float) -> bytes:
        """Return what is there; wait at most `timeout` seconds for the first byte.  Raise LinkError."""
        ...

    def now(self) -> float: ...

    def close(self) -> None:
        """Let go of it; never raises."""
        ...


class PortLine:
    """A line that pyserial opens.

    port: as the module says.  progress: told how a simulated board is built.  patience: other than usual.
    """

    def __init__(self, port: str, progress: Progress | None = None, patience: float | None = None) -> None:
        self.name = port
        url = "sim://" if port == "sim" else port
        simulated = url.startswith("sim://")
        self.patience = patience or (PATIENCE_SIMULATED if simulated else PATIENCE)
        self._port = _opened(url, port, progress)
        self._descriptor = self._port.fileno() if hasattr(self._port, "fd") or "socket://" in url else None

    def write(self, data: bytes) -> None:
        """Send all of `data`, or raise LinkError."""
        with self._present():
            self._port.write(data)

    def read(self, timeout: float) -> bytes:
        """Return what is there; wait at most `timeout` seconds for the first byte."""
        with self._present():
            if self._descriptor is not None:
                select.select([self._descriptor], [], [], timeout)
                return bytes(self._port.read(_CHUNK))
            self._port.timeout = timeout
            first = self._port.read(1)
            return bytes(first + self._port.read(self._port.in_waiting)) if first else b""

    def now(self) -> float:
        """Return seconds, monotonic."""
        return time.monotonic()

    def close(self) -> None:
        """Let go of the port; never raises."""
        with suppress(OSError, ValueError):  # it may have gone away before
            self._port.close()

    @contextmanager
    def _present(self) -> Iterator[None]:
        try:
            yield
        except serial.SerialTimeoutException:
            raise LinkError(f"{self.name}: takes no more bytes: is the board stopped?") from None
        except (OSError, ValueError, TypeError) as error:  # pyserial trips over a port that is gone in many ways
            raise LinkError(f"{self.name}: went away ({_reason(error)}): was it unplugged?") from None


def _opened(url: str, name: str, progress: Progress | None) -> Any:
    """Return the opened port, or raise LinkError with the mend."""
    if _HANDLERS not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(_HANDLERS)
    rate = LINE_RATE
    if "://" not in url and "?" in url:
        url, _, query = url.partition("?")
        rate = _rate(name, query)
    try:
        port: Any = serial.serial_for_url(
            url, baudrate=rate, timeout=0, write_timeout=WRITE_SECONDS, exclusive=True, do_not_open=True
        )
        if hasattr(port, "progress"):
            port.progress = progress
        port.open()
    except (OSError, ValueError) as error:
        raise LinkError(f"{name}: {_mend(error)}") from None
    return port


def _rate(name: str, query: str) -> int:
    options = parse_qs(query)
    values = options.pop("line", [])
    if options or len(values) != 1 or not values[0].isdigit():
        raise LinkError(f"{name}: a serial port takes ?line=RATE and nothing else")
    return int(values[0])


def _mend(error: OSError | ValueError) -> str:
    """Say why a port cannot be opened, and what helps."""
    known = {
        errno.ENOENT: "there is no such port: `vigilante ports` lists them",
        errno.EACCES: "may not be opened: join the group that owns it (often dialout) and log in again",
        errno.EBUSY: "is in use: end the program that has it",
        errno.EAGAIN: "is in use: end the program that has it",
    }
    number = error.errno if isinstance(error, OSError) else None
    return known.get(number or 0) or f"cannot be opened ({_reason(error)})"


def _reason(error: Exception) -> str:
    """Return an error's own words, on one line."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split()) or type(error).__name__
