"""Shapes of what flows through the pipeline, made from the contract's plain data."""

from __future__ import annotations

from typing import Any

from amaranth.lib import data, enum, stream, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract import births, event, layout, load, model, policy, vaccine


def shape_of(declared: layout.Layout) -> data.StructLayout:
    """Return the Amaranth layout of a contract layout: the same fields at the same bits."""
    return data.StructLayout({field.name: field.width for field in declared.fields})


SLOT_BITS = (event.SLOTS - 1).bit_length()
EVENT = shape_of(event.EVENT)
RECORD = shape_of(event.RECORD)
STATE = shape_of(event.STATE)
NODE = shape_of(model.NODE)
KEY = shape_of(vaccine.KEY)
ENTRY = shape_of(vaccine.ENTRY)
ATTRIBUTES = shape_of(policy.ATTRIBUTES)
PARAMS = shape_of(model.PARAMS)
TEMPLATE = shape_of(births.TEMPLATE)
OUTCOME = shape_of(births.OUTCOME)


class Op(enum.Enum, shape=4):
    """What a beat does.  A call is one beat; events about two slots take a beat for each visit to a slot."""

    NONE = 0  # an event that was refused, or touches no slot
    CALL = 1
    CLEAR = 2
    READ = 3  # take the parent's state along
    COPY = 4  # and leave it in the child's slot
    EXEC = 5
    PEEK = 6  # does the heir live?
    LEAVE = 7  # take the dying process's state along and free its slot
    MERGE = 8  # the heir takes the worse of both
    SPILL = 9
    RESTORE = 10
    RESTART = 11  # one slot, and the tree of the same number, begin anew under another model
    INIT = 12  # one slot, and the tree of the same number, are blank after reset
    VACCINATE = 13
    REVOKE = 14


PATH_BEAT = data.StructLayout(
    {
        "data": data.ArrayLayout(8, 2),
        "count": 2,  # bytes in `data`: 0, 1 or 2; less than 2 only with `last`
        "start": 1,  # first beat of a path
        "last": 1,
        "node": 8,  # with `start`: where the path begins if it is relative
        "excess": 8,  # with `start`: unknown components below `node`
    }
)

ENTRY_BEAT = data.StructLayout(
    {
        "valid": 1,
        "last": 1,
        "op": Op,
        "slot": 6,
        "form_fault": 3,
        "event": EVENT,
        "life": 32,  # the generation that the slot visited should have, or is to get
        "token": 8,
        "call_class": 3,
        "allow": policy.PROFILES,
        "path_class": 4,
        "node": 8,
        "overlong": 1,
        "key": KEY,
    }
)
"""A beat as it leaves the latch, with all that was looked up there."""

BEAT = data.StructLayout(
    {
        "valid": 1,
        "last": 1,  # the event's last beat: it leaves a record
        "op": Op,
        "slot": 6,  # the slot visited
        "tree": 6,
        "kind": 4,
        "event_slot": 6,  # the slot that the event names
        "id": 9,
        "generation": 32,
        "ok": 1,
        "epoch": 8,
        "call_class": 3,
        "path_class": 4,
        "node": 8,
        "overlong": 1,
        "profile": 4,
        "violation": 1,
        "model": 1,
        "vaccine": 9,
        "fault": 3,
        "alone": 1,  # RESTORE: no other process of the tree is here
        "stale": 1,  # RESTORE: the state is older than the model in force
    }
)
"""What travels beside the data, one register stage after another."""


JUDGED = data.StructLayout(
    {
        "key": KEY,
        "slot": 6,
        "verdict": 3,
        "tier": 2,
        "vaccinated": 1,
    }
)
"""A call that was not refused for its form, and what was answered."""


class LoadPort(wiring.Signature):
    """The load port, from the loader's side: `en` for one cycle writes `data` to `address`."""

    def __init__(self) -> None:
        super().__init__({"en": Out(1), "address": Out(load.ADDRESS_BITS), "data": Out(32)})


class StorePort(wiring.Signature):
    """The load port inside the pipeline: `read` for one cycle asks for the byte of a model image at `address`;
    `byte` answers in the next (the one after, where blocks are `fast`), 0 from who does not keep it.  Never
    together with `en`."""

    def __init__(self) -> None:
        super().__init__(
            {
                "en": Out(1),
                "read": Out(1),
                "address": Out(load.ADDRESS_BITS),
                "data": Out(32),
                "byte": In(8),
            }
        )


def event_stream() -> stream.Signature:
    return stream.Signature(EVENT)


def names_slot(event: Any) -> Any:
    """Return whether a0 of an event names a slot: a child's or an heir's."""
    return event.a0[SLOT_BITS:] == 0


def path_stream() -> stream.Signature:
    return stream.Signature(PATH_BEAT)


BEAT_MEMBERS: dict[str, Any] = {
    "look": In(6),
    "tree_look": In(6),
    "valid": In(1),
    "op": In(Op),
    "slot": In(6),
    "tree": In(6),
    "fault": In(1),
    "ok": In(1),
    "epoch": In(8),
    "effect": In(1),
    "alone": In(1),
    "stale": In(1),
}
"""What sums are told of a beat: the slot and the tree that are looked for ahead of it, and what it does."""
