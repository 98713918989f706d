"""The scheduler as a sequential program: the golden twin of gateware and firmware."""

from __future__ import annotations

from dataclasses import dataclass, field

from hdl.contract.event import SLOTS
from hdl.contract.schedule import EQUAL_BITS, LEAD, PASS_BITS, PICKS, WAKES_MAX, weight

_MODULUS = 1 << PASS_BITS
COUNT = SLOTS // 2


@dataclass
class GoldenScheduler:
    """Members: by slot how far each process is, how often it has woken lately, its score byte; which are ready;
    `base`: where the last that was picked stood; `last`: which it was; `picks` so far, modulo PICKS."""

    passed: list[int] = field(default_factory=lambda: [0] * COUNT)
    wakes: list[int] = field(default_factory=lambda: [0] * COUNT)
    score: list[int] = field(default_factory=lambda: [0] * COUNT)
    ready: set[int] = field(default_factory=set)
    base: int = 0
    last: int = 0
    picks: int = 0

    def ran(self, slot: int, ticks: int) -> None:
        """Its process has run for so long."""
        self.passed[slot] = (self.passed[slot] + ticks * weight(self.score[slot])) % _MODULUS

    def woken(self, slot: int, *, fresh: bool) -> None:
        """Its process is ready that was not; `fresh`: for the first time."""
        if fresh:
            self.score[slot] = self.wakes[slot] = 0
        else:
            self.wakes[slot] = min(self.wakes[slot] + 1, WAKES_MAX)
        if fresh or (self.passed[slot] - self.base) % _MODULUS >= LEAD:
            self.passed[slot] = self.base

    def pick(self) -> int | None:
        """Return who is to run now."""
        if not self.ready:
            return None

        def key(slot: int) -> tuple[int, int, int]:
            ahead = (self.passed[slot] - self.base) % _MODULUS >> EQUAL_BITS
            return ahead, -self.wakes[slot], (slot - self.last - 1) % COUNT

        chosen = min(self.ready, key=key)
        self.base = self.passed[chosen] >> EQUAL_BITS << EQUAL_BITS
        self.last = chosen
        self.picks = (self.picks + 1) % PICKS
        if self.picks == 0:
            self.wakes = [count >> 1 for count in self.wakes]
        return chosen
