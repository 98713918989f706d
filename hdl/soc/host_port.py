"""The event port: what a program writes word by word, as the streams that the pipeline takes.

One clock domain.  An event's words come first, then its paths.  It does not check what an event says: the pipeline
refuses what is unlawful, with a record.
"""

from __future__ import annotations

from typing import Any

from amaranth import Module, Mux, Signal
from amaranth.lib import data, fifo
from amaranth.lib.wiring import In, Out

from hdl.contract.event import EVENT as EVENT_LAYOUT
from hdl.contract.event import PATHS_MAX, Kind
from hdl.contract.registers import PATH_HEAD
from hdl.screening.block import Block, bundle
from hdl.screening.layouts import EVENT, event_stream, path_stream, shape_of

WORDS = EVENT_LAYOUT.words
PATH_WORDS = 16
"""Words of paths that may wait for the pipeline."""

HEAD = shape_of(PATH_HEAD)


class HostPort(Block):
    """Members:

      event_write, event_index, event_word   a word of an event; the last one offers it, only while `event_ready`.
      event_ready   the last event is on its way with all its paths, and there is room for one more's records.
      room, state_room   a record's place is free; a SPILL's state has one.
      offered       an event is accepted in this cycle: `offer`.
      path_write, path_word   a word of the accepted event's paths, only while `path_ready`.
      path_ready    there is room, or no path is missing: then the word is ignored.
      events        accepted events, from the cycle behind their last word on until they are taken.
      paths         theirs, two bytes a beat, in the cycles in which the pipeline may take them.

    A word of a path waits for the pipeline only, never for a record to be read: what an accepted event leaves
    has its place.  An event whose paths are not all written blocks the port, and in the pipeline every other.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "event_write": In(1),
                "event_index": In(range(WORDS)),
                "event_word": In(32),
                "event_ready": Out(1),
                "room": In(1),
                "state_room": In(1),
                "offered": Out(1),
                "offer": Out(EVENT),
                "path_write": In(1),
                "path_word": In(32),
                "path_ready": Out(1),
                "events": Out(event_stream()),
                "paths": Out(path_stream()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        # Written: all but the last word are gathered, the last one makes the event.
        words = bundle(data.ArrayLayout(32, WORDS - 1))
        waiting, event = Signal(), bundle(EVENT)
        missing = self._written_paths(m)
        with m.If(self.event_write & (self.event_index != WORDS - 1)):
            m.d.sync += words[self.event_index].eq(self.event_word)
        m.d.comb += [
            self.offer.as_value().eq(words.as_value()),
            self.offer.as_value()[32 * (WORDS - 1) :].eq(self.event_word),
            self.event_ready.eq(
                ~waiting & (missing == 0) & self.room & ((self.offer.kind != Kind.SPILL) | self.state_room)
            ),
            self.offered.eq(self.event_write & (self.event_index == WORDS - 1)),
            self.events.valid.eq(waiting),
            self.events.payload.eq(event),
        ]
        with m.If(self.offered):
            m.d.sync += [waiting.eq(1), event.eq(self.offer), missing.eq(self.offer.paths)]
        with m.Elif(self.events.ready):
            m.d.sync += waiting.eq(0)
        return m

    def _written_paths(self, m: Module) -> Any:
        """Keep the words of paths, and cut them into beats; return how many paths the program still owes."""
        m.submodules.words = words = fifo.SyncFIFO(width=32, depth=PATH_WORDS)
        missing, text_left = Signal(range(PATHS_MAX + 1)), Signal(15)
        head_in = data.View(HEAD, self.path_word)
        needed = Signal(15)
        m.d.comb += [
            self.path_ready.eq(words.w_rdy | (missing == 0)),
            words.w_data.eq(self.path_word),
            words.w_en.eq(self.path_write & (missing != 0)),
            needed.eq((head_in.length + 3) >> 2),
        ]
        with m.If(words.w_en):
            with m.If(text_left != 0):
                m.d.sync += [text_left.eq(text_left - 1), missing.eq(missing - (text_left == 1))]
            with m.Elif(needed == 0):
                m.d.sync += missing.eq(missing - 1)
            with m.Else():
                m.d.sync += text_left.eq(needed)

        # Beats go out only for the event in the latch: the next one's words may already wait.
        owed, inside, fresh, upper = Signal(range(PATHS_MAX + 1)), Signal(), Signal(), Signal()
        head, left = bundle(HEAD), Signal(16)
        beat, taken = self.paths.payload, Signal()
        with m.If(self.events.valid & self.events.ready):
            m.d.sync += owed.eq(self.events.payload.paths)
        last = left <= 2
        m.d.comb += [
            self.paths.valid.eq(inside & (words.r_rdy | (left == 0))),
            taken.eq(self.paths.valid & self.paths.ready),
            beat.data.as_value().eq(Mux(upper, words.r_data[16:], words.r_data[:16])),
            beat.count.eq(Mux(left >= 2, 2, left)),
            beat.start.eq(fresh),
            beat.last.eq(last),
            beat.node.eq(head.node),
            beat.excess.eq(head.excess),
            words.r_en.eq(Mux(inside, taken & (left != 0) & (upper | last), owed != 0)),
        ]
        with m.If(~inside & (owed != 0) & words.r_rdy):
            m.d.sync += [head.eq(words.r_data), left.eq(data.View(HEAD, words.r_data).length)]
            m.d.sync += [inside.eq(1), fresh.eq(1), upper.eq(0)]
        with m.If(taken):
            m.d.sync += [fresh.eq(0), upper.eq(~upper), left.eq(left - beat.count)]
            with m.If(last):
                m.d.sync += [inside.eq(0), owed.eq(owed - 1)]
        return missing
