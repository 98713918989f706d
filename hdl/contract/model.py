"""The model image: the 8192 bytes that a model slot holds, everything counted.

Tokens: the id map turns a canonical id into an 8-bit token; 0 is "no call yet", 1 is "any other call".
Which token a call gets decides which n-grams share a table entry, so a map is trained like the tables.
"""

from __future__ import annotations

from dataclasses import dataclass

from hdl.contract.layout import Field, Layout
from hdl.contract.syscalls import ID_COUNT

IMAGE_BYTES = 8192
MODEL_SLOTS = 2
TOKEN_NONE = 0
TOKEN_OTHER = 1
HISTORY = 5
"""Effective calls that a slot remembers: the longest n-gram has six."""

PATH_NODES = 256
"""Nodes of the path trie; a node's number is its entry's place."""

NODE_ROOT = 0
NODE_UNKNOWN = 1
"""Where a relative path starts whose directory nobody knows: no edge leaves it."""

SUM_BITS = 11
"""Width of the signed sum over all tables: six int8 values."""

LEAK_SHIFT = 5
"""The decayed sum loses 1/32 of itself with every call that is known to have succeeded."""


@dataclass(frozen=True, slots=True)
class Region:
    """A run of `size` bytes of the image at `offset`; entries have `entry` bytes, little-endian."""

    name: str
    offset: int
    size: int
    entry: int
    doc: str

    @property
    def depth(self) -> int:
        return self.size // self.entry


def _regions() -> dict[str, Region]:
    declared = (
        ("bigram", 2048, 1, "int8 by hash of the last 2 tokens"),
        ("trigram", 1024, 1, "int8 by hash of the last 3 tokens"),
        ("fourgram", 1024, 1, "int8 by hash of the last 4 tokens"),
        ("sixgram", 1024, 1, "int8 by hash of the last 6 tokens"),
        ("argument", 1024, 1, "int8 by token, path class, previous path class, previous result"),
        ("paths", 4 * PATH_NODES, 4, "path trie, see NODE"),
        ("idmap", ID_COUNT, 1, "token by canonical id"),
        ("unigram", 256, 1, "int8 by token"),
        ("curve", 192, 1, "score byte by the top 6 bits of A, C and T, 64 each, rising"),
        ("params", 64, 2, "parameters, see PARAMS"),
    )
    regions: dict[str, Region] = {}
    offset = 0
    for name, size, entry, doc in declared:
        regions[name] = Region(name, offset, size, entry, doc)
        offset += size
    assert offset == IMAGE_BYTES
    return regions


REGIONS = _regions()

TABLES = ("unigram", "bigram", "trigram", "fourgram", "sixgram", "argument")
"""The regions whose int8 values are summed."""

ORDERS = {"bigram": 2, "trigram": 3, "fourgram": 4, "sixgram": 6}
"""Tokens that each hashed table looks at."""

NODE = Layout(
    "node",
    "An entry of the path trie.",
    (
        Field("tag", 11, "hash bits 13..23 of the component that leads here"),
        Field("edge", 1, "the component leads here from `parent`; 0: only `star` does, or the entry is free"),
        Field("parent", 8, "node of the directory above"),
        Field("path_class", 4, "class of this and everything below that is not known better"),
        Field("star", 8, "node of a component that no edge names; 0: none"),
    ),
)

_PARAMS = (
    ("version", "the contract version"),
    *(
        (f"{sum_name}_{tier}", f"from here on {letter} puts its process into tier {tier}")
        for sum_name, letter in (("decayed", "A"), ("cusum", "C"), ("tree", "T"))
        for tier in (1, 2, 3)
    ),
    ("cusum_drift", "what every proven call takes from C"),
    ("tree_drift", "what every proven call takes from T"),
    ("drain", "no accumulator falls by more than this within one epoch"),
    ("path_seed_low", "start of the component hash, bits 0..15"),
    ("path_seed_high", "bits 16..23"),
)

PARAM_NAMES = tuple(name for name, _ in _PARAMS)
"""The 16-bit words of the `params` region in order; the rest of the region is 0."""

PARAMS = Layout("params", "Parameters of a model.", tuple(Field(name, 16, doc) for name, doc in _PARAMS))

COMPONENT_STEP = 0x9E3779
"""Added after the rotation in every step of the component hash (24 bits of the golden ratio)."""


def ngram_index(tokens: tuple[int, ...], bits: int) -> int:
    """Return the table index of `tokens` (newest first) in a table of 2**bits entries.

    Oldest to newest: rotate left by ROTATION[bits], then xor the token in.  One xor tree in hardware.
    """
    step = ROTATION[bits]
    mask = (1 << bits) - 1
    value = 0
    for token in reversed(tokens):
        value = ((value << step | value >> (bits - step)) & mask) ^ token
    return value


ROTATION = {11: 4, 10: 3}
"""Rotation of the n-gram hash by index width."""


def argument_index(token: int, path_class: int, previous_class: int, failed: int) -> int:
    """Return the index into the `argument` table (10 bits)."""
    return token ^ path_class << 6 ^ previous_class << 2 ^ failed << 1


def component_step(value: int, byte: int) -> int:
    """Return the 24-bit component hash after one more byte."""
    mixed = value ^ byte
    return ((mixed << 7 | mixed >> 17) + COMPONENT_STEP) & 0xFFFFFF


def node_places(value: int, node: int) -> tuple[int, int]:
    """Return the two places where the edge with component hash `value` out of `node` may stand."""
    return (value ^ node) & 127, 128 | ((value >> 7 ^ node >> 1 ^ (node & 1) << 6) & 127)
