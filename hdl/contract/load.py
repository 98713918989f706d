"""The load port: how tables get into the pipeline, one 32-bit word or byte a cycle, beside the event stream.

An address is `target << 16 | offset`.  The model in force is never written: its slot refuses.
"""

from __future__ import annotations

from enum import IntEnum

from hdl.contract.policy import Policy
from hdl.contract.vaccine import HASH_NIBBLES, BankKey, cared_fields

ADDRESS_BITS = 21


class Target(IntEnum):
    """What a write to the load port goes to; `offset` counts entries of the target."""

    MODEL0 = 0  # bytes of the image in model slot 0
    MODEL1 = 1  # and slot 1
    ATTRIBUTES = 2  # 512 words, see policy.ATTRIBUTES
    JUDGE = 3  # 256 rows of two words (row * 2, lower 32 bits first; the upper half commits)
    ENFORCE = 4  # 16 mode bits
    MASK = 5  # bank * 4: mask bits 0..31, + 1: mask bits 32..58 (commits), + 2: fields that enter the hash
    HASH = 6  # nibble * 16 + value: 9 secret bits
    READY = 7  # bit s: model slot s holds a verified model and may be switched to
    CLOCK = 8  # seconds, for the expiry of vaccines


Writes = tuple[tuple[Target, int, list[int]], ...]
"""Target, first offset, words for it and those behind it."""


def policy_writes(policy: Policy) -> Writes:
    """Return what puts a policy in force."""
    halves = [half for row in policy.rows for half in (row & 0xFFFFFFFF, row >> 32)]
    return (
        (Target.ATTRIBUTES, 0, list(policy.attributes)),
        (Target.JUDGE, 0, halves),
        (Target.ENFORCE, 0, [policy.enforce]),
    )


def bank_key_writes(key: BankKey) -> Writes:
    """Return what sets the secret hash tables."""
    return tuple((Target.HASH, nibble << 4, list(key.tables[nibble])) for nibble in range(len(HASH_NIBBLES)))


def mask_writes(bank: int, mask: int) -> Writes:
    """Return what sets the mask of an empty bank."""
    return (
        (Target.MASK, bank << 2 | 2, [cared_fields(mask)]),
        (Target.MASK, bank << 2, [mask & 0xFFFFFFFF, mask >> 32]),
    )
