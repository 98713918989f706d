"""Verdicts, tiers, fault codes and classes: the words in which the judge speaks."""

from __future__ import annotations

from enum import IntEnum

CONTRACT_VERSION = 1
"""Version of everything in this package; models, policies and links name it and must agree."""


class Verdict(IntEnum):
    """What becomes of a call, from mildest to harshest; a harsher number always wins."""

    ALLOW = 0
    DECOY = 1
    CLONE = 2
    QUARANTINE = 3
    DENY = 4
    KILL = 5


FREEZING = (Verdict.CLONE, Verdict.QUARANTINE)
"""Verdicts after which no instruction of the process runs until the kernel has decided."""


class Tier(IntEnum):
    """How suspect a process is: its accumulators against the model's thresholds."""

    CALM = 0
    SUSPECT = 1
    HOSTILE = 2
    CERTAIN = 3


TIER_SCORES = (0.0, 0.80, 0.90, 0.95)
"""The score at which each tier begins."""

TIER_BYTES = (0, 204, 230, 243)
"""TIER_SCORES on the record's 0..255 scale, rounded up: score/255 >= TIER_SCORES[t] iff score >= TIER_BYTES[t]."""


class Fault(IntEnum):
    """Why an event was refused for its form, whatever the model thinks of it."""

    NONE = 0
    STALE = 1  # the slot is not live, or lives another generation
    NO_SLOT = 2  # the slot named for a new process is taken or does not exist
    SOURCE = 3  # the event names a slot of the other source's half
    TREE = 4  # the tree named for a new root is still in use
    VACCINE = 5  # the vaccine's place is taken, or there was none to revoke
    MODEL = 6  # no model is in force, or the one to switch to is not verified or already is
    KIND = 7  # no such event kind


class PathClass(IntEnum):
    """What a path names, from harmless to worst; of several paths the highest class counts."""

    NONE = 0  # the call names no path
    OTHER = 1  # nothing known
    LIBRARY = 2
    PROGRAM = 3
    TEMPORARY = 4
    HOME = 5
    DATA = 6
    RUNTIME = 7
    CONFIG = 8
    DEVICE = 9
    SYSTEM = 10  # /proc, /sys: what the machine tells of itself
    ACCOUNTS = 11  # who may log in
    PERSISTENCE = 12  # what runs by itself later
    FOREIGN = 13  # another process's memory or descriptors
    KERNEL = 14  # kernel settings, memory, modules, boot
    SECRET = 15  # hashes, keys, credentials


SECRET_FROM = PathClass.FOREIGN
"""Path classes from here on are secret objects to the judge."""


class CallClass(IntEnum):
    """What a call can do, as the judge sees it."""

    NEUTRAL = 0  # no effect on anything: never raises or lowers a score
    READ = 1
    WRITE = 2
    IRREVERSIBLE = 3
    MEMORY = 4
    PROCESS = 5
    NETWORK = 6
    PRIVILEGE = 7
