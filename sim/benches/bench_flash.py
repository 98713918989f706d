"""Bench of the flash controller: a golden chip at its pins, and beside it what the chip ought to hold."""

from __future__ import annotations

import random
from typing import Any

import cocotb

from hdl.contract.flash import FLASH_BYTES, PAGE_BYTES, SECTOR_BYTES
from hdl.contract.registers import FLASH
from hdl.screening.layouts import shape_of
from sim.benches.clocked import Clocked, draw, pack
from sim.benches.golden_flash import JEDEC_ID, QUAD_ENABLED, UNIQUE_ID, GoldenFlash

WORDS = FLASH_BYTES // 4
BLANK = 0xFFFFFFFF
ONE_LINE = 0b1101
PROGRAM_CYCLES, ERASE_CYCLES = 3000, 8000
CONTROL = shape_of(FLASH.register["control"].layout)

READS = {0x03: (1, 1, 0), 0x0B: (1, 1, 8), 0x6B: (1, 4, 8), 0xEB: (4, 4, 4)}
"""By command: lines of the address, lines of the answer, clocks between them on which nobody drives."""


class Board:
    """The controller with a chip at its pins.

    Members: `holds`, what the chip ought to hold; `half`, h in the controller's docstring; `ready_at`, the cycle
    in which the window last gave a word of the chip; `following`, the word that may be had next without a command,
    or None with the chip not selected; `due`, what the window's data must be in the next cycle.
    """

    def __init__(self, bench: Clocked, chance: random.Random) -> None:
        self.bench = bench
        self.chance = chance
        self.holds = bytearray(chance.randbytes(FLASH_BYTES))
        self.chip = GoldenFlash(bytearray(self.holds), PROGRAM_CYCLES, ERASE_CYCLES)
        self.half = 1
        self.quad = 0
        self.ready_at = -1000
        self.following: int | None = None
        self.due: int | None = None
        self.apart = 1000
        self.selections = 0

    async def cycle(self, **inputs: int) -> None:
        """Go one cycle on; nothing is asked for but by `inputs`.  The chip answers the pins within the cycle."""
        await self.bench.cycle(**{"window__select": 0, "bus__select": 0, **inputs})
        cs_n, sck = self.bench.get("cs_n"), self.bench.get("sck")
        assert not (cs_n and sck), "the clock runs and the chip is not selected"
        if not cs_n and self.apart:
            assert self.apart >= 2 * self.half, f"cs_n was high for {self.apart} cycles only"
            self.selections += 1
        self.apart = self.apart + 1 if cs_n else 0
        levels, enable = self.bench.get("dq_o"), self.bench.get("dq_oe")
        if self.apart > 2 * self.half:
            assert enable == ONE_LINE, "four lines, and the chip is not selected"
        if enable == ONE_LINE:
            assert levels >> 2 == 0b11, "WP# or HOLD# is low"
        lines = self.chip.step(cs_n, sck, levels, enable)
        self.bench.handle("dq_i").value = lines
        if self.due is not None:
            assert self.bench.get("window__rdata") == self.due
            self.due = None

    async def cycles(self, count: int) -> None:
        for _ in range(count):
            await self.cycle()

    # --- registers -------------------------------------------------------------------------------------------

    async def write(self, name: str, value: int) -> None:
        """Write a register; return in the cycle of the write."""
        place = FLASH.register[name].offset // 4
        await self.cycle(bus__select=1, bus__write=1, bus__address=place, bus__wdata=value)
        assert self.bench.get("bus__ready")

    async def read(self, name: str) -> int:
        place = FLASH.register[name].offset // 4
        await self.cycle(bus__select=1, bus__write=0, bus__address=place)
        assert self.bench.get("bus__ready")
        await self.cycle()
        return self.bench.get("bus__rdata")

    async def control(self, **fields: int) -> None:
        """Write `control`: these fields, others 0, and the divider."""
        self.quad = fields.get("quad", 0)
        await self.write("control", pack(CONTROL, {"divider": self.half - 1, **fields}))

    async def byte(self, value: int) -> int:
        """Send a byte, wait for the interrupt, return what came back; hold the cycles against the docstring."""
        await self.write("send", value)
        sent = self.bench.now
        await self.cycle()
        assert not self.bench.get("irq_done")
        while not self.bench.get("irq_done"):
            await self.cycle()
        assert self.bench.now - sent == 2 + (4 if self.quad else 16) * self.half
        assert await self.read("status") == 0
        assert self.bench.get("irq_done")
        answer = await self.read("received")
        assert not self.bench.get("irq_done")
        return answer

    async def select(self) -> None:
        """Select the chip, and wait until `cs_n` is low, however long it has to be high before."""
        await self.control(select=1)
        await self.cycle()
        while self.bench.get("cs_n"):
            await self.cycle()

    async def command(self, code: int, sends: bytes = b"", answers: int = 0) -> bytes:
        """Send a command and bytes, and take its answer, all on one line."""
        await self.select()
        await self.byte(code)
        for value in sends:
            await self.byte(value)
        taken = bytes([await self.byte(self.chance.randrange(256)) for _ in range(answers)])
        await self.control()
        return taken

    async def read_by_command(self, code: int, address: int, count: int) -> bytes:
        address_lines, lines, dummy = READS[code]
        await self.select()
        await self.byte(code)
        if address_lines == 4:
            await self.control(select=1, quad=1)
        for value in address.to_bytes(3, "big"):
            await self.byte(value)
        if code == 0xEB:
            await self.byte(0xFF)
        if lines == 4:
            await self.control(select=1, quad=1, receive=1)
        for _ in range(dummy * lines // 8):
            await self.byte(0)
        taken = bytes([await self.byte(0) for _ in range(count)])
        await self.control()
        return taken

    async def status(self) -> int:
        return (await self.command(0x05, answers=1))[0]

    async def wait_while_busy(self) -> None:
        while await self.status() & 1:
            await self.cycles(self.chance.randrange(200))

    async def program(self, code: int, address: int, content: bytes) -> None:
        """Program bytes of a page, and wait until that is done."""
        await self.command(0x06)
        assert await self.status() == 2
        await self.select()
        for value in bytes([code]) + address.to_bytes(3, "big"):
            await self.byte(value)
        if code == 0x32:
            await self.control(select=1, quad=1)
        for offset, value in enumerate(content):
            await self.byte(value)
            self.holds[address & -PAGE_BYTES | (address + offset) % PAGE_BYTES] &= value
        await self.control()
        await self.cycles(3)
        assert self.chip.busy
        await self.wait_while_busy()

    async def erase(self, address: int) -> None:
        await self.command(0x06)
        await self.command(0x20, address.to_bytes(3, "big"))
        await self.cycles(3)
        assert self.chip.busy
        await self.wait_while_busy()
        sector = address & -SECTOR_BYTES
        self.holds[sector : sector + SECTOR_BYTES] = b"\xff" * SECTOR_BYTES

    # --- window ----------------------------------------------------------------------------------------------

    def held(self, address: int) -> int:
        return int.from_bytes(self.holds[4 * address : 4 * address + 4], "little")

    async def word(self, address: int) -> int:
        """Read a word through the open window, hold the cycle of `ready` against the docstring; return in it.

        Returns how many cycles the access took.  What was read is checked in the next cycle.
        """
        await self.cycle(window__select=1, window__address=address)
        first = begin = self.bench.now
        follows = address == self.following
        if first - self.ready_at <= self.half:
            begin = self.ready_at + self.half + (not follows)
        opens = 55 * self.half if self.following is None else 57 * self.half + 1
        due = begin + (15 * self.half if follows else opens)
        while not self.bench.get("window__ready"):
            assert self.bench.now < due, f"no word in cycle {self.bench.now - first}"
            await self.cycle(window__select=1)
        assert self.bench.now == due, f"ready in cycle {self.bench.now - first}, not in {due - first}"
        self.ready_at, self.following, self.due = due, (address + 1) % WORDS, self.held(address)
        return due - first + 1

    async def shut(self, address: int) -> None:
        """Read a word through the closed window."""
        await self.cycle(window__select=1, window__address=address)
        assert self.bench.get("window__ready")
        self.due = BLANK

    async def open(self) -> None:
        """Open the window, and wait until the chip is not selected."""
        await self.control(window=1)
        await self.cycles(3 * self.half + 3)
        assert self.bench.get("cs_n")
        self.following = None


async def board_of(dut: Any) -> Board:
    chance = draw()
    return Board(await Clocked.start(dut, dq_i=0xF), chance)


def some_address(board: Board) -> int:
    """Return a word's address: any, or near an end."""
    chance = board.chance
    return chance.choice((chance.randrange(WORDS), chance.randrange(4), WORDS - 1 - chance.randrange(4)))


@cocotb.test()
async def the_window_is_open_after_reset(dut: Any) -> None:
    board = await board_of(dut)
    assert await board.word(0x12345) == 56
    assert await board.word(0x12346) == 16
    assert await board.word(0x12347) == 16
    await board.cycles(30)
    assert await board.word(0x12348) == 16
    await board.cycles(2)
    assert await board.word(0x12348) == 59
    assert await board.word(0x12348) == 60
    await board.cycle(window__select=1, window__write=1, window__address=5, window__wdata=0)
    assert board.bench.get("window__ready")
    await board.cycle(window__write=0)
    assert await board.word(0x12349) == 16
    assert board.selections == 3 and not board.chip.conflicts
    await board.cycle()


@cocotb.test()
async def words_in_a_row_and_not_at_every_divider(dut: Any) -> None:
    board = await board_of(dut)
    chance = board.chance
    for half in (1, 2, 3, 4):
        await board.control()
        await board.cycles(20)
        board.half = half
        await board.open()
        address, taken, jumps = some_address(board), [], 0
        for _ in range(60):
            if chance.random() < 0.25:
                address, jumps = some_address(board), jumps + 1
            if chance.random() < 0.5:
                await board.cycles(chance.choice((1, half - 1, half, half + 1, chance.randrange(40))))
            taken.append(await board.word(address))
            address = (address + 1) % WORDS
        first = some_address(board)
        begin = await board.word(first) and board.bench.now
        for offset in range(1, 9):
            await board.word((first + offset) % WORDS)
        assert board.bench.now - begin == 8 * 16 * half
        await board.cycle()
        cocotb.log.info("h = %d: %d words, %d jumps, cycles %s", half, 60, jumps, sorted(set(taken)))
    assert not board.chip.conflicts


@cocotb.test()
async def commands_at_every_divider(dut: Any) -> None:
    board = await board_of(dut)
    chance = board.chance
    for half in (1, 2, 3, 4):
        await board.control()
        await board.cycles(20)
        board.half = half
        assert await board.command(0x9F, answers=3) == JEDEC_ID
        assert await board.command(0x4B, bytes(4), answers=8) == board.holds[UNIQUE_ID]
        assert await board.command(0x35, answers=1) == bytes([QUAD_ENABLED])
        assert await board.status() == 0
        await board.command(0x06)
        assert await board.status() == 2
        await board.command(0x04)
        assert await board.status() == 0
        sector = chance.randrange(FLASH_BYTES // SECTOR_BYTES) * SECTOR_BYTES
        if half in (1, 3):
            await board.erase(sector + chance.randrange(SECTOR_BYTES))
        for code in (0x02, 0x32):
            place = sector + chance.randrange(SECTOR_BYTES)
            await board.program(code, place, chance.randbytes(chance.randrange(1, 20)))
        for code in READS:
            place = chance.choice((place, sector - 3)) % FLASH_BYTES
            expected = bytes(board.holds[(place + offset) % FLASH_BYTES] for offset in range(10))
            assert await board.read_by_command(code, place, 10) == expected
        await board.open()
        for offset in range(-2, 8):
            await board.word((place // 4 + offset) % WORDS)
        await board.cycle()
        assert board.chip.memory == board.holds
    assert not board.chip.conflicts


@cocotb.test()
async def a_page_is_programmed_whole_and_wraps(dut: Any) -> None:
    board = await board_of(dut)
    await board.control()
    place = 77 * PAGE_BYTES + 250
    await board.erase(place)
    await board.program(0x32, place, board.chance.randbytes(PAGE_BYTES))
    await board.program(0x02, place + PAGE_BYTES, board.chance.randbytes(12))
    assert board.chip.memory == board.holds
    # Without write enable nothing happens.
    await board.command(0x02, place.to_bytes(3, "big") + bytes(3))
    await board.command(0x20, place.to_bytes(3, "big"))
    await board.cycles(ERASE_CYCLES)
    assert board.chip.memory == board.holds and not board.chip.busy


@cocotb.test()
async def the_window_and_commands_take_turns(dut: Any) -> None:
    board = await board_of(dut)
    bench, chance = board.bench, board.chance
    for _ in range(40):
        board.half = chance.randrange(1, 5)
        # Closed: blank words at once, whatever is on the wire.
        await board.control()
        await board.shut(some_address(board))
        await board.shut(some_address(board))
        await board.cycles(20)
        await board.select()
        await board.write("send", 0x9F)
        for _ in range(5):
            await board.shut(some_address(board))
        while not bench.get("irq_done"):
            await board.cycle()
        # Opened with the chip selected: the command ends, and the window has the chip.
        await board.control(select=1, window=1)
        await board.cycles(chance.randrange(4))
        address = some_address(board)
        await board.cycle(window__select=1, window__address=address)
        while not bench.get("window__ready"):
            await board.cycle(window__select=1)
        board.due, board.ready_at, board.following = board.held(address), bench.now, (address + 1) % WORDS
        for _ in range(chance.randrange(3)):
            await board.word(board.following)
        # A byte waits for as long as the window is open.
        await board.write("send", 0x9F)
        await board.cycles(chance.randrange(4, 200))
        assert await board.read("status") == 1 and not bench.get("irq_done")
        # Closed in the middle of a word: that word is still read, the next one is blank, then the byte goes.
        address = some_address(board)
        await board.cycle(window__select=1, window__address=address)
        for _ in range(chance.randrange(4 * board.half)):
            await board.cycle(window__select=1)
        place = FLASH.register["control"].offset // 4
        closed = pack(CONTROL, {"select": 1, "divider": board.half - 1})
        await board.cycle(window__select=1, bus__select=1, bus__write=1, bus__address=place, bus__wdata=closed)
        await board.cycle(window__select=1)
        begun = not bench.get("cs_n")
        while not bench.get("window__ready"):
            await board.cycle(window__select=1)
        board.due = board.held(address) if begun else BLANK
        await board.shut(address)
        while not bench.get("irq_done"):
            await board.cycle()
        assert [await board.byte(0) for _ in JEDEC_ID] == list(JEDEC_ID)
    assert not board.chip.conflicts
