"""The pyserial URL `sim://`: a simulated board as a serial port.

    sim://?flash=FILE&line=RATE&latency=MS

flash: file that keeps the board's flash; line: bits per second, else the simulation's own fast rate; latency:
milliseconds that every byte takes on its way to the host, as an adapter's would.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import serial
from serial.serialutil import PortNotOpenError, SerialException

if TYPE_CHECKING:  # it takes a while to import, and longer to be built
    from sim.board import SimulatedBoard

_CHUNK = 1 << 16
_FORM = "a simulated board is sim://?flash=FILE&line=RATE&latency=MS"


class Serial(serial.SerialBase):  # type: ignore[misc]  # pyserial ships no types
    """A simulated board, which lives from `open` to `close`.

    Members: `progress`, told how it is built if it has to be; set it before `open`.
    """

    progress: Callable[[str, int, int], None] | None = None
    is_open: bool
    _board: SimulatedBoard | None = None

    def open(self) -> None:
        """Switch a board on."""
        if self.is_open:
            raise SerialException("is open already")
        flash, line, latency = _options(str(self.port))
        from sim.board import BoardError, SimulatedBoard
        from sim.verilate import silent

        try:
            self._board = SimulatedBoard(flash, line=line, latency_ms=latency, progress=self.progress or silent)
        except BoardError as error:
            raise SerialException(str(error)) from None
        self._waiting = bytearray()
        self.is_open = True

    def close(self) -> None:
        """Switch it off."""
        if self.is_open:
            self.is_open = False
            self._present().close()
            self._board = None

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once."""
        self._waiting += self._present().read(_CHUNK, 0.0)
        return len(self._waiting)

    def read(self, size: int = 1) -> bytes:
        """Return `size` bytes; fewer if none comes for the port's time-out."""
        board = self._present()
        while len(self._waiting) < size:
            more = board.read(_CHUNK, 3600.0 if self.timeout is None else self.timeout)
            if not more and self.timeout is not None:
                break
            self._waiting += more
        taken = bytes(self._waiting[:size])
        del self._waiting[:size]
        return taken

    def write(self, b: Any, /) -> int:
        """Send `b`."""
        data = bytes(b)
        self._present().write(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def reset_input_buffer(self) -> None:
        """Forget what was received."""
        self._present().read(_CHUNK, 0.0)
        self._waiting.clear()

    def reset_output_buffer(self) -> None:
        """Nothing is held back."""

    @property
    def cycles(self) -> int:
        """Cycles that the board has simulated."""
        return self._present().cycles

    def _present(self) -> SimulatedBoard:
        if self._board is None:
            raise PortNotOpenError
        return self._board

    def _reconfigure_port(self) -> None:
        """The line has the rate that the URL gave it."""


def _options(url: str) -> tuple[Path | None, int | None, float]:
    """Return (flash file, line rate, latency) of a URL."""
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    flash, line, latency = (options.pop(name, None) for name in ("flash", "line", "latency"))
    if parts.netloc or parts.path or options:
        raise ValueError(f"{url!r} has {parts.netloc or parts.path or next(iter(options))!r}: {_FORM}")
    try:
        numbers = None if line is None else int(line), float(latency or 0)
    except ValueError:
        raise ValueError(f"{url!r} has a number that is none: {_FORM}") from None
    return (Path(flash) if flash else None), *numbers
