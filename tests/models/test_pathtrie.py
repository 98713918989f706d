"""The compiled path trie against a naive longest-prefix search over strings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdl.contract.model import NODE, NODE_ROOT, NODE_UNKNOWN, PATH_NODES
from hdl.contract.verdict import SECRET_FROM, PathClass
from models.golden.paths import class_of, walk
from models.pathtrie import TrieError, build_tree, compile_trie, node_names
from models.prefixes import PREFIXES

NODES, START = compile_trie()
TRIE = np.array(NODES, np.int64)
WORDS = sorted({part for path in PREFIXES for part in path.split("/") if part not in ("", "*")})
COMPONENTS = st.one_of(
    st.sampled_from([*WORDS, ".", "..", "", "1234", "alice", "self"]),
    st.text("abcxyz.-_0", min_size=1, max_size=6),
)


def walked(path: str, node: int = NODE_ROOT, excess: int = 0) -> tuple[int, int]:
    found, below, overlong = walk(TRIE, START, node, excess, np.frombuffer(path.encode(), np.uint8))
    assert not overlong
    return found, below


def class_by_walk(path: str) -> int:
    return class_of(TRIE, walked(path)[0])


def normalised(path: str) -> list[str]:
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            kept = kept[:-1]
        elif part not in ("", "."):
            kept.append(part)
    return kept


def class_by_strings(path: str) -> int:
    """The deepest prefix that matches when a name, where there is one, is preferred to `*`."""
    matches = [""]
    kind = PREFIXES["/"]
    known = {prefix[: len(prefix) - len(tail)] for prefix in PREFIXES for tail in tails(prefix)}
    here = ""
    for part in normalised(path):
        here = next((f"{here}/{name}" for name in (part, "*") if f"{here}/{name}" in known), "(none)")
        if here == "(none)":
            break
        matches.append(here)
        kind = PREFIXES.get(here, kind)
    return kind


def tails(prefix: str) -> list[str]:
    parts = prefix.split("/")
    return ["".join(f"/{part}" for part in parts[cut:]) for cut in range(1, len(parts) + 1)]


@pytest.mark.parametrize("path", sorted(PREFIXES))
def test_every_prefix_has_its_class(path: str) -> None:
    assert class_by_walk(path.replace("*", "4711")) == PREFIXES[path]
    assert class_by_walk(path.replace("*", "4711") + "/somewhere/below") in range(16)


@settings(max_examples=400, deadline=None)
@given(st.lists(COMPONENTS, max_size=8))
def test_walk_equals_longest_prefix(parts: list[str]) -> None:
    path = "/" + "/".join(parts)
    assert class_by_walk(path) == class_by_strings(path)


@settings(max_examples=200, deadline=None)
@given(st.lists(COMPONENTS, max_size=5), st.lists(COMPONENTS, max_size=5))
def test_relative_walk_continues_its_base(base: list[str], rest: list[str]) -> None:
    # An empty or absolute rest is no relative path.
    rest = [part for part in rest if part] or ["."]
    seed = walked("/" + "/".join(base))
    whole = walked("/" + "/".join([*base, *rest]))
    assert walked("/".join(rest), *seed) == whole


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/etc/shadow", PathClass.SECRET),
        ("/etc//./ssh/../shadow", PathClass.SECRET),
        ("/etc/shadow.bak", PathClass.CONFIG),
        ("/etc/ld.so.cache", PathClass.LIBRARY),
        ("/proc/self/maps", PathClass.RUNTIME),
        ("/proc/1/maps", PathClass.FOREIGN),
        ("/proc/77/status", PathClass.SYSTEM),
        ("/home/alice/.ssh/id_rsa", PathClass.SECRET),
        ("/home/alice/notes", PathClass.HOME),
        ("/../../etc/passwd", PathClass.ACCOUNTS),
        ("/nowhere", PathClass.OTHER),
    ],
)
def test_examples(path: str, kind: PathClass) -> None:
    assert class_by_walk(path) == kind


def test_unknown_directory_stays_unknown() -> None:
    for path in ("etc/shadow", "../etc/shadow", "../../.."):
        node, _ = walked(path, NODE_UNKNOWN)
        assert node == NODE_UNKNOWN
    assert class_of(TRIE, NODE_UNKNOWN) == PathClass.OTHER < SECRET_FROM


def test_reserved_nodes_are_no_edge() -> None:
    for node in (NODE_ROOT, NODE_UNKNOWN):
        assert NODE.unpack(NODES[node])["edge"] == 0
    assert len(NODES) == PATH_NODES


def test_same_seed_same_trie() -> None:
    assert compile_trie(PREFIXES, 5) == compile_trie(dict(reversed(PREFIXES.items())), 5)


def test_names_of_nodes() -> None:
    names = node_names(NODES, START)
    assert set(PREFIXES) <= set(names.values())
    assert names[walked("/home/bob/.ssh")[0]] == "/home/*/.ssh"


def test_too_many_prefixes() -> None:
    with pytest.raises(TrieError, match="300 prefixes do not fit 256 nodes"):
        compile_trie({f"/p{number}": PathClass.DATA for number in range(300)})


@pytest.mark.parametrize("path", ["etc", "/etc/", "/a//b", "/a/../b", ""])
def test_malformed_prefix(path: str) -> None:
    with pytest.raises(TrieError, match="not an absolute, normalised path"):
        build_tree({path: PathClass.DATA})
