"""The cell on the kernel's bus: a second core over a clone's memory, and what the kernel orders of it.

    main RAM ── one port, read only ──┬── entry: the registers
                                      └── access ── clone memory
                core, of its own ── fetch, data ──┘      └── region `cell_ram`

One clock, as two domains: `sync`, and `screen` for the core alone, which is in reset while nothing is in the cell;
a simulator may leave out edges of `screen` then.  A clone runs in user mode alone: whatever traps stops it, and
nothing runs in its stead.  It then stands until the kernel lets it go on or ends it.
"""

from __future__ import annotations

from amaranth import ClockDomain, ClockSignal, DomainRenamer, Module, Mux, ResetSignal, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.cell.access import BOOT, Access
from hdl.cell.entry import T0, Entry
from hdl.contract.cell import CellState, CellStop
from hdl.contract.memory import REGIONS
from hdl.contract.registers import CELL
from hdl.core.core import BOOT_OFFSET, Core
from hdl.screening.block import Block, rows_of
from hdl.soc.bus import MemoryPort, Registers, bus_port
from hdl.soc.calls import ECALL_FROM_USER


class Cell(Block):
    """Members:
      bus          the registers.
      memory       region `cell_ram`.
      want, place  a word of main RAM is to be read, in the cycle in which `won` is high; `word` is it in the next.
      first        whoever else wants that port is to wait in this cycle: for the clone's registers and its first
                   instruction, and for the kernel.
      clones, original, discards   for one cycle: a clone of the process in slot `original` is to begin; the one
                   that is there is no more.
      irq          the cell has stopped.
      idle         nothing happens in it.
      empty        the edge of `screen` at the end of this cycle may be left out.

    Cycles from the write of `control.start` to the clone's first instruction: see CELL_START_CYCLES; the clone's
    memory is ready behind the first of them.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "bus": In(bus_port(CELL)),
                "memory": In(MemoryPort(REGIONS["cell_ram"].size // 4)),
                "want": Out(1),
                "first": Out(1),
                "place": Out(range(REGIONS["ram"].size // 4)),
                "won": In(1),
                "word": In(32),
                "clones": Out(1),
                "original": Out(CELL.register["original"].layout.width),
                "discards": Out(1),
                "irq": Out(1),
                "idle": Out(1),
                "empty": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = Registers(CELL)
        m.submodules.access = access = Access()
        m.submodules.entry = entry = Entry()
        # A flip-flop alone, since a part of the core takes its reset asynchronously.
        held = Signal(init=1)
        m.domains += ClockDomain("within", local=True)
        m.d.comb += [ClockSignal("within").eq(ClockSignal("screen")), ResetSignal("within").eq(held)]
        core = Core(boot=BOOT + BOOT_OFFSET, bare=True)
        m.submodules.core = DomainRenamer("within")(core)
        side = core.side
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        wiring.connect(m, wiring.flipped(self.memory), access.bus)
        wiring.connect(m, core.fetch, access.fetch)
        wiring.connect(m, core.data, access.data)

        state, stop, cause, wrote = Signal(CellState), Signal(CellStop), Signal(5), Signal()
        orders, ordered = registers.control, registers.control_written
        # An order to begin waits until what the last clone asked for has ended.
        starts, trapped, resumes = Signal(), Signal(), Signal()
        m.d.comb += [
            trapped.eq((stop == CellStop.CALL) | (stop == CellStop.TRAP)),
            resumes.eq(ordered & orders.resume & (state == CellState.STOPPED) & trapped),
            entry.load.eq(starts & access.quiet),
            entry.resume.eq(resumes),
            entry.gone.eq(held & ~entry.load),
            access.clear.eq(entry.load),
            access.gone.eq(held),
        ]
        trap, ends = Signal(), Signal()
        cycles, instructions, started, at = Signal(32), Signal(32), Signal(32), Signal(32)
        over, spent = Signal(), Signal()
        runs = state == CellState.RUNNING
        m.d.comb += [
            trap.eq(runs & side.trap),
            # Not in the middle of an access.
            spent.eq(runs & over & access.quiet),
            ends.eq(trap | access.room | spent),
            access.runs.eq((runs & ~over | (state == CellState.ENTERING)) & ~registers.pause.on & ~side.trap),
            access.enters.eq(state == CellState.ENTERING),
            access.open.eq(state == CellState.STOPPED),
        ]
        # Counters of the run, over all its stops; and of the way to the first instruction.
        m.d.sync += over.eq(runs & (cycles >= registers.budget.value))
        with m.If(runs):
            m.d.sync += cycles.eq(cycles + 1)
            with m.If(side.began):
                m.d.sync += instructions.eq(instructions + 1)
        first = Signal()
        with m.If(first):
            m.d.sync += started.eq(started + 1)
            with m.If(runs & side.began):
                m.d.sync += first.eq(0)
        with m.If(access.stored):
            m.d.sync += wrote.eq(1)

        with m.If(side.mret):
            m.d.sync += state.eq(CellState.RUNNING)
        with m.If(ends):
            m.d.sync += [
                state.eq(CellState.STOPPED),
                at.eq(side.pc),
                cause.eq(side.cause),
                stop.eq(
                    Mux(
                        trap,
                        Mux(side.cause == ECALL_FROM_USER, CellStop.CALL, CellStop.TRAP),
                        Mux(access.room, CellStop.ROOM, CellStop.BUDGET),
                    )
                ),
            ]
        with m.If(resumes):
            m.d.sync += state.eq(CellState.ENTERING)
        with m.If(entry.load):
            m.d.sync += [starts.eq(0), held.eq(0)]
        with m.If(ordered & (orders.start | orders.discard)):
            m.d.sync += [
                starts.eq(orders.start),
                held.eq(1),
                state.eq(Mux(orders.start, CellState.ENTERING, CellState.EMPTY)),
                wrote.eq(0),
                cycles.eq(0),
                instructions.eq(0),
                started.eq(0),
                first.eq(orders.start),
            ]

        # Its registers once more, for the kernel.
        m.submodules.mirror = mirror = rows_of(32, 32)
        copy, shown = mirror.write_port(), mirror.read_port(domain="comb")
        m.d.comb += [
            copy.en.eq(side.rf_write),
            copy.addr.eq(side.rf_index),
            copy.data.eq(side.rf_data),
            shown.addr.eq(registers.x_index),
            registers.x.value.eq(shown.data),
        ]

        m.d.comb += [
            entry.registers.eq(registers.registers.address[2:]),
            entry.result.eq(registers.result.value),
            entry.next.eq(registers.next.value),
            entry.won.eq(self.won),
            entry.word.eq(self.word),
            entry.wrote.eq(side.rf_write & ~entry.put & (side.rf_index == T0)),
            entry.wrote_data.eq(side.rf_data),
            entry.began.eq(side.began),
            core.put.eq(entry.put),
            core.put_index.eq(entry.put_index),
            core.put_data.eq(entry.put_data),
            access.may_begin.eq(entry.may_begin),
            access.may_return.eq(entry.may_return),
            access.text_window.eq(registers.text_window),
            access.data_window.eq(registers.data_window),
            access.grown.eq(registers.grown.limit),
            access.won.eq(self.won & ~entry.want),
            access.word.eq(self.word),
            # A port of main RAM: the registers are on their way before anything else is asked for.
            self.want.eq(entry.want | access.want),
            # So is its first instruction.  All of it from registers: the board's core waits for it.
            self.first.eq(entry.want | access.first | access.looks & first & runs),
            self.place.eq(Mux(entry.want, entry.place, access.place)),
            self.clones.eq(ordered & orders.start),
            self.original.eq(registers.original.slot),
            self.discards.eq(ordered & orders.discard & ~orders.start),
            self.empty.eq(held),
            self.irq.eq(state == CellState.STOPPED),
            self.idle.eq(((state == CellState.EMPTY) | (state == CellState.STOPPED)) & access.quiet),
            registers.status.state.eq(state),
            registers.status.stop.eq(stop),
            registers.status.cause.eq(cause),
            registers.status.wrote.eq(wrote),
            registers.status.quiet.eq(access.quiet & ~entry.want),
            registers.pc.value.eq(at),
            registers.address.value.eq(access.address),
            registers.instructions.value.eq(instructions),
            registers.cycles.value.eq(cycles),
            registers.started.value.eq(started),
        ]
        return m
