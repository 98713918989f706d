"""The model image: 8192 bytes, everything counted, and hashes that stay inside their tables."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hdl.contract.model import (
    HISTORY,
    IMAGE_BYTES,
    ORDERS,
    PARAMS,
    PATH_NODES,
    REGIONS,
    TABLES,
    argument_index,
    component_step,
    ngram_index,
    node_places,
)

bytes_ = st.integers(0, 255)


def test_regions_fill_the_image_without_gaps() -> None:
    end = 0
    for region in REGIONS.values():
        assert region.offset == end and region.size % region.entry == 0
        end += region.size
    assert end == sum(region.size for region in REGIONS.values()) == IMAGE_BYTES == 8192
    assert set(TABLES) <= REGIONS.keys()
    assert PARAMS.width <= 8 * REGIONS["params"].size
    assert max(ORDERS.values()) == HISTORY + 1


@given(st.lists(bytes_, min_size=6, max_size=6))
def test_ngram_hashes_stay_inside_and_tell_the_newest_token(tokens: list[int]) -> None:
    for table, order in ORDERS.items():
        bits = (REGIONS[table].depth - 1).bit_length()
        index = ngram_index(tuple(tokens[:order]), bits)
        assert 0 <= index < REGIONS[table].depth
        other = (tokens[0] ^ 1, *tokens[1:order])
        assert ngram_index(other, bits) != index


@given(bytes_, st.integers(0, 15), st.integers(0, 15), st.integers(0, 1))
def test_argument_index_stays_inside(token: int, path_class: int, previous: int, failed: int) -> None:
    assert 0 <= argument_index(token, path_class, previous, failed) < REGIONS["argument"].depth


@given(st.integers(0, 0xFFFFFF), bytes_)
def test_a_step_of_the_component_hash_loses_nothing(value: int, byte: int) -> None:
    after = component_step(value, byte)
    assert 0 <= after <= 0xFFFFFF
    assert component_step(value ^ 1, byte) != after and component_step(value, byte ^ 1) != after


@given(st.integers(0, 0xFFFFFF), bytes_)
def test_an_edge_has_one_place_in_each_half(value: int, node: int) -> None:
    first, second = node_places(value, node)
    assert 0 <= first < PATH_NODES // 2 <= second < PATH_NODES
