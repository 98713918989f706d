"""Decoys on a board: their way into its flash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hdl.contract.flash import DECOYS, PAGE_BYTES, SECTOR_BYTES
from hdl.contract.link import FrameType
from host.link.frames import Message
from host.link.transport import Progress

if TYPE_CHECKING:
    from host.board import Board

WHAT = "decoys"


def push_decoys(board: Board, image: bytes, progress: Progress | None = None) -> None:
    """Put an image of the area in force, in place of what the board has.

    Raises Failed: EBUSY while a process tree sees decoys, and nothing was changed; EIO if the flash did not keep
    them, and the board has none.
    """

    def send(offset: int, page: bytes) -> int:
        return board.operator(Message(FrameType.DECOYS, {"offset": offset}, page))

    board.result(send(0, b""), WHAT, FrameType.RESULT)
    for offset in range(SECTOR_BYTES, len(image), PAGE_BYTES):
        board.result(send(offset, image[offset : offset + PAGE_BYTES]), WHAT, FrameType.RESULT)
        if progress is not None:
            progress(WHAT, offset + PAGE_BYTES, len(image) + PAGE_BYTES)
    board.result(send(0, image[: 4 * DECOYS.words]), WHAT, FrameType.RESULT)
