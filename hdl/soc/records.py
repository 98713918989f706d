"""What leaves the pipeline waits here for the program: records, and the states of SPILLs.

One clock domain.  The pipeline cannot be held up at its end, so every event gets its record's place before it
begins: none is ever lost, and nothing in the pipeline waits for a program to read.
"""

from __future__ import annotations

from amaranth import Module, Signal
from amaranth.lib import data, fifo
from amaranth.lib.wiring import In, Out

from hdl.contract.event import RECORD as RECORD_LAYOUT
from hdl.contract.event import STATE as STATE_LAYOUT
from hdl.contract.event import Kind
from hdl.screening.block import Block
from hdl.screening.layouts import RECORD, STATE

RECORDS = 64
STATES = 2
CORE_SHARE = 8
"""Places that only the core's calls take, so that a program that is busy with host events is still served."""


class Records(Block):
    """Members:

    room          a place is free for an event of the core; `room_for_births`: four are; `room_for_others`: for
                  any other, `CORE_SHARE` are left then.  `state_room`: for a SPILL's state.  `half`: half of the
                  places are taken.
    core, host, reaped, born   for one cycle each: such an event begins, only with room.  `spill`, with `host`.
    recorded, record, state   the pipeline's.  `counted`, with `recorded`: this one is told otherwise, or need
                  not be, and its place is free again.
    valid, head, take     a record waits; it is `head`; it is taken at the end of this cycle.
    state_valid, state_head, state_take   the same of states.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "room": Out(1),
                "room_for_births": Out(1),
                "room_for_others": Out(1),
                "state_room": Out(1),
                "half": Out(1),
                "core": In(1),
                "host": In(1),
                "reaped": In(1),
                "born": In(1),
                "spill": In(1),
                "recorded": In(1),
                "counted": In(1),
                "record": In(RECORD),
                "state": In(STATE),
                "valid": Out(1),
                "head": Out(data.ArrayLayout(32, RECORD_LAYOUT.words)),
                "take": In(1),
                "state_valid": Out(1),
                "state_head": Out(data.ArrayLayout(32, STATE_LAYOUT.words)),
                "state_take": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.records = records = fifo.SyncFIFOBuffered(width=RECORD.size, depth=RECORDS)
        m.submodules.states = states = fifo.SyncFIFO(width=STATE.size, depth=STATES)
        # Places that are spoken for: what waits, and what is on its way.
        places, state_places = Signal(range(RECORDS + 1)), Signal(range(STATES + 1))
        # One of each kind may begin in one cycle: the core's share covers what the others took meanwhile.
        m.d.comb += [
            self.room.eq(places < RECORDS),
            self.room_for_births.eq(places <= RECORDS - 4),
            self.room_for_others.eq(places < RECORDS - CORE_SHARE),
            self.state_room.eq(state_places < STATES),
            self.half.eq(places >= RECORDS // 2),
        ]
        taken, state_taken = self.take & records.r_rdy, self.state_take & states.r_rdy
        m.d.sync += [
            places.eq(places + self.core + self.host + self.reaped + self.born - taken - self.counted),
            state_places.eq(state_places + (self.host & self.spill) - state_taken),
        ]
        m.d.comb += [
            records.w_data.eq(self.record),
            records.w_en.eq(self.recorded & ~self.counted),
            records.r_en.eq(self.take),
            self.valid.eq(records.r_rdy),
            self.head.eq(records.r_data),
            states.w_data.eq(self.state),
            states.w_en.eq(self.recorded & (self.record.kind == Kind.SPILL)),
            states.r_en.eq(self.state_take),
            self.state_valid.eq(states.r_rdy),
            self.state_head.eq(states.r_data),
        ]
        return m
