"""Layouts: what is packed comes back, wherever its bits lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hdl.contract.index import PARTS
from hdl.contract.layout import Field, Layout

LAYOUTS = [layout for part in PARTS for layout in part.layouts]


def some_layout() -> st.SearchStrategy[Layout]:
    widths = st.lists(st.integers(1, 70), min_size=1, max_size=12)
    return widths.map(
        lambda all_widths: Layout(
            "any", "", tuple(Field(f"f{n}", width, "") for n, width in enumerate(all_widths))
        )
    )


@given(st.sampled_from(LAYOUTS) | some_layout(), st.data())
def test_what_is_packed_comes_back(layout: Layout, data: st.DataObject) -> None:
    values = {field.name: data.draw(st.integers(0, (1 << field.width) - 1)) for field in layout.fields}
    packed = layout.pack(values)
    assert packed < 1 << layout.width
    assert layout.unpack(packed) == values
    for name, value in values.items():
        assert packed >> layout.offset[name] & ((1 << layout.field[name].width) - 1) == value


@given(st.sampled_from(LAYOUTS), st.data())
def test_every_word_pattern_is_a_set_of_fields(layout: Layout, data: st.DataObject) -> None:
    packed = data.draw(st.integers(0, (1 << layout.width) - 1))
    assert layout.pack(layout.unpack(packed)) == packed


def test_fields_not_named_are_zero() -> None:
    layout = Layout("pair", "", (Field("low", 3, ""), Field("high", 5, "")))
    assert layout.unpack(layout.pack({"high": 31})) == {"low": 0, "high": 31}
    assert (layout.width, layout.words) == (8, 1)


def test_mistakes_are_named() -> None:
    layout = Layout("pair", "", (Field("low", 3, ""), Field("high", 5, "")))
    with pytest.raises(ValueError, match=r"pair\.low = 8 does not fit 3 bits"):
        layout.pack({"low": 8})
    with pytest.raises(ValueError, match="pair has no field 'mid'"):
        layout.pack({"mid": 1})
    with pytest.raises(ValueError, match="0x100 does not fit the 8 bits of pair"):
        layout.unpack(256)
    with pytest.raises(ValueError, match="field 'low' is declared twice"):
        Layout("twice", "", (Field("low", 3, ""), Field("low", 5, "")))


@pytest.mark.parametrize(("name", "words"), [("event", 8), ("record", 6), ("state", 6), ("node", 1)])
def test_sizes_that_others_rely_on(name: str, words: int) -> None:
    (layout,) = [
        layout for part in PARTS for layout in part.layouts if layout.name == name and part.module != "frames"
    ]
    assert layout.words == words


def test_widths_are_the_published_ones() -> None:
    full = {layout.name: layout.width for part in PARTS if part.module == "event" for layout in part.layouts}
    assert full == {"event": 256, "record": 192, "state": 186}
