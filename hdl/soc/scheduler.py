"""Which of the core's processes runs next: one register, read.

    records ── score ──▶ heat ─┐
    ran, woken ─────────▶ pass, wake-ups ── search ──▶ pick

One clock domain.  Passes and wake-ups stand in a small memory that is searched, a slot a cycle, whenever something
has changed.  The rules are the contract's (`hdl/contract/schedule.py`); twin: `sim/benches/golden_scheduler.py`.
"""

from __future__ import annotations

from typing import Any

from amaranth import C, Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In

from hdl.contract.registers import SCHEDULER
from hdl.contract.schedule import EQUAL_BITS, HEAT_SHIFT, LEAD, PASS_BITS, PICKS, WAKES_MAX
from hdl.screening.block import Block, bundle, rows_of
from hdl.screening.layouts import shape_of
from hdl.soc.bus import Registers, bus_port
from hdl.soc.calls import CORE_SLOTS

ROW = data.StructLayout({"passed": PASS_BITS, "wakes": WAKES_MAX.bit_length()})
SLOT_BITS = (CORE_SLOTS - 1).bit_length()
_PICK = shape_of(SCHEDULER.register["pick"].layout)


class Scheduler(Block):
    """Members:
      bus      the registers.
      scored   for one cycle: a call of the process in slot `slot` was judged, with this `score` byte.

    Cycles: a write takes effect at once; a search takes CORE_SLOTS, and twice as many where wake-ups are halved
    before it.  It begins anew with every change; a read of `pick` waits for its end.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "bus": In(bus_port(SCHEDULER)),
                "scored": In(1),
                "slot": In(SLOT_BITS),
                "score": In(8),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = Registers(SCHEDULER)
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        m.submodules.rows = rows = rows_of(ROW, CORE_SLOTS)
        read, write = rows.read_port(domain="comb"), rows.write_port()
        ran, woken = registers.ran_written, registers.woken_written
        base, last, index = Signal(PASS_BITS), Signal(SLOT_BITS), Signal(SLOT_BITS)
        halves, searches = Signal(), Signal()

        heat, ticks = self._heat(m, registers), registers.ran.ticks

        # A program's word on a slot, or the next step of halving or of the search.
        row, told = read.data, ran | woken
        ahead = Signal(PASS_BITS)
        m.d.comb += [
            read.addr.eq(Mux(ran, registers.ran.slot, Mux(woken, registers.woken.slot, index))),
            ahead.eq(row.passed - base),
            write.addr.eq(read.addr),
            write.data.eq(row),
            write.en.eq(told | halves),
        ]
        fresh = registers.woken.fresh
        with m.If(ran):
            m.d.comb += write.data.passed.eq(row.passed + ticks + ticks * heat)
        with m.Elif(woken):
            with m.If(fresh | (ahead >= LEAD)):
                m.d.comb += write.data.passed.eq(base)
            m.d.comb += write.data.wakes.eq(Mux(fresh, 0, row.wakes + (row.wakes != WAKES_MAX)))
        with m.Else():
            m.d.comb += write.data.wakes.eq(row.wakes >> 1)

        # The smallest key of those that are ready.
        best, best_pass = bundle(_PICK), Signal(PASS_BITS)
        key = Cat((index - last - 1)[:SLOT_BITS], ~row.wakes, ahead[EQUAL_BITS:])
        least = Signal(len(key))
        better = registers.ready.value.bit_select(index, 1) & (~best.any | (key < least))
        ends, picks = index == CORE_SLOTS - 1, Signal(range(PICKS))
        with m.If(~told & (halves | searches)):
            m.d.sync += index.eq(index + 1)  # to 0 behind the last
            with m.If(halves):
                m.d.sync += halves.eq(~ends)
            with m.Else():
                m.d.sync += searches.eq(~ends)
                with m.If(better):
                    m.d.sync += [best.any.eq(1), best.slot.eq(index), least.eq(key), best_pass.eq(row.passed)]
        taken = registers.pick_read & best.any
        with m.If(taken):
            m.d.sync += [
                base.eq(Cat(C(0, EQUAL_BITS), best_pass[EQUAL_BITS:])),
                last.eq(best.slot),
                picks.eq(picks + 1),
                halves.eq(picks == PICKS - 1),
            ]
        with m.If(told | registers.ready_written | registers.pick_read):
            m.d.sync += [searches.eq(1), best.any.eq(0)]
            with m.If(~halves):
                m.d.sync += index.eq(0)
        m.d.comb += [
            registers.pick.eq(best),
            registers.hold.eq(
                registers.pick_select & (halves | searches) | registers.woken_select & fresh & self.scored
            ),
        ]
        return m

    def _heat(self, m: Module, registers: Registers) -> Any:
        """Keep how hot each slot is; return it for the slot that has run."""
        m.submodules.heats = heats = rows_of(8 - HEAT_SHIFT, CORE_SLOTS)
        read, write = heats.read_port(domain="comb"), heats.write_port()
        m.d.comb += [
            read.addr.eq(registers.ran.slot),
            write.en.eq(self.scored | registers.woken_written & registers.woken.fresh),
            write.addr.eq(Mux(self.scored, self.slot, registers.woken.slot)),
            write.data.eq(Mux(self.scored, self.score[HEAT_SHIFT:], 0)),
        ]
        return read.data
