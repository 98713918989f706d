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

    def exchange(self, data: bytes = b"", milliseconds: float = 0) -> bytes:
        """Give the board `data`, let it work and so much time pass; return what it has said."""
        ...


class CountedLine:
    """A line to a board in this process, whose seconds pass only while somebody waits."""

    def __init__(self, board: InProcess, name: str = "memory", patience: float = 10.0) -> None:
        self.name, self.patience = name, patience
        self.closed = False
        self._board = board
        self._time = 0.0
        self._said = bytearray()

    def write(self, data: bytes) -> None:
        """Give the board all of `data`."""
        if self.closed:
            raise LinkError(f"{self.name}: is closed")
        self._said += self._board.exchange(data)

    def read(self, timeout: float) -> bytes:
        """Return what the board has said; let at most `timeout` seconds pass until it says something."""
        if self.closed:
            raise LinkError(f"{self.name}: is closed")
        ends = self._time + timeout
        self._said += self._board.exchange()
        while not self._said and self._time < ends:
            step = min(_STEP, ends - self._time)
            self._time += step
            self._said += self._board.exchange(b"", 1000 * step)
        data, self._said = bytes(self._said), bytearray()
        return data

    def now(self) -> float:
        """Return the seconds that have passed."""
        return self._time

    def close(self) -> None:
        """Let go of the board."""
        self.closed = True


class MangledLine:
    """A line on which one frame in one direction is dropped, doubled, flipped or delayed.

    line: the line beneath.  how: "drop", "double", "flip" or "delay" (until two more have passed, or
    nothing else comes).  number: of the frame, from 0, counted to the board if `to_board`, else from it; -1: none.

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
