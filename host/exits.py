"""Exit codes of `vigilante`: stable, and the same for every command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns.  Of several traces the worst, that is the highest, counts."""

    CLEAN = 0  # done; nothing was blocked
    BLOCKED = 1  # something was blocked, or would be in enforce mode; a demo or check did not come out right
    USAGE = 2  # a wrong option, argument or combination
    TRACE = 3  # a trace, corpus or data folder cannot be read
    MODEL = 4  # a model package, key or signature is refused, or a policy
    ENGINE = 5  # the engine is not there, was not built, or answered wrongly
    LINK = 6  # the board cannot be reached, went away, or does not obey
    INTERRUPTED = 130  # Ctrl-C
    PIPE = 141  # whoever read the output went away


MEANINGS = {
    ExitCode.CLEAN: "nothing was blocked",
    ExitCode.BLOCKED: "something was blocked, or would be in enforce mode",
    ExitCode.USAGE: "wrong usage",
    ExitCode.TRACE: "a trace cannot be read",
    ExitCode.MODEL: "the model, its signature or a policy is refused",
    ExitCode.ENGINE: "the engine is missing, cannot be built, or answered wrongly",
    ExitCode.LINK: "the board cannot be reached, went away, or does not obey",
    ExitCode.INTERRUPTED: "interrupted",
    ExitCode.PIPE: "the output's reader went away",
}
