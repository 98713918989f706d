"""`vigilante vaccines`, run against the firmware itself."""

from __future__ import annotations

import ctypes
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from hdl.contract.births import BIRTH_FIRST
from hdl.contract.event import EVENT, Kind
from hdl.contract.syscalls import IDS
from hdl.contract.vaccine import TTL_SECONDS
from host.cli import main
from host.exits import ExitCode
from sim.native_processes import Processes

if TYPE_CHECKING:
    from conftest import Bench


def vigilante(*args: str | int, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["vaccines", *(str(arg) for arg in args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def call(bench: Bench, inside: Processes) -> None:
    """Have a call of the first process judged: the vaccine is ordered of it."""
    event = EVENT.pack({"kind": Kind.CALL, "id": IDS["getpid"], "generation": inside.id(0), "a0": 7})
    words = (ctypes.c_uint32 * EVENT.words)(*(event >> 32 * word & 0xFFFFFFFF for word in range(EVENT.words)))
    assert bench.board.library.native_judged(words, 0, (ctypes.c_uint32 * 6)())


def test_listed_pinned_and_ended(bench: Bench, inside: Processes) -> None:
    assert vigilante("list").stdout == "0 in force; since reset 0 born, 0 merged, 0 refused, 0 ended\n"
    call(bench, inside)
    bench.board.library.board_birth_order(0)
    bench.board.exchange()
    heads, row, last = vigilante("list").stdout.splitlines()
    assert heads.split() == ["INDEX", "PIN", "HITS", "HOURS", "CATCHES"]
    assert row.split()[:6] == [str(BIRTH_FIRST), "no", "0", "24.0", "getpid", "without"]
    assert "field0[0:4]=0x7" in row and row.endswith("by any process") and last.startswith("1 in force; ")
    vigilante("pin", BIRTH_FIRST)
    call(bench, inside)
    told = json.loads(vigilante("list", "--json").stdout)
    (one,) = told["vaccines"]
    assert (told["born"], one["index"], one["pinned"], one["hits"]) == (1, BIRTH_FIRST, True, 1)
    assert one["key"]["id"] == IDS["getpid"] and "tree" not in one["units"]
    assert 0 < one["seconds_left"] <= TTL_SECONDS
    vigilante("unpin", BIRTH_FIRST)
    vigilante("revoke", BIRTH_FIRST)
    assert json.loads(vigilante("list", "--json").stdout)["vaccines"] == []


@pytest.mark.parametrize("command", ["pin", "unpin", "revoke"])
@pytest.mark.usefixtures("inside")
def test_what_is_not_there(command: str) -> None:
    result = vigilante(command, BIRTH_FIRST, code=ExitCode.LINK)
    assert f"vaccine {BIRTH_FIRST} is not one of the board's: `vigilante vaccines list`" in result.stderr
    vigilante(command, 3, code=ExitCode.USAGE)


@pytest.mark.parametrize("command", ["list", "pin", "unpin", "revoke"])
def test_help_has_examples(command: str) -> None:
    assert f"Examples:\n  vigilante vaccines {command}" in vigilante(command, "--help").stdout
