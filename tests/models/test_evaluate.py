"""Folders in, figures out: labels are checked, protocols divide nothing they must not."""

from __future__ import annotations

import gc
import json
import lzma
import random
from pathlib import Path

import numpy as np
import pytest

from hdl.contract.verdict import TIER_SCORES, Tier
from models.build import build, ship
from models.evaluate import CorpusError, judge, read_corpus, read_labels
from models.image import assemble, parse
from models.package import inspect_package
from models.protocols import evaluate_adfa, evaluate_corpus, evaluate_held_out, read_labelled
from models.speed import Speed
from models.trace import TraceError
from models.train import blank_model

KEYS = {
    "auc", "tpr_at_1pct_fpr", "tpr_at_5pct_fpr", "accuracy", "blocked_benign", "blocked_benign_runs",
    "blocked_benign_bound", "blocked_attack", "n_benign", "n_benign_runs", "n_attack", "n_clusters",
    "median_block_fraction", "median_found_fraction", "spread", "intervals", "by_kind",
}  # fmt: skip
ROOT = Path(__file__).parents[2] / "models"


def small_corpus(folder: Path) -> Path:
    draw = random.Random(4)
    labels = []
    for number in range(24):
        attack = number % 2 == 1
        lines = []
        for line in range(1, 160):
            names = (
                ("ptrace", "setuid", "kill")
                if attack and line >= 80 and draw.random() < 0.6
                else ("read", "write", "close")
            )
            lines.append(f"55    {1000 + line / 900:.6f} {draw.choice(names)}(3) = 0")
        name = f"{number}.strace.xz"
        (folder / name).write_bytes(lzma.compress("\n".join(lines).encode() + b"\n"))
        labels.append({
            "file": name, "class": "attack" if attack else "benign", "kind": f"k{number % 8}", "technique": "",
            "implementation": "c", "onset_line": 80 if attack else None, "pid": 55,
        })  # fmt: skip
    (folder / "labels.jsonl").write_text("".join(json.dumps(label) + "\n" for label in labels))
    return folder


def test_build_and_evaluate(tmp_path: Path) -> None:
    corpus = small_corpus(tmp_path)
    package = build(corpus, folds=2, rounds=2)
    out = tmp_path / "m.vgm"
    assert ship(package, out) and not ship(package, out)
    found = evaluate_corpus(corpus, parse(inspect_package(out)[0].image))
    assert set(found) == KEYS | {"speed"} and found["n_benign_runs"] == found["n_attack"] == 12
    assert found["auc"] > 0.9 and found["blocked_benign"] == 0
    assert json.loads(json.dumps(found)) == found


def test_all_cores_read_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, image = small_corpus(tmp_path), assemble(blank_model(0))
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    one = read_corpus(corpus, image, speed=Speed(anew=True))
    monkeypatch.setattr("os.cpu_count", lambda: 3)
    monkeypatch.setattr("models.evaluate._WORTH", 4)
    seen: list[tuple[str, int, int]] = []
    many = read_corpus(corpus, image, lambda *step: seen.append(step), Speed(anew=True))
    assert one[1:] == many[1:] and [r.name for r in one[0]] == [r.name for r in many[0]]
    assert all(np.array_equal(a.events, b.events) for a, b in zip(one[0], many[0], strict=True))
    assert [step[2] for step in seen] == [24] * 24


def test_reading_leaves_the_collector_as_it_was(tmp_path: Path) -> None:
    corpus, image = small_corpus(tmp_path), assemble(blank_model(0))
    (corpus / "3.strace.xz").write_bytes(b"no archive")
    with pytest.raises(TraceError):
        read_corpus(corpus, image, speed=Speed(anew=True))
    assert gc.isenabled()


@pytest.mark.parametrize("by", ["scenario", "kind"])
def test_held_out(tmp_path: Path, by: str) -> None:
    found = evaluate_held_out(small_corpus(tmp_path), by, folds=2)
    assert set(found) == KEYS and 0 < found["n_attack"] < 12
    assert found["auc"] > 0.8


def test_held_out_by_what_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match="cannot hold out by 'colour': use implementation, kind, program, scenario"
    ):
        evaluate_held_out(tmp_path, "colour")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no labels"),
        ("{", "line 1"),
        ('{"file": "a", "class": "odd", "kind": "k"}', "class is benign or attack"),
        ('{"file": "a", "class": "benign", "kind": "k", "onset_line": "x"}', "onset_line"),
        ('{"file": "a", "class": "benign", "kind": "k"}', "a is not in"),
        ('["file"]', "line 1"),
    ],
)
def test_bad_labels(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "labels.jsonl").write_text(text)
    with pytest.raises(CorpusError, match=message):
        read_labels(tmp_path)


def test_no_corpus(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="name a folder"):
        read_labels(tmp_path / "nowhere")


def small_adfa(folder: Path) -> Path:
    draw = random.Random(6)

    def write(path: Path, numbers: tuple[int, ...]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(" ".join(str(draw.choice(numbers)) for _ in range(150)))

    for number in range(30):
        part = "Training_Data_Master" if number % 2 else "Validation_Data_Master"
        write(folder / part / f"U{number}.txt", (3, 4, 5, 6, 45, 91))
    for kind in ("Adduser", "Hydra_FTP", "Web_Shell"):
        for session in range(1, 6):
            for number in range(2):
                write(
                    folder / "Attack_Data_Master" / f"{kind}_{session}" / f"A{kind}{session}{number}.txt",
                    (3, 11, 37, 63, 102),
                )
    return folder


@pytest.mark.parametrize("protocol", ["naive", "honest", "loao"])
def test_protocols(tmp_path: Path, protocol: str) -> None:
    found = evaluate_adfa(small_adfa(tmp_path), protocol, folds=2)
    assert set(found) == KEYS
    assert found["auc"] > 0.9


def test_unknown_protocol(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="use naive, honest, loao"):
        evaluate_adfa(tmp_path, "fair")


@pytest.mark.slow
def test_shipped_model_is_what_the_build_gives() -> None:
    shipped = inspect_package(ROOT / "shipped" / "vigilante.vgm")[0]
    assert build().image == shipped.image


def test_demo_is_screened_right() -> None:
    """The attack becomes suspect; no benign process is hostile."""
    model = parse(inspect_package(ROOT / "shipped" / "vigilante.vgm")[0].image)
    demo = read_labelled(ROOT / "corpus" / "demo", model=model)
    found = judge(demo.recordings, demo.labels, model)
    assert found.positive.sum() == 1 and found.scores[found.positive].min() >= TIER_SCORES[Tier.SUSPECT]
    assert found.scores[~found.positive].max() < TIER_SCORES[Tier.HOSTILE]
