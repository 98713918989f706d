"""The outermost module of each target: a board's pads round the system on chip, or two pins round one block."""

from __future__ import annotations

from typing import Any

from amaranth import (
    Cat,
    ClockDomain,
    ClockSignal,
    Const,
    Elaboratable,
    Instance,
    IOPort,
    Module,
    ResetSignal,
    Signal,
    Value,
)  # fmt: skip
from amaranth.lib.wiring import In, Out

from boards.board import Board
from hdl.contract.registers import uart_divider
from hdl.screening.block import Block, later
from hdl.soc.soc import Soc


class Top(Elaboratable):
    """The system on chip behind the pads of an ECP5 board.

    Parameters: `board`; `soc`, made for it.

    Ports, as `Board.ports` names them: `ports`.  The flash's data lines are driven line by line as the controller
    says; its clock leaves through `USRMCLK`, always driven.  Held in reset for `Board.reset_cycles` behind
    configuration, and while the button is pressed.
    """

    def __init__(self, board: Board, soc: Soc) -> None:
        if board.family != "ecp5":
            raise ValueError(f"no pads are known for {board.family!r}, which {board.name} has: see docs/boards.md")
        self.board = board
        self.soc = soc
        self.ports: dict[str, IOPort] = {name: IOPort(1, name=name) for name in board.ports()}

    def elaborate(self, platform: object) -> Module:
        m = Module()
        board, soc, pads = self.board, self.soc, self.ports
        m.domains.sync = ClockDomain()
        m.domains.screen = ClockDomain(reset_less=True)
        m.domains.power = ClockDomain(reset_less=True)
        m.submodules.soc = soc

        def input_of(name: str) -> Signal:
            inner = Signal(name=f"{name}_i")
            m.submodules[f"pad_{name}"] = Instance("IB", i_I=pads[name], o_O=inner)
            return inner

        def output_to(name: str, value: Value) -> None:
            m.submodules[f"pad_{name}"] = Instance("OB", i_I=value, o_O=pads[name])

        clock = input_of("clk")
        m.d.comb += [signal.eq(clock) for signal in map(ClockSignal, ("sync", "screen", "power"))]

        left = Signal(range(board.reset_cycles), init=board.reset_cycles - 1)
        held, early, pressed = Signal(init=1), Signal(), Signal()
        m.d.power += [left.eq(left - (left != 0)), held.eq((left != 0) | pressed)]
        if board.reset is not None:
            m.d.power += [early.eq(input_of("reset")), pressed.eq(early)]
        m.d.comb += [
            ResetSignal("sync").eq(held),
            soc.rx.eq(input_of("rx")),
            soc.line_divider.eq(uart_divider(board.line_rate, board.clock_hz)),
            soc.skip.eq(0),
        ]
        output_to("tx", soc.tx)
        output_to("flash_cs_n", soc.flash_cs_n)
        m.submodules.flash_clock = Instance("USRMCLK", i_USRMCLKI=soc.flash_sck, i_USRMCLKTS=Const(0))
        for line in range(4):
            m.submodules[f"pad_flash_dq{line}"] = Instance(
                "BB",
                i_I=soc.flash_dq_o[line],
                i_T=~soc.flash_dq_oe[line],
                o_O=soc.flash_dq_i[line],
                io_B=pads[f"flash_dq{line}"],
            )
        for lamp in range(len(board.leds)):
            output_to(f"led{lamp}", soc.leds[lamp] ^ board.led_inverted)
        for name in board.held_high:
            output_to(name, Const(1))
        return m


class Harnessed(Block):
    """A block behind two pins: `bit_in` shifts into all its inputs, `bit_out` is its outputs' parity.

    A block has more ports than a chip has pins; between these registers its own paths are what counts.
    """

    def __init__(self, block: Block) -> None:
        self.block: Any = block
        super().__init__({"bit_in": In(1), "bit_out": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        block: Any = self.block
        m.submodules.block = block
        inputs: list[Value] = []
        outputs: list[Value] = []
        for _path, member, port in block.signature.flatten(block):
            (inputs if member.flow == In else outputs).append(Value.cast(port))
        shift = Signal(sum(map(len, inputs)))
        parity: Value = later(m, Cat(*outputs), 1)
        while len(parity) > 1:  # one look-up table between registers: the parity is never what is slow
            parity = later(m, Cat(parity[at : at + 4].xor() for at in range(0, len(parity), 4)), 1)
        m.d.sync += [shift.eq(Cat(self.bit_in, shift)), self.bit_out.eq(parity)]
        m.d.comb += Cat(*inputs).eq(shift)
        return m
