"""Counted calls as a sequential program: the golden twin of gateware and of the native board's."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from hdl.contract.registers import COUNTS
from hdl.soc.counting import HINTS

COUNT_MAX = 0xFFFF


@dataclass
class Entry:
    """How often the process of this life, in this slot, was allowed this call."""

    key: tuple[int, int, int]
    count: int = 1


def hint_of(key: tuple[int, int, int]) -> int:
    """Return where the hint of a slot's call stands."""
    slot, call, _life = key
    return (slot & 1 | call << 1) ^ (slot >> 1 & 7) << 7


@dataclass
class GoldenCounting:
    """Members: `entries`, oldest first; by hint where an entry began last, counted from the first ever; how many
    have left; `since` and `until` as gateware has them."""

    entries: deque[Entry] = field(default_factory=deque)
    hints: list[int] = field(default_factory=lambda: [0] * HINTS)
    left: int = 0
    since: int = 0
    until: int = 0

    def count(self, slot: int, call: int, life: int, sequence: int) -> bool:
        """Count a call, of record number `sequence`; false if there is no room."""
        if len(self.entries) == COUNTS:
            return False
        if not self.entries:
            self.since = sequence
        self.until = sequence + 1 & 0xFFFFFFFF
        key = (slot, call, life)
        place = (self.hints[hint_of(key)] - self.left) % COUNTS
        if place < len(self.entries):
            entry = self.entries[place]
            if entry.key == key and entry.count < COUNT_MAX:
                entry.count += 1
                return True
        self.hints[hint_of(key)] = (self.left + len(self.entries)) % COUNTS
        self.entries.append(Entry(key))
        return True

    def take(self) -> Entry:
        """Take the oldest entry."""
        self.left += 1
        return self.entries.popleft()
