"""Bench of the bus: masters and strings against a golden memory, ports that make them wait, and every error."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import cocotb

from hdl.contract.memory import GRANULE_BYTES, MASTERS, REGIONS, WINDOWS, Region
from hdl.contract.registers import COPROCESSOR
from sim.benches.clocked import Clocked, draw

CYCLES = 6000
LIMIT_AT = COPROCESSOR.register["text_window"].layout.offset["limit"]
BUILT = {name: region for name, region in REGIONS.items() if name not in WINDOWS}
REACHES = {master.name: master.reaches for master in MASTERS}
WINDOW = "flash_window"
FETCHES = {"rom": "rom_fetch", "ram": "ram_fetch", WINDOW: WINDOW}
"""Ports of fetches, by region."""
PORTS = (*BUILT, "rom_fetch", "ram_fetch")
AT_ONCE = ("rom", "ram", "rom_fetch", "ram_fetch")
"""Ports that are always ready."""


@dataclass
class Access:
    """What a master asks for at `asked`; `region` is what answers, at `address`; none if it is an error."""

    asked: int
    write: bool = False
    mask: int = 15
    wdata: int = 0
    region: str | None = None
    address: int = 0
    window: str | None = None


Places = dict[str, tuple[int, int]]
"""The windows, by user region: base and limit in granules."""


def answering(master: str, access: Access, windows: Places) -> None:
    """Set what answers, by the contract; the golden twin of the bus's decoding."""
    access.region, access.address, access.window = None, access.asked, None
    for name, region in REGIONS.items():
        if not (region.base <= access.asked < region.end and name in REACHES[master]):
            continue
        if (access.write and "w" not in region.access) or (region.io and access.mask != 15):
            return
        if name in BUILT:
            access.region = name
            return
        base, limit = windows[name]
        place = REGIONS["ram"].base + base * GRANULE_BYTES + access.asked - region.base
        if access.asked - region.base < limit * GRANULE_BYTES and place < REGIONS["ram"].end:
            access.region, access.address, access.window = "ram", place, name


def drawn_windows(chance: random.Random) -> Places:
    """Return random windows: blank and full ones too, and such that reach beyond the end of main RAM."""
    granules = REGIONS["ram"].size // GRANULE_BYTES
    return {
        name: (
            chance.choice((0, 1, 37, granules - 33, granules - 3, granules - 1, chance.randrange(256))),
            chance.choice((0, 1, 2, 31, 32, chance.randrange(64))),
        )
        for name in WINDOWS
    }


def drawn(chance: random.Random, master: str, windows: Places) -> Access:
    """Return a random access: mostly into what the master reaches, near its borders too."""
    name = chance.choice(REACHES[master] if chance.random() < 0.85 else tuple(REGIONS))
    region: Region = REGIONS[name]
    # Few places, so that what was written is read.
    first = region.base if chance.random() < 0.7 else region.end - 32
    if name in WINDOWS and chance.random() < 0.7:
        base, limit = windows[name]
        ends = min(limit, REGIONS["ram"].size // GRANULE_BYTES - base)
        first = region.base + max(0, ends * GRANULE_BYTES - 16)
    address = (first + 4 * chance.randrange(-1, 9)) & 0xFFFFFFFF
    if chance.random() < 0.05:
        address ^= 1 << chance.randrange(2, 32)
    access = Access(address)
    if master == "core_data":
        access.write = chance.random() < 0.5
        access.mask = 15 if chance.random() < 0.7 else chance.choice((1, 2, 4, 8, 3, 12, 6, 7, 14))
        access.wdata = chance.getrandbits(32)
    answering(master, access, windows)
    return access


class Masters:
    """Both masters and all ports, a cycle at a time.

    `memory` is golden: words by address.  `stores` is what the ports have been told to keep.
    """

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.windows = drawn_windows(chance)
        self.memory: dict[int, int] = {}
        self.stores: dict[tuple[str, int], int] = {}
        self.asked: dict[str, Access | None] = {"fetch": None, "data": None}
        self.waiting: dict[str, Access | None] = {"fetch": None, "data": None}
        self.due: dict[str, tuple[Access, int] | None] = {"fetch": None, "data": None}
        self.rdata: dict[str, int] = {}
        self.window_owner: str | None = None
        self.posted: Access | None = None
        self.string: int | None = None
        self.string_before: int | None = None
        self.cell: int | None = None
        self.cell_read: int | None = None
        self.cell_first = self.won = False
        self.met: Counter[str] = Counter()

    def word(self, region: str, index: int) -> int:
        """Return a word of a port's memory; one never written is a number of its own."""
        return self.stores.get((region, index), hash((region, index)) & 0xFFFFFFFF)

    async def cycle(self, idle: float) -> None:
        """Go through one cycle, asking for something new with chance 1 - idle."""
        bench, chance = self.bench, self.chance
        if self.asked["fetch"] is self.asked["data"] is None and chance.random() < 0.2:
            self.windows = drawn_windows(chance)
        inputs = {
            name.removeprefix("user_") + "_window": base | limit << LIMIT_AT
            for name, (base, limit) in self.windows.items()
        }
        for master in ("fetch", "data"):
            if self.asked[master] is None:
                inputs |= self.noise(master)
            if self.asked[master] is None and chance.random() >= idle:
                self.asked[master] = access = drawn(chance, f"core_{master}", self.windows)
                inputs[f"{master}__address"] = access.asked
                if master == "data":
                    inputs |= {"data__write": access.write, "data__mask": access.mask, "data__wdata": access.wdata}
            inputs[f"{master}__request"] = self.asked[master] is not None
        self.string_before = self.string
        self.string = chance.randrange(32) if chance.random() < 0.3 else None
        inputs |= {"string_fetch": self.string is not None, "string_place": self.string or 0}
        # The cell asks until it is served; the core may ask for data when it says so alone.
        if self.cell is None:
            self.cell_first = chance.random() < 0.1
            if chance.random() < 0.4:
                self.cell, self.cell_first = chance.randrange(32), chance.random() < 0.3
        transfers = self.asked["data"] is not None or chance.random() < 0.3
        inputs |= {"cell_want": self.cell is not None, "cell_place": self.cell or 0, "transfers": transfers}
        inputs |= {"cell_first": self.cell_first}
        self.won = self.cell is not None and self.posted is None and (self.cell_first or not transfers)
        slow = {port: chance.random() < (0.2 if port == WINDOW else 0.7) for port in PORTS}
        ready = slow | dict.fromkeys(AT_ONCE, True)
        inputs |= {f"{port}__ready": ready[port] for port in PORTS}
        inputs |= {f"{port}__rdata": self.rdata.get(port, chance.getrandbits(32)) for port in PORTS}
        await bench.cycle(**inputs)
        assert bench.get("cell_won") == self.won
        if self.cell_read is not None:
            assert bench.get("cell_word") == self.cell_read
            self.met["the cell's word"] += 1
        self.answers()
        self.grants(ready)

    def answers(self) -> None:
        """Check what was granted in the cycle before."""
        if self.string_before is not None:
            assert self.bench.get("string_word") == self.rdata["ram_fetch"]
            self.met["a string's word"] += 1
        for master in ("fetch", "data"):
            due = self.due[master]
            assert self.bench.get(f"{master}__valid") == (due is not None), master
            if due is None:
                continue
            access, word = due
            assert self.bench.get(f"{master}__error") == (access.region is None), (master, access)
            if access.region is not None and not access.write:
                assert self.bench.get(f"{master}__data") == word, (master, access)

    def noise(self, master: str) -> dict[str, int]:
        """Return an address that a master shows while it asks for nothing."""
        return {f"{master}__address": drawn(self.chance, f"core_{master}", self.windows).asked}

    def grants(self, ready: dict[str, bool]) -> None:
        """Check who is granted and selected in this cycle, and let the ports do their part."""
        granted: dict[str, Access | None] = {}
        for master in ("fetch", "data"):
            held = self.string if master == "fetch" else self.posted
            free = self.waiting[master] is None and held is None
            if master == "data" and self.cell_first:
                self.met["the core waits for the cell"] += free and self.asked["data"] is not None
                free = False
            assert self.bench.get(f"{master}__grant") == free, (master, self.waiting[master])
            granted[master] = self.asked[master] if free else None
        fetch, data = ({**self.waiting, **_memories(granted)}[master] for master in ("fetch", "data"))
        selected: dict[str, tuple[str, Access]] = {}
        if data and data.region:
            selected[data.region] = ("data", data)
        if fetch and fetch.region:
            port = FETCHES[fetch.region]
            if port not in selected or self.window_owner == "fetch":
                selected[port] = ("fetch", fetch)
        if data and fetch and data.region == fetch.region == WINDOW:
            self.met["both at the window"] += 1
        for port in PORTS:
            assert self.bench.get(f"{port}__select") == (port in selected or port in AT_ONCE), port
        assert self.bench.get("ram__write") == (self.posted is not None)
        if self.posted:
            self.write(self.posted)
            self.posted = None

        self.rdata, self.cell_read = {}, None
        if self.won:
            assert self.cell is not None and self.bench.get("ram__address") == self.cell
            assert not self.bench.get("ram__write")
            self.cell_read = self.rdata["ram"] = self.word("ram", self.cell)
            self.cell = None
        if self.string is not None:
            assert self.bench.get("ram_fetch__address") == self.string
            self.rdata["ram_fetch"] = self.word("ram", self.string)
        ended: dict[str, Access | None] = {"fetch": None, "data": None}
        for port, (master, access) in selected.items():
            region = REGIONS[access.region or ""]
            place = (access.address - region.base) // 4
            assert self.bench.get(f"{port}__address") == place, port
            if master == "data" and "w" in region.access and port not in AT_ONCE:
                assert self.bench.get(f"{port}__write") == access.write, port
            if port == WINDOW:
                self.window_owner = None if ready[port] else master
            if ready[port]:
                self.rdata[port] = self.word(region.name, place)
                if access is self.waiting[master]:
                    self.waiting[master] = None
                if access.write:
                    self.write(access)
                else:
                    ended[master] = access
        for master, asked in granted.items():
            if asked is not None:
                self.asked[master] = None
                if asked.region == "ram" and asked.write:
                    self.posted = asked
                elif asked.region not in (None, "ram", "rom"):
                    self.waiting[master] = asked
                if asked.region is None or asked.write:
                    ended[master] = asked
            done = ended[master]
            self.due[master] = (done, self.golden(done)) if done else None
            if done and done.window:
                self.met[f"{master} through {done.window}, {'write' if done.write else 'read'}"] += 1
            if done:
                self.met[f"{done.region}, {'write' if done.write else 'read'}"] += 1

    def golden(self, access: Access) -> int:
        """Return what a read gets."""
        if access.region is None:
            return 0
        base = REGIONS[access.region].base
        return self.memory.get(access.address, hash((access.region, (access.address - base) // 4)) & 0xFFFFFFFF)

    def write(self, access: Access) -> None:
        """Take a store, once as the port saw it and once as the master meant it."""
        region = REGIONS[access.region or ""]
        assert self.bench.get(f"{region.name}__address") == (access.address - region.base) // 4
        port, place = region.name, (access.address - region.base) // 4
        mask = 15 if region.io else self.bench.get(f"{port}__mask")
        seen = self.bench.get(f"{port}__wdata")
        bits = sum(0xFF << 8 * byte for byte in range(4) if mask >> byte & 1)
        meant = sum(0xFF << 8 * byte for byte in range(4) if access.mask >> byte & 1)
        self.memory[access.address] = self.golden(access) & ~meant | access.wdata & meant
        self.stores[port, place] = self.word(port, place) & ~bits | seen & bits


def _memories(granted: dict[str, Access | None]) -> dict[str, Access | None]:
    """Return what memories are asked for in the very cycle, of what is granted."""
    return {
        master: access
        for master, access in granted.items()
        if access and access.region in ("rom", "ram") and not access.write
    }


async def quiet(dut: Any) -> Clocked:
    """Return the bus with no master that asks, and every port ready."""
    ready = {f"{port}__ready": 1 for port in PORTS}
    idle = ("fetch__request", "data__request", "data__write", "string_fetch", "cell_want", "cell_first")
    return await Clocked.start(dut, **dict.fromkeys(idle, 0), **ready)


@cocotb.test()
async def random_masters_find_what_they_wrote(dut: Any) -> None:
    masters = Masters(await Clocked.start(dut), draw())
    for number in range(CYCLES):
        await masters.cycle(idle=0.5 if number % 1000 < 200 else 0.1)
    for name, region in BUILT.items():
        assert masters.met[f"{name}, read"], name
        assert bool(masters.met[f"{name}, write"]) == ("w" in region.access), name
    for way in ("fetch through user_text, read", "data through user_text, read", "data through user_data, read",
                "data through user_data, write"):  # fmt: skip
        assert masters.met[way] > 20, way
    assert masters.met["None, read"] > 100 and masters.met["None, write"] > 100
    assert masters.met["both at the window"] > 20
    assert masters.met["the cell's word"] > 300 and masters.met["the core waits for the cell"] > 50
    assert len(masters.memory) > 60


@cocotb.test()
async def one_access_a_cycle_each(dut: Any) -> None:
    """Both masters, at memories that are always ready: a word each in every cycle."""
    bench = await quiet(dut)
    rom, ram = REGIONS["rom"].base, REGIONS["ram"].base
    for number in range(20):
        await bench.cycle(
            fetch__request=1, fetch__address=ram + 4 * number, data__request=1, data__address=rom + 4 * number,
            ram_fetch__rdata=1000 + number - 1, rom__rdata=2000 + number - 1,
        )  # fmt: skip
        assert bench.get("fetch__grant") and bench.get("data__grant")
        assert bench.get("fetch__valid") == bench.get("data__valid") == (number > 0)
        if number:
            assert (bench.get("fetch__data"), bench.get("data__data")) == (1000 + number - 1, 2000 + number - 1)


@cocotb.test()
async def a_slow_port_holds_up_its_master_alone(dut: Any) -> None:
    bench = await quiet(dut)
    await bench.cycle(
        data__request=1, data__mask=15, data__address=REGIONS["coprocessor"].base, coprocessor__ready=0
    )
    assert bench.get("data__grant") and not bench.get("coprocessor__select")
    for number in range(10):
        await bench.cycle(
            fetch__request=1, fetch__address=REGIONS["ram"].base + 4 * number, data__address=REGIONS["ram"].base
        )
        assert bench.get("fetch__grant") and not bench.get("data__grant") and not bench.get("data__valid")
        assert bench.get("coprocessor__select") and not bench.get("ram__write")
    await bench.cycle(coprocessor__ready=1)
    assert bench.get("coprocessor__select") and not bench.get("data__grant")
    await bench.cycle(data__request=0, coprocessor__rdata=77)
    assert bench.get("data__valid") and bench.get("data__data") == 77 and not bench.get("coprocessor__select")
    assert bench.get("data__grant")
