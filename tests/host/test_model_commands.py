"""Train, sign, evaluate and screen with a model of one's own: the whole chain, on a few short recordings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from host.cli import main
from host.commands.demo import FOLDER
from host.exits import ExitCode
from models.keys import generate_key

DATA = FOLDER.parent / "data"


def vigilante(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def refused(result: Result, code: ExitCode, word: str) -> None:
    assert result.exit_code == code, result.output
    assert result.stderr.startswith("vigilante: ")
    assert result.stderr.count("\n") == 1
    assert word in result.stderr


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a corpus of the shortest recordings, one of each kind, and a key."""
    folder = tmp_path_factory.mktemp("workshop")
    (folder / "corpus").mkdir()
    labels = [json.loads(line) for line in (DATA / "labels.jsonl").read_text().splitlines()]
    chosen: list[dict[str, Any]] = []
    for label in sorted(labels, key=lambda label: ((DATA / label["file"]).stat().st_size, label["file"])):
        same = [other for other in chosen if other["class"] == label["class"]]
        if len(same) < 8 and label["kind"] not in {other["kind"] for other in same}:
            chosen.append(label)
            shutil.copy(DATA / label["file"], folder / "corpus")
    (folder / "corpus" / "labels.jsonl").write_text("".join(json.dumps(label) + "\n" for label in chosen))
    generate_key(folder / "my.pem")
    return folder


@pytest.fixture(scope="module")
def model(workshop: Path) -> Path:
    out = workshop / "my.vgm"
    result = vigilante("train", "--corpus", workshop / "corpus", "--out", out, "--with", workshop / "my.pem")
    assert result.exit_code == 0, result.output
    assert "written" in result.stdout
    return out


def test_training_again_gives_the_same_bytes(workshop: Path, model: Path) -> None:
    again = workshop / "again.vgm"
    args = ("train", "--corpus", workshop / "corpus", "--out", again, "--name", "my")
    unsigned = vigilante(*args)
    assert "carries no signature" in unsigned.stdout
    signed = model.read_bytes()
    assert signed.startswith(again.read_bytes())
    again.write_bytes(signed)
    assert "left as it is" in vigilante(*args).stdout
    assert again.read_bytes() == signed


def test_evaluation_has_all_figures(workshop: Path, model: Path) -> None:
    args = ("eval", "--corpus", workshop / "corpus", "--model", model, "--key", workshop / "my.pub")
    found = json.loads(vigilante(*args, "--json").stdout)
    assert set(found) == {
        "data", "model", "auc", "tpr_at_1pct_fpr", "tpr_at_5pct_fpr", "accuracy", "blocked_benign",
        "blocked_benign_runs", "blocked_benign_bound", "blocked_attack", "n_benign", "n_benign_runs", "n_attack",
        "n_clusters", "median_block_fraction", "median_found_fraction", "spread", "intervals", "by_kind", "speed",
    }  # fmt: skip
    assert found["speed"]["recordings"] == 16 and 0 < found["speed"]["reading_share"] < 1
    anew = json.loads(vigilante(*args, "--json", "--anew").stdout)
    assert anew["speed"]["from_cache"] == 0 and anew | {"speed": 0} == found | {"speed": 0}, "equal to the bit"
    assert (found["n_benign_runs"], found["n_attack"]) == (8, 8) and found["n_benign"] >= 16
    assert "area under the ROC curve" in vigilante(*args).stdout


def test_screening_with_it(workshop: Path, model: Path) -> None:
    traces = sorted((workshop / "corpus").glob("*.xz"))[:2]
    result = vigilante(
        "screen", *traces, "--engine", "golden", "--model", model, "--key", workshop / "my.pub", "--json"
    )
    assert result.exit_code in (ExitCode.CLEAN, ExitCode.BLOCKED), result.output
    names = [json.loads(line)["model"]["name"] for line in result.stdout.splitlines() if '"type":"trace"' in line]
    assert names == ["my", "my"]


def test_bad_corpora(workshop: Path, model: Path, tmp_path: Path) -> None:
    mine = ("--model", model, "--key", workshop / "my.pub")
    refused(vigilante("eval", "--corpus", tmp_path, *mine), ExitCode.TRACE, "labels.jsonl")
    refused(vigilante("eval", "--adfa", tmp_path), ExitCode.TRACE, str(tmp_path))
    (tmp_path / "labels.jsonl").write_text('{"file": "a.xz", "class": "odd", "kind": "x"}\n')
    refused(vigilante("train", "--corpus", tmp_path, "--out", tmp_path / "m.vgm"), ExitCode.TRACE, "line 1")
    labels = (workshop / "corpus" / "labels.jsonl").read_text().splitlines()
    one = next(json.loads(line) for line in labels if '"benign"' in line)
    shutil.copy(workshop / "corpus" / one["file"], tmp_path)
    (tmp_path / "labels.jsonl").write_text(json.dumps(one))
    refused(vigilante("eval", "--corpus", tmp_path, *mine), ExitCode.TRACE, "both benign and attack")
    assert not (tmp_path / "m.vgm").exists()


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["train"], "--out"),
        (["train", "--shipped", "--seed", "3"], "--shipped leaves nothing to choose"),
        (["eval"], "one of --adfa DIR and --corpus DIR"),
        (["eval", "--adfa", "a", "--corpus", "b"], "one of --adfa DIR and --corpus DIR"),
        (["eval", "--adfa", "a", "--model", "m.vgm"], "models of its own"),
        (["eval", "--adfa", "a", "--held-out", "kind"], "--held-out goes with --corpus"),
        (["eval", "--corpus", "a", "--held-out", "kind", "--model", "m.vgm"], "--held-out goes with --corpus"),
        (["eval", "--adfa", "a", "--protocol", "kind"], "kind"),
        (["eval", "--corpus", "a", "--without-mixed"], "--without-mixed goes with --adfa"),
        (["eval", "--corpus", "a", "--held-out", "colour"], "'implementation', 'kind', 'program'"),
    ],
)
def test_wrong_usage_of_model_commands(args: list[str], word: str) -> None:
    refused(vigilante(*args), ExitCode.USAGE, word)
