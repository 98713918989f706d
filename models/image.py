"""A model as its parts, and as the 8192 bytes that a model slot holds.

`assemble` and `parse` are each other's inverse and refuse the same things, by `ModelError`: a model that has
passed either can be loaded, whatever screens with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hdl.contract.model import (
    IMAGE_BYTES,
    NODE,
    NODE_ROOT,
    NODE_UNKNOWN,
    PARAM_NAMES,
    PATH_NODES,
    REGIONS,
    TABLES,
)
from hdl.contract.syscalls import ID_COUNT
from hdl.contract.verdict import CONTRACT_VERSION
from models.features import BASES, WEIGHTS

WORD_MAX = 0xFFFF
CURVE_POINTS = 64
CURVE_NAMES = ("decayed", "cusum", "tree")
SEED_LIMIT = 1 << 24


class ModelError(ValueError):
    """A model image is not one.  The message names the place, what was found and what belongs there."""


@dataclass(frozen=True, eq=False)
class Model:
    """The parts of a model.

    weights: (6400,) int8 entries of all six tables, in the order of `TABLES` (see `features.BASES`).
    idmap: 512 tokens.  trie, path_seed: as `pathtrie.compile_trie` gives them.
    curves: (3, 64) score bytes by the top 6 bits of A, C and T, rising.
    decayed, cusum, tree: the three thresholds of A, C and T, rising, 1..65535.
    cusum_drift, tree_drift, drain: see `PARAM_NAMES`.
    """

    weights: NDArray[np.int8]
    idmap: tuple[int, ...]
    trie: tuple[int, ...]
    path_seed: int
    curves: NDArray[np.uint8]
    decayed: tuple[int, int, int]
    cusum: tuple[int, int, int]
    tree: tuple[int, int, int]
    cusum_drift: int
    tree_drift: int
    drain: int
    version: int = CONTRACT_VERSION

    def params(self) -> list[int]:
        """Return the parameter words in the order of `PARAM_NAMES`."""
        return [
            self.version, *self.decayed, *self.cusum, *self.tree, self.cusum_drift, self.tree_drift, self.drain,
            self.path_seed & WORD_MAX, self.path_seed >> 16,
        ]  # fmt: skip

    def with_thresholds(self, **changes: object) -> Model:
        """Return the model with other parameters or curves."""
        return replace(self, **changes)  # type: ignore[arg-type]


def assemble(model: Model) -> bytes:
    """Return the model's image; ModelError where it could not be loaded."""
    _check(model)
    parts = {
        "paths": np.array(model.trie, "<u4").tobytes(),
        "idmap": bytes(model.idmap),
        "curve": model.curves.astype(np.uint8).tobytes(),
        "params": np.array(model.params(), "<u2").tobytes(),
    }
    for name, base in zip(TABLES, BASES, strict=True):
        parts[name] = model.weights[base : base + REGIONS[name].depth].astype(np.int8).tobytes()
    image = bytearray(IMAGE_BYTES)
    for name, where in REGIONS.items():
        image[where.offset : where.offset + len(parts[name])] = parts[name]
    return bytes(image)


def parse(image: bytes) -> Model:
    """Return the parts of a model image; ModelError where it is not one of this contract version."""
    if len(image) != IMAGE_BYTES:
        raise ModelError(
            f"a model image has {IMAGE_BYTES} bytes, this one {len(image)}: it was cut or is no model"
        )

    def part(name: str, kind: str) -> NDArray[np.int64]:
        where = REGIONS[name]
        return np.frombuffer(image, kind, where.depth, where.offset)

    words = [int(word) for word in part("params", "<u2")]
    values = dict(zip(PARAM_NAMES, words, strict=False))
    if values["version"] != CONTRACT_VERSION:
        raise ModelError(
            f"the model is of contract version {values['version']}, this is version {CONTRACT_VERSION}: "
            "train it again with this version"
        )
    if any(words[len(PARAM_NAMES) :]):
        raise ModelError("the bytes behind the parameters are not 0: the image is damaged")
    model = Model(
        weights=np.concatenate([part(name, "<i1") for name in TABLES]).astype(np.int8),
        idmap=tuple(int(token) for token in part("idmap", "<u1")),
        trie=tuple(int(node) for node in part("paths", "<u4")),
        path_seed=values["path_seed_low"] | values["path_seed_high"] << 16,
        curves=part("curve", "<u1").astype(np.uint8).reshape(3, CURVE_POINTS),
        decayed=(values["decayed_1"], values["decayed_2"], values["decayed_3"]),
        cusum=(values["cusum_1"], values["cusum_2"], values["cusum_3"]),
        tree=(values["tree_1"], values["tree_2"], values["tree_3"]),
        cusum_drift=values["cusum_drift"],
        tree_drift=values["tree_drift"],
        drain=values["drain"],
    )
    _check(model)
    return model


def _check(model: Model) -> None:
    """Raise ModelError for whatever would make the model unfit to load."""
    if model.version != CONTRACT_VERSION:
        raise ModelError(f"the model is of contract version {model.version}, this is version {CONTRACT_VERSION}")
    if model.weights.shape != (WEIGHTS,):
        raise ModelError(f"a model has {WEIGHTS} weights, this one {model.weights.shape}")
    if len(model.idmap) != ID_COUNT or not all(0 < token < 256 for token in model.idmap):
        raise ModelError(f"the id map needs {ID_COUNT} tokens of 1..255: 0 stands for no call at all")
    for name, thresholds in (("decayed", model.decayed), ("cusum", model.cusum), ("tree", model.tree)):
        first, second, third = thresholds
        if not 1 <= first < second < third <= WORD_MAX:
            raise ModelError(
                f"the thresholds of {name} are {thresholds}: they must rise strictly within 1..{WORD_MAX}"
            )
    for name in ("cusum_drift", "tree_drift", "drain"):
        if not 0 <= getattr(model, name) <= WORD_MAX:
            raise ModelError(f"{name} = {getattr(model, name)} does not fit 0..{WORD_MAX}")
    if not model.drain:
        raise ModelError("drain = 0: no accumulator could ever fall")
    if not 0 <= model.path_seed < SEED_LIMIT:
        raise ModelError(f"path_seed = {model.path_seed} does not fit 24 bits")
    if model.curves.shape != (3, CURVE_POINTS):
        raise ModelError(f"the score curves are 3 of {CURVE_POINTS} points, these {model.curves.shape}")
    for name, curve in zip(CURVE_NAMES, model.curves.astype(int), strict=True):
        falls = np.flatnonzero(np.diff(curve) < 0)
        if len(falls):
            at = int(falls[0])
            raise ModelError(
                f"the score curve of {name} falls from {curve[at]} to {curve[at + 1]} at point {at + 1}"
            )
    _check_trie(model.trie)


def _check_trie(trie: tuple[int, ...]) -> None:
    """Raise ModelError unless every way up the trie ends at a reserved node and every star exists."""
    if len(trie) != PATH_NODES:
        raise ModelError(f"the path trie has {PATH_NODES} nodes, this one {len(trie)}")
    nodes = [NODE.unpack(packed) for packed in trie]
    for reserved in (NODE_ROOT, NODE_UNKNOWN):
        if nodes[reserved]["edge"] or nodes[reserved]["parent"] != reserved:
            raise ModelError(f"path node {reserved} is reserved: no edge may lead there, its parent is itself")
    for number, node in enumerate(nodes):
        star = node["star"]
        if star and (star == NODE_UNKNOWN or nodes[star]["edge"] or nodes[star]["parent"] != number):
            raise ModelError(f"the star of path node {number} leads to node {star}, which is not its child")
        seen, at = {number}, node["parent"]
        while at not in (NODE_ROOT, NODE_UNKNOWN):
            if at in seen:
                raise ModelError(f"path node {number} has no way up to the root: its parents form a circle")
            seen.add(at)
            at = nodes[at]["parent"]
