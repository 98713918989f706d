"""Bench of the load port's program side: what passes, what is locked, and a read-back that takes its time."""

from __future__ import annotations

from typing import Any

import cocotb

from hdl.contract.load import ADDRESS_BITS, Target
from hdl.contract.registers import COPROCESSOR
from sim.benches.clocked import Clocked, draw

LOCK = COPROCESSOR.register["lock"].layout
LOCKS: dict[str, set[Target]] = {
    "model": {Target.MODEL0, Target.MODEL1, Target.READY},
    "policy": {Target.ATTRIBUTES, Target.JUDGE, Target.ENFORCE, Target.TEMPLATES},
    "vaccines": {Target.HASH_SET, Target.HASH},
    "handlers": set(),
}


@cocotb.test()
async def words_pass_one_cycle_later_unless_their_target_is_locked(dut: Any) -> None:
    bench, chance = await Clocked.start(dut), draw()
    passed: tuple[int, int] | None = None
    now = 0
    for _ in range(4000):
        write, lock = int(chance.random() < 0.7), chance.getrandbits(4)
        address, word = chance.randrange(len(Target) + 1) << 16 | chance.getrandbits(16), chance.getrandbits(32)
        await bench.cycle(write=write, lock=lock, address=address, word=word)
        assert bench.get("load__en") == bench.get("busy") == (passed is not None)
        if passed is not None:
            assert (bench.get("load__address"), bench.get("load__data")) == passed
        assert bench.get("now") == now
        target = address >> 16
        locked = any(target in LOCKS[name] for name, on in LOCK.unpack(lock).items() if on)
        clock = target == Target.CLOCK
        assert bench.get("refused") == (write and locked)
        assert bench.get("ticked") == (write and clock)
        passed = (address, word) if write and not locked and not clock else None
        now = word if write and clock else now


@cocotb.test()
async def a_read_back_is_asked_once_and_waited_for(dut: Any) -> None:
    bench, chance = await Clocked.start(dut, lock=0), draw()
    for _ in range(300):
        address, byte = chance.getrandbits(ADDRESS_BITS), chance.getrandbits(8)
        written = int(chance.random() < 0.5)
        await bench.cycle(read=0, write=written, address=Target.MODEL1 << 16, readback_done=0)
        asked, delay, started = 0, chance.choice((1, 1, 2, 3, 30)), 0
        for waited in range(100):
            done = int(bool(started) and bench.now + 1 == started + delay)
            data = byte if done else chance.getrandbits(8)
            await bench.cycle(read=1, write=0, address=address, readback_done=done, readback_data=data)
            if bench.get("readback_start"):
                assert not bench.get("busy") and bench.get("readback_address") == address
                asked, started = asked + 1, bench.now
            assert bench.get("done") == done
            if done:
                assert bench.get("byte") == byte and asked == 1 and waited == written + delay
                break
        else:
            raise AssertionError("the read-back does not end")
