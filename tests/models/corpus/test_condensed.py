"""The condensed corpus: the same scores to the bit, and one clear error for whatever is wrong with a file."""

from __future__ import annotations

import io
import lzma
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.corpus.condensed import FLAGS, FULL, condense, expand, read
from models.evaluate import CorpusError, read_corpus
from models.features import extract
from models.image import assemble
from models.package import SHIPPED, read_package
from models.recordings import Recording, join
from models.replay import screen
from models.train import blank_model

IMAGE = assemble(blank_model())
SAMPLE = FULL.parent / "data"
Corpus = tuple[list[Recording], list[int], list[dict[str, object]]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a few recordings of the sample, forks, paths and embedded attacks among them."""
    folder = tmp_path_factory.mktemp("sample")
    lines = (SAMPLE / "labels.jsonl").read_text().splitlines(keepends=True)[::27]
    (folder / "labels.jsonl").write_text("".join(lines))
    for path in SAMPLE.glob("*.xz"):
        if any(f'"{path.name}"' in line for line in lines):
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture(scope="module")
def file(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    recordings, _labels, objects = read_corpus(sample, IMAGE)
    path = tmp_path_factory.mktemp("condensed") / "small.npz.xz"
    path.write_bytes(condense(recordings, objects, IMAGE))
    return path


def test_same_features_and_scores(sample: Path, file: Path) -> None:
    whole, small = read(sample, IMAGE), read(file, IMAGE)
    assert whole[1:] == small[1:] and set(small[1]) == {0, 1}
    a, b = join(whole[0]), join(small[0])
    assert len(a.events) > 10_000
    ours, theirs = (extract(j.events, j.pool, j.offsets, IMAGE) for j in (a, b))
    for name in ("indices", "effect", "proven", "previous"):
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name
    image = read_package(SHIPPED).image
    assert np.array_equal(screen(a, image).values, screen(b, image).values)
    assert np.array_equal(a.late, b.late) and 0 < a.late.sum() < len(a.late)
    assert [r.group for r in whole[0]] == [r.group for r in small[0]]


def test_condensing_again_changes_nothing(file: Path) -> None:
    recordings, _labels, objects = expand(file, IMAGE)
    assert condense(recordings, objects, IMAGE) == file.read_bytes()


def test_no_addresses_and_no_names(file: Path) -> None:
    with np.load(io.BytesIO(lzma.decompress(file.read_bytes()))) as data:
        calls = data["symbols"][(data["symbols"][:, 0] & 15) == 0]
    kept = {tuple(row) for row in calls[:, 1:7].tolist()}
    assert len(kept) < 400 and FLAGS["openat"] == (2,)
    text = lzma.decompress(file.read_bytes())
    assert b"/etc/" not in text and b"/home/" not in text


def test_another_path_trie_is_refused(file: Path) -> None:
    other = blank_model()
    with pytest.raises(CorpusError, match="condensed under another path trie than the model's: make it again"):
        expand(file, assemble(replace(other, path_seed=other.path_seed ^ 1)))


@pytest.mark.parametrize("size", [0, 40, -1])
def test_a_file_that_is_cut_short(file: Path, tmp_path: Path, size: int) -> None:
    cut = tmp_path / "cut.npz.xz"
    cut.write_bytes(file.read_bytes()[:size])
    with pytest.raises(CorpusError, match="no condensed corpus"):
        expand(cut, IMAGE)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_file_is_no_corpus(file: Path, tmp_path: Path, data: st.DataObject) -> None:
    blob = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= data.draw(st.integers(1, 255))
    damaged = tmp_path / "damaged.npz.xz"
    damaged.write_bytes(blob)
    with pytest.raises(CorpusError):
        expand(damaged, IMAGE)


def test_what_is_shipped_is_the_full_corpus() -> None:
    recordings, labels, objects = expand(FULL, IMAGE)
    benign = sum(int(str(thing["processes"])) for thing, label in zip(objects, labels, strict=True) if not label)
    assert benign > 30_000 and len({thing["kind"] for thing in objects if thing["class"] == "attack"}) >= 30
    assert sum(map(len, recordings)) > 8_000_000
