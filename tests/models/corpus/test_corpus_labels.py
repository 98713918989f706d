"""The recorded corpus keeps its promises: labels, counts, onsets, size, nothing of the recording machine."""

from __future__ import annotations

import json
import lzma
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import models.corpus
from models.corpus.demo import DEMO_PROGRAMS
from models.corpus.digests import FILE, digests
from models.corpus.plan import file_names
from models.corpus.record import MAX_LINES
from models.corpus.scenarios import load

CORPUS = Path(models.corpus.__file__).parent
FOLDERS = {"data": load(), "demo": load(DEMO_PROGRAMS)}
CALL = re.compile(r"^\d+ +\d+\.\d+ (\w+)\(")
KEYS = {
    "file", "class", "kind", "technique", "implementation", "onset_line", "pid", "scenario", "run", "user",
    "embedded", "processes", "lines", "digest", "order",
}  # fmt: skip

Label = dict[str, Any]


def labels_of(folder: str) -> list[Label]:
    return [json.loads(line) for line in (CORPUS / folder / "labels.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def logs() -> dict[str, list[tuple[Label, list[str]]]]:
    return {
        folder: [
            (
                label,
                lzma.decompress((CORPUS / folder / label["file"]).read_bytes()).decode("latin-1").splitlines(),
            )
            for label in labels_of(folder)
        ]
        for folder in FOLDERS
    }


def every(logs: dict[str, list[tuple[Label, list[str]]]]) -> Iterator[tuple[Label, list[str]]]:
    for pairs in logs.values():
        yield from pairs


@pytest.mark.parametrize("folder", FOLDERS)
def test_labels_and_files_agree(folder: str) -> None:
    labels = labels_of(folder)
    # The demonstrations were recorded before runs were drawn; what evaluation reads is the same.
    assert all(set(label) == KEYS if folder == "data" else set(label) < KEYS for label in labels)
    assert sorted(label["file"] for label in labels) == sorted(
        path.name for path in (CORPUS / folder).glob("*.xz")
    )


@pytest.mark.parametrize("folder", FOLDERS)
def test_labels_are_what_the_scenarios_say(folder: str) -> None:
    labels = {label["scenario"]: label for label in labels_of(folder)}
    scenarios = FOLDERS[folder]
    names = file_names(scenarios)
    assert set(labels) == {scenario.name for scenario in scenarios}
    for scenario in scenarios:
        label = labels[scenario.name]
        said = (label["class"], label["kind"], label["technique"], label["implementation"])
        assert said == (scenario.cls, scenario.kind, scenario.technique, scenario.implementation)
        assert label["file"] == (
            f"{names[scenario.name]}-01.strace.xz" if folder == "data" else f"{scenario.cls}.strace.xz"
        )


def test_the_corpus_is_large_and_varied_enough() -> None:
    labels = labels_of("data")
    classes = Counter(label["class"] for label in labels)
    assert classes["benign"] >= 120 and classes["attack"] >= 100
    assert len({label["technique"] for label in labels} - {""}) >= 34
    assert len({label["kind"] for label in labels if label["class"] == "attack"}) >= 34
    assert len({label["kind"] for label in labels if label["class"] == "benign"}) >= 35
    assert sum(label["embedded"] for label in labels) >= 0.2 * classes["attack"]
    assert {label["user"] for label in labels} == {"root", "alice", "bob"}


def test_scenario_names_are_unique_and_kinds_have_several_implementations() -> None:
    scenarios = load() + load(DEMO_PROGRAMS)
    assert max(Counter(scenario.name for scenario in scenarios).values()) == 1
    made: dict[str, set[str]] = {}
    for scenario in load():
        made.setdefault(f"{scenario.cls} {scenario.kind}", set()).add(scenario.implementation)
    lonely = [kind for kind, implementations in made.items() if len(implementations) < 2]
    assert set(lonely) <= {"benign asyncio"}


def test_onsets_lie_inside_and_after_the_start(logs: dict[str, list[tuple[Label, list[str]]]]) -> None:
    for label, lines in every(logs):
        assert 20 <= len(lines) <= MAX_LINES, label["file"]
        first = lines[0].split(maxsplit=2)
        assert int(first[0]) == label["pid"] and first[2].startswith("execve("), label["file"]
        if label["class"] == "benign":
            assert label["onset_line"] is None
        else:
            # Behind the dynamic loader and the interpreter's start-up, which are nobody's attack.
            assert 20 < label["onset_line"] <= len(lines), label["file"]


def test_no_mark_is_left(logs: dict[str, list[tuple[Label, list[str]]]]) -> None:
    for label, lines in every(logs):
        assert not any("vigilante-mark" in line for line in lines), label["file"]


def test_nothing_names_the_recording_machine(logs: dict[str, list[tuple[Label, list[str]]]]) -> None:
    strange = re.compile(r"/work/|sandbox|cloudsdk|pyenv|/tmp/corpus-", re.IGNORECASE)
    nodes = set()
    homes = set()
    for label, lines in every(logs):
        text = "\n".join(lines)
        assert not strange.search(text), (label["file"], strange.search(text))
        nodes |= set(re.findall(r'nodename="([^"]*)"', text))
        homes |= set(re.findall(r"</home/([\w-]+)", text))
    assert nodes <= {"host"}
    assert homes <= {"alice", "bob", "backup-ops"}


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in (CORPUS / "data").iterdir()) <= 6_000_000


def four_grams(lines: list[str]) -> set[tuple[str, ...]]:
    names = [match[1] for line in lines if (match := CALL.match(line))]
    return set(zip(names, names[1:], names[2:], names[3:], strict=False))


def test_demonstrations_are_no_near_duplicates(logs: dict[str, list[tuple[Label, list[str]]]]) -> None:
    corpus = [(label["file"], four_grams(lines)) for label, lines in logs["data"]]
    for label, lines in logs["demo"]:
        grams = four_grams(lines)
        alike = {file: len(grams & other) / len(grams | other) for file, other in corpus}
        nearest = max(alike, key=lambda file: alike[file])
        assert alike[nearest] < 0.8, (label["file"], nearest, alike[nearest])


def test_the_digests_are_those_of_definitions_and_sample() -> None:
    assert FILE.read_text() == digests(), "python -m models.corpus.digests writes them"
