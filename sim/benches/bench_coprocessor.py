"""Bench of the coprocessor: what goes in by registers and comes out of them equals the golden machine."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.event import RECORD, STATE, Kind
from hdl.contract.load import Target
from hdl.contract.model import IMAGE_BYTES
from hdl.contract.registers import COPROCESSOR
from hdl.contract.syscalls import IDS
from hdl.contract.tamper import TAMPER
from hdl.contract.vaccine import BANKS, KEY, VACCINES, field_units, hash_set
from hdl.contract.verdict import Fault, Verdict
from hdl.soc.loader import LOCKED_BY
from hdl.soc.records import STATES
from hdl.soc.rest import SCAN, SETTLE
from sim.benches.bench_pipeline import births, event, numeric_calls, stream_of
from sim.benches.coprocessor_line import DENY, Board, handler_by_verdict
from sim.stimulus import Stimulus, random_image

RECORD_CYCLES = 9
"""From the write of an event's last word until its record can be read."""


@cocotb.test()
async def random_events_through_registers_equal_the_golden_machine(dut: Any) -> None:
    board = await Board.start(dut, models=2)
    stimulus = Stimulus(board.chance.getrandbits(30), changes=0.25, paths=0.3)
    for bank, fields in stimulus.random_hash_sets(BANKS).items():
        await board.set_hash_set(bank, fields)
    kinds: set[int] = set()
    # The clock stopped where it may be, and never; then until every kind of event was met.
    for number in range(10):
        if number > 1 and set(Kind) <= kinds | {Kind.SWAP}:
            break
        await board.cycle(gate=1 - number % 2)
        records, states = await board.check(stimulus.chunk(150))
        stimulus.learn(records, states)
        kinds |= {int(word) & 15 for word in records[:, 0]}
    assert set(Kind) <= kinds | {Kind.SWAP}, f"a kind of event never came: {kinds}"


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


@cocotb.test()
async def what_is_locked_stays_as_it_is(dut: Any) -> None:
    board = await Board.start(dut, models=2)
    await board.check(stream_of(births([40])))
    await board.set_hash_set(0, hash_set("id"))
    key = KEY.pack({"id": IDS["getpid"]})
    locks = COPROCESSOR.register["lock"].layout
    call = event(Kind.CALL, 40, generation=41, id=IDS["getpid"])
    await board.write("lock", locks.pack({"policy": 1}))
    await board.load(Target.MODEL1, [0])  # not locked
    assert await board.read("tamper") == 0
    await board.write("lock", locks.pack({"model": 1, "vaccines": 1, "handlers": 1}))
    assert await board.flags("lock") == {"model": 1, "policy": 1, "vaccines": 1, "handlers": 1}
    await board.write("lock", 0)
    assert await board.read("lock") == 15, "a lock can be opened"
    # Events are not locked, but for the switch; what a call meets is what was there before the locks.
    vaccine = event(Kind.VACCINATE, a0=key, a2=3, a3=0xFFFFFFFF, a4=field_units("id"))
    records, _ = await board.check(stream_of([vaccine, call]))
    assert records[1, 0] >> RECORD.offset["vaccinated"] & 1
    for target in LOCKED_BY:
        await board.load(target, [0])
        assert await board.read("load_address") == target << 16 | 1
    await board.cycle()
    assert board.bench.get("irq_tamper")
    await board.write("verdict_handler", 1, Verdict.DENY)
    await board.write("verdict_handler", 1, Verdict.KILL)
    assert await board.flags("tamper") == {"undispatched": 0, "strayed": 0, "locked": 1}
    for _ in range(2):
        told = [await board.read("tampering", number) for number in range(TAMPER.words)]
        assert told[0] & 7 == 4 and not board.bench.get("stop"), "a lock stops nobody, and is recorded"
        await board.load(Target.JUDGE, [0])  # once more, behind the record that was taken
    assert await board.read("verdict_handler", Verdict.DENY) == DENY
    assert await board.read("verdict_handler", Verdict.KILL) == handler_by_verdict(Verdict.KILL)
    assert await board.read("dispatch") == DENY
    await board.check(stream_of([call, *numeric_calls(board.chance, [40], 20)]))
    await board.offer(event(Kind.SWAP, a0=1))
    record = RECORD.unpack((await board.awaited())[0])
    assert (record["kind"], record["fault"]) == (Kind.SWAP, Fault.MODEL)
    assert (await board.flags("status"))["model"] == 0


@cocotb.test()
async def vaccines_show_their_hits_and_end_while_the_pipeline_would_rest(dut: Any) -> None:
    board = await Board.start(dut)
    bench = board.bench
    await board.check(stream_of(births([40])))
    await board.set_hash_set(0, hash_set("id"))
    call = event(Kind.CALL, 40, generation=41, id=IDS["getpid"])
    key = KEY.pack({"id": IDS["getpid"]})
    await board.write("vaccine", 7)
    assert await board.read("vaccine_expiry") == 0, "no vaccine"
    vaccine = event(Kind.VACCINATE, a0=key, a2=7, a3=50, a4=field_units("id"))
    await board.check(stream_of([vaccine, call, call]))
    for gap in (0, 1, 40):
        await board.cycles(gap)
        await board.write("vaccine", 9)
        await board.write("vaccine", 7)
        assert await board.read("vaccine_hits") == 2
        await board.write("vaccine", 8)
        assert await board.read("vaccine_hits") == 0
        await board.write("vaccine", 7)
        assert await board.read("vaccine_expiry") == 50
    # It rests once the reaper has been round.
    await board.cycles(SCAN + SETTLE + 2)
    assert bench.get("screen_idle")
    await board.load(Target.CLOCK, [49])
    rested, ticked = board.rested, bench.now
    for _ in range(2 * VACCINES):
        await board.cycle()
    assert board.rested == rested, "it rests before the reaper has been round"
    while not bench.get("screen_idle"):
        await board.cycle()
    cocotb.log.info("a scan takes %d cycles", bench.now - ticked)
    assert bench.now - ticked <= SCAN + 2
    assert not bench.get("irq_record")
    await board.load(Target.CLOCK, [50])
    record = RECORD.unpack((await board.awaited())[0])
    assert (record["kind"], record["vaccine"], record["fault"]) == (Kind.REVOKE, 7, 0)
    assert await board.read("vaccine_expiry") == 0
    # One that has expired before it comes leaves as well.
    await board.cycles(2 * SCAN)
    assert bench.get("screen_idle")
    await board.offer(vaccine)
    kinds = [RECORD.unpack((await board.awaited())[0])["kind"] for _ in range(2)]
    assert kinds == [Kind.VACCINATE, Kind.REVOKE]


@cocotb.test()
async def a_spill_waits_for_a_place_for_its_state(dut: Any) -> None:
    board = await Board.start(dut)
    await board.check(stream_of(births([40, 41, 42, 43])))
    spills = [event(Kind.SPILL, slot, generation=slot + 1) for slot in (40, 41, 42)]
    for spill in spills[:STATES]:
        await board.offer(spill)
    await board.write("event", spills[2][0])
    await board.cycles(20)
    assert not (await board.flags("status"))["event_ready"]
    # What is no SPILL goes on.
    call = event(Kind.CALL, 43, generation=44)
    await board.write("event", call[0])
    assert (await board.flags("status"))["event_ready"]
    await board.offer(call)
    taken = [await board.take() for _ in range(STATES)]
    await board.offer(spills[2])
    taken += [await board.awaited(), await board.awaited()]
    stream = stream_of([*spills[:2], call, spills[2]])
    records, states = board.golden.screen(stream.events, stream.pool, stream.offsets)
    for (record, state), row, words in zip(taken, records, states, strict=True):
        assert record == int.from_bytes(row.tobytes(), "little")
        assert state == int.from_bytes(words.tobytes(), "little") & (1 << STATE.width) - 1


@cocotb.test()
async def registers_that_are_only_kept(dut: Any) -> None:
    board = await Board.start(dut)
    for name, value in (("text_window", 0x0A11), ("data_window", 0x20BF), ("cwd", 0x1234), ("slot", 33)):
        await board.write(name, value)
        assert await board.read(name) == value
    assert board.bench.get("text_window") == 0x0A11 and board.bench.get("data_window") == 0x20BF
    await board.write("handler_index", 510)
    for index in (510, 511, 0):
        assert await board.read("handler_index") == index
        await board.write("handler", 0)
    assert (await board.flags("status"))["running"] and (await board.flags("status"))["model_ready"] == 1


@cocotb.test()
async def the_idle_model_reads_back_and_the_one_in_force_does_not(dut: Any) -> None:
    board = await Board.start(dut, models=2)
    image = random_image(12)
    await board.cycles(20)
    assert board.bench.get("screen_idle")
    for first in (0, 4095, IMAGE_BYTES - 5):
        await board.write("load_address", Target.MODEL1 << 16 | first)
        for place in range(first, first + 5):
            assert await board.read("load_read") == image[place]
        assert await board.read("load_address") == Target.MODEL1 << 16 | first + 5
    await board.write("load_address", Target.MODEL0 << 16)
    assert [await board.read("load_read") for _ in range(3)] == [0, 0, 0]
    # What is written is there for the read right behind it.
    await board.load(Target.MODEL1, [0xA5], 77)
    await board.write("load_address", Target.MODEL1 << 16 | 77)
    await board.write("load_data", 0x5A)
    await board.write("load_address", Target.MODEL1 << 16 | 77)
    assert await board.read("load_read") == 0x5A
