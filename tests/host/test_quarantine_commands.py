"""`vigilante quarantine`, run against the firmware itself; what its programs do is done from here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from hdl.contract.memory import REGIONS
from hdl.contract.quarantine import COOL_MS, Evidence
from host.cli import main
from host.exits import ExitCode
from sim.native_processes import SCRATCH, Processes, State

if TYPE_CHECKING:
    from conftest import Bench

SOCKET = 198
"""Its number on riscv64."""


def vigilante(*args: str | int | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["quarantine", *(str(arg) for arg in args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def refused(*args: str | int | Path, code: int, words: str) -> None:
    result = vigilante(*args, code=code)
    assert result.stderr.startswith("vigilante: ") and result.stderr.count("\n") == 1, result.stderr
    assert words in result.stderr, result.stderr


def test_a_freeze_a_look_and_a_resume(inside: Processes) -> None:
    child, ident = inside.fork(0)
    assert vigilante("list").stdout == "0 frozen; 0 families resumed, 0 ended; the board decides\n"
    vigilante("freeze", ident)
    assert inside.frozen(child)
    heads, row, _last = vigilante("list").stdout.splitlines()
    assert heads.split() == ["PID", "FAMILY", "BY", "HELD", "SCORE", "SECONDS", "NAME"]
    assert row.split()[:5] == [str(ident), str(ident), "operator", "yes", "-"]
    assert " F " in CliRunner().invoke(main, ["ps"]).stdout
    listed = json.loads(CliRunner().invoke(main, ["ps", "--json"]).stdout)["processes"]
    assert [one["frozen"] for one in listed] == [False, True]
    told = vigilante("show", ident).stdout
    assert told.startswith(f"process {ident} init, family {ident}, frozen by operator\nnot looked at\n")
    assert f" pc {inside.register(child, 0):08x}" in told and f" sp {inside.register(child, 2):08x}" in told
    vigilante("resume", ident)
    assert not inside.frozen(child)
    assert vigilante("list").stdout == "0 frozen; 1 families resumed, 0 ended; the board decides\n"


def test_what_a_verdict_froze(bench: Bench, inside: Processes) -> None:
    child, ident = inside.fork(0)
    vigilante("hold", "on")
    inside.set_register(child, 17, SOCKET)
    inside.noted(child, Evidence.CANARY)
    inside.quarantined(child)
    bench.board.exchange()
    told = vigilante("show", ident).stdout
    assert f"process {ident} init, family {ident}, frozen by verdict, for its call socket\n" in told
    assert "  0.63  canary         used what was given out as a decoy\n" in told
    found = json.loads(vigilante("show", ident, "--json").stdout)
    assert found["call"] == "socket" and "canary" in found["evidence"] and found["registers"]["a7"] == SOCKET
    assert found["held"] and found["times"] == 1 and found["score"] >= round(160 / 255, 4)
    cells = json.loads(vigilante("list", "--json").stdout)
    assert cells["hold"] and [one["pid"] for one in cells["frozen"]] == [ident]
    vigilante("kill", ident)
    assert inside.state(child) == State.ENDED
    vigilante("hold", "off")
    child, ident = inside.fork(0)
    inside.quarantined(child)
    bench.board.exchange()
    cells = json.loads(vigilante("list", "--json").stdout)
    assert (cells["hold"], cells["resumed"], cells["purged"], cells["frozen"]) == (False, 1, 1, [])
    bench.board.exchange(b"", COOL_MS)


def test_dump(inside: Processes, tmp_path: Path) -> None:
    child, ident = inside.fork(0)
    inside.put(child, b"in its memory")
    vigilante("freeze", ident)
    core = tmp_path / "x.core"
    assert f"process {ident} init" in vigilante("dump", ident, "-o", core).stderr
    content = core.read_bytes()
    assert content[:4] == b"\x7fELF" and b"in its memory" in content
    data = REGIONS["user_data"].base
    size = len(content) - content.index(b"in its memory") + SCRATCH - data
    assert content.endswith(inside.get(child, size, data)), "its data window, from its first byte on"
    refused("dump", ident, "-o", tmp_path, code=ExitCode.USAGE, words="cannot be written (Is a directory)")
    assert [path.name for path in tmp_path.iterdir()] == ["x.core"]


def test_what_cannot_be_is_one_line(inside: Processes, tmp_path: Path) -> None:
    _child, ident = inside.fork(0)
    core = tmp_path / "x.core"
    for words in (["show"], ["freeze"], ["resume"], ["kill"], ["dump", "-o", core]):
        refused(*words, "99", code=ExitCode.LINK, words="bench: process 99: there is no such process (ESRCH)")
        if words != ["freeze"]:
            refused(*words, str(ident), code=ExitCode.LINK, words="it is not in quarantine: `vigilante quarantine")
    refused("freeze", "1", code=ExitCode.LINK, words="the first process is never frozen: all others come from it")
    refused("freeze", code=ExitCode.USAGE, words="Missing argument 'PID'")
    refused("hold", "maybe", code=ExitCode.USAGE, words="'maybe' is not one of 'on', 'off'")
    assert not core.exists()


@pytest.mark.parametrize("command", ["list", "show", "dump", "freeze", "resume", "kill", "hold"])
def test_help_ends_with_examples(command: str) -> None:
    assert f"Examples:\n  vigilante quarantine {command}" in vigilante(command, "--help").stdout
