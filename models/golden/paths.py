"""The path classifier's golden model: normalise a path byte by byte and walk the trie as components end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hdl.contract.event import DEPTH_LIMIT, PATH_LIMIT
from hdl.contract.model import COMPONENT_STEP, NODE, NODE_ROOT
from models.golden.jit import jit

Ints = NDArray[np.int64]

_TAG = NODE.offset["tag"]
_EDGE = NODE.offset["edge"]
_PARENT = NODE.offset["parent"]
_CLASS = NODE.offset["path_class"]
_STAR = NODE.offset["star"]
_TAG_MASK = (1 << NODE.field["tag"].width) - 1
_SLASH = ord("/")
_DOT = ord(".")


@jit
def child_of(trie: Ints, node: int, value: int) -> int:
    """Return the node that component hash `value` leads to from `node`: an edge, else the star, else -1."""
    tag = value >> 13 & _TAG_MASK
    first = (value ^ node) & 127
    second = 128 | ((value >> 7 ^ node >> 1 ^ (node & 1) << 6) & 127)
    for place in (first, second):
        entry = trie[place]
        if entry >> _EDGE & 1 and entry >> _TAG & _TAG_MASK == tag and entry >> _PARENT & 255 == node:
            return place
    star = trie[node] >> _STAR & 255
    return star if star else -1


@jit
def walk(trie: Ints, seed: int, node: int, excess: int, text: NDArray[np.uint8]) -> tuple[int, int, bool]:
    """Return (node, excess, overlong) of the path `text` that starts at (node, excess) if it is relative.

    trie: 256 packed NODEs; seed: start of the component hash; excess: unknown components below the node.
    """
    if len(text) and text[0] == _SLASH:
        node, excess = NODE_ROOT, 0
    overlong = len(text) > PATH_LIMIT
    value, length, dots = seed, 0, 0
    for position in range(len(text) + 1):
        byte = int(text[position]) if position < len(text) else _SLASH
        if byte != _SLASH:
            mixed = value ^ byte
            value = ((mixed << 7 & 0xFFFFFF | mixed >> 17) + COMPONENT_STEP) & 0xFFFFFF
            length += 1
            dots += byte == _DOT
            continue
        if length == 2 and dots == 2:
            if excess:
                excess -= 1
            else:
                node = trie[node] >> _PARENT & 255
        elif length and not (length == 1 and dots == 1):
            child = child_of(trie, node, value) if excess == 0 else -1
            if child >= 0:
                node = child
            elif excess == DEPTH_LIMIT:
                overlong = True
            else:
                excess += 1
        value, length, dots = seed, 0, 0
    return node, excess, overlong


@jit
def class_of(trie: Ints, node: int) -> int:
    """Return the path class of `node`."""
    return int(trie[node] >> _CLASS & 15)
