"""What is built is built once, whoever wants it at the same time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hdl import cache


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIGILANTE_CACHE", str(tmp_path))
    return tmp_path


def test_of_two_who_want_the_same_one_makes_it(own_cache: Path) -> None:
    begun, go, made = threading.Event(), threading.Event(), []

    def make(work: Path) -> None:
        begun.set()
        assert go.wait(30)
        (work / "thing").write_text("one")

    def never(_work: Path) -> None:
        raise AssertionError("it is made already")

    first = threading.Thread(target=lambda: made.append(cache.made("kind", "digest", "thing", make)))
    first.start()
    assert begun.wait(30)
    second = threading.Thread(target=lambda: made.append(cache.made("kind", "digest", "thing", never)))
    second.start()
    second.join(0.2)
    assert second.is_alive() and not made, "the second waits"
    go.set()
    first.join(30)
    second.join(30)
    assert made == [own_cache / "kind/digest/thing"] * 2 and made[0].read_text() == "one"
    assert [entry.name for entry in (own_cache / "kind").iterdir()] == ["digest"]


def test_what_fails_leaves_nothing_and_can_be_tried_again(own_cache: Path) -> None:
    def fail(work: Path) -> None:
        (work / "thing").write_text("half")
        raise OSError("no")

    with pytest.raises(OSError, match="no"):
        cache.made("kind", "digest", "thing", fail)
    assert list((own_cache / "kind").iterdir()) == []
    assert cache.made("kind", "digest", "thing", lambda work: (work / "thing").touch()).exists()
