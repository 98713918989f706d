"""Classifier: what a call is.  Token, class, allow-list bits and the vaccine key of the event in the latch.

The lookups by canonical id start when the latch takes an event and stand while it is held.  Twins: the head of
`_call` in `models.golden.run`, `policy.ATTRIBUTES`.
"""

from __future__ import annotations

from amaranth import Cat, Module, Signal
from amaranth.lib.wiring import In, Out

from hdl.contract.event import Kind
from hdl.contract.load import Target
from hdl.contract.model import REGIONS
from hdl.contract.policy import FIELD0_HALVES, FIELD1_HALVES, PROFILES
from hdl.contract.syscalls import ID_COUNT
from hdl.screening.block import Block, chosen, later, rows_of
from hdl.screening.layouts import ATTRIBUTES, EVENT, KEY, StorePort
from hdl.screening.loading import image_rows, load_bytes, word_write


class Classifier(Block):
    """Parameters: `fast`: `load.byte` answers a cycle later, and `key` wants its event, with the path's class and
    node, in the cycle behind the one in which `token` is valid.

    Members: with `take`, `id` is looked up; `token`, `call_class`, `allow` are valid from the next cycle until
    the next take.  With `writes` an attribute is written, and `take` must be low.  `key` is combinational from
    `event` and the path's class and node; a call's still lacks the process's tree."""

    def __init__(self, fast: bool = False) -> None:
        self.fast = fast
        super().__init__(
            {
                "take": In(1),
                "id": In(9),
                "model": In(1),
                "event": In(EVENT),
                "path_class": In(4),
                "node": In(8),
                "load": In(StorePort()),
                "writes": Out(1),
                "token": Out(8),
                "call_class": Out(3),
                "allow": Out(PROFILES),
                "key": Out(KEY),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        region = REGIONS["idmap"]
        m.submodules.idmap = idmap = image_rows(8, region)
        m.d.comb += self.load.byte.eq(load_bytes(m, self.load, region, idmap, fast=self.fast))
        # No event is taken in the cycle in which a row is written.
        m.submodules.attributes = attributes = rows_of(ATTRIBUTES, ID_COUNT, races=False)
        token, row, write = idmap.read_port(), attributes.read_port(), attributes.write_port()
        m.d.comb += [
            token.addr.eq(Cat(self.id, self.model)),
            token.en.eq(self.take),
            self.token.eq(token.data),
            row.addr.eq(self.id),
            row.en.eq(self.take),
            self.call_class.eq(row.data.call_class),
            self.allow.eq(row.data.allow),
            write.addr.eq(self.load.address),
            write.data.eq(self.load.data),
            write.en.eq(self.writes),
            self.writes.eq(word_write(self.load, Target.ATTRIBUTES)),
        ]
        field0, field1 = later(m, row.data.field0, self.fast), later(m, row.data.field1, self.fast)
        event = self.event
        halves = [event[f"a{i}"][start : start + 16] for i in range(6) for start in (0, 16)]
        update = Signal()
        m.d.comb += update.eq((event.kind == Kind.VACCINATE) | (event.kind == Kind.REVOKE))
        with m.If(update):
            m.d.comb += self.key.as_value().eq(Cat(event.a0, event.a1))
        with m.Else():
            m.d.comb += [
                self.key.id.eq(event.id),
                self.key.path_class.eq(self.path_class),
                self.key.node.eq(self.node),
                self.key.field0.eq(chosen(field0, [halves[i] for i in FIELD0_HALVES])),
                self.key.field1.eq(chosen(field1, [halves[i] for i in FIELD1_HALVES])),
            ]
        return m


class Profile(Block):
    """Allow-list check: `violation` unless every profile in the set `profiles` allows the call; same cycle."""

    def __init__(self) -> None:
        super().__init__({"allow": In(PROFILES), "profiles": In(PROFILES), "violation": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.d.comb += self.violation.eq((self.profiles & ~self.allow).any())
        return m
