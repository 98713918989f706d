"""Golden twin of the births: which calls become vaccines, under which mask, and whom they bind.

It follows a golden engine's records and says what is to be screened next.  It equals the gateware where every
event waits for the birth of the one before it, as those of the core do.
"""

from __future__ import annotations

from collections.abc import Sequence

from hdl.contract.births import (
    ALWAYS,
    BENIGN_BELOW,
    BIRTH_FIRST,
    BIRTHS,
    BREEDS_FROM,
    BREEDS_TIER,
    HISTORY_ROWS,
    OUTCOME,
    PROGRAMS,
    REFILL_SECONDS,
    TEMPLATE,
    TREE_BURST,
    TREE_UNIT,
    birth_banks,
    history_row,
)
from hdl.contract.event import EVENT, RECORD, SLOTS, TREES, Kind
from hdl.contract.syscalls import ID_COUNT
from hdl.contract.vaccine import FULL_UNITS, KEY, TTL_SECONDS, VACCINES, units_mask
from hdl.contract.verdict import Tier, Verdict
from models.golden import machine as m
from models.golden.engine import GoldenEngine

CORE_SLOTS = SLOTS // 2


class GoldenBirths:
    """The births beside a golden engine that was made with `births=True`.

    Members: `templates`, packed, by canonical id; `live`: indices of births in force; `pages`: (key, units) by
    index; `history`: (key, set of tags, fresh) by row; `last`: the key of each core slot's last call; `refused`
    counts births that were not made.
    """

    def __init__(self, engine: GoldenEngine) -> None:
        self.engine = engine
        self.templates = [0] * ID_COUNT
        self.tags = [0] * CORE_SLOTS
        self.live: set[int] = set()
        self.pages: dict[int, tuple[int, int]] = {}
        self.history: dict[int, tuple[int, frozenset[int], bool]] = {}
        self.refused = 0
        self.last: dict[int, int] = {}
        self._spent = [0] * TREES
        self._now = 0

    def tick(self, now: int) -> None:
        """Let the time be `now`, in powered seconds."""
        if now // REFILL_SECONDS != self._now // REFILL_SECONDS:
            self._spent = [max(spent - 1, 0) for spent in self._spent]
        self._now = now

    def new(self, slot: int) -> None:
        """One of the core's slots gets a process of its own."""
        self.last.pop(slot, None)

    def follow(self, record: Sequence[int]) -> list[int] | None:
        """Take note of the engine's last record; return the event that is to be screened next, if one is born."""
        told = RECORD.unpack(sum(int(word) << 32 * i for i, word in enumerate(record)))
        kind, index = told["kind"], told["vaccine"]
        if kind in (Kind.VACCINATE, Kind.REVOKE) and not told["fault"] and index >= BIRTH_FIRST:
            (self.live.add if kind == Kind.VACCINATE else self.live.discard)(index)
        if kind == Kind.VACCINATE and OUTCOME.unpack(told["spare1"])["born"]:
            self.refused += told["fault"] != 0
        judged = self.engine.machine.judged
        if kind != Kind.CALL or not judged[m.JUDGES]:
            return None
        key, slot = int(judged[m.KEY_OF]), int(judged[m.SLOT_OF])
        if slot >= CORE_SLOTS:
            return None
        self.last[slot] = key
        row = TEMPLATE.unpack(self.templates[KEY.unpack(key)["id"]])
        if (
            judged[m.VERDICT_OF] >= BREEDS_FROM
            and judged[m.TIER_JUDGED] >= BREEDS_TIER
            and not judged[m.VACCINATED]
            and row["breeds"] >> KEY.unpack(key)["path_class"] & 1
        ):
            return self._birth(key, slot)
        calm = told["proposed"] == Verdict.ALLOW and told["tier"] == Tier.CALM and told["score"] < BENIGN_BELOW
        if calm and told["verdict"] == Verdict.ALLOW:
            self._note(key, self._tag(slot))
        return None

    def order(self, slot: int) -> list[int] | None:
        """Make a vaccine of the last call of the core's slot; return the event that is to be screened next."""
        if slot not in self.last:
            self.refused += 1
            return None
        return self._birth(self.last[slot], slot)

    def _tag(self, slot: int) -> int:
        return self.tags[slot]

    def _masked(self, key: int) -> tuple[int, int]:
        """Return a key under its template, and the mask's units, both without the tree."""
        ignored = TEMPLATE.unpack(self.templates[KEY.unpack(key)["id"]])["ignored"]
        units = (FULL_UNITS & ~ignored | ALWAYS) & ~TREE_UNIT
        return key & units_mask(units), units

    def _birth(self, key: int, slot: int) -> list[int] | None:
        masked, units = self._masked(key)
        tree = KEY.unpack(key)["tree"]
        if self._spent[tree] >= TREE_BURST:
            self.refused += 1
            return None
        self._spent[tree] += 1
        known, tags, _ = self.history.get(history_row(masked), (0, frozenset[int](), False))
        if known == masked and len(tags - {self._tag(slot)}) >= PROGRAMS:
            units |= TREE_UNIT
            masked |= tree << KEY.offset["tree"]
        free = next((index for index in range(BIRTH_FIRST, VACCINES) if index not in self.live), VACCINES - 1)
        if len(self.live) < BIRTHS:
            self.pages[free] = (masked, units)
        packed = EVENT.pack(
            {
                "kind": Kind.VACCINATE,
                "slot": slot,
                "ok": 1,
                "id": KEY.unpack(key)["id"],
                "a0": masked & 0xFFFFFFFF,
                "a1": masked >> 32,
                "a2": free,
                "a3": (self._now + TTL_SECONDS) & 0xFFFFFFFF,
                "a4": units,
                "a5": birth_banks(units),
            }
        )
        return [packed >> 32 * word & 0xFFFFFFFF for word in range(EVENT.words)]

    def _note(self, key: int, tag: int) -> None:
        masked, _ = self._masked(key)
        row = history_row(masked)
        assert row < HISTORY_ROWS
        known, tags, fresh = self.history.get(row, (None, frozenset[int](), False))
        if known == masked:
            self.history[row] = (masked, tags | {tag}, True)
        elif known is not None and fresh:
            self.history[row] = (known, tags, False)
        else:
            self.history[row] = (masked, frozenset({tag}), False)
