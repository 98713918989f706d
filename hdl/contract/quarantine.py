"""Quarantine: what speaks for ending a frozen process, how much each piece weighs, and what is done with the sum.

A verdict QUARANTINE freezes the process and its tree.  The kernel's security task then looks at what it finds in
the process's own family: evidence, a bit each.  The weights of all that is found are added, up to 255, which
stands for 1: a score of its own, apart from the model's.
"""

from __future__ import annotations

from enum import IntEnum


class Evidence(IntEnum):
    """What may speak against a frozen process, or any of its family: bits of `evidence`."""

    WRITE_EXECUTE = 0  # it asked for memory that can be both written and run
    STACK = 1  # its stack pointer is not in its data
    COUNTER = 2  # it would go on outside of its text
    TEXT = 3  # its text is not what was loaded
    RETURN = 4  # neither ra nor any word on its stack leads behind a call in its text
    CANARY = 5  # it used what was given out as a decoy
    DENIED = 6  # some of its calls were not allowed
    DENIED_OFTEN = 7  # many were; beside DENIED
    HOSTILE = 8  # its score was in tier 2 or 3 at its last call
    WRITERS = 9  # it has many files open for writing
    SECRETS = 10  # it opened what is secret, and was allowed to
    SOCKET = 11  # it has a socket open
    SECRET_SOCKET = 12  # SECRETS and SOCKET, beside them
    AGAIN = 13  # it is in quarantine for the second time
    LAST = 14  # it is for the third time
    CELL = 15  # a rehearsal of it was inconclusive


WEIGHTS = {
    Evidence.WRITE_EXECUTE: 100,
    Evidence.STACK: 130,
    Evidence.COUNTER: 130,
    Evidence.TEXT: 255,
    Evidence.RETURN: 110,
    Evidence.CANARY: 160,
    Evidence.DENIED: 40,
    Evidence.DENIED_OFTEN: 50,
    Evidence.HOSTILE: 40,
    Evidence.WRITERS: 50,
    Evidence.SECRETS: 60,
    Evidence.SOCKET: 20,
    Evidence.SECRET_SOCKET: 80,
    Evidence.AGAIN: 60,
    Evidence.LAST: 255,
    Evidence.CELL: 60,
}
"""What each piece adds to the score, of 255."""

PURGE_FROM = 230
"""The score byte from which on a family is ended: the first above 0.9."""

DENIED_SOME, DENIED_MANY = 4, 32
"""Calls of a family that were not allowed: from here on DENIED, and DENIED_OFTEN."""

WRITERS_MANY = 6
"""Files that one process has open for writing: from here on WRITERS."""

COOL_MS = 1000
"""After a resume a verdict QUARANTINE denies the call, and freezes nobody, for so many milliseconds."""

BOUND_MS = 100
"""A family that nobody holds is resumed or ended within so many milliseconds."""


class FrozenBy(IntEnum):
    """Why a process is frozen."""

    VERDICT = 0  # its own call was answered by QUARANTINE
    FAMILY = 1  # that of one of its family was
    TREE = 2  # that of another one in its tree was: only until that one is looked at
    OPERATOR = 3  # the operator ordered it


class Order(IntEnum):
    """What the operator may order."""

    FREEZE = 0  # freeze a process's family, and hold it
    RESUME = 1  # let a frozen family go on as it was
    NARROW = 2  # let it go on with a narrower profile
    PURGE = 3  # end a frozen family
    HOLD = 4  # from now on, leave to the operator what a verdict freezes
    DECIDE = 5  # from now on, do not


class Part(IntEnum):
    """What can be read of a frozen process."""

    REGISTERS = 0  # the address at which it goes on, then x1 to x31
    TEXT = 1  # its text window
    DATA = 2  # its data window


def weigh(evidence: int) -> int:
    """Return the score byte of pieces of evidence, a bit each."""
    return min(255, sum(weight for piece, weight in WEIGHTS.items() if evidence >> piece & 1))
