"""Lines to boards that live in this process: one with a clock that is counted, one that mishandles a frame."""

from __future__ import annotations

from typing import Protocol

from hdl.contract.link import DELIMITER
from host.link.errors import LinkError
from host.link.transport import Line

_STEP = 0.02
"""Seconds that pass at once while a board says nothing."""

_END = bytes((DELIMITER,))


class InProcess(Protocol):
    """A board as an object: bytes in, bytes out, and time that passes when it is told to."""

    def write(self, data: bytes) -> None: ...

    def read(self) -> bytes: ...

    def wait(self, seconds: float) -> None: ...


class CountedLine:
    """A line to a board in this process, whose seconds pass only while somebody waits.

    byte_seconds: how long a byte takes to the board.
    """

    def __init__(
        self, board: InProcess, name: str = "memory", patience: float = 10.0, byte_seconds: float = 0.0
    ) -> None:
        self.name, self.patience = name, patience
        self.closed = False
        self._board, self._byte_seconds = board, byte_seconds
        self._time = 0.0

    def write(self, data: bytes) -> None:
        """Give the board all of `data`."""
        if self.closed:
            raise LinkError(f"{self.name}: is closed")
        self._board.write(data)
        if self._byte_seconds:
            self._pass(len(data) * self._byte_seconds)

    def read(self, timeout: float) -> bytes:
        """Return what the board has said; let at most `timeout` seconds pass until it says something."""
        if self.closed:
            raise LinkError(f"{self.name}: is closed")
        ends = self._time + timeout
        while not (data := self._board.read()) and self._time < ends:
            self._pass(min(_STEP, ends - self._time))
        return data

    def now(self) -> float:
        """Return the seconds that have passed."""
        return self._time

    def close(self) -> None:
        """Let go of the board."""
        self.closed = True

    def _pass(self, seconds: float) -> None:
        self._time += seconds
        self._board.wait(seconds)


class MangledLine:
    """A line on which one frame in one direction is dropped, doubled, flipped or delayed.

    line: the line beneath.  how: "drop", "double", "flip" or "delay" (until two more frames have passed, or nothing
    else comes).  number: of the frame, from 0, counted to the board if `to_board`, else from it; -1 for none.

    Members: `frames`, how many have passed (to the board, from it).
    """

    def __init__(self, line: Line, how: str = "", number: int = -1, *, to_board: bool = True) -> None:
        self.name, self.patience = line.name, line.patience
        self._line, self._how = line, how
        self._number = (number, -1) if to_board else (-1, number)
        self.frames = [0, 0]
        self._part = [bytearray(), bytearray()]
        self._late: list[tuple[int, bytes] | None] = [None, None]

    def write(self, data: bytes) -> None:
        """Send `data`, mishandled."""
        self._line.write(self._mangled(data, 0))

    def read(self, timeout: float) -> bytes:
        """Return what has come, mishandled."""
        data = self._mangled(self._line.read(timeout), 1)
        if not data and timeout:
            self._line.write(self._released(0))
            data = self._released(1)
        return data

    def now(self) -> float:
        """Return the time on the line beneath."""
        return self._line.now()

    def close(self) -> None:
        """Close the line beneath."""
        self._line.close()

    def _mangled(self, data: bytes, way: int) -> bytes:
        out = bytearray()
        *whole, rest = data.split(_END)
        for piece in whole:
            frame = bytes(self._part[way]) + piece + _END
            self._part[way].clear()
            if len(frame) > 1:
                frame = self._one(frame, way)
            out += frame
        self._part[way] += rest
        return bytes(out)

    def _one(self, frame: bytes, way: int) -> bytes:
        hit = self.frames[way] == self._number[way]
        self.frames[way] += 1
        if not hit:
            late = self._late[way]
            if late is not None and late[0] == 1:
                return frame + self._released(way)
            if late is not None:
                self._late[way] = late[0] - 1, late[1]
            return frame
        if self._how == "delay":
            self._late[way] = 2, frame
            return b""
        if self._how == "flip":
            middle = len(frame) // 2
            return frame[:middle] + bytes((frame[middle] ^ 0x10 or 1,)) + frame[middle + 1 :]
        return {"drop": b"", "double": frame + frame}[self._how]

    def _released(self, way: int) -> bytes:
        late, self._late[way] = self._late[way], None
        return b"" if late is None else late[1]
