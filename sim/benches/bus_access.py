"""Accesses over a bus port, as the core would make them: one at a time, registers by their declared name."""

from __future__ import annotations

from hdl.contract.registers import Peripheral
from sim.benches.clocked import Clocked


class Bus:
    """A bus port of the block under `bench`.

    Parameters: the port's name, and the peripheral behind it if its registers are to be had by name.
    An access takes the cycles until `ready`, and one more for what was read; no test of ours waits for 100.
    """

    def __init__(self, bench: Clocked, port: str = "bus", peripheral: Peripheral | None = None) -> None:
        self.bench, self.port, self.peripheral = bench, port, peripheral

    async def _access(self, **inputs: int) -> None:
        await self.bench.cycle(**{f"{self.port}__{name}": value for name, value in inputs.items()})
        for _ in range(100):
            if self.bench.get(f"{self.port}__ready"):
                return
            await self.bench.cycle()
        raise AssertionError(f"{self.port} is never ready")

    async def write_word(self, address: int, value: int, **more: int) -> None:
        """Write a word; `more`: inputs that only this kind of port has."""
        await self._access(select=1, write=1, address=address, wdata=value, **more)
        await self.bench.cycle(**{f"{self.port}__select": 0})

    async def read_word(self, address: int) -> int:
        """Return a word."""
        await self._access(select=1, write=0, address=address)
        await self.bench.cycle(**{f"{self.port}__select": 0})
        return self.bench.get(f"{self.port}__rdata")

    async def write(self, register: str, index: int = 0, **fields: int) -> None:
        """Write a register: the fields named, others 0."""
        assert self.peripheral is not None
        declared = self.peripheral.register[register]
        await self.write_word(declared.offset // 4 + index, declared.layout.pack(fields))

    async def read(self, register: str, index: int = 0) -> dict[str, int]:
        """Return a register's fields by name."""
        assert self.peripheral is not None
        declared = self.peripheral.register[register]
        return declared.layout.unpack(await self.read_word(declared.offset // 4 + index))
