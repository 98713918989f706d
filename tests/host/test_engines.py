"""Both engines behind the same screen: equal records, equal reports; and an engine that cannot be had."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from host.cli import main
from host.commands.demo import FOLDER
from host.engines import make_engine
from host.exits import ExitCode
from models.gateway import EngineError

if TYPE_CHECKING:
    from conftest import Lab


def screened(lab: Lab, engine: str, *traces: Path) -> list[dict[str, Any]]:
    args = ["screen", "--json", "--engine", engine, "--key", str(lab.public), "--model", str(lab.wild)]
    result = CliRunner().invoke(main, [*args, *map(str, traces)])
    assert result.exit_code == ExitCode.BLOCKED, result.output
    found = [json.loads(line) for line in result.stdout.splitlines()]
    for value in found:
        assert value.pop("engine", engine) == engine
    return found


def test_both_engines_give_the_same_records_and_reasons(lab: Lab) -> None:
    traces = [lab.trace, *sorted(FOLDER.glob("*.xz"))]
    golden = screened(lab, "golden", *traces)
    assert golden == screened(lab, "gateware", *traces)
    assert sum(value["events"] for value in golden if value["type"] == "trace") > 1000


def test_unknown_engine_is_named() -> None:
    with pytest.raises(ValueError, match="'abacus': use one of gateware, golden"):
        make_engine("abacus")


def test_an_engine_that_cannot_be_built_says_so(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> Path:
        from sim.verilate import BuildError

        raise BuildError("g++ is missing: apt-get install g++")

    monkeypatch.setattr("sim.engine.library", broken)
    with pytest.raises(EngineError, match=r"cannot be built: g\+\+ is missing: apt-get install g\+\+"):
        make_engine("gateware")
    result = CliRunner().invoke(
        main, ["screen", str(lab.trace), "--key", str(lab.public), "--model", str(lab.wild)]
    )
    assert result.exit_code == ExitCode.ENGINE
    assert result.stderr.startswith("vigilante: the gateware engine cannot be built")
    assert "--engine golden" in result.stderr


@pytest.mark.slow
def test_waveform_of_one_event(lab: Lab, tmp_path: Path) -> None:
    wave = tmp_path / "one.vcd"
    args = ["screen", str(lab.trace), "--key", str(lab.public), "--model", str(lab.wild)]
    result = CliRunner().invoke(main, [*args, "--wave", str(wave), "--event", "20"])
    assert result.exit_code == ExitCode.BLOCKED, result.output
    assert "$enddefinitions" in wave.read_text()
    beyond = CliRunner().invoke(main, [*args, "--wave", str(wave), "--event", "1000000"])
    assert beyond.exit_code == ExitCode.USAGE
    assert "has events 0 to" in beyond.stderr
