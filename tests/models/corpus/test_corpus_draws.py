"""Draws in programs: what each form gives, that a seed repeats it, and what is refused."""

from __future__ import annotations

import random

import pytest

from models.corpus.draws import LISTS, WORDS, DrawError, fill


def drawn(text: str, seed: int = 0, scale: float = 1.0) -> str:
    return fill(text, random.Random(seed), scale)


def every(text: str, count: int = 200, scale: float = 1.0) -> set[str]:
    return {drawn(text, seed, scale) for seed in range(count)}


def test_a_range_gives_all_of_its_numbers() -> None:
    assert every("<%3..6%>") == {"3", "4", "5", "6"}


def test_a_scaled_range_shrinks_and_never_reaches_nothing() -> None:
    assert every("<%~40..60%>", scale=0.1) == {"4", "5", "6"}
    assert every("<%~1..3%>", scale=0.1) == {"1"}
    assert every("<%40..41%>", scale=0.1) == {"40", "41"}


def test_a_choice_may_be_empty_and_hold_a_bar() -> None:
    assert every("ls<%| -l| \\| wc%>") == {"ls", "ls -l", "ls | wc"}


def test_some_of_a_list_are_different_ones() -> None:
    for seed in range(50):
        chosen = drawn("<%2..3 of a|b|c|d%>", seed).split()
        assert len(set(chosen)) == len(chosen) in (2, 3)
    assert every("<%2..2,of a|b%>") == {"a, b", "b, a"}


def test_a_name_says_the_same_again() -> None:
    for seed in range(50):
        first, second = drawn("<%n=1..1000%> <%n%>", seed).split()
        assert first == second


def test_lists_are_drawn_from() -> None:
    assert every("<%word%>", 2000) <= set(WORDS)
    assert drawn("<%port%>") in LISTS["port"]


def test_blocks() -> None:
    some = drawn("<%some 5..5%>\na <%1..9%>\nb\n<%end%>\nlast").split("\n")
    assert len(some) == 6 and some[-1] == "last" and {line[0] for line in some[:-1]} <= {"a", "b"}
    shuffled = every("<%shuffle%>\na\nb\n<%end%>")
    assert shuffled == {"a\nb", "b\na"}
    assert every("<%shuffle 1..1%>\na\nb\n<%end%>") == {"a", "b"}
    assert every("x\n  <%?%> y") == {"x", "x\n  y"}


def test_the_same_seed_gives_the_same_text() -> None:
    text = "<%some 3..9%>\n<%word%> <%1..99%>\n<%end%>\n<%port%>"
    assert drawn(text, 5) == drawn(text, 5) != drawn(text, 6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<%nothing%>", "no list, range or choice: <%nothing%>"),
        ("<%9..3%>", "not a range: '9..3'"),
        ("<%some%>\na\n<%end%>", "<%some%> needs a range: <%some 5..30%>"),
        ("<%some 1..2%>\na", "<%some 1..2%> without <%end%>"),
        ("<%end%>", "<%end%> without <%some%> or <%shuffle%>"),
        ("<%shuffle%>\n<%some 1..2%>\n<%end%>", "a block inside a block: '<%some 1..2%>'"),
    ],
)
def test_what_is_no_draw_is_refused(text: str, said: str) -> None:
    with pytest.raises(DrawError) as error:
        drawn(text)
    assert str(error.value) == said
