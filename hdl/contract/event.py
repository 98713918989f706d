"""Events into the pipeline, records out of it, and the state of a slot.

Every change of a process's state travels the pipeline as an event, in order; so the whole is one sequential
machine, and the golden model (`models.golden`) is that machine in Python.
"""

from __future__ import annotations

from enum import IntEnum

from hdl.contract.layout import Field, Layout
from hdl.contract.verdict import Fault, Verdict

SLOTS = 64
"""Hardware process slots: 0..31 belong to the core, 32..63 to the host."""

TREES = 64
"""Process trees whose common accumulator is kept."""

EPOCHS_PER_SECOND = 16
"""The event's `epoch` counts time in this unit, modulo 256."""

PATHS_MAX = 3
"""Path arguments of one call."""

PATH_LIMIT = 1023
"""Bytes of one path argument; a longer one is denied."""

DEPTH_LIMIT = 255
"""Unknown components below a known prefix; a deeper path is denied."""


class Kind(IntEnum):
    """What an event is.  Arguments that a kind uses beyond `slot` and `generation` stand behind it."""

    CALL = 0  # a system call: id, args, paths, ok, epoch
    CLEAR = 1  # slot becomes a blank root process: id = tree, args[0] = profile
    FORK = 2  # args[0] = the child's slot (>= 64: none was free), args[1] = the child's generation
    EXEC = 3  # args[0] = profile whose allow-list applies from now on too
    EXIT = 4  # args[0] = heir's slot (>= 64: none), args[1] = heir's generation
    SPILL = 5  # the slot's state leaves with the record, the slot is free
    RESTORE = 6  # args = the state that a SPILL gave, id = tree
    SWAP = 7  # args[0] = model slot in force from the next event on
    VACCINATE = 8  # args[0..1] = key, [2] = index | bank << 16, [3] = expiry, [4] = mask's units, [5] = banks or 0
    REVOKE = 9  # args[0..1] = key, args[2] = index | bank << 16


EVENT = Layout(
    "event",
    "What is offered to the latch.  Words 2..7 are the call's arguments a0..a5.",
    (
        Field("kind", 4, "event kind", tuple(kind.name for kind in Kind)),
        Field("slot", 6, "the process's slot; bit 5 set: one of the host's"),
        Field("source", 1, "who sends: 0 the core, 1 the host"),
        Field("ok", 1, "the slot's previous call has returned, without an error"),
        Field("paths", 2, "path arguments that follow on the path stream"),
        Field("id", 9, "canonical system call"),
        Field("epoch", 8, "time in 1/16 s, modulo 256"),
        Field("spare0", 1, "0"),
        Field("generation", 32, "the process's life: a reused slot has another"),
        *(Field(f"a{i}", 32, f"argument {i}") for i in range(6)),
    ),
)

RECORD = Layout(
    "record",
    "What every event leaves with: the verdict and the reason, 24 bytes.",
    (
        Field("kind", 4, "event kind", tuple(kind.name for kind in Kind)),
        Field("slot", 6, "the process's slot"),
        Field("verdict", 3, "what was answered", tuple(verdict.name for verdict in Verdict)),
        Field("proposed", 3, "what enforce mode answers", tuple(verdict.name for verdict in Verdict)),
        Field("tier", 2, "0 below 0.80, 1 from 0.80, 2 from 0.90, 3 from 0.95"),
        Field("enforce", 1, "the profile is in enforce mode"),
        Field("model", 1, "model slot that scored"),
        Field("vaccinated", 1, "a vaccine matched"),
        Field("violation", 1, "the allow-list does not hold this call"),
        Field("floored", 1, "the tier stands on the floor kept over a model swap"),
        Field("by_tree", 1, "the tier stands on the tree's accumulator"),
        Field("overlong", 1, "a path was longer or deeper than the limits"),
        Field("fault", 3, "refused for its form", tuple(fault.name for fault in Fault)),
        Field("call_class", 3, "class of the call"),
        Field("spare0", 1, "0"),
        Field("id", 9, "canonical system call (tree for CLEAR and RESTORE)"),
        Field("vaccine", 9, "index of the vaccine that matched"),
        Field("profile", 4, "profile whose policy row judged"),
        Field("path_class", 4, "worst class of the call's paths"),
        Field("spare1", 6, "of a VACCINATE on the board: births.OUTCOME; else 0"),
        Field("decayed", 16, "accumulator A: decayed sum, after this event"),
        Field("cusum", 16, "accumulator C: CUSUM, after this event"),
        Field("tree_sum", 16, "accumulator T of the process's tree, after this event"),
        Field("score", 8, "score * 255"),
        Field("node", 8, "path node of the worst path"),
        Field("generation", 32, "the process's life"),
        Field("sequence", 32, "number of this event since reset"),
    ),
)

STATE = Layout(
    "state",
    "A slot's state as SPILL gives it and RESTORE takes it.",
    (
        *(Field(f"token{i}", 8, f"model token of the effective call {i} back") for i in range(1, 6)),
        Field("path_class", 4, "path class of the last effective call"),
        Field("profile", 4, "profile whose policy row judges"),
        Field("allow", 16, "set of profiles whose allow-lists all apply"),
        Field("decayed", 16, "accumulator A"),
        Field("cusum", 16, "accumulator C"),
        Field("pending", 10, "what the last call lowers, once it is known to have succeeded"),
        Field("effective", 1, "the last call had an effect"),
        Field("floor_decayed", 8, "A cannot fall below this times 256 in this epoch"),
        Field("floor_cusum", 8, "C likewise"),
        Field("epoch", 8, "epoch of the last call"),
        Field("tier", 2, "tier after the last call"),
        Field("floor_tier", 2, "tier kept over a model swap"),
        Field("floor_left", 7, "calls with an effect for which it is kept"),
        Field("tree_sum", 16, "accumulator T of the tree"),
        Field("tree_floor", 8, "T likewise"),
        Field("tree_epoch", 8, "epoch of the tree's last call"),
        Field("swaps", 12, "model swaps so far, modulo 4096: an older state restarts when it is restored"),
    ),
)

FLOOR_CALLS = 64
"""Calls with an effect for which a tier is kept as a floor after a model swap."""
