"""Bench of the registers that say what the board is, of its lamps and its reset."""

from __future__ import annotations

import os
from typing import Any

import cocotb

from hdl.contract.memory import CLOCK_HZ
from hdl.contract.registers import RESET_KEY, SYSTEM
from hdl.contract.verdict import CONTRACT_VERSION
from sim.benches.bus_access import Bus
from sim.benches.clocked import Clocked, draw


@cocotb.test()
async def says_what_the_board_is(dut: Any) -> None:
    bench = await Clocked.start(dut, line_divider=0x123456)
    bus = Bus(bench, peripheral=SYSTEM)
    assert await bus.read("contract") == {"value": CONTRACT_VERSION}
    assert await bus.read("clock") == {"hertz": CLOCK_HZ}
    assert await bus.read("features") == {"simulated": int(os.environ["SIMULATED"]), "cell": 0, "entropy": 0}
    assert await bus.read("build") == {"value": int(os.environ["BUILD"])}
    assert await bus.read("line_divider") == {"divider": 0x123456}


@cocotb.test()
async def lamps_show_what_was_written(dut: Any) -> None:
    bench, chance = await Clocked.start(dut), draw()
    bus = Bus(bench, peripheral=SYSTEM)
    for _ in range(20):
        lit = chance.getrandbits(8)
        await bus.write("leds", on=lit)
        assert bench.get("leds") == lit and await bus.read("leds") == {"on": lit}


@cocotb.test()
async def only_the_key_resets_and_for_one_cycle(dut: Any) -> None:
    bench, chance = await Clocked.start(dut), draw()
    place = SYSTEM.register["reset"].offset // 4
    keys = [RESET_KEY ^ 1 << bit for bit in range(32)] + [0, chance.getrandbits(32)]
    for key in keys:
        await bench.cycle(bus__select=1, bus__write=1, bus__address=place, bus__wdata=key)
        assert not bench.get("reset"), hex(key)
    await bench.cycle(bus__write=0, bus__wdata=RESET_KEY)
    assert not bench.get("reset"), "a read does nothing"
    await bench.cycle(bus__write=1)
    assert bench.get("reset")
    await bench.cycle(bus__select=0)
    assert not bench.get("reset")
    await bench.cycle(bus__select=1, bus__address=place + 1)
    assert not bench.get("reset"), "another register is not it"
