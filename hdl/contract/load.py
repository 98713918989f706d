"""The load port: how tables get into the pipeline, one 32-bit word or byte a cycle, beside the event stream.

An address is `target << 16 | offset`.  The model in force is never written: its slot refuses.
"""

from __future__ import annotations

from enum import IntEnum

from hdl.contract.policy import Policy
from hdl.contract.vaccine import HASH_NIBBLES, BankKey

ADDRESS_BITS = 21


class Target(IntEnum):
    """What a write to the load port goes to; `offset` counts entries of the target."""

    MODEL0 = 0  # bytes of the image in model slot 0
    MODEL1 = 1  # and slot 1
    ATTRIBUTES = 2  # 512 words, see policy.ATTRIBUTES
    JUDGE = 3  # 256 rows of two words (row * 2, lower 32 bits first; the upper half commits)
    ENFORCE = 4  # 16 mode bits
    HASH_SET = 5  # bank: fields of the key whose hashes give the place; ignored while the bank holds vaccines
    HASH = 6  # nibble * 16 + value: 9 secret bits
    READY = 7  # bit s: model slot s holds a verified model and may be switched to
    CLOCK = 8  # seconds, for the expiry of vaccines
    TEMPLATES = 9  # 512 words, see births.TEMPLATE; the pipeline does not keep them


Writes = tuple[tuple[Target, int, list[int]], ...]
"""Target, first offset, words for it and those behind it."""


def policy_writes(policy: Policy) -> Writes:
    """Return what puts a policy in force."""
    halves = [half for row in policy.rows for half in (row & 0xFFFFFFFF, row >> 32)]
    return (
        (Target.ATTRIBUTES, 0, list(policy.attributes)),
        (Target.JUDGE, 0, halves),
        (Target.ENFORCE, 0, [policy.enforce]),
        *(((Target.TEMPLATES, 0, list(policy.templates)),) if policy.templates else ()),
    )


def bank_key_writes(key: BankKey) -> Writes:
    """Return what sets the secret hash tables."""
    return tuple((Target.HASH, nibble << 4, list(key.tables[nibble])) for nibble in range(len(HASH_NIBBLES)))


def hash_set_writes(bank: int, fields: int) -> Writes:
    """Return what sets the hash set of an empty bank."""
    return ((Target.HASH_SET, bank, [fields]),)
