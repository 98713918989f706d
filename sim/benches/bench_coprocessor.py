"""Bench of the coprocessor: what goes in by registers and comes out of them equals the golden machine."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.event import Kind
from sim.benches.bench_pipeline import births, numeric_calls, stream_of
from sim.benches.coprocessor_line import Board
from sim.stimulus import Stimulus

RECORD_CYCLES = 9
"""From the write of an event's last word until its record can be read."""


@cocotb.test()
async def random_events_through_registers_equal_the_golden_machine(dut: Any) -> None:
    board = await Board.start(dut, models=2)
    stimulus = Stimulus(board.chance.getrandbits(30), changes=0.25, paths=0.3)
    for bank, mask in stimulus.random_masks(18).items():
        await board.set_mask(bank, mask)
    kinds: set[int] = set()
    for gate in (1, 0, 1):
        await board.cycle(gate=gate)
        records, states = await board.check(stimulus.chunk(150))
        stimulus.learn(records, states)
        kinds |= {int(word) & 15 for word in records[:, 0]}
    assert set(Kind) - {Kind.SWAP} <= kinds, f"a kind of event never came: {kinds}"


@cocotb.test()
async def a_record_can_be_read_nine_cycles_after_the_last_word(dut: Any) -> None:
    board = await Board.start(dut)
    bench = board.bench
    await board.check(stream_of(births([40])))
    for gap in (0, 3, 20, 1100):
        await board.cycles(gap)
        await board.offer(numeric_calls(board.chance, [40], 1)[0])
        written = bench.now
        while not bench.get("irq_record"):
            await board.cycle()
        assert bench.now - written == RECORD_CYCLES
        await board.take()
        assert not bench.get("irq_record")
