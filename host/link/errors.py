"""What can go wrong on a link: every message is one line that names the port."""

from __future__ import annotations

from hdl.contract.link import FrameType, Refusal
from host.link.tampering import Tampering


class LinkError(Exception):
    """The board cannot be reached, went away, or spoke what cannot be understood."""


class SessionOver(LinkError):  # noqa: N818 - not always an error: a reset ends a session too
    """The board ended the session: it was reset, or serves another host."""


class Tampered(LinkError):  # noqa: N818 - the contract's own word
    """The board's kernel ignored a verdict, and gateware has stopped its core: only a reset helps.

    Members: `record`, what was broken, and where.
    """

    def __init__(self, name: str, record: Tampering) -> None:
        self.record = record
        super().__init__(f"{name}: {record}")


class Refused(LinkError):  # noqa: N818 - the contract's own word
    """The board took a frame but does not obey it.

    Members: `kind`, the frame's type as a number; `reason`, why, as a number of `Refusal`.
    """

    def __init__(self, name: str, kind: int, reason: int, hint: str) -> None:
        self.kind, self.reason = kind, reason
        what = FrameType(kind).name if kind in set(FrameType) else f"frame type {kind:#04x}"
        why = Refusal(reason).name if reason in set(Refusal) else f"reason {reason}"
        super().__init__(f"{name}: the board refused {what}: {why}" + (f" ({hint})" if hint else ""))


LINUX_ERRORS = {
    1: ("EPERM", "not permitted"),
    2: ("ENOENT", "there is no such file or folder"),
    3: ("ESRCH", "there is no such process"),
    5: ("EIO", "its memory failed"),
    7: ("E2BIG", "too many arguments"),
    8: ("ENOEXEC", "not a program for the board: build one with `vigilante cc`"),
    11: ("EAGAIN", "no process is free: end one"),
    12: ("ENOMEM", "no memory is free: end a process, or remove files from /tmp"),
    13: ("EACCES", "permission denied: it is nothing that can be run, read or written so"),
    16: ("EBUSY", "busy: something else is under way there"),
    17: ("EEXIST", "it is there already"),
    20: ("ENOTDIR", "a part of the path is no folder"),
    21: ("EISDIR", "it is a folder"),
    22: ("EINVAL", "that cannot be done with it"),
    23: ("ENFILE", "too many files are open"),
    27: ("EFBIG", "too large: a file that is written has at most 64 KB"),
    28: ("ENOSPC", "no room: remove files from /tmp, or end a process"),
    36: ("ENAMETOOLONG", "too long: a name has at most 27 bytes, a path 127"),
    39: ("ENOTEMPTY", "the folder is not empty: remove what is in it first, or use -r"),
    40: ("ELOOP", "too many symbolic links"),
}
"""Linux's numbers of the errors that the board's files and processes give, with name and words."""


class Failed(LinkError):  # noqa: N818 - the board works: it could not do this
    """The board could not do what was asked of its files or processes; nothing was changed.

    Members: `what` it was about; `error`, why, as Linux numbers errors.
    """

    def __init__(self, name: str, what: str, error: int) -> None:
        self.what, self.error = what, error
        code, words = LINUX_ERRORS.get(error, (f"error {error}", "it could not be done"))
        super().__init__(f"{name}: {what}: {words} ({code})")


class PushError(Exception):
    """A board did not take a model; what was in force still is.  The message says why."""
