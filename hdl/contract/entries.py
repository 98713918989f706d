"""Entries: what frames hold many of, one after the other."""

from __future__ import annotations

from hdl.contract.layout import Field, Layout
from hdl.contract.link import FILE_NAME_BYTES, PROCESS_NAME_BYTES, ProcessState
from hdl.contract.quarantine import Evidence, FrozenBy
from hdl.contract.vaccine import KEY, MASK_UNITS
from hdl.contract.verdict import Verdict

AGGREGATE_ENTRY = Layout(
    "aggregate_entry",
    "How often a slot's process was allowed a call since the last AGGREGATE.",
    (
        Field("slot", 6, "the process's slot"),
        Field("spare0", 1, "0"),
        Field("id", 9, "canonical system call"),
        Field("count", 16, "times; a fuller count is sent as a second entry"),
        Field("generation", 32, "the process's life"),
    ),
)

STATE_ENTRY = Layout(
    "state_entry",
    "The state of one process that left its slot.",
    (
        Field("slot", 6, "the slot that it left"),
        Field("tree", 6, "its process tree"),
        Field("spare0", 20, "0"),
        Field("generation", 32, "the process's life"),
    ),
)

FILE_ENTRY = Layout(
    "file_entry",
    "A file or folder, as the board's tree has it.",
    (
        Field("mode", 16, "type and permissions, as Linux has them"),
        Field("user", 16, "who owns it"),
        Field("group", 16, "and their group"),
        Field("spare0", 16, "0"),
        Field("size", 32, "bytes of content; 0 of what the kernel makes up"),
        Field("modified", 32, "seconds since reset at which it was written; 0: it came with the image"),
        *(Field(f"name{word}", 32, "its name, with zeros behind") for word in range(FILE_NAME_BYTES // 4)),
    ),
)

PROCESS_ENTRY = Layout(
    "process_entry",
    "A process of the board's own, with what only the operator may know: how it scores.",
    (
        Field("id", 32, "the process's number, and its slot's generation"),
        Field("parent", 32, "its parent's; 0: it has none"),
        Field("user", 16, "whose it is"),
        Field("slot", 6, "the slot that it is screened in"),
        Field("state", 2, "what it is at", ("", *(state.name for state in ProcessState))),
        Field("tier", 2, "as of its last call: RECORD"),
        Field("verdict", 3, "likewise", tuple(verdict.name for verdict in Verdict)),
        Field("scored", 1, "a record of it has come: tier, verdict, score and counts hold"),
        Field("frozen", 1, "it is in quarantine, whatever its state"),
        Field("spare0", 1, "0"),
        Field("score", 8, "score * 255, as of its last call"),
        Field("tree", 5, "the process tree that it is of"),
        Field("decoys", 1, "which sees decoys in place of secrets"),
        Field("spare1", 2, "0"),
        Field("memory", 16, "its text and data, in KB; a text that is shared counts for each"),
        Field("ran_low", 32, "cycles that it has had, lower half"),
        Field("ran_high", 32, "and upper half"),
        *(Field(f"count{verdict.value}", 32, f"calls answered by {verdict.name}") for verdict in Verdict),
        *(Field(f"name{word}", 32, "its name, with zeros behind") for word in range(PROCESS_NAME_BYTES // 4)),
    ),
)

QUARANTINE_ENTRY = Layout(
    "quarantine_entry",
    "A process that is frozen.",
    (
        Field("id", 32, "the process's number"),
        Field("family", 32, "its family's: the number of the process that began it"),
        Field("slot", 6, "the slot that it is screened in"),
        Field("by", 2, "why it is frozen", tuple(by.name for by in FrozenBy)),
        Field("held", 1, "the operator decides; else it is being looked at"),
        Field("weighed", 1, "it has been looked at: evidence and score hold"),
        Field("times", 2, "quarantines of its family by verdict, so far; 3: or more"),
        Field("spare0", 12, "0"),
        Field("score", 8, "what speaks against its family, * 255"),
        Field("evidence", 16, "that: bit e is Evidence e", tuple(piece.name for piece in Evidence)),
        Field("spare1", 16, "0"),
        Field("counter", 32, "where it would go on"),
        Field("frozen_low", 32, "cycles for which it has been frozen, lower half"),
        Field("frozen_high", 32, "and upper half"),
        *(Field(f"name{word}", 32, "its name, with zeros behind") for word in range(PROCESS_NAME_BYTES // 4)),
    ),
)

VACCINE_ENTRY = Layout(
    "vaccine_entry",
    "A vaccine that the board has made.",
    (
        Field("key", KEY.width, "its key"),
        Field("pinned", 1, "it is never ended to make room"),
        Field("waits", 1, "it is for its tree alone, and not in force until a tree begins with the same program"),
        Field("spare0", 3, "0"),
        Field("index", 9, "vaccine index"),
        Field("units", len(MASK_UNITS), "the units of its mask"),
        Field("bank", 3, "where it stands"),
        Field("tree", 8, "of who it was born of, then"),
        Field("left", 32, "powered seconds of its life that are left"),
        Field("hits", 32, "calls that it has caught since it was born, or restored"),
    ),
)
