"""The path prefixes that a model knows, and their placement in the 256 nodes of its path trie.

`PREFIXES` is plain data: a path's class is that of its longest known prefix.  A component `*` stands for any
one component that no name beside it matches; there is no backtracking from a name to the `*` beside it, and
no pattern within a component.  `compile_trie` places the prefixes where `model.node_places` looks for them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from hdl.contract.model import NODE, NODE_ROOT, NODE_UNKNOWN, PATH_NODES, component_step, node_places
from hdl.contract.verdict import PathClass
from models.golden.paths import walk
from models.prefixes import PREFIXES

STAR = "*"
SEED_BITS = 24
TAG_SHIFT = 13
"""The tag is the component hash from this bit on."""

ATTEMPTS = 2000
"""Seeds tried before the prefixes are declared too many."""


class TrieError(ValueError):
    """The prefixes cannot be placed."""


@dataclass(slots=True)
class Edge:
    """A node of the tree of prefixes, before it has a place."""

    component: str
    path_class: PathClass
    children: dict[str, Edge] = field(default_factory=dict)
    place: int = -1


def component_hash(component: bytes, seed: int) -> int:
    """Return the 24-bit hash of a path component, begun at `seed`."""
    value = seed
    for byte in component:
        value = component_step(value, byte)
    return value


def build_tree(prefixes: Mapping[str, PathClass] = PREFIXES) -> Edge:
    """Return the tree of `prefixes`; a directory that is only on the way has the class of the one above it."""
    root = Edge("", prefixes.get("/", PathClass.OTHER))
    for path in sorted(prefixes):
        if path == "/":
            continue
        components = path.split("/")
        if path[:1] != "/" or not all(components[1:]) or {".", ".."} & set(components):
            raise TrieError(f"{path!r} is not an absolute, normalised path without a trailing slash")
        node = root
        for component in components[1:]:
            node = node.children.setdefault(component, Edge(component, node.path_class))
        node.path_class = prefixes[path]
    _inherit(root, "", prefixes)
    return root


def compile_trie(prefixes: Mapping[str, PathClass] = PREFIXES, seed: int = 0) -> tuple[tuple[int, ...], int]:
    """Return (256 packed NODEs, start of the component hash) for `prefixes`.

    Hash starts are drawn from `seed` until every edge stands in one of its two places and every prefix's walk
    ends in its own node; TrieError if none of `ATTEMPTS` does.
    """
    draw = random.Random(seed)
    for _ in range(ATTEMPTS):
        root = build_tree(prefixes)
        start = draw.getrandbits(SEED_BITS)
        if _place(root, start):
            nodes = _pack(root, start)
            if all(_found(nodes, start, path, place) for path, place in _paths(root)):
                return nodes, start
    raise TrieError(f"{len(prefixes)} prefixes do not fit {PATH_NODES} nodes: no seed of {ATTEMPTS} places them")


def node_names(nodes: tuple[int, ...], start: int, prefixes: Mapping[str, PathClass] = PREFIXES) -> dict[int, str]:
    """Return the prefix that each node of a compiled trie stands for."""
    names = {NODE_ROOT: "/", NODE_UNKNOWN: "(unknown)"}
    trie = np.array(nodes, np.int64)
    for path in prefixes:
        node, excess, _ = walk(trie, start, NODE_ROOT, 0, np.frombuffer(_sample(path), np.uint8))
        if excess == 0:
            names[node] = path
    return names


def _inherit(node: Edge, path: str, prefixes: Mapping[str, PathClass]) -> None:
    """Give the nodes that no prefix names the class of the one above."""
    for child in node.children.values():
        below = f"{path}/{child.component}"
        child.path_class = prefixes.get(below, node.path_class)
        _inherit(child, below, prefixes)


def _place(root: Edge, start: int) -> bool:
    """Place the tree: the root's children, then directories downward, for an edge's two places depend on where
    its parent stands, then the leaves together, which may still change places among themselves.

    The root's children go first, leaves too: names of three letters differ little in their hashes' low bits.
    """
    taken = {NODE_ROOT, NODE_UNKNOWN}
    root.place = NODE_ROOT
    level = list(root.children.values())
    if not _match([(root, child) for child in level], start, taken):
        return False
    leaves: list[tuple[Edge, Edge]] = []
    while level:
        below = [(node, child) for node in level for child in node.children.values()]
        leaves += [(node, child) for node, child in below if not child.children]
        inner = [(node, child) for node, child in below if child.children]
        if not _match(inner, start, taken):
            return False
        level = [child for _, child in inner]
    return _match(leaves, start, taken)


def _match(edges: list[tuple[Edge, Edge]], start: int, taken: set[int]) -> bool:
    """Place every (parent, child), each named child in one of its two places, a star's in any free one."""
    holders: dict[int, Edge] = {}
    choices = {
        id(child): node_places(component_hash(child.component.encode(), start), node.place)
        for node, child in edges
        if child.component != STAR
    }
    for _, child in edges:
        if child.component != STAR and not _settle(child, choices, holders, taken, set()):
            return False
    for place, child in holders.items():
        child.place = place
    taken.update(holders)
    for _, child in edges:
        if child.component == STAR:
            free = [place for place in range(PATH_NODES) if place not in taken]
            if not free:
                return False
            child.place = free[-1]
            taken.add(free[-1])
    return True


def _settle(
    child: Edge,
    choices: dict[int, tuple[int, int]],
    holders: dict[int, Edge],
    taken: set[int],
    tried: set[int],
) -> bool:
    """Find `child` a place among its two, moving edges placed with it to their other place if need be."""
    for place in reversed(choices[id(child)]):
        if place in taken or place in tried:
            continue
        tried.add(place)
        if place not in holders or _settle(holders[place], choices, holders, taken, tried):
            holders[place] = child
            return True
    return False


def _pack(root: Edge, start: int) -> tuple[int, ...]:
    """Return the 256 packed nodes of a placed tree."""
    nodes = [0] * PATH_NODES
    # Nothing leads to node 1; `..` from it stays there.
    nodes[NODE_UNKNOWN] = NODE.pack({"parent": NODE_UNKNOWN, "path_class": PathClass.OTHER})

    def fill(node: Edge, parent: int) -> None:
        star = node.children.get(STAR)
        named = node.component not in ("", STAR)
        tag = component_hash(node.component.encode(), start) >> TAG_SHIFT if named else 0
        nodes[node.place] = NODE.pack(
            {
                "tag": tag,
                "edge": int(named),
                "parent": parent,
                "path_class": node.path_class,
                "star": star.place if star else 0,
            }
        )
        for child in node.children.values():
            fill(child, node.place)

    fill(root, NODE_ROOT)
    return tuple(nodes)


def _paths(node: Edge, path: str = "") -> list[tuple[str, int]]:
    """Return (path, place) of every node of a placed tree."""
    found = [(path or "/", node.place)]
    for child in node.children.values():
        found += _paths(child, f"{path}/{child.component}")
    return found


def _sample(path: str) -> bytes:
    """Return a path that `path` stands for: `*` becomes a name that no prefix has."""
    return path.replace(STAR, "\x01any\x01").encode()


def _found(nodes: tuple[int, ...], start: int, path: str, place: int) -> bool:
    """Tell whether the golden machine's walk of `path` ends in `place`: no sibling's tag hides it."""
    text = np.frombuffer(_sample(path), np.uint8)
    return walk(np.array(nodes, np.int64), start, NODE_ROOT, 0, text)[:2] == (place, 0)
