"""Vaccines that a board has made, as the operator has them: listed, pinned, ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hdl.contract.births import VaccineOrder
from hdl.contract.link import FrameType
from host.link.entries import Birth, births
from host.link.errors import Failed, LinkError
from host.link.frames import Message

if TYPE_CHECKING:
    from host.board import Board

_ENOENT = 2


@dataclass(frozen=True, slots=True)
class Immunity:
    """What is in force, or waits for its tree, and what has been since the board's reset.

    born, merged: those that were made, and those whose life began anew instead.  refused: for which there was no
    room, or whose tree had had its share.  ended: for whatever reason.
    """

    vaccines: tuple[Birth, ...]
    born: int
    merged: int
    refused: int
    ended: int


class Births:
    """The vaccines that a board has made: `board.births`.  LinkError: there is none of this index."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def list(self) -> Immunity:
        """Return all that are in force."""
        board = self._board
        number = board.operator(Message(FrameType.VACCINE_LIST))
        answer = board.result(number, "vaccines", FrameType.VACCINE_ENTRIES)
        values = answer.values
        return Immunity(
            tuple(board.understood(births, answer)), values["born"], values["merged"], values["refused"],
            values["ended"],
        )  # fmt: skip

    def pin(self, index: int) -> None:
        """Have one never be ended to make room."""
        self._order(VaccineOrder.PIN, index)

    def unpin(self, index: int) -> None:
        """Take that back."""
        self._order(VaccineOrder.UNPIN, index)

    def revoke(self, index: int) -> None:
        """End one."""
        self._order(VaccineOrder.REVOKE, index)

    def _order(self, order: VaccineOrder, index: int) -> None:
        board = self._board
        message = Message(FrameType.VACCINE_ORDER, {"index": index, "order": order})
        try:
            board.result(board.operator(message), f"vaccine {index}", FrameType.RESULT)
        except Failed as failed:
            if failed.error != _ENOENT:
                raise
            raise LinkError(
                f"{board.name}: vaccine {index} is not one of the board's: `vigilante vaccines list` names them"
            ) from None
