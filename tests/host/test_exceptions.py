"""Exceptions: one program, calls by name, never the last tier, still counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from hdl.contract.verdict import PathClass, Tier
from host.cli import main
from host.exceptions import read_exceptions
from host.exits import ExitCode
from models.trace import TraceError

if TYPE_CHECKING:
    from conftest import Lab


def vigilante(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def screened(lab: Lab, listed: Path | None) -> tuple[Result, list[dict[str, object]]]:
    extra: list[str | Path] = [] if listed is None else ["--except", listed]
    result = vigilante("screen", lab.trace, *lab.options(), "--json", *extra)
    return result, [json.loads(line) for line in result.stdout.splitlines()]


def test_lines_are_read(tmp_path: Path) -> None:
    listed = tmp_path / "exceptions.txt"
    listed.write_text("# ours\n\n/usr/bin/ls openat,statx SYSTEM,CONFIG 0.90  # nightly\n/bin/sh close * 0.80\n")
    found = read_exceptions(listed)
    first, second = found.entries
    assert (first.line, first.ceiling, second.line, second.ceiling) == (3, Tier.HOSTILE, 4, Tier.SUSPECT)
    assert first.classes == {PathClass.SYSTEM, PathClass.CONFIG} and len(second.classes) == len(PathClass)
    assert found.entry(b"/usr/bin/ls", "openat", PathClass.CONFIG) == 1
    assert found.entry(b"/usr/bin/ls", "openat", PathClass.SECRET) == 0, "a class that is not listed"
    assert found.entry(b"/usr/bin/ls", "close", PathClass.CONFIG) == 0, "a call that is not listed"
    assert found.entry(b"/usr/local/bin/ls", "openat", PathClass.CONFIG) == 0, "another program"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/bin/ls openat *", "line 1: 3 columns"),
        ("ls openat * 0.90", "one program by its full path"),
        ("/usr/bin/* openat * 0.90", "one program by its full path"),
        ("/bin/ls * * 0.90", "no system call is called '\\*'"),
        ("/bin/ls openat NIGHT 0.90", "no path class is called 'NIGHT'"),
        ("/bin/ls openat * 0.95", "the last is never excepted"),
    ],
)
def test_wide_lines_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "list").write_text(text + "\n")
    with pytest.raises(TraceError, match=message):
        read_exceptions(tmp_path / "list")
    with pytest.raises(TraceError, match="name a list of exceptions"):
        read_exceptions(tmp_path / "nowhere")


def test_screening_counts_what_it_lets_be(lab: Lab, tmp_path: Path) -> None:
    before, rows = screened(lab, None)
    assert before.exit_code == ExitCode.BLOCKED
    first = next(row for row in rows if row["type"] == "trace")["first"]
    assert isinstance(first, dict)
    program = next(row["program"] for row in rows if row["type"] == "process" and row["pid"] == first["pid"])
    listed = tmp_path / "exceptions.txt"
    listed.write_text(f"{program} {first['name']} * 0.90\n")
    after, quiet = screened(lab, listed)
    process = next(row for row in quiet if row["type"] == "process" and row["pid"] == first["pid"])
    excepted, later = process["excepted"], process["first"]
    assert first["tier"] < Tier.CERTAIN
    assert isinstance(excepted, list) and excepted[0]["line"] == 1 and excepted[0]["calls"] >= 1
    assert isinstance(later, dict) and (later["name"] != first["name"] or later["tier"] == Tier.CERTAIN)
    same = [row["records_sha256"] for part in (rows, quiet) for row in part if row["type"] == "trace"]
    assert same[0] == same[1], "the gateware answers as before"
    assert after.exit_code == ExitCode.BLOCKED, "other calls of the process are still not allowed"
    shown = vigilante("screen", lab.trace, *lab.options(), "--except", listed)
    assert "excepted by line 1" in shown.stdout and "the gateware does not know exceptions" in shown.stdout
