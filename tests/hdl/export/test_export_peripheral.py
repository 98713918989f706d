"""The exported peripheral at its ports: Wishbone's rules, calls that wait, returns without a verdict."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hdl.contract.registers import COPROCESSOR
from hdl.export.peripheral import Peripheral
from hdl.screening.pipeline import VERDICT_EDGES
from hdl.soc.records import RECORDS
from sim.figures import CALL, HANDLER, LIFE, SLOT, Probe, Wishbone, prepared, simulated

Bench = Callable[[Probe, Wishbone], Awaitable[None]]
DENY_HANDLER = 0x4440
DENY = 4


def run(bench: Bench) -> None:
    """Run a bench on a peripheral with a model in force, a process in SLOT, and a handler for DENY."""
    top = Peripheral()

    async def prepared_bench(ctx: Any) -> None:
        probe, master = await prepared(ctx, top)
        await master.access("verdict_handler", DENY_HANDLER, DENY)
        await bench(probe, master)

    simulated(top, prepared_bench)


async def read(master: Wishbone, register: str, index: int = 0) -> int:
    return (await master.access(register, index=index))["wb_dat_r"]


async def call(probe: Probe) -> None:
    """Make a call; the next cycle is the one behind it."""
    assert (await probe.cycle({"call_valid": 1, "call_id": CALL}))["call_ready"]
    probe.ctx.set(probe.signals["call_valid"], 0)


async def returned(probe: Probe) -> None:
    await probe.cycle({"call_returned": 1})
    await probe.cycle({"call_returned": 0})


def test_narrow_writes_are_refused_and_reads_take_whole_words() -> None:
    async def bench(probe: Probe, master: Wishbone) -> None:
        for lanes in range(15):
            asked = {**master.asks("generation", 0xFFFF_FFFF), "wb_sel": lanes}
            assert not (await probe.cycle(asked))["wb_err"]
            now = await probe.cycle()
            assert (now["wb_ack"], now["wb_err"]) == (0, 1)
            assert not (await probe.cycle(master.RESTS))["wb_err"]
        for lanes in (0, 1, 15):
            assert not (await probe.cycle({**master.asks("generation"), "wb_sel": lanes}))["wb_ack"]
            now = await probe.cycle()
            assert (now["wb_ack"], now["wb_err"], now["wb_dat_r"]) == (1, 0, LIFE)
            await probe.cycle(master.RESTS)

    run(bench)


def test_accesses_follow_each_other_without_a_rest() -> None:
    """A master that leaves `stb` high begins the next access in the cycle behind `ack`."""

    async def bench(probe: Probe, master: Wishbone) -> None:
        for value, register in ((SLOT, "slot"), (LIFE, "generation"), (0, "tamper")):
            assert not (await probe.cycle(master.asks(register)))["wb_ack"]
            now = await probe.cycle()
            assert (now["wb_ack"], now["wb_dat_r"]) == (1, value)
        await probe.cycle(master.RESTS)
        assert not (await probe.cycle())["wb_ack"]

    run(bench)


def test_the_verdict_comes_on_the_port_and_in_dispatch() -> None:
    async def bench(probe: Probe, master: Wishbone) -> None:
        assert await read(master, "dispatch") == DENY_HANDLER, "outside a call"
        await call(probe)
        for edge in range(VERDICT_EDGES + 3):
            now = await probe.cycle()
            assert now["verdict_valid"] == (edge == VERDICT_EDGES)
            if now["verdict_valid"]:
                assert (now["verdict"], now["verdict_handler"]) == (0, HANDLER)
        assert await read(master, "dispatch") == HANDLER
        await returned(probe)
        assert await read(master, "dispatch") == DENY_HANDLER
        assert not (await probe.cycle())["irq_tamper"]

    run(bench)


@pytest.mark.parametrize("heard", [0, 1])
def test_a_return_without_dispatch_is_told_unless_the_port_is_obeyed(heard: int) -> None:
    async def bench(probe: Probe, master: Wishbone) -> None:
        probe.ctx.set(probe.signals["verdict_heard"], heard)
        await call(probe)
        for _ in range(10):
            await probe.cycle()
        await returned(probe)
        assert (await probe.cycle())["irq_tamper"] == (not heard)
        await call(probe)
        await returned(probe)  # ahead of the verdict
        for _ in range(10):
            assert not (await probe.cycle())["verdict_valid"], "it is nobody's any more"
        tamper = COPROCESSOR.register["tamper"].layout.unpack(await read(master, "tamper"))
        assert tamper == {"undispatched": 1, "strayed": 0, "locked": 0}

    run(bench)


def test_a_call_waits_for_a_records_place() -> None:
    async def bench(probe: Probe, master: Wishbone) -> None:
        for _ in range(RECORDS):
            await call(probe)
            for _ in range(5):
                await probe.cycle()
            await returned(probe)
        for _ in range(20):
            assert not (await probe.cycle())["call_ready"]
        assert await read(master, "dispatch") == DENY_HANDLER
        first = await read(master, "record", 5)
        await call(probe)
        assert await read(master, "dispatch") == HANDLER
        assert await read(master, "record", 5) == first + 1, "records come in order"
        assert await read(master, "shed") == 0

    run(bench)
