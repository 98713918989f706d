"""The vaccine book: for every index its key, bank, expiry and hits; and the reaper that ends what has expired.

The reaper looks at one index every two cycles, round and round, and offers a REVOKE event for a vaccine whose
time is over; so an expiry travels the pipeline, in order, and leaves a record like every other change.
"""

from __future__ import annotations

from functools import reduce
from operator import and_

from amaranth import Module, Mux, Signal
from amaranth.lib import data
from amaranth.lib.wiring import In, Out

from hdl.contract.event import Kind
from hdl.contract.vaccine import BANKS, VACCINES
from hdl.screening.block import Block, later, rows_of
from hdl.screening.layouts import KEY, event_stream


class Book(Block):
    """Book and reaper.

    Parameters: `banks`, as many as the CAM has; `fast`: what is compared is known a cycle later, and a hit is
    counted a cycle later; `births`: with `renewed`, which writes like `inserted`, but leaves the counter.

    Members: with `check`, `check_index` is looked up; from the next cycle (the one after, if `fast`) until
    the next check, `used` says that it is in use, and `known` that it is by `key` in `bank`.
    `inserted` and `removed` write the page of `index` at the end of the cycle; after `inserted`, `index` must hold
    still while hits follow each other, for its counter is blanked behind them.  With `hit`, the counter of
    `hit_index` goes up two cycles later.  `now` is powered time in seconds: a vaccine ends at `now >= expiry`,
    never before; it is offered at most 2 * VACCINES + 2 cycles after (4 * VACCINES + 4, if `fast`), later only for
    others whose offer waits.  The event offered is a REVOKE: key, index and bank; all its other fields are 0.  No
    offer may be taken in a cycle in which a page is written.
    `query` names an index whose `hits`, `live` and `expiry` are valid one cycle later; the last two a cycle after
    that if the page was just being written.
    """

    def __init__(self, banks: int = BANKS, fast: bool = False, births: bool = False) -> None:
        self.fast = fast
        self.births = births
        self.page = data.StructLayout({"live": 1, "bank": range(banks), "key": KEY.size, "expiry": 32})
        super().__init__(
            {
                "check": In(1),
                "check_index": In(9),
                "used": Out(1),
                "known": Out(1),
                "inserted": In(1),
                "removed": In(1),
                **({"renewed": In(1)} if births else {}),
                "index": In(9),
                "bank": In(range(banks)),
                "key": In(KEY.size),
                "expiry": In(32),
                "hit": In(1),
                "hit_index": In(9),
                "now": In(32),
                "init": In(1),
                "init_index": In(9),
                "query": In(9),
                "hits": Out(32),
                "live": Out(1),
                "query_expiry": Out(32),
                "reap": Out(event_stream()),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        # Nobody counts on a page read while it is written: `check` comes with the next event, after the latch let
        # the one go that writes; the reaper reads again; a query waits.
        m.submodules.pages = pages = rows_of(self.page, VACCINES, races=False)
        check, scan, query, write = pages.read_port(), pages.read_port(), pages.read_port(), pages.write_port()
        # The key piece by piece, if `fast`, and the pieces an edge later: a memory answers late in its cycle.
        step = 4 if self.fast else KEY.size
        same = [check.data.key[at : at + step] == self.key[at : at + step] for at in range(0, KEY.size, step)]
        parts = (check.data.live, *same, check.data.bank == self.bank)
        known = reduce(and_, (later(m, part, self.fast) for part in parts))
        enters = self.inserted | self.renewed if self.births else self.inserted
        m.d.comb += [
            check.addr.eq(self.check_index),
            check.en.eq(self.check),
            self.used.eq(later(m, check.data.live, self.fast)),
            self.known.eq(later(m, known, self.fast)),
            query.addr.eq(self.query),
            query.en.eq(~(write.en & (write.addr == self.query))),
            self.live.eq(query.data.live),
            self.query_expiry.eq(query.data.expiry),
            write.addr.eq(Mux(self.init, self.init_index, self.index)),
            write.en.eq(self.init | enters | self.removed),
            write.data.live.eq(enters & ~self.init),  # what else a page says counts while it is live
            write.data.bank.eq(self.bank),
            write.data.key.eq(self.key),
            write.data.expiry.eq(self.expiry),
        ]

        # Reaper: it looks at the page in `place`; an offer stands until it is taken or that page changes.
        place, age, offer = Signal(9), Signal(range(2 + 2 * self.fast)), Signal()
        changed = (enters | self.removed) & (self.index == place)
        page = later(m, scan.data, self.fast)
        due = later(m, page.live & (self.now >= page.expiry), self.fast)
        m.d.comb += scan.addr.eq(place)
        m.d.sync += age.eq(0)
        with m.If(self.init):
            m.d.sync += offer.eq(0)
        with m.Elif(offer):
            with m.If(self.reap.ready | changed):
                m.d.sync += [offer.eq(0), place.eq(place + 1)]
        with m.Elif(age != 1 + 2 * self.fast):
            m.d.sync += age.eq(Mux(changed, 0, age + 1))  # what is read while the page changes is the old one
        with m.Elif(due & ~changed):
            m.d.sync += offer.eq(1)
        with m.Else():
            m.d.sync += place.eq(place + 1)
        event = self.reap.payload
        m.d.comb += [
            self.reap.valid.eq(offer),
            event.kind.eq(Kind.REVOKE),
            event.a0.eq(page.key[:32]),
            event.a1.eq(page.key[32:]),
            event.a2[:9].eq(place),
            event.a2[16:21].eq(page.bank),
        ]

        # Hit counters: read, then written one cycle later; a hit right behind takes the sum on its way.
        # So no hit takes a counter read while it is written, and a query is shown what is written instead.
        m.submodules.hits = counters = rows_of(32, VACCINES, races=False)
        count, shown, recount = counters.read_port(), counters.read_port(), counters.write_port()
        hit1, index1 = Signal(), Signal(9)
        hit2, index2, written = Signal(), Signal(9), Signal(32)
        before, passed = Signal(32), Signal()
        # A new vaccine's counter is blanked when no hit on its way needs the port.
        blank, blank_later = Signal(), Signal()
        m.d.comb += blank.eq(self.inserted | blank_later)
        m.d.sync += blank_later.eq(blank & hit1)
        m.d.sync += [hit1.eq(self.hit), index1.eq(self.hit_index), hit2.eq(hit1), index2.eq(index1)]
        if self.fast:
            # Chosen in one cycle, counted up in the next: what was written when it was read, or is being written.
            writes, place_written = later(m, recount.en, 1), later(m, recount.addr, 1)
            known_count = Mux(writes & (place_written == index1), written, count.data)
            known_count = Mux(recount.en & (recount.addr == index1), recount.data, known_count)
        else:
            known_count = Mux(hit2 & (index2 == index1), written, count.data)
        m.d.comb += [
            count.addr.eq(self.hit_index),
            # A counter that is blanked goes up from -1: one adder, and no gates behind it.
            before.eq(Mux(self.init | ~hit1, -1, known_count)),
            shown.addr.eq(self.query),
            self.hits.eq(Mux(passed, written, shown.data)),
            recount.addr.eq(later(m, Mux(self.init, self.init_index, Mux(hit1, index1, self.index)), self.fast)),
            recount.en.eq(later(m, self.init | blank | hit1, self.fast)),
            recount.data.eq(later(m, before, self.fast) + 1),
        ]
        m.d.sync += [passed.eq(recount.en & (recount.addr == self.query)), written.eq(recount.data)]
        return m
