"""SPI flash: commands byte by byte for the program, and words read in place through the flash window.

One clock domain.  `h` below is half a clock period of the flash: control.divider + 1 cycles.  What the chip's
status says is the firmware's business.  While a program or erase is under way the chip answers no read: who uses
the window first waits until the chip is idle, after a reset too.

Pins, SPI mode 0: `sck` rests low.  Ours change when `sck` or `cs_n` falls, and the chip samples them when `sck`
rises.  The chip's change when `sck` falls, and are sampled at the clock edge at which `sck` rises: h cycles later.
Between two commands `cs_n` is high for at least 2h cycles.

Data lines: with one line each way, 0 is the chip's DI and 1 its DO; 2 and 3 are driven high, as WP# and HOLD# want
it.  So they are while the chip is not selected.  With four lines the upper half of a byte comes first.

Window: Fast Read Quad I/O, 0xEB on one line, then on four: 24 address bits, a mode byte that asks for no
continuous read, four clocks on which nobody drives.  W25Q128JV and IS25LP128F both take this as they come, once
their quad-enable bit is set, which they keep without power.  The firmware sees to that, with the window closed:
  Winbond (0x9F answers 0xEF first): bit 1 of what 0x35 reads; 0x06, then 0x31 and that byte with the bit set.
  ISSI (0x9D): bit 6 of what 0x05 reads; 0x06, then 0x01 and that byte with the bit set.
Then it waits until bit 0 of what 0x05 reads is clear.
"""

from __future__ import annotations

from amaranth import Cat, Const, Module, Mux, Signal
from amaranth.lib import enum, wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import REGIONS
from hdl.contract.registers import FLASH
from hdl.screening.block import Block
from hdl.soc.bus import BusPort, Registers, bus_port

QUAD_IO_READ = 0xEB
NO_CONTINUOUS_READ = 0x00
DUMMY_CLOCKS = 4

WORD_CLOCKS = 8
"""Clocks of the flash for a word that follows the last one read."""
COMMAND_CLOCKS = 8 + WORD_CLOCKS + DUMMY_CLOCKS
"""Clocks before the first word: command, address with mode byte, dummy."""


class Phase(enum.Enum, shape=2):
    """What is on the wire: a byte of the program, or a part of a window read."""

    BYTE = 0
    COMMAND = 1
    ADDRESS = 2
    READ = 3


class Flash(Block):
    """The controller.

    Members: `bus`, the registers, answered in the same cycle; `window`, words of the flash, lowest byte first;
    pins `cs_n`, `sck`, `dq_i`, `dq_o`, `dq_oe` (line by line); `irq_done`, high from the end of a byte until
    `received` is read or `control` or `send` written; `busy`, as in `status`.

    Commands, with the window closed: `select` is the chip's.  2 cycles after `send` is written the byte is on the
    wire, for 16h cycles, with `quad` for 4h.  `busy` is high from the cycle behind the write until `received`
    holds what came back.  A byte waits, busy, while a change of `select` or `window` takes place on the pins; one
    sent while the window is open waits until it is closed.  `control` is written while not busy only.  Clocks on
    which nobody drives before an answer on four lines are sent with `quad` and `receive`, two a byte: the chip
    drives right behind the last of them.

    Window, t the access's first cycle.  Closed: `ready` in t, the word is 0xFFFFFFFF.  Open: the word behind the
    last one read is ready in t + 15h; words asked for without a pause follow each other in 16h.  Any other word
    is ready in t + 55h if the chip is not selected, else in t + 57h + 1.  For an access that comes within the h
    cycles behind the last `ready`, t is the last of them, and the cycle behind them for another word than the
    next.  The chip stays selected until another word is asked for or the window is closed.  A word under way when
    the window is closed is still read.  Writes: `ready` in t, and they do nothing.
    """

    def __init__(self) -> None:
        super().__init__(
            {
                "bus": In(bus_port(FLASH)),
                "window": In(BusPort(REGIONS["flash_window"].size // 4)),
                "cs_n": Out(1),
                "sck": Out(1),
                "dq_i": In(4),
                "dq_o": Out(4),
                "dq_oe": Out(4),
                "irq_done": Out(1),
                "busy": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.registers = registers = Registers(FLASH)
        wiring.connect(m, wiring.flipped(self.bus), registers.bus)
        control, window = registers.control, self.window

        phase, clocks, tick = Signal(Phase), Signal(range(DUMMY_CLOCKS + WORD_CLOCKS + 1)), Signal(8)
        shift_out, shift_in, received = Signal(32), Signal(32), Signal(8)
        wide, driven, selected = Signal(), Signal(), Signal()
        shifted_in = Mux(wide, Cat(self.dq_i, shift_in), Cat(self.dq_i[1], shift_in))
        half_over = tick == 0
        m.d.comb += [
            self.cs_n.eq(~selected),
            self.dq_o.eq(Mux(wide, shift_out[28:], Cat(shift_out[31], Const(0b110, 3)))),
            self.dq_oe.eq(Mux(wide, driven.replicate(4), 0b1101)),
        ]

        # `to_send`: a byte waits.  `reading`: the chip is selected for the window, and `following` comes next.
        to_send, byte_out, reading, following = Signal(), Signal(8), Signal(), Signal.like(window.address)
        asked = window.select & ~window.write & control.window
        follows = reading & (window.address == following)
        serving, finished, byte_over = Signal(), Signal(), Signal()
        with m.If(registers.send_written):
            m.d.sync += [to_send.eq(1), byte_out.eq(registers.send.byte)]

        with m.FSM() as fsm:
            with m.State("REST"):
                m.d.sync += [tick.eq(control.divider), phase.eq(Phase.READ), clocks.eq(2)]
                with m.If(control.window):
                    with m.If(asked & follows):
                        m.d.sync += clocks.eq(WORD_CLOCKS)
                        m.next = "SHIFT"
                    with m.Elif(selected & (asked | ~reading)):
                        m.d.sync += [selected.eq(0), reading.eq(0)]
                        m.next = "APART"
                    with m.Elif(asked):
                        m.d.sync += [selected.eq(1), reading.eq(1), phase.eq(Phase.COMMAND), clocks.eq(8)]
                        m.d.sync += [shift_out.eq(QUAD_IO_READ << 24), wide.eq(0)]
                        m.next = "SHIFT"
                with m.Elif(selected & (reading | ~control.select)):
                    m.d.sync += [selected.eq(0), reading.eq(0)]
                    m.next = "APART"
                with m.Elif(~selected & control.select):
                    m.d.sync += selected.eq(1)
                with m.Elif(to_send):
                    m.d.sync += [to_send.eq(0), phase.eq(Phase.BYTE), clocks.eq(Mux(control.quad, 2, 8))]
                    m.d.sync += [shift_out.eq(Cat(Const(0, 24), byte_out))]
                    m.d.sync += [wide.eq(control.quad), driven.eq(~control.receive)]
                    m.next = "SHIFT"
            with m.State("SHIFT"):
                done = (phase == Phase.READ) & (clocks == 1) & self.sck
                m.d.comb += serving.eq((phase != Phase.BYTE) & ~done)
                m.d.sync += tick.eq(tick - 1)
                with m.If(half_over):
                    m.d.sync += [tick.eq(control.divider), self.sck.eq(~self.sck)]
                with m.If(half_over & ~self.sck):
                    m.d.sync += shift_in.eq(shifted_in)
                    with m.If((phase == Phase.READ) & (clocks == 1)):
                        m.d.comb += finished.eq(1)
                        m.d.sync += following.eq(window.address + 1)
                with m.If(half_over & self.sck):
                    m.d.sync += [clocks.eq(clocks - 1), shift_out.eq(shift_out << Mux(wide, 4, 1))]
                    with m.If(clocks == 1), m.Switch(phase):
                        with m.Case(Phase.COMMAND):
                            m.d.sync += [phase.eq(Phase.ADDRESS), clocks.eq(8), wide.eq(1), driven.eq(1)]
                            address = Cat(Const(NO_CONTINUOUS_READ, 8), Const(0, 2), window.address)
                            m.d.sync += shift_out.eq(address)
                        with m.Case(Phase.ADDRESS):
                            m.d.sync += [phase.eq(Phase.READ), clocks.eq(DUMMY_CLOCKS + WORD_CLOCKS)]
                            m.d.sync += driven.eq(0)
                        with m.Case(Phase.READ):
                            m.d.sync += clocks.eq(WORD_CLOCKS)
                            with m.If(~(asked & follows)):
                                m.next = "REST"
                        with m.Case(Phase.BYTE):
                            m.d.comb += byte_over.eq(1)
                            m.d.sync += received.eq(shift_in)
                            m.next = "REST"
            with m.State("APART"):
                m.d.sync += tick.eq(tick - 1)
                with m.If(half_over):
                    m.d.sync += [tick.eq(control.divider), clocks.eq(clocks - 1)]
                    with m.If(clocks == 1):
                        # The chip lets go of the lines some time behind the rise of `cs_n`.
                        m.d.sync += wide.eq(0)
                        m.next = "REST"

        at_once, blank = Signal(), Signal()
        m.d.comb += [
            at_once.eq(window.write | ~control.window & ~serving),
            window.ready.eq(at_once | finished),
            window.rdata.eq(
                Cat(shift_in[24:], shift_in[16:24], shift_in[8:16], shift_in[:8]) | blank.replicate(32)
            ),
            self.busy.eq(to_send | (fsm.ongoing("SHIFT") & (phase == Phase.BYTE))),
            registers.status.busy.eq(self.busy),
            registers.received.byte.eq(received),
        ]
        m.d.sync += blank.eq(at_once)
        with m.If(byte_over):
            m.d.sync += self.irq_done.eq(1)
        with m.Elif(registers.received_read | registers.control_written | registers.send_written):
            m.d.sync += self.irq_done.eq(0)
        return m
