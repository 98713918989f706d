"""The coprocessor with a pipeline whose clock can be stopped whenever it says that it rests."""

from __future__ import annotations

from amaranth import ClockDomain, ClockSignal, Module, ResetSignal, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.contract.memory import REGIONS
from hdl.contract.registers import COPROCESSOR
from hdl.core.ports import SideBand
from hdl.screening.block import Block
from hdl.soc.bus import bus_port
from hdl.soc.coprocessor import Coprocessor
from hdl.soc.window import WINDOW_SHAPE

_TOLD = {
    "string_fetch": Out(1),
    "string_place": Out(range(REGIONS["ram"].size // 4)),
    **{name: Out(1) for name in ("irq_record", "irq_half", "irq_tamper", "stop", "screen_idle", "recorded")},
    "text_window": Out(WINDOW_SHAPE),
    "data_window": Out(WINDOW_SHAPE),
}
"""What the coprocessor tells beside the bus."""


class Gated(Block):
    """Parameters: `clock`, `births`: see `Coprocessor`.

    Members: `gate`: leave out edges of the pipeline's clock while `screen_idle`; the others as `Coprocessor`
    has them."""

    def __init__(self, clock: int, *, births: bool = False) -> None:
        self.clock = clock
        self.births = births
        super().__init__(
            {
                "gate": In(1),
                "bus": In(bus_port(COPROCESSOR)),
                "core": In(SideBand()),
                "cycles": In(64),
                "string_word": In(32),
                **_TOLD,
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.coprocessor = block = Coprocessor(self.clock, births=self.births)
        wiring.connect(m, wiring.flipped(self.bus), block.bus)
        wiring.connect(m, wiring.flipped(self.core), block.core)
        m.d.comb += [block.cycles.eq(self.cycles), block.string_word.eq(self.string_word)]
        for name in _TOLD:
            m.d.comb += getattr(self, name).eq(getattr(block, name))
        # The gate is set in the middle of a cycle, for the edge at its end.
        m.domains.middle = ClockDomain(clk_edge="neg", reset_less=True)
        m.domains.screen = ClockDomain()
        runs = Signal(init=1)
        m.d.middle += runs.eq(~(self.gate & block.screen_idle))
        m.d.comb += [
            ClockSignal("middle").eq(ClockSignal("sync")),
            ClockSignal("screen").eq(ClockSignal("sync") & runs),
            ResetSignal("screen").eq(ResetSignal("sync")),
        ]
        return m
