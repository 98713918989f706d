"""Places vaccines in the CAM's banks: which bank, which index, and what has to move when two want one place.

A bank holds one mask, and one entry at every place of its hash.  Banks hash differently: where two vaccines of a
mask collide, the mask gets a second bank, or all of it moves to another bank in which nothing collides.  A move
inserts every copy before it revokes an original, so that no vaccine is out of force for a moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import EVENT, Kind
from hdl.contract.vaccine import BANKS, FULL_MASK, TTL_SECONDS, VACCINES, BankKey


class VaccineError(Exception):
    """A vaccine cannot be placed.  The message says what is full and the mend."""


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccine in force: `key` under `mask` (59 bits, `vaccine.KEY`), until `expiry` (powered seconds)."""

    key: int
    mask: int
    expiry: int


@dataclass(frozen=True, slots=True)
class MaskChange:
    """Set the mask of an empty bank; comes before the events that need it."""

    bank: int
    mask: int


Step = MaskChange | NDArray[np.uint32]


@dataclass
class VaccineStore:
    """The host's view of the CAM.

    secret: the board's hash tables.  banks: masks in force at once, as the pipeline was built.
    Methods return what to do, in order: `MaskChange`s for the load port and packed events (8 words).
    """

    secret: BankKey
    banks: int = BANKS
    masks: dict[int, int] = field(default_factory=dict)  # by bank in use
    entries: dict[int, dict[int, int]] = field(default_factory=dict)  # bank: place: index
    in_force: dict[int, Vaccine] = field(default_factory=dict)  # by index

    def add(self, key: int, mask: int, now: int = 0, ttl: int = TTL_SECONDS) -> list[Step]:
        """Put a vaccine in force; one that is already there lives on as it is.  Raises VaccineError."""
        if not 0 < mask <= FULL_MASK:
            raise VaccineError(f"mask {mask:#x} must name bits of the 59 of a key, and at least one")
        if any(known.mask == mask and known.key & mask == key & mask for known in self.in_force.values()):
            return []
        vaccine = Vaccine(key & mask, mask, now + ttl)
        for bank, held in self.masks.items():
            if held == mask and self.secret.place(bank, vaccine.key, mask) not in self.entries[bank]:
                return [self._insert(bank, vaccine)]
        spare = [bank for bank in range(self.banks) if bank not in self.masks]
        full = [bank for bank, held in self.masks.items() if held == mask]
        for bank in spare if full else ():
            if (moved := self._move(full[0], bank, vaccine)) is not None:
                return moved
        if not spare:
            raise VaccineError(f"all {self.banks} banks are in use: revoke the vaccines of one mask first")
        return [self._take(spare[0], mask), self._insert(spare[0], vaccine)]

    def remove(self, index: int) -> NDArray[np.uint32]:
        """Revoke the vaccine of `index`, or note that it expired.  Raises VaccineError."""
        if index not in self.in_force:
            raise VaccineError(f"vaccine {index} is not in force")
        vaccine = self.in_force.pop(index)
        bank, place = next((b, p) for b, held in self.entries.items() for p, i in held.items() if i == index)
        del self.entries[bank][place]
        if not self.entries[bank]:
            del self.entries[bank], self.masks[bank]
        return _event(Kind.REVOKE, vaccine, bank, index)

    def _take(self, bank: int, mask: int) -> MaskChange:
        self.masks[bank], self.entries[bank] = mask, {}
        return MaskChange(bank, mask)

    def _insert(self, bank: int, vaccine: Vaccine) -> NDArray[np.uint32]:
        index = next((i for i in range(VACCINES) if i not in self.in_force), None)
        if index is None:
            raise VaccineError(f"all {VACCINES} vaccine indices are in use: revoke some first")
        self.entries[bank][self.secret.place(bank, vaccine.key, vaccine.mask)] = index
        self.in_force[index] = vaccine
        return _event(Kind.VACCINATE, vaccine, bank, index)

    def _move(self, old: int, new: int, more: Vaccine) -> list[Step] | None:
        """Move bank `old` to `new` with one vaccine more; None where that collides, or indices are short."""
        moving = [self.in_force[index] for index in self.entries[old].values()]
        places = {self.secret.place(new, vaccine.key, more.mask) for vaccine in (*moving, more)}
        if len(places) <= len(moving) or len(self.in_force) + len(moving) >= VACCINES:
            return None
        originals = list(self.entries[old].values())
        steps: list[Step] = [self._take(new, more.mask)]
        steps += [self._insert(new, vaccine) for vaccine in (*moving, more)]
        return [*steps, *(self.remove(index) for index in originals)]


def _event(kind: Kind, vaccine: Vaccine, bank: int, index: int) -> NDArray[np.uint32]:
    packed = EVENT.pack(
        {
            "kind": kind,
            "source": 1,
            "a0": vaccine.key & 0xFFFFFFFF,
            "a1": vaccine.key >> 32,
            "a2": index | bank << 16,
            "a3": vaccine.expiry,
        }
    )
    return np.array([packed >> 32 * word & 0xFFFFFFFF for word in range(EVENT.words)], np.uint32)
