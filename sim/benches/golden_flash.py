"""Golden twin of a 16 MB SPI flash, at its pins: the commands of a W25Q128JV that the board uses, quad enabled.

Each command is a dialogue, clock by clock: what the chip drives before the clock rises, and what it then samples.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from hdl.contract.flash import AREAS, FLASH_BYTES, PAGE_BYTES, SECTOR_BYTES

JEDEC_ID = bytes.fromhex("ef4018")
QUAD_ENABLED = 0x02
UNIQUE_ID = slice(AREAS["factory"].base, AREAS["factory"].base + 8)

NOTHING = (0, 0)
Dialogue = Generator[tuple[int, int], int, None]
"""Yields (lines driven, their levels), is sent the lines' levels at the rise."""


class GoldenFlash:
    """A flash chip.

    Parameters: what it holds; cycles that a page program and a sector erase take.
    Members: `memory`; `now`, cycles so far; `conflicts`, clock edges at which both sides drove a line.
    `step` is called once a cycle.  Lines that nobody drives read as 1.
    """

    def __init__(self, memory: bytearray, program: int, erase: int) -> None:
        assert len(memory) == FLASH_BYTES
        self.memory = memory
        self.duration = {"program": program, "erase": erase}
        self.now = self.conflicts = 0
        self.enabled = self.continuous = False
        self.due: tuple[int, Callable[[], None]] | None = None
        self.pins = (1, 0)
        self.drives = self.upcoming = NOTHING
        self.dialogue: Dialogue | None = None
        self.whole = False
        self.at_end: Callable[[], None] | None = None

    @property
    def busy(self) -> bool:
        """Return whether a program or erase is under way."""
        return self.due is not None

    def step(self, cs_n: int, sck: int, dq_o: int, dq_oe: int) -> int:
        """Return the data lines in this cycle, given the controller's pins in it."""
        self.now += 1
        if self.due and self.now >= self.due[0]:
            self.due[1]()
            self.due, self.enabled = None, False
        before, self.pins = self.pins, (cs_n, sck)
        if cs_n > before[0]:
            self._deselect()
        elif cs_n < before[0]:
            self.whole, self.at_end = False, None
            self.dialogue = self._command()
            self.upcoming = next(self.dialogue)
            self.drives = self.upcoming
        elif not cs_n and sck > before[1]:
            self.conflicts += bool(self.drives[0] & dq_oe)
            self.upcoming = self._sample(self._lines(dq_o, dq_oe))
        elif not cs_n and sck < before[1]:
            self.drives = self.upcoming
        return self._lines(dq_o, dq_oe)

    def _lines(self, dq_o: int, dq_oe: int) -> int:
        mask, levels = self.drives
        outside = dq_o & dq_oe | 0b1111 & ~dq_oe
        return levels & mask | outside & ~mask

    def _sample(self, lines: int) -> tuple[int, int]:
        if self.dialogue is None:
            return NOTHING
        try:
            return self.dialogue.send(lines)
        except StopIteration:
            # The command has said all: what follows is none of its business, and undoes it.
            self.dialogue = None
            return NOTHING

    def _deselect(self) -> None:
        if self.at_end and self.whole and self.dialogue:
            self.at_end()
        self.dialogue, self.at_end, self.drives = None, None, NOTHING

    # --- dialogues -------------------------------------------------------------------------------------------

    def _take(self, lanes: int = 1) -> Generator[tuple[int, int], int, int]:
        byte = 0
        for _ in range(8 // lanes):
            lines = yield NOTHING
            self.whole = False
            byte = byte << lanes | lines & (1 << lanes) - 1
        self.whole = True
        return byte

    def _give(self, byte: int, lanes: int) -> Dialogue:
        for shift in range(8 - lanes, -1, -lanes):
            bits = byte >> shift & (1 << lanes) - 1
            yield (0b1111, bits) if lanes == 4 else (0b0010, bits << 1)

    def _address(self, lanes: int = 1) -> Generator[tuple[int, int], int, int]:
        address = 0
        for _ in range(3):
            address = address << 8 | (yield from self._take(lanes))
        return address

    def _command(self) -> Dialogue:
        code = 0xEB if self.continuous else (yield from self._take())
        if code == 0x05:
            while True:
                yield from self._give(self.busy | self.enabled << 1, 1)
        if code == 0x35:
            while True:
                yield from self._give(QUAD_ENABLED, 1)
        if self.busy:
            return
        if code in (0x03, 0x0B, 0x6B, 0xEB):
            yield from self._read(code)
        elif code == 0x9F:
            yield from self._give_round(JEDEC_ID)
        elif code == 0x4B:
            for _ in range(4):
                yield from self._take()
            yield from self._give_round(bytes(self.memory[UNIQUE_ID]))
        elif code in (0x06, 0x04):
            self.at_end = lambda: self._enable(code == 0x06)
            yield NOTHING
        elif code in (0x02, 0x32):
            yield from self._program(4 if code == 0x32 else 1)
        elif code == 0x20:
            sector = (yield from self._address()) & -SECTOR_BYTES
            self.at_end = lambda: self._start("erase", lambda: self._erased(sector))
            yield NOTHING

    def _give_round(self, answer: bytes) -> Dialogue:
        while True:
            for byte in answer:
                yield from self._give(byte, 1)

    def _read(self, code: int) -> Dialogue:
        address = yield from self._address(4 if code == 0xEB else 1)
        if code == 0xEB:
            mode = yield from self._take(4)
            self.continuous = mode >> 4 & 3 == 2
            for _ in range(4):
                yield NOTHING
        elif code != 0x03:
            yield from self._take()
        while True:
            yield from self._give(self.memory[address], 4 if code in (0x6B, 0xEB) else 1)
            address = (address + 1) % FLASH_BYTES

    def _program(self, lanes: int) -> Dialogue:
        address = yield from self._address()
        page, place = address & -PAGE_BYTES, address % PAGE_BYTES
        latch = bytearray(b"\xff" * PAGE_BYTES)
        while True:
            latch[place] = yield from self._take(lanes)
            place = (place + 1) % PAGE_BYTES
            self.at_end = lambda: self._start("program", lambda: self._programmed(page, latch))

    # --- effects ---------------------------------------------------------------------------------------------

    def _enable(self, enabled: bool) -> None:
        self.enabled = enabled

    def _start(self, what: str, effect: Callable[[], None]) -> None:
        if self.enabled:
            self.due = (self.now + self.duration[what], effect)

    def _programmed(self, page: int, latch: bytearray) -> None:
        for place, byte in enumerate(latch, page):
            self.memory[place] &= byte

    def _erased(self, sector: int) -> None:
        self.memory[sector : sector + SECTOR_BYTES] = b"\xff" * SECTOR_BYTES
