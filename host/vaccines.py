"""Places vaccines in the CAM's banks: which bank, which index, and what has to move when two want one place.

A bank has a hash set, and one entry at every place of its hash; a vaccine may stand in every bank whose hash set
its mask covers.  Where all its places are taken, those who stand there move on to places of their own, a new bank
is opened, or a bank is emptied for another hash set.  A move inserts the copy before it revokes the original, so
that no vaccine is out of force for a moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import EVENT, Kind
from hdl.contract.vaccine import (
    BANKS,
    FULL_MASK,
    TTL_SECONDS,
    VACCINES,
    BankKey,
    cared_fields,
    hash_set_mask,
    mask_units,
)


class VaccineError(Exception):
    """A vaccine cannot be placed.  The message says what is full and the mend."""


@dataclass(frozen=True, slots=True)
class Vaccine:
    """A vaccine in force: `key` under `mask` (59 bits of `vaccine.KEY`, in whole units), until `expiry` (powered
    seconds)."""

    key: int
    mask: int
    expiry: int


@dataclass(frozen=True, slots=True)
class HashSetChange:
    """Set the hash set of an empty bank; comes before the events that need it."""

    bank: int
    fields: int


Step = HashSetChange | NDArray[np.uint32]
Place = tuple[int, int]
"""Bank, and place in it."""


@dataclass
class VaccineStore:
    """The host's view of the CAM.

    secret: the board's hash tables.  banks: as many as the pipeline was built with.
    Methods return what to do, in order: `HashSetChange`s for the load port and packed events (8 words).
    """

    secret: BankKey
    banks: int = BANKS
    hash_sets: dict[int, int] = field(default_factory=dict)  # by bank in use
    entries: dict[Place, int] = field(default_factory=dict)  # index by place
    in_force: dict[int, Vaccine] = field(default_factory=dict)  # by index

    def add(self, key: int, mask: int, now: int = 0, ttl: int = TTL_SECONDS) -> list[Step]:
        """Put a vaccine in force; one that is already there lives on as it is.  Raises VaccineError."""
        if not 0 < mask <= FULL_MASK:
            raise VaccineError(f"mask {mask:#x} must name bits of the 59 of a key, and at least one")
        try:
            mask_units(mask)
        except ValueError as error:
            raise VaccineError(str(error)) from None
        if any(known.mask == mask and known.key & mask == key & mask for known in self.in_force.values()):
            return []
        if len(self.in_force) == VACCINES:
            raise VaccineError(f"all {VACCINES} vaccine indices are in use: revoke some first")
        vaccine = Vaccine(key & mask, mask, now + ttl)
        if (way := self._way(vaccine)) is not None:
            return self._settle(vaccine, way)
        steps = self._spare_bank() if len(self.hash_sets) == self.banks else []
        if steps is None:
            raise VaccineError(
                f"no bank has a place for mask {mask:#x}, and none of the {self.banks} can be emptied: revoke "
                "vaccines that cover few fields, or let this one cover more"
            )
        bank = next(bank for bank in range(self.banks) if bank not in self.hash_sets)
        self.hash_sets[bank] = self._best_set(vaccine)
        place = self.secret.place(bank, vaccine.key, self.hash_sets[bank])
        steps += [HashSetChange(bank, self.hash_sets[bank]), *self._settle(vaccine, [(bank, place)])]
        if len(self.hash_sets) == self.banks:
            steps += self._spare_bank() or []
        return steps

    def remove(self, index: int) -> NDArray[np.uint32]:
        """Revoke the vaccine of `index`, or note that it expired.  Raises VaccineError."""
        if index not in self.in_force:
            raise VaccineError(f"vaccine {index} is not in force")
        vaccine = self.in_force.pop(index)
        bank, place = next(where for where, there in self.entries.items() if there == index)
        del self.entries[bank, place]
        if not any(where[0] == bank for where in self.entries):
            del self.hash_sets[bank]
        return _event(Kind.REVOKE, vaccine, bank, index)

    def _places(self, vaccine: Vaccine, avoid: int | None) -> list[Place]:
        """Return where a vaccine may stand, but for bank `avoid`."""
        cared = cared_fields(vaccine.mask)
        return [
            (bank, self.secret.place(bank, vaccine.key, fields))
            for bank, fields in self.hash_sets.items()
            if fields & ~cared == 0 and bank != avoid
        ]

    def _way(self, vaccine: Vaccine, avoid: int | None = None) -> list[Place] | None:
        """Return places, the first for `vaccine`, each other for who stands at the one before; the last is free.

        The shortest such way, or None.
        """
        came_from: dict[Place, Place | None] = dict.fromkeys(self._places(vaccine, avoid))
        queue = list(came_from)
        for place in queue:
            if place not in self.entries:
                way = [place]
                while (before := came_from[way[0]]) is not None:
                    way.insert(0, before)
                return way
            for onward in self._places(self.in_force[self.entries[place]], avoid):
                if onward not in came_from:
                    came_from[onward] = place
                    queue.append(onward)
        return None

    def _settle(self, vaccine: Vaccine, way: list[Place]) -> list[Step]:
        """Put `vaccine` at the first place of a way; who stands along it moves one on, the last one first."""
        steps: list[Step] = []
        for place, onward in zip(way[-2::-1], way[:0:-1], strict=True):
            original = self.entries[place]
            steps += [self._insert(self.in_force[original], onward), self.remove(original)]
        return [*steps, self._insert(vaccine, way[0])]

    def _insert(self, vaccine: Vaccine, place: Place) -> NDArray[np.uint32]:
        index = next(index for index in range(VACCINES) if index not in self.in_force)
        self.entries[place] = index
        self.in_force[index] = vaccine
        return _event(Kind.VACCINATE, vaccine, place[0], index)

    def _best_set(self, vaccine: Vaccine) -> int:
        """Return the hash set that tells most vaccines apart, of those that `vaccine` covers; a small one of
        equals, for more vaccines to come can stand under it."""
        cared = cared_fields(vaccine.mask)
        known = [(other.key, cared_fields(other.mask)) for other in (*self.in_force.values(), vaccine)]

        def told_apart(fields: int) -> int:
            mask = hash_set_mask(fields)
            return len({key & mask for key, covered in known if fields & ~covered == 0})

        subsets = [fields for fields in range(1, cared + 1) if fields & ~cared == 0] or [0]
        return max(subsets, key=lambda fields: (told_apart(fields), -fields.bit_count(), -fields))

    def _spare_bank(self) -> list[Step] | None:
        """Move all vaccines of one bank to others; None where no bank's fit there."""
        held = {bank: [i for place, i in self.entries.items() if place[0] == bank] for bank in self.hash_sets}
        for bank in sorted(held, key=lambda bank: len(held[bank])):
            trial = VaccineStore(
                self.secret, self.banks, dict(self.hash_sets), dict(self.entries), dict(self.in_force)
            )
            steps: list[Step] = []
            for original in held[bank]:
                moving = self.in_force[original]
                way = trial._way(moving, avoid=bank) if len(trial.in_force) < VACCINES else None
                if way is None:
                    break
                steps += [*trial._settle(moving, way), trial.remove(original)]
            else:
                self.hash_sets, self.entries, self.in_force = trial.hash_sets, trial.entries, trial.in_force
                return steps
        return None


def _event(kind: Kind, vaccine: Vaccine, bank: int, index: int) -> NDArray[np.uint32]:
    packed = EVENT.pack(
        {
            "kind": kind,
            "source": 1,
            "a0": vaccine.key & 0xFFFFFFFF,
            "a1": vaccine.key >> 32,
            "a2": index | bank << 16,
            "a3": vaccine.expiry,
            "a4": mask_units(vaccine.mask),
        }
    )
    return np.array([packed >> 32 * word & 0xFFFFFFFF for word in range(EVENT.words)], np.uint32)
