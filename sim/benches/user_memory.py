"""Main RAM with two windows onto it, as a program sees them: the golden twin of how strings are found there."""

from __future__ import annotations

from hdl.contract.memory import GRANULE_BYTES, REGIONS
from hdl.contract.paths import STRING_BYTES, StringState
from hdl.contract.registers import COPROCESSOR

TEXT, DATA, RAM = REGIONS["user_text"], REGIONS["user_data"], REGIONS["ram"]


class UserMemory:
    """Members: `ram`, its bytes; `windows`, by region: (base, limit) in granules."""

    def __init__(self) -> None:
        self.ram = bytearray(RAM.size)
        self.windows = {TEXT.name: (0, 0), DATA.name: (0, 0)}

    def registers(self) -> dict[str, int]:
        """Return the values of the windows' registers, by name."""
        layout = COPROCESSOR.register["text_window"].layout
        return {
            name.removeprefix("user_") + "_window": layout.pack({"base": base, "limit": limit})
            for name, (base, limit) in self.windows.items()
        }

    def place(self, address: int) -> int | None:
        """Return where in main RAM a program's address lies, None where nothing answers."""
        for region in (TEXT, DATA):
            base, limit = self.windows[region.name]
            offset = address - region.base
            place = base * GRANULE_BYTES + offset
            if 0 <= offset < min(limit * GRANULE_BYTES, region.size) and place < RAM.size:
                return place
        return None

    def put(self, address: int, text: bytes) -> None:
        """Write bytes, where something answers."""
        for number, byte in enumerate(text):
            place = self.place(address + number & 0xFFFF_FFFF)
            if place is not None:
                self.ram[place] = byte

    def string(self, address: int) -> tuple[bytes, StringState]:
        """Return the text that stands at an address, and how it ends."""
        text = bytearray()
        while len(text) < STRING_BYTES:
            place = self.place(address + len(text) & 0xFFFF_FFFF)
            if place is None:
                return bytes(text), StringState.WILD
            if not self.ram[place]:
                return bytes(text), StringState.WHOLE
            text.append(self.ram[place])
        return bytes(text), StringState.LONG

    def word(self, number: int) -> int:
        """Return a word of main RAM."""
        return int.from_bytes(self.ram[4 * number :][:4], "little")
