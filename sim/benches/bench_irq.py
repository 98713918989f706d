"""Bench of the interrupt lines, and of the registers that say what the board is."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.registers import IRQ, Irq
from sim.benches.bus_access import Bus
from sim.benches.clocked import Clocked, draw


@cocotb.test()
async def enabled_lines_interrupt_and_the_lowest_goes_first(dut: Any) -> None:
    bench, chance = await Clocked.start(dut), draw()
    bus = Bus(bench, peripheral=IRQ)
    assert not any((await bus.read("enable")).values()), "no line may interrupt after reset"
    for _ in range(200):
        lines, enable = chance.getrandbits(8) & chance.getrandbits(8), chance.getrandbits(8)
        await bus.write("enable", **{line.name.lower(): enable >> line & 1 for line in Irq})
        before = bench.get("asks")
        await bench.cycle(lines=lines)
        asking = [line for line in Irq if lines & enable & 1 << line]
        assert bench.get("asks") == bool(asking) and bench.get("irq") == before
        await bench.cycle()
        assert bench.get("irq") == bool(asking), "one cycle later"
        assert await bus.read("pending") == {line.name.lower(): lines >> line & 1 for line in Irq}
        found = await bus.read("next")
        assert found == {"line": min(asking, default=0), "valid": bool(asking)}
    await bench.cycle(lines=0)
    await bench.cycle()
    assert not bench.get("irq") and not any((await bus.read("pending")).values()), "nothing is kept"
