"""`vigilante calibrate`: what data bear, what is written, what is refused."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from host.cli import main
from host.commands.calibrate import trained_on
from host.exits import ExitCode
from models.build import corpus_digest
from models.corpus.condensed import SAMPLE
from models.image import parse
from models.keys import PublicKey
from models.package import SHIPPED, read_package

if TYPE_CHECKING:
    from conftest import Lab

CALLS = (
    'openat(AT_FDCWD, "/etc/{0}", O_RDONLY) = 3', "read(3, {1}, 512) = 512", "close(3) = 0", "getpid() = 7",
    "mprotect(0x7f, 4096, PROT_READ) = 0", 'unlink("/tmp/{0}") = 0', "socket(AF_INET, SOCK_STREAM, 0) = 4",
    'newfstatat(AT_FDCWD, "/home/{0}", 0x7f, 0) = 0', "dup2(4, 1) = 1", "setuid(0) = 0", "brk(NULL) = 0x5",
)  # fmt: skip


def logs(folder: Path, programs: int) -> Path:
    """Write one strace log per program, an hour of the host apart."""
    folder.mkdir()
    for number in range(programs):
        draw = random.Random(number)
        lines = [f'{number + 100} {1.7e9 + 3600 * number:.3f} execve("/usr/bin/p{number}", ["p"], 0x7f) = 0']
        for step in range(60 + number):
            text = draw.choice(CALLS).format(draw.randrange(5), draw.randrange(99))
            lines.append(f"{number + 100} {1.7e9 + 3600 * number + 1 + step * 36:.3f} {text}")
        (folder / f"p{number}.strace").write_text("\n".join(lines) + "\n")
    return folder


def calibrate(lab: Lab, benign: Path, *args: str | Path) -> Result:
    chosen = ("--benign", benign, "--model", lab.wild, "--key", lab.public, *args)
    return CliRunner().invoke(main, ["calibrate", *map(str, chosen)])


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return logs(tmp_path_factory.mktemp("site") / "host", 120)


def test_refits_and_signs(lab: Lab, host: Path, tmp_path: Path) -> None:
    out, listed = tmp_path / "site.vgm", tmp_path / "exceptions.txt"
    listed.write_text("".join(f"/usr/bin/p{number} {NAMES} * 0.90\n" for number in range(120)))
    args = ("--out", out, "--with", lab.folder / "own.pem", "--except", listed)
    result = calibrate(lab, host, *args, "--json")
    assert result.exit_code == ExitCode.CLEAN, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert (found["clusters"], found["processes"]) == (120, 120) and 0.01 < found["clusters_bound"] < 0.03
    assert 0 < found["host_hours"] < 200
    assert [row["refitted"] for row in found["tiers"]] == [True] * 3
    for row in found["tiers"]:
        low, high = row["expected"]["interval"]
        assert low <= row["expected"]["per_host_day"] <= high
        assert row["before"]["processes"] > 0, "the package's own thresholds fit nothing"
    package = read_package(out, (PublicKey.load(lab.public),))
    model = parse(package.image)
    assert [model.decayed[tier] for tier in range(3)] == [row["thresholds"][0] for row in found["tiers"]]
    assert package.calibration["clusters"] == 120 and package.name == "site"
    assert package.calibration["calibrated_from"] == read_package(lab.wild, (PublicKey.load(lab.public),)).digest
    silenced = [entry for row in found["exceptions"] for entry in row["silenced"]]
    assert silenced and not found["alarms"], "each alarm is named by the line that silences it"
    assert len(silenced) <= 0.05 * 120, "at most as many as were given up"
    shown = calibrate(lab, host, "--except", listed).stdout
    assert "120 independent programs" in shown and "excepted by line" in shown and "a host-day" in shown
    inspected = CliRunner().invoke(main, ["inspect", str(out), "--key", str(lab.public)])
    assert "recordings_sha256" in inspected.stdout and "silences 1" in inspected.stdout
    assert all(f"{entry['recording']}, pid {entry['pid']}" in inspected.stdout for entry in silenced)


NAMES = "openat,read,close,getpid,mprotect,unlink,socket,newfstatat,dup2,setuid,brk,execve"


def test_thin_data_are_refused(lab: Lab, tmp_path: Path) -> None:
    few, some = logs(tmp_path / "few", 8), logs(tmp_path / "some", 30)
    result = calibrate(lab, few)
    assert result.exit_code == ExitCode.BLOCKED and result.stderr.count("\n") == 1
    assert "8 independent programs cannot bear tier 0.80" in result.stderr and "31.2% of programs" in result.stderr
    assert calibrate(lab, few, "--partial").exit_code == ExitCode.BLOCKED
    result = calibrate(lab, some, "--out", tmp_path / "m.vgm")
    assert result.exit_code == ExitCode.BLOCKED and not (tmp_path / "m.vgm").exists()
    assert "30 independent programs cannot bear tier 0.90" in result.stderr and "--partial" in result.stderr
    result = calibrate(lab, some, "--partial", "--out", tmp_path / "m.vgm")
    assert result.exit_code == ExitCode.CLEAN, result.output
    assert "(kept from the package)" in result.stdout and "carries no signature yet" in result.stdout


def test_what_is_no_recording(lab: Lab, host: Path, tmp_path: Path) -> None:
    result = calibrate(lab, tmp_path)
    assert result.exit_code == ExitCode.TRACE and "vigilante record --here" in result.stderr
    (tmp_path / "bad.strace").write_text("no log\n" * 40)
    assert calibrate(lab, tmp_path).exit_code == ExitCode.TRACE
    assert calibrate(lab, host, "--with", lab.folder / "own.pem").exit_code == ExitCode.USAGE
    wrong = calibrate(lab, host, "--model", lab.folder / "none.vgm")
    assert wrong.exit_code == ExitCode.MODEL


def test_what_the_model_was_trained_on_is_said(tmp_path: Path) -> None:
    package = read_package(SHIPPED)
    assert "note: the model was trained on runs of 225 of these programs" in trained_on(package, SAMPLE)
    assert trained_on(replace(package, provenance={}), SAMPLE) == ""
    (tmp_path / "a.strace").write_text("")
    label = {"file": "a.strace", "class": "benign", "kind": "own", "scenario": "own"}
    (tmp_path / "labels.jsonl").write_text(json.dumps(label) + "\n")
    assert trained_on(package, tmp_path) == ""
    own = replace(package, provenance={"corpus_sha256": corpus_digest(tmp_path, ["a.strace"])})
    assert "note: the model was trained on this corpus" in trained_on(own, tmp_path)
