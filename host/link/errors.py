"""What can go wrong on a link: every message is one line that names the port."""

from __future__ import annotations

from hdl.contract.link import FrameType, Refusal


class LinkError(Exception):
    """The board cannot be reached, went away, or spoke what cannot be understood."""


class SessionOver(LinkError):  # noqa: N818 - not always an error: a reset ends a session too
    """The board ended the session: it was reset, or serves another host."""


class Refused(LinkError):  # noqa: N818 - the contract's own word
    """The board took a frame but does not obey it.

    Members: `kind`, the frame's type as a number; `reason`, why, as a number of `Refusal`.
    """

    def __init__(self, name: str, kind: int, reason: int, hint: str) -> None:
        self.kind, self.reason = kind, reason
        what = FrameType(kind).name if kind in set(FrameType) else f"frame type {kind:#04x}"
        why = Refusal(reason).name if reason in set(Refusal) else f"reason {reason}"
        super().__init__(f"{name}: the board refused {what}: {why}" + (f" ({hint})" if hint else ""))


class PushError(Exception):
    """A board did not take a model; what was in force still is.  The message says why."""
