"""Bench of a clone's accesses: a core and a kernel that ask at random, against a golden memory; every word that is
asked of main RAM, by the windows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import cocotb

from hdl.cell.entry import RETURN, SET_PLACE
from hdl.contract.cell import CELL_BYTES, CELL_LINE_BYTES
from hdl.contract.memory import GRANULE_BYTES, REGIONS, WINDOWS
from hdl.contract.registers import COPROCESSOR
from sim.benches.clocked import Clocked, draw

CYCLES = 9_000
TEXT, DATA = (REGIONS[name] for name in WINDOWS)
GRANULES = REGIONS["ram"].size // GRANULE_BYTES
LIMIT_AT = COPROCESSOR.register["text_window"].layout.offset["limit"]
GROWN = -1
"""No place in main RAM: zeros."""


@dataclass
class Asked:
    """An access, and what is expected of it: `place` in main RAM, none if it is refused."""

    who: str
    address: int
    write: bool = False
    mask: int = 15
    wdata: int = 0


class Cell:
    """The golden twin: windows, what the clone has stored, main RAM as numbers of their own."""

    def __init__(self, chance: Any) -> None:
        self.chance = chance
        self.windows = {"text": (3, 2), "data": (40, 5)}
        self.grown = 0
        self.own: dict[int, int] = {}
        self.lines: dict[int, int] = {}

    def place(self, asked: Asked) -> int | None:
        """Return the byte of main RAM that answers, if the access may be; GROWN if none does."""
        for name, region in (("text", TEXT), ("data", DATA)):
            base, limit = self.windows[name]
            offset = asked.address - region.base
            if 0 <= offset < limit * GRANULE_BYTES and base * GRANULE_BYTES + offset < REGIONS["ram"].size:
                may = asked.who != "fetch" if name == "data" else not asked.write and asked.who != "kernel"
                return base * GRANULE_BYTES + offset if may else None
        more = 0 <= asked.address - DATA.base < min(self.grown * GRANULE_BYTES, DATA.size)
        return GROWN if more and asked.who != "fetch" else None

    def word(self, asked: Asked, real: int) -> int:
        """Return what a read finds: `real` where nothing is own."""
        if asked.who == "fetch" or asked.address < DATA.base:
            return real
        return sum((self.own.get(asked.address + byte, real >> 8 * byte & 0xFF)) << 8 * byte for byte in range(4))

    def store(self, asked: Asked) -> bool:
        """Take a store; return whether it has room."""
        line = (asked.address - DATA.base) // CELL_LINE_BYTES
        place = line % (CELL_BYTES // CELL_LINE_BYTES)
        if self.lines.setdefault(place, line) != line:
            return False
        for byte in range(4):
            if asked.mask >> byte & 1:
                self.own[asked.address + byte] = asked.wdata >> 8 * byte & 0xFF
        return True

    def drawn(self, who: str) -> Asked:
        chance = self.chance
        region = chance.choice((TEXT, DATA, DATA))
        if who == "kernel":
            region = DATA
        _, limit = self.windows["text" if region is TEXT else "data"]
        near = chance.choice((0, 0, 32, CELL_BYTES, limit * GRANULE_BYTES - 8, self.grown * GRANULE_BYTES - 8))
        address = region.base + near + 4 * chance.randrange(-1, 10)
        if who == "kernel":
            address = DATA.base + (address - DATA.base) % DATA.size
        elif chance.random() < 0.05:
            address = chance.choice((0, 0x80, 0x8000_0000, REGIONS["ram"].base, chance.getrandbits(32) & ~3))
        write = who != "fetch" and chance.random() < 0.4
        return Asked(who, address, write, chance.randrange(1, 16) if write else 15, chance.getrandbits(32))


def real(place: int) -> int:
    """Return the word of main RAM at a byte's place: a number of its own."""
    return 0 if place == GROWN else (place // 4 * 0x9E3779B1 + 0x12345) & 0xFFFFFFFF


@cocotb.test()
async def random_accesses_find_what_they_should(dut: Any) -> None:
    chance = draw()
    cell, met = Cell(chance), Counter[str]()
    bench = await Clocked.start(dut, runs=1)
    asked: dict[str, Asked | None] = {"fetch": None, "data": None, "kernel": None}
    waiting: dict[str, Asked | None] = {"fetch": None, "data": None}
    word: int | None = None
    kernel_read: int | None = None
    stopped = False
    for _ in range(CYCLES):
        quiet = bench.get("quiet") and all(it is None for it in (*asked.values(), *waiting.values()))
        inputs: dict[str, int] = {"clear": 0}
        if quiet and not stopped and chance.random() < 0.2:
            # Another clone, of another original; or the kernel looks at this one.
            if chance.random() < 0.5:
                for name in cell.windows:
                    cell.windows[name] = (chance.choice((0, 5, GRANULES - 3)), chance.choice((0, 1, 3, 20, 32)))
                cell.grown = chance.choice((0, 4, 31, 32))
                cell.own.clear()
                cell.lines.clear()
                inputs["clear"] = 1
                met["clone"] += 1
            else:
                stopped = True
        elif stopped and asked["kernel"] is None and chance.random() < 0.05:
            stopped = False
        inputs |= {"runs": not stopped, "open": stopped, "grown": cell.grown}
        for name, (base, limit) in cell.windows.items():
            inputs[f"{name}_window"] = base | limit << LIMIT_AT
        for who in ("fetch", "data"):
            if asked[who] is None and waiting[who] is None and not stopped and chance.random() < 0.4:
                asked[who] = cell.drawn(who)
        if stopped and asked["kernel"] is None and chance.random() < 0.5:
            asked["kernel"] = cell.drawn("kernel")
        fetch, data, kernel = asked["fetch"], asked["data"], asked["kernel"]
        inputs |= {"fetch__request": fetch is not None, "data__request": data is not None}
        inputs["bus__select"] = kernel is not None
        if fetch:
            inputs["fetch__address"] = fetch.address
        if data:
            inputs |= {"data__address": data.address, "data__write": data.write, "data__mask": data.mask}
            inputs["data__wdata"] = data.wdata
        if kernel:
            inputs |= {"bus__address": (kernel.address - DATA.base) // 4, "bus__write": kernel.write}
            inputs |= {"bus__mask": kernel.mask, "bus__wdata": kernel.wdata}
        free = chance.random() < 0.6
        inputs |= {"won": 0, "word": chance.getrandbits(32) if word is None else word}
        await bench.cycle(**inputs)
        # The port is had when it is wanted, and it is free.
        word = None
        if bench.get("want") and free:
            place = 4 * bench.get("place")
            spans = [(base * GRANULE_BYTES, limit * GRANULE_BYTES) for base, limit in cell.windows.values()]
            assert any(first <= place < first + size for first, size in spans), hex(place)
            assert bench.get("looks") and bench.get("first") == (kernel is not None)
            word = real(place)
            bench.handle("won").value = 1
            bench._driven["won"] = 1
            met["read"] += 1

        if kernel_read is not None:
            assert bench.get("bus__rdata") == kernel_read
            kernel_read = None
        for who in ("fetch", "data"):
            if bench.get(f"{who}__valid"):
                it = waiting[who]
                assert it is not None, who
                waiting[who] = None
                place_of = cell.place(it)
                assert bench.get(f"{who}__error") == (place_of is None), it
                if place_of is not None and not it.write:
                    assert bench.get(f"{who}__data") == cell.word(it, real(place_of)), it
                elif place_of is not None:
                    assert cell.store(it), "room is told beforehand"
                    met["stored"] += 1
                elif who == "data":
                    assert bench.get("address") == it.address
                met[f"{who}, {'refused' if place_of is None else 'done'}"] += 1
                met["grown"] += place_of == GROWN
        if bench.get("room"):
            it = waiting["data"]
            assert it is not None and it.write and cell.place(it) is not None and not cell.store(it)
            waiting["data"] = None
            met["no room"] += 1
        for who in ("fetch", "data"):
            if asked[who] is not None and bench.get(f"{who}__grant"):
                assert waiting[who] is None
                waiting[who], asked[who] = asked[who], None
        if kernel is not None and bench.get("bus__ready"):
            place_of = cell.place(kernel)
            if not kernel.write:
                kernel_read = 0 if place_of is None else cell.word(kernel, real(place_of))
            elif place_of is not None:
                met["the kernel's, no room"] += not cell.store(kernel)
            asked["kernel"] = None
            met["kernel"] += 1
    for what in ("clone", "read", "kernel", "stored", "no room", "fetch, done", "fetch, refused", "data, done",
                 "data, refused", "grown", "the kernel's, no room"):  # fmt: skip
        assert met[what] > 4, (what, met)


@cocotb.test()
async def the_two_words_are_there_when_they_may_be(dut: Any) -> None:
    idle = dict.fromkeys(("data__request", "bus__select", "open", "clear", "may_begin", "may_return"), 0)
    bench = await Clocked.start(dut, runs=1, enters=1, fetch__request=0, **idle)
    for _ in range(1000):
        await bench.cycle()
    assert bench.get("quiet") and bench.get("fetch__grant")

    async def fetched(address: int, **later: int) -> tuple[int, int]:
        await bench.cycle(fetch__request=1, fetch__address=address)
        assert bench.get("fetch__grant")
        await bench.cycles(5, fetch__request=0)
        assert bool(later) != bool(bench.get("fetch__valid")) or not later
        seen = (bench.get("fetch__data"), bench.get("fetch__error"))
        for _ in range(4):
            if bench.get("quiet"):
                break
            await bench.cycle(**later)
            if bench.get("fetch__valid"):
                seen = bench.get("fetch__data"), bench.get("fetch__error")
        assert not bench.get("want")
        return seen

    assert await fetched(0x80, may_begin=1) == (SET_PLACE, 0)
    assert await fetched(0x84, may_return=1) == (RETURN, 0)
    assert await fetched(0x00) == (SET_PLACE, 0)
    assert await fetched(0x04) == (RETURN, 0)
    # Nowhere else, and for nobody who runs.
    assert (await fetched(0x100))[1] == 1
    await bench.cycle(enters=0)
    assert (await fetched(0x80))[1] == 1
