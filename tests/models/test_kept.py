"""Recordings kept by content: the same arrays again, and another log or trie is another recording."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.corpus import demo
from models.evaluate import read_corpus
from models.image import assemble
from models.kept import shelf
from models.speed import Speed
from models.train import blank_model

DEMO = Path(demo.__file__).parent / "demo"
IMAGE = assemble(blank_model(0))


def test_kept_recordings_are_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGILANTE_CACHE", str(tmp_path / "cache"))
    speeds = [Speed(), Speed(), Speed(anew=True)]
    first, kept, anew = (read_corpus(DEMO, IMAGE, None, speed)[0] for speed in speeds)
    assert [speed.figures()["from_cache"] for speed in speeds] == [0, 2, 0]
    for one, two, three in zip(first, kept, anew, strict=True):
        assert (one.name, one.group, one.onset) == (two.name, two.group, two.onset)
        for name in ("events", "pool", "offsets", "slots", "lines"):
            values = getattr(one, name)
            assert values.dtype == getattr(two, name).dtype
            assert np.array_equal(values, getattr(two, name)) and np.array_equal(values, getattr(three, name))
    found = speeds[1].figures()
    assert found["events"] == sum(map(len, first)) and found["events_per_second"] > 0


def test_what_a_recording_is_kept_under(tmp_path: Path) -> None:
    log = next(DEMO.glob("*.xz"))
    place = shelf(IMAGE)
    assert place.place(log) == place.place(Path(shutil.copy(log, tmp_path / "other.xz")))
    assert place.place(log) != shelf(assemble(blank_model(1))).place(log), "another trie"
    louder = assemble(replace(blank_model(0), decayed=(7, 8, 9)))
    assert place.place(log) == shelf(louder).place(log), "thresholds have no part in a recording"
    (tmp_path / "more.xz").write_bytes(log.read_bytes() + b"\0")
    assert place.place(log) != place.place(tmp_path / "more.xz"), "another log"
