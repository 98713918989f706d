"""The board's own processes, as the operator has them: with their scores, which none of them can know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from hdl.contract.link import FrameType
from host.link.entries import Process, processes
from host.link.frames import Message
from host.link.transport import Progress

if TYPE_CHECKING:
    from host.board import Board

SIGNALS = {"HUP": 1, "INT": 2, "KILL": 9, "TERM": 15}
"""Signals by name that a person may want to send; the board knows no others that end a process."""

SIGNALLED = 128
"""A program that a signal ended has this and the signal as its exit code, as shells have it."""


class Processes:
    """The processes of a board: `board.processes`.  What cannot be done raises `Failed`."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def list(self) -> list[Process]:
        """Return all processes, in the order of their slots."""
        board = self._board
        answer = board.result(
            board.operator(Message(FrameType.PROCESS_LIST)), "processes", FrameType.PROCESS_ENTRIES
        )
        return board.understood(processes, answer)

    def kill(self, process: int, signal: int = SIGNALS["TERM"], *, group: bool = False) -> None:
        """Send a process a signal, or with `group` all of its group."""
        board = self._board
        message = Message(FrameType.KILL, {"process": process, "signal": signal, "group": int(group)})
        board.result(board.operator(message), f"process {process}", FrameType.RESULT)

    def run(
        self,
        path: str,
        arguments: Sequence[str] = (),
        user: int = 0,
        group: int = 0,
        *,
        content: bytes | None = None,
        progress: Progress | None = None,
    ) -> Run:
        """Have a program begun, for a user; one runs at a time, and it has nothing to read.

        content: the program; `path` says where it would be, but it is never there.  Else it is what is at `path`.
        It needs a model in force.  Raise `Failed` if it cannot be begun, `Refused` if there is no model.
        """
        board = self._board
        if content is not None:
            board.files.bring(path, content, 0o755, progress)
        words = b"".join(word.encode(errors="surrogateescape") + b"\0" for word in (path, *arguments))
        message = Message(FrameType.RUN, {"user": user, "group": group, "written": content is not None}, words)
        answer = board.result(board.operator(message), path, FrameType.RESULT)
        return Run(board, answer.values["value"])


class Run:
    """A program that was begun: iterate to get what it writes, piece by piece, until it ends.

    Members: `id`, its process's number; `code`, its exit code once it has ended, SIGNALLED + n after signal n.
    The session's end kills it.
    """

    def __init__(self, board: Board, process: int) -> None:
        self.id = process
        self.code: int | None = None
        self._board = board

    def __iter__(self) -> Iterator[bytes]:
        while self.code is None:
            written, status = self._board.written(self.id)
            if written:
                yield written
            self._ended(status)

    def so_far(self) -> bytes:
        """Return what it has written since, without waiting; `code` says whether it has ended."""
        written, status = self._board.written_so_far(self.id)
        self._ended(status)
        return written

    def _ended(self, status: int | None) -> None:
        if status is not None:
            self.code = SIGNALLED + (status & 0x7F) if status & 0x7F else status >> 8 & 0xFF

    def kill(self) -> None:
        """End it, with all of its group, unless it has ended."""
        if self.code is None:
            self._board.processes.kill(self.id, SIGNALS["KILL"], group=True)
