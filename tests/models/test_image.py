"""Model images: what goes in comes out, and what could not be loaded is refused with its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hdl.contract.model import IMAGE_BYTES, NODE, PARAM_NAMES, REGIONS
from models.features import WEIGHTS
from models.image import Model, ModelError, assemble, parse
from models.train import blank_model


def sample() -> Model:
    draw = np.random.default_rng(3)
    return replace(
        blank_model(),
        weights=draw.integers(-128, 128, WEIGHTS).astype(np.int8),
        curves=np.sort(draw.integers(0, 256, (3, 64)), axis=1).astype(np.uint8),
        decayed=(5, 600, 65535), cusum=(1, 2, 3), tree=(7, 8, 9), cusum_drift=11, tree_drift=12, drain=500,
    )  # fmt: skip


def test_round_trip() -> None:
    model = sample()
    image = assemble(model)
    again = parse(image)
    assert len(image) == IMAGE_BYTES
    assert assemble(again) == image
    assert np.array_equal(again.weights, model.weights) and again.params() == model.params()


def test_regions_are_where_the_contract_says() -> None:
    model = sample()
    image = assemble(model)
    where = REGIONS["bigram"]
    assert image[where.offset : where.offset + 4] == model.weights[256:260].tobytes()
    assert image[REGIONS["idmap"].offset] == model.idmap[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"decayed": (3, 3, 4)}, r"thresholds of decayed are \(3, 3, 4\)"),
        ({"cusum": (0, 1, 2)}, "must rise strictly within 1..65535"),
        ({"tree": (1, 2, 65536)}, "thresholds of tree"),
        ({"drain": 0}, "drain = 0"),
        ({"cusum_drift": 70000}, "cusum_drift = 70000"),
        ({"version": 2}, "contract version 2"),
        ({"path_seed": 1 << 24}, "24 bits"),
        ({"idmap": (0,) * 512}, "tokens of 1..255"),
        ({"weights": np.zeros(3, np.int8)}, "6400 weights"),
        ({"curves": np.zeros((2, 64), np.uint8)}, "3 of 64 points"),
        ({"curves": np.array([[9] * 63 + [8]] * 3, np.uint8)}, "decayed falls from 9 to 8 at point 63"),
        ({"trie": (0,) * 255}, "256 nodes"),
    ],
)
def test_unfit_models_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        assemble(sample().with_thresholds(**change))


def broken_trie(node: int, **fields: int) -> tuple[int, ...]:
    trie = list(blank_model().trie)
    trie[node] = NODE.pack(fields)
    return tuple(trie)


@pytest.mark.parametrize(
    ("trie", "message"),
    [
        (broken_trie(0, edge=1), "path node 0 is reserved"),
        (broken_trie(1, parent=0), "path node 1 is reserved"),
        (broken_trie(7, edge=1, parent=7), "parents form a circle"),
        (broken_trie(7, edge=1, star=9), "star of path node 7 leads to node 9"),
        (broken_trie(1, parent=1, star=1), "star of path node 1"),
    ],
)
def test_broken_tries_are_refused(trie: tuple[int, ...], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        assemble(sample().with_thresholds(trie=trie))


@pytest.mark.parametrize("size", [0, 100, IMAGE_BYTES - 1, IMAGE_BYTES + 1])
def test_wrong_size(size: int) -> None:
    with pytest.raises(ModelError, match=f"this one {size}"):
        parse(bytes(size))


def test_foreign_bytes() -> None:
    image = bytearray(assemble(sample()))
    image[REGIONS["params"].offset] = 9
    with pytest.raises(ModelError, match="contract version 9"):
        parse(bytes(image))
    image[REGIONS["params"].offset] = 1
    image[REGIONS["params"].offset + 2 * len(PARAM_NAMES)] = 1
    with pytest.raises(ModelError, match="are not 0"):
        parse(bytes(image))
