"""The golden model as an engine: the same calls as the gateware's, the same records."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hdl.contract.births import BIRTH_SETS
from hdl.contract.event import SLOTS, TREES
from hdl.contract.model import IMAGE_BYTES, MODEL_SLOTS, PARAM_NAMES, REGIONS, TABLES
from hdl.contract.policy import Policy
from hdl.contract.vaccine import KEY, BankKey
from models.golden import machine as m
from models.golden.machine import Ints, Words, new_machine
from models.golden.run import run


def region(image: bytes, name: str) -> NDArray[np.int64]:
    """Return a region of a model image as unsigned integers; the tables' bytes as signed ones."""
    where = REGIONS[name]
    kind = "<i1" if name in TABLES else f"<u{where.entry}"
    return np.frombuffer(image, kind, where.depth, where.offset).astype(np.int64)


class GoldenEngine:
    """The sequential machine behind the interface that every engine has.

    slots, trees: how many processes and trees it holds; more than 64 have no twin in gateware.
    births: VACCINATE may name banks to choose from, as on the board.
    """

    def __init__(self, slots: int = SLOTS, trees: int = TREES, *, births: bool = False) -> None:
        self.machine = new_machine(slots, trees, births=births)
        self._images = [bytes(IMAGE_BYTES)] * MODEL_SLOTS

    def load_model(self, slot: int, image: bytes) -> None:
        """Put a model image (8192 bytes) into the idle model slot and mark it ready to be switched to."""
        if len(image) != IMAGE_BYTES:
            raise ValueError(f"a model image has {IMAGE_BYTES} bytes, this one {len(image)}")
        g = self.machine
        if self._in_force(slot):
            raise ValueError(f"model slot {slot} is in force: load the other one and switch")
        for number, name in enumerate(TABLES):
            values = region(image, name)
            g.tables[slot, number, : len(values)] = values
        g.tries[slot] = region(image, "paths")
        g.idmaps[slot] = region(image, "idmap")
        g.curves[slot] = region(image, "curve")
        g.params[slot] = region(image, "params")[: len(PARAM_NAMES)]
        g.registers[m.READY] |= 1 << slot
        self._images[slot] = image

    def read_model(self, slot: int) -> bytes:
        """Return the image in a model slot; zeros if that one is in force."""
        return bytes(IMAGE_BYTES) if self._in_force(slot) else self._images[slot]

    def _in_force(self, slot: int) -> bool:
        registers = self.machine.registers
        return bool(registers[m.RUNNING]) and int(registers[m.ACTIVE]) == slot

    def load_policy(self, policy: Policy) -> None:
        """Put a policy in force."""
        self.machine.attributes[:] = policy.attributes
        self.machine.rows[:] = np.array(policy.rows, np.uint64)
        self.machine.registers[m.ENFORCE] = policy.enforce

    def load_bank_key(self, key: BankKey) -> None:
        """Set the board's secret hash tables; only sensible while no vaccine is in force."""
        for position, field in enumerate(KEY.fields):
            self.machine.hashes[position, : 1 << field.width] = [
                key.field_hash(position, value) for value in range(1 << field.width)
            ]

    def set_hash_set(self, bank: int, fields: int) -> None:
        """Set the hash set of an empty bank: bit f for field f of the key (`vaccine.hash_set` names them)."""
        if self.machine.registers[m.BIRTHS] and bank in BIRTH_SETS:
            raise ValueError(f"bank {bank} is for births: its hash set never changes")
        if self.machine.held[bank]:
            raise ValueError(f"bank {bank} holds vaccines: revoke them before its hash set changes")
        self.machine.hash_sets[bank] = fields

    def screen(
        self, events: Words, pool: NDArray[np.uint8], offsets: Ints, slots: Ints | None = None
    ) -> tuple[Words, Words]:
        """Take events in order; return (records, states).

        events: (n, 8) uint32, packed EVENTs.  pool, offsets: the paths of event i start at pool[offsets[i]],
        each as seed node, seed excess, length (2 bytes, little-endian), text.
        slots: (n,) slots apart, for a machine with more than 64.
        records: (n, 6) uint32, packed RECORDs.  states: (n, 6) uint32, STATE for a SPILL, else zeros.
        """
        if slots is None:
            slots = (events[:, 0] >> np.uint32(4) & np.uint32(63)).astype(np.int64)
        records = np.zeros((len(events), 6), np.uint32)
        states = np.zeros((len(events), 6), np.uint32)
        run(self.machine, slots, events, pool, offsets, records, states)
        return records, states
