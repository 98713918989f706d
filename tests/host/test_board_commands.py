"""Commands for boards, run against the firmware itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from host.cli import main
from host.exits import ExitCode
from sim.lines import CountedLine

if TYPE_CHECKING:
    from conftest import Bench, Lab


def vigilante(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def refused(result: Result, *words: str) -> None:
    assert result.stderr.startswith("vigilante: ") and result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


def own(lab: Lab, model: Path) -> list[str | Path]:
    return [model, "--key", lab.public]


def test_info(bench: Bench) -> None:
    text = vigilante("info").stdout
    for word in (
        "bench: vigilante firmware",
        "000000000000004d, simulated",
        "link 1, contract 1",
        "slot 0      empty",
    ):
        assert word in text, text
    found = json.loads(vigilante("info", "--json").stdout)
    assert (found["board"], found["port"], found["mode"]) == ("000000000000004d", "bench", "aggregate")
    assert [model["result"] for model in found["models"]] == ["empty", "empty"]
    assert all(line.closed for line in bench.lines)


def test_push_says_how_fast_and_what_is_in_force(bench: Bench, lab: Lab) -> None:
    text = vigilante("push", *own(lab, lab.wild)).stdout
    for word in ("wild 1 in force in slot 1, read back and equal", "bytes/s", "% of the line's 3,000,469 bit/s"):
        assert word in text, text
    assert "was in force already" in vigilante("push", *own(lab, lab.wild)).stdout
    found = json.loads(vigilante("push", *own(lab, lab.calm), "--json").stdout)
    assert (found["pushed"], found["slot"], found["model"]["name"]) == (True, 0, "calm")
    assert found["wire_bytes"] > 8192
    assert "byte for byte" in vigilante("push", *own(lab, lab.calm), "--verify-only").stdout
    refused(vigilante("push", *own(lab, lab.wild), "--verify-only", code=ExitCode.MODEL), "has calm 1 in force")
    assert "in force in slot 1" in vigilante("push", *own(lab, lab.wild), "--force").stdout
    assert "wild 1, in force, image" in vigilante("info").stdout


def test_screen_and_demo_on_the_board(bench: Bench, lab: Lab) -> None:
    args = ["screen", lab.trace, "--json", "--key", lab.public, "--model", lab.wild]

    def objects(engine: str) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in vigilante(*args, "--engine", engine, code=1).stdout.splitlines()]
        return [{name: value for name, value in one.items() if name != "engine"} for one in found]

    golden = objects("golden")
    assert objects("board") == golden
    assert objects("board") == golden, "and again, with the model there already"
    assert "ok: the benign trace passes" in vigilante("demo", "--engine", "board").stdout
    assert bench.board.engine.machine.registers.any()
    assert all(line.closed for line in bench.lines)


def test_log(bench: Bench, lab: Lab, tmp_path: Path) -> None:
    vigilante("push", *own(lab, lab.wild))
    assert "push of wild 1" in vigilante("log", "tail", "-n", "5").stdout
    assert vigilante("log", "tail", "-n", "0").stdout == ""
    pulled = vigilante("log", "pull", tmp_path / "board.log")
    assert "bytes of log written to" in pulled.stderr
    assert b"push of wild 1" in (tmp_path / "board.log").read_bytes()
    refused(vigilante("log", "pull", "/nowhere/x", code=ExitCode.USAGE), "/nowhere/x: cannot be written")
    for name in ("tail", "pull"):
        assert f"vigilante log {name}" in vigilante("log", name, "--help").stdout


def test_following_a_log_ends_with_ctrl_c(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    naps = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("host.commands.log.time.sleep", nap)
    result = vigilante("log", "tail", "-f", code=ExitCode.INTERRUPTED)
    assert "vigilante firmware" in result.stdout and result.stderr == "vigilante: interrupted\n"
    assert bench.lines[-1].closed


def test_reset(bench: Bench, lab: Lab) -> None:
    assert "with no model in force" in vigilante("reset").stdout
    vigilante("push", *own(lab, lab.wild))
    assert "with wild 1 in force" in vigilante("reset").stdout
    assert json.loads(vigilante("reset", "--json").stdout)["active"] == 0


@pytest.mark.parametrize("records", ["aggregate", "all"])
def test_monitor_shows_verdicts_and_counts(
    bench: Bench, lab: Lab, monkeypatch: pytest.MonkeyPatch, records: str
) -> None:
    """The events come from a process of the core's, here put into the pipeline's records by hand."""
    from hdl.contract.event import RECORD

    vigilante("push", *own(lab, lab.wild))
    packed = RECORD.pack(
        {"kind": 0, "slot": 3, "verdict": 4, "proposed": 4, "id": 1, "generation": 9, "score": 255}
    )
    words = [packed >> 32 * word & 0xFFFFFFFF for word in range(RECORD.words)]
    steps = [0]
    plain = CountedLine.read

    def read(line: CountedLine, timeout: float) -> bytes:
        steps[0] += 1
        if steps[0] == 20:
            bench.board.expire(words)
        if steps[0] == 40:
            raise KeyboardInterrupt
        return plain(line, timeout)

    monkeypatch.setattr(CountedLine, "read", read)
    result = vigilante("monitor", "--records", records, "--json")
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(one["type"], one["slot"], one["generation"], one["verdict"]) for one in found] == [
        ("record", 3, 9, "deny")
    ]
    assert "1 records, 0 calls as counts" in result.stderr
    assert bench.lines[-1].closed
    steps[0] = 0
    assert "slot  3 life 9" in vigilante("monitor", "--records", records).stdout


@pytest.mark.parametrize("command", ["info", "push", "screen", "log tail", "monitor", "reset"])
def test_a_port_that_is_not_there(bench: Bench, lab: Lab, command: str) -> None:
    more = {"screen": [lab.trace, "--engine", "board"]}.get(command, [])
    result = vigilante(*command.split(), *more, "--port", "/dev/ttyX", code=ExitCode.LINK)
    refused(result, "/dev/ttyX: there is no such port: `vigilante ports` lists them")


def test_unplugging_is_one_line_at_any_moment(bench: Bench, lab: Lab) -> None:
    vigilante("push", *own(lab, lab.calm))
    commands: list[list[str | Path]] = [
        ["info"], ["push", *own(lab, lab.wild)], ["reset"], ["log", "tail"],
        ["screen", lab.trace, "--engine", "board", "--key", lab.public, "--model", lab.wild],
    ]  # fmt: skip
    for command in commands:
        for writes in (0, 1, 3, 6, 12, 25):
            bench.unplug_after = writes
            result = CliRunner().invoke(main, [str(arg) for arg in command])
            if bench.unplug_after < 0:
                assert result.exit_code == ExitCode.LINK, (command, writes, result.output)
                refused(result, "bench: went away")
    bench.unplug_after = 10**9
    vigilante("info")


def test_ports_lists_the_simulated_board_and_nothing_foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host.link.ports.candidates", list)
    assert vigilante("ports").stdout.split() == ["sim", "simulated"]
    assert json.loads(vigilante("ports", "--json").stdout) == {
        "port": "sim", "kind": "simulated", "serial": "", "board": None, "firmware": None, "problem": "",
    }  # fmt: skip
