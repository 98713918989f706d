"""Holds the gateware against its golden twin: the same events into both, full records and states compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import EVENT, RECORD, Kind
from hdl.contract.model import IMAGE_BYTES, MODEL_SLOTS
from hdl.contract.policy import Policy, call_class, default_policy
from hdl.contract.syscalls import NAMES
from hdl.contract.vaccine import BANKS, BankKey
from hdl.contract.verdict import Fault, Tier, Verdict
from models.golden.engine import GoldenEngine
from sim.engine import EngineError, GatewareEngine
from sim.stimulus import Stimulus, random_image

Words = NDArray[np.uint32]


class DifferenceError(Exception):
    """The twins differ.  The message names the event, both records field by field, and how to meet it again."""


def unpack(words: Words) -> dict[str, int]:
    """Return a record's six words by field."""
    return RECORD.unpack(sum(int(word) << 32 * i for i, word in enumerate(words)))


def column(words: Words, name: str) -> NDArray[np.int64]:
    """Return one field of many records."""
    offset = RECORD.offset[name]
    shifted = words[:, offset // 32] >> np.uint32(offset % 32)
    return (shifted & np.uint32((1 << RECORD.field[name].width) - 1)).astype(np.int64)


def mixed_policy() -> Policy:
    """Return a policy in which some profiles only monitor and some allow little."""
    readers = frozenset(name for name in NAMES if call_class(name).name in ("READ", "NEUTRAL"))
    return default_policy(enforce=0xAAFF, allow={3: readers, 5: frozenset(NAMES[:50])})


@dataclass
class Twins:
    """Both engines, loaded alike.

    Members: `coverage` counts what was met, by name; a test asserts that nothing it cares for is zero.
    """

    golden: GoldenEngine
    gateware: GatewareEngine
    coverage: Counter[str] = field(default_factory=Counter)

    def load(self, images: tuple[bytes, bytes], key_seed: int, hash_sets: dict[int, int]) -> None:
        """Load policy, secrets, hash sets and both models into both."""
        self.load_policy(mixed_policy())
        for engine in (self.golden, self.gateware):
            engine.load_bank_key(BankKey.from_seed(key_seed))
            for bank, fields in hash_sets.items():
                engine.set_hash_set(bank, fields)
        for slot, image in enumerate(images):
            self.load_model(slot, image)

    def load_model(self, slot: int, image: bytes) -> None:
        """Load a model into both."""
        self.golden.load_model(slot, image)
        self.gateware.load_model(slot, image)

    def read_model(self, slot: int) -> bytes:
        """Return the image in a model slot, read back from both.  Raises DifferenceError."""
        expected, got = self.golden.read_model(slot), self.gateware.read_model(slot)
        if wrong := [at for at in range(IMAGE_BYTES) if expected[at] != got[at]]:
            at = wrong[0]
            raise DifferenceError(
                f"byte {at} of model slot {slot} reads back as {got[at]}, expected {expected[at]}; "
                f"{len(wrong)} bytes differ"
            )
        return got

    def load_policy(self, policy: Policy) -> None:
        """Load a policy into both."""
        self.golden.load_policy(policy)
        self.gateware.load_policy(policy)

    def screen(
        self, events: Words, pool: NDArray[np.uint8], offsets: NDArray[np.int64], *, gaps: int = 0, seed: int = 1
    ) -> tuple[Words, Words]:
        """Send events through both; return (records, states), as any engine.  Raises DifferenceError."""
        records, states = self.golden.screen(events, pool, offsets)
        try:
            made, made_states = self.gateware.screen(events, pool, offsets, gaps=gaps, seed=seed)
        except EngineError as error:
            raise DifferenceError(str(error)) from error
        if len(made) != len(records):
            raise DifferenceError(f"{len(records)} events left {len(made)} records")
        wrong = np.flatnonzero((made != records).any(1) | (made_states != states).any(1))
        if len(wrong):
            at = int(wrong[0])
            expected, got = unpack(records[at]), unpack(made[at])
            fields = {name: (expected[name], got[name]) for name in expected if expected[name] != got[name]}
            raise DifferenceError(
                f"event {expected['sequence']} of kind {expected['kind']}: expected and got differ in "
                f"{fields or 'the spilled state'}; {len(wrong)} of {len(records)} records differ"
            )
        self._count(events, records)
        return records, states

    def _count(self, events: Words, records: Words) -> None:
        fault = column(records, "fault")
        kinds = column(records, "kind")
        sound = fault == 0
        for kind in Kind:
            self.coverage[kind.name.lower()] += int((sound & (kinds == kind)).sum())
        for code in Fault:
            self.coverage[f"fault {code.name.lower()}"] += int((fault == code).sum())
        calls = sound & (kinds == Kind.CALL)
        for verdict in Verdict:
            met = column(records, "proposed") == verdict
            self.coverage[f"verdict {verdict.name.lower()}"] += int((calls & met).sum())
        for tier in Tier:
            self.coverage[f"tier {tier.name.lower()}"] += int((calls & (column(records, "tier") == tier)).sum())
        for flag in ("vaccinated", "violation", "floored", "by_tree", "overlong", "model"):
            self.coverage[flag] += int((calls & (column(records, flag) == 1)).sum())
        self.coverage["monitored"] += int((calls & (column(records, "enforce") == 0)).sum())
        for name in ("decayed", "cusum", "tree_sum"):
            self.coverage[f"{name} saturated"] += int((calls & (column(records, name) == 0xFFFF)).sum())
        heads = events[:, 0]
        with_paths = (heads >> np.uint32(EVENT.offset["paths"]) & np.uint32(3)) > 0
        self.coverage["with paths"] += int((calls & with_paths).sum())
        slots = column(records, "slot")
        self.coverage["same slot"] += int((calls[1:] & calls[:-1] & (slots[1:] == slots[:-1])).sum())
        update = np.isin(kinds, (Kind.VACCINATE, Kind.REVOKE)) & sound
        self.coverage["call right after an update"] += int((update[:-1] & calls[1:]).sum())
        self.coverage["events"] += len(records)


def compare_random(
    twins: Twins,
    seed: int,
    count: int,
    *,
    gaps: int = 0,
    chunk: int = 25_000,
    images: tuple[bytes, bytes] | None = None,
) -> None:
    """Send `count` random events, drawn from `seed`, through fresh twins.  Raises DifferenceError.

    The models are read back before the first event and behind the last one.
    """
    stimulus = Stimulus(seed)
    hash_sets = stimulus.random_hash_sets(BANKS)
    twins.load(images or (random_image(seed), random_image(seed + 1)), seed, hash_sets)
    for slot in range(MODEL_SLOTS):
        twins.read_model(slot)
    while count > 0:
        stream = stimulus.chunk(min(chunk, count))
        count -= len(stream.events)
        stimulus.learn(*twins.screen(stream.events, stream.pool, stream.offsets, gaps=gaps, seed=seed))
    for slot in range(MODEL_SLOTS):
        twins.read_model(slot)
