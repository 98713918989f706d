"""Processes in quarantine, as the operator has them: listed, looked at, freed or ended."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdl.contract.link import FrameType
from hdl.contract.quarantine import Order, Part
from host.link.entries import Frozen, frozen
from host.link.errors import Failed, LinkError
from host.link.frames import Message
from host.link.transport import Progress

if TYPE_CHECKING:
    from host.board import Board

_EPERM, _EINVAL = 1, 22

REGISTERS = 32


@dataclass(frozen=True, slots=True)
class Cells:
    """What is in quarantine, and what became of what was.

    hold: what a verdict freezes is left to the operator.  resumed, purged: families, since the board's reset.
    decided: cycles from the last verdict that froze to what came of it.
    """

    frozen: tuple[Frozen, ...]
    hold: bool
    resumed: int
    purged: int
    decided: int


class Quarantine:
    """The quarantine of a board: `board.quarantine`.

    An order is for a whole family: the process, what it comes from and what it has begun.  `Failed`: there is no
    such process; LinkError: it is not in quarantine, or never can be.
    """

    def __init__(self, board: Board) -> None:
        self._board = board

    def cells(self) -> Cells:
        """Return all that is in quarantine."""
        board = self._board
        answer = board.result(
            board.operator(Message(FrameType.QUARANTINE_LIST)), "quarantine", FrameType.QUARANTINE_ENTRIES
        )
        values = answer.values
        return Cells(
            tuple(board.understood(frozen, answer)), bool(values["hold"]), values["resumed"], values["purged"],
            values["decided"],
        )  # fmt: skip

    def freeze(self, process: int) -> None:
        """Freeze a process's family and hold it; one that is frozen already is held from now on."""
        self._order(Order.FREEZE, process)

    def resume(self, process: int, *, narrow: bool = False) -> None:
        """Let a frozen family go on, as it was or with a narrower profile."""
        self._order(Order.NARROW if narrow else Order.RESUME, process)

    def kill(self, process: int) -> None:
        """End a frozen family."""
        self._order(Order.PURGE, process)

    def hold(self, on: bool) -> None:
        """Say who decides, from now on, about what a verdict freezes: the operator, or the board."""
        self._order(Order.HOLD if on else Order.DECIDE, 0)

    def registers(self, process: int) -> tuple[int, ...]:
        """Return a frozen process's registers; in place of x0 the address at which it goes on."""
        content = self._part(process, Part.REGISTERS, None)
        if len(content) != 4 * REGISTERS:
            self._board.misheard(f"{len(content)} bytes of registers of process {process}")
        return struct.unpack(f"<{REGISTERS}I", content)

    def text(self, process: int, progress: Progress | None = None) -> bytes:
        """Return a frozen process's text window."""
        return self._part(process, Part.TEXT, progress)

    def data(self, process: int, progress: Progress | None = None) -> bytes:
        """Return a frozen process's data window: stack, data and heap."""
        return self._part(process, Part.DATA, progress)

    def _part(self, process: int, part: Part, progress: Progress | None) -> bytes:
        content, size = bytearray(), 1
        board, what = self._board, f"process {process}"
        while len(content) < size:
            question = {"process": process, "part": part, "offset": len(content)}
            with self._mended(process):
                number = board.operator(Message(FrameType.QUARANTINE_READ, question))
                answer = board.result(number, what, FrameType.FILE_DATA)
            if answer.values["offset"] != len(content) or not (answer.tail or not answer.values["size"]):
                board.misheard(f"bytes {answer.values['offset']}.. of {what} where {len(content)}.. were to come")
            content += answer.tail
            size = answer.values["size"]
            if progress is not None:
                progress(f"{part.name.lower()} of {what}", len(content), max(size, 1))
        return bytes(content)

    def _order(self, order: Order, process: int) -> None:
        board = self._board
        message = Message(FrameType.QUARANTINE_ORDER, {"process": process, "order": order})
        with self._mended(process):
            board.result(board.operator(message), f"process {process}", FrameType.RESULT)

    @contextmanager
    def _mended(self, process: int) -> Iterator[None]:
        """Say in words of the quarantine what the board could not do."""
        try:
            yield
        except Failed as failed:
            words = {
                _EPERM: "the first process is never frozen: all others come from it",
                _EINVAL: f"it is not in quarantine: `vigilante quarantine freeze {process}` puts it there",
            }
            if failed.error not in words:
                raise
            raise LinkError(f"{self._board.name}: process {process}: {words[failed.error]}") from None
