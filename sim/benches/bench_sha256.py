"""Bench of SHA-256: against hashlib, which pads by itself, on the vectors of FIPS 180 and on messages drawn."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge

from hdl.contract.registers import SHA256
from hdl.soc.sha256 import BUSY_CYCLES
from sim.benches.clocked import Clocked, draw

GO, FIRST = 2, 1

VECTORS = {
    b"": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    b"abc": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq": (
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
    b"hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu": (
        "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
}
MILLION = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"


def blocks_of(message: bytes) -> list[list[int]]:
    """Return the padded message as blocks of 16 words, as memory has them."""
    padded = message + b"\x80" + bytes(-(len(message) + 9) % 64) + (8 * len(message)).to_bytes(8, "big")
    words = [int.from_bytes(padded[place : place + 4], "little") for place in range(0, len(padded), 4)]
    return [words[place : place + 16] for place in range(0, len(words), 16)]


class Hash:
    """The block and its bus.  `waited` counts the cycles that accesses had to wait."""

    def __init__(self, bench: Clocked) -> None:
        self.bench = bench
        self.waited = 0

    async def access(self, name: str, index: int = 0, value: int | None = None) -> None:
        """Begin an access and return in the cycle in which it ends."""
        place = SHA256.register[name].offset // 4 + index
        await self.bench.cycle(
            bus__select=1, bus__write=value is not None, bus__address=place, bus__wdata=value or 0
        )
        while not self.bench.get("bus__ready"):
            self.waited += 1
            await self.bench.cycle()

    async def read(self, name: str, index: int = 0) -> int:
        await self.access(name, index)
        await self.bench.cycle(bus__select=0)
        return self.bench.get("bus__rdata")

    async def block(self, words: list[int], control: int) -> None:
        for index, word in enumerate(words):
            await self.access("block", index, word)
        await self.access("control", value=control)

    async def digest(self) -> str:
        return "".join([(await self.read("digest", word)).to_bytes(4, "little").hex() for word in range(8)])

    async def of(self, message: bytes) -> str:
        """Return the digest of a message; nothing is waited for but what the bus makes us wait."""
        for number, words in enumerate(blocks_of(message)):
            await self.block(words, GO | (FIRST if number == 0 else 0))
        return await self.digest()


async def hash_of(dut: Any) -> Hash:
    return Hash(await Clocked.start(dut))


@cocotb.test()
async def standard_vectors(dut: Any) -> None:
    unit = await hash_of(dut)
    assert await unit.digest() == "0" * 64
    for message, expected in VECTORS.items():
        assert sha256(message).hexdigest() == expected
        assert await unit.of(message) == expected


@cocotb.test()
async def messages_of_any_length(dut: Any) -> None:
    unit = await hash_of(dut)
    chance = draw()
    for length in (55, 56, 63, 64, 65, 119, 120, *(chance.randrange(400) for _ in range(20))):
        message = chance.randbytes(length)
        assert await unit.of(message) == sha256(message).hexdigest()
    assert unit.waited > 0


@cocotb.test()
async def a_block_takes_its_cycles_and_the_rest_waits(dut: Any) -> None:
    unit = await hash_of(dut)
    bench = unit.bench
    words = blocks_of(b"abc")[0]
    for access in ("status", "digest", "block", "control"):
        await unit.block(words, GO | FIRST)
        begun = bench.now
        if access == "status":
            await bench.cycle(bus__select=0)
            while await unit.read("status"):
                assert not bench.get("irq_done")
            # The read's last cycle is the second one behind that in which the register was looked at.
            assert bench.now - 1 - begun - BUSY_CYCLES in (1, 2)
        else:
            await unit.access(access, value=None if access == "digest" else 0)
            assert bench.now - begun == BUSY_CYCLES + 1
            assert bench.get("irq_done")
            await bench.cycle(bus__select=0)
            assert not bench.get("irq_done")
        assert await unit.digest() == VECTORS[b"abc"]
        # `first` without `go` does nothing.
        await unit.access("control", value=FIRST)
        assert await unit.read("status") == 0 and await unit.digest() == VECTORS[b"abc"]
        await bench.cycles(5)
        assert not bench.get("irq_done")


@cocotb.test()
async def the_interrupt_comes_with_the_end(dut: Any) -> None:
    unit = await hash_of(dut)
    await unit.block(blocks_of(b"")[0], GO | FIRST)
    begun = unit.bench.now
    await unit.bench.cycle(bus__select=0)
    while not unit.bench.get("irq_done"):
        await unit.bench.cycle()
    assert unit.bench.now - begun == BUSY_CYCLES + 1
    await unit.bench.cycles(10)
    assert unit.bench.get("irq_done"), "nobody has answered it"
    assert await unit.digest() == VECTORS[b""]


@cocotb.test(skip=not os.environ.get("LONG"))
async def a_million_times_a(dut: Any) -> None:
    unit = await hash_of(dut)
    blocks = blocks_of(b"a" * 1_000_000)
    assert len(blocks) == 15626
    done = RisingEdge(dut.irq_done)
    for number, words in enumerate(blocks):
        await unit.block(words, GO | (FIRST if number == 0 else 0))
        await unit.bench.cycle(bus__select=0)
        await done
    assert await unit.digest() == MILLION
