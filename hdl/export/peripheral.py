"""The coprocessor for other people's systems on chip: Wishbone on one side, the call port on the other.

    Wishbone ── bridge ──┐                  ┌── irq_record, irq_tamper
                         ├── coprocessor ───┤
    calls, returns ──────┘                  └── verdict, handler

One clock domain, `sync`, with its reset.  What the registers mean is the contract's (`COPROCESSOR`); of them
`text_window`, `data_window` and `cwd` are kept and do nothing, nor does `freeze`, and `tamper.strayed` stays 0.
"""

from __future__ import annotations

from amaranth import DomainRenamer, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import CLOCK_HZ
from hdl.contract.registers import COPROCESSOR
from hdl.contract.vaccine import BANKS
from hdl.contract.verdict import Verdict
from hdl.export.call_port import CallPort, CallWires
from hdl.export.wishbone import WishboneBridge, WishbonePort
from hdl.screening.block import Block
from hdl.soc.coprocessor import Coprocessor

WORDS = COPROCESSOR.region.size // 4
PORTS = wiring.Signature(
    {
        "wb": In(WishbonePort(WORDS)),
        "call": In(CallWires()),
        "verdict_valid": Out(1),
        "verdict": Out(Verdict),
        "verdict_handler": Out(32),
        "verdict_heard": In(1),
        "irq_record": Out(1),
        "irq_tamper": Out(1),
    }
)
"""The same for all parameters."""


class Peripheral(Block):
    """Parameters: `clock`, cycles per second; `banks`, of the vaccine CAM; `fast`, see Pipeline.

    Members:
      wb               Wishbone, see `WishbonePort`.
      call             calls and returns, see `CallWires`.
      verdict_valid    for one cycle: the call in progress is judged, by `verdict`; `verdict_handler` is the
                       address that the register `dispatch` gives for it.
      verdict_heard    tie to 1 if hardware obeys from there, to 0 if a program reads `dispatch`: then a return
                       without that read shows in `tamper`.  With 1, a return ahead of the verdict does.
      irq_record       a record waits.
      irq_tamper       `tamper` is not zero: until reset.

    Cycles, if nothing else is in the pipeline: from a call's `valid` and `ready` to `verdict_valid` 4 (7, if
    `fast`).  If the call is over before its verdict, there is none on the port.
    """

    def __init__(self, clock: int = CLOCK_HZ, banks: int = BANKS, fast: bool = False) -> None:
        self.fast = fast
        self.clock = clock
        self.banks = banks
        super().__init__(PORTS)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        inner = Coprocessor(self.clock, banks=self.banks, fast=self.fast, calls=CallPort())
        m.submodules.coprocessor = DomainRenamer({"screen": "sync"})(inner)
        m.submodules.bridge = bridge = WishboneBridge(WORDS)
        wiring.connect(m, wiring.flipped(self.wb), bridge.wishbone)
        wiring.connect(m, bridge.bus, inner.bus)
        wiring.connect(m, wiring.flipped(self.call), inner.core)
        cycles = Signal(64)
        m.d.sync += cycles.eq(cycles + 1)
        m.d.comb += [
            inner.cycles.eq(cycles),
            inner.heard.eq(self.verdict_heard),
            self.verdict_valid.eq(inner.answered),
            self.verdict.eq(inner.verdict),
            self.verdict_handler.eq(inner.answer),
            self.irq_record.eq(inner.irq_record),
            self.irq_tamper.eq(inner.irq_tamper),
        ]
        return m
