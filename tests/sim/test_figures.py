"""The timing diagrams: what is committed is what the gateware does, and what the docs say of it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

import pytest

from sim.figures import FOLDER, figures
from sim.waveform import Lane, svg

DOCS = FOLDER.parent


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return figures()


def test_the_committed_figures_are_what_the_gateware_does(drawn: dict[str, str]) -> None:
    committed = {path.stem: path.read_text() for path in FOLDER.iterdir()}
    assert committed == drawn, "run `make figures` and commit the result"


def test_every_figure_is_shown_in_the_docs(drawn: dict[str, str]) -> None:
    shown = {
        name for page in DOCS.glob("*.md") for name in re.findall(r"\(figures/([\w-]+)\.svg\)", page.read_text())
    }
    assert shown == set(drawn)


def test_a_diagram_is_well_formed_and_says_what_was_sampled() -> None:
    text = svg("a < b", [Lane("bit", (0, 1, 1)), Lane("bus", (None, "x & y", "x & y"))])
    root = Xml.fromstring(text)
    said = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert said == ["0", "1", "2", "bit", "bus", "x & y"]
    assert "prefers-color-scheme: dark" in text
    assert svg("t", [Lane("bit", (0, 1))]) != svg("t", [Lane("bit", (1, 0))])


def test_lanes_of_unlike_length_are_refused() -> None:
    with pytest.raises(ValueError):
        svg("t", [Lane("a", (0,)), Lane("b", (0, 1))])
