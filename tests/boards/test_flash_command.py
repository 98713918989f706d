"""`vigilante flash`, with a program of ours in the loader's place, and `vigilante build` where it refuses."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from boards import flash, targets
from boards import report as reports
from boards.report import Report, write
from boards.targets import TARGETS, identity
from boards.tools import BuildError, phase_of
from hdl.contract.flash import AREAS
from host.cli import main
from host.exits import ExitCode

BITSTREAM = b"a bitstream"
FIRMWARE, FILES = b"firmware in flash", b"files"

LOADER = """#!{python}
import json, os, pathlib, sys
held = pathlib.Path(sys.argv[-1])
with open({log!r}, "a") as log:
    print(json.dumps([sys.argv[1:], held.read_bytes().decode("latin-1")]), file=log)
sys.exit(int(os.environ.get("LOADER_FAILS", "0")))
"""


def vigilante(*arguments: str) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Any]]:
    """A build that was done, and a loader; return what the loader was asked for."""
    monkeypatch.setattr(reports, "FOLDER", tmp_path / "reports")
    monkeypatch.setenv("VIGILANTE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(flash, "firmware", lambda: FIRMWARE)
    monkeypatch.setattr(flash, "root", lambda: FILES)
    # Nothing here looks at the netlist, and it takes long to elaborate.
    monkeypatch.setattr(targets, "_rtl", lambda _target: "1" * 64)
    target = TARGETS["ulx3s"]
    made_of = identity(target, tools=False)
    held = {"bytes": len(BITSTREAM), "sha256": hashlib.sha256(BITSTREAM).hexdigest()}
    report = Report("ulx3s", made_of, (1,), 25.0, {"1": 30.0}, {}, {}, bitstream=held)
    write(report)
    (tmp_path / "top.bit").write_bytes(BITSTREAM)
    flash.keep_bitstream(tmp_path / "top.bit", report)
    programs, log = tmp_path / "bin", tmp_path / "log"
    programs.mkdir()
    (programs / "openFPGALoader").write_text(LOADER.format(python=sys.executable, log=str(log)))
    (programs / "openFPGALoader").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=":")
    return lambda: [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def test_bitstream_firmware_and_files_go_to_their_areas(written: Callable[[], list[Any]]) -> None:
    result = vigilante("flash")
    assert result.exit_code == ExitCode.CLEAN, result.output
    head = ["--board", "ulx3s", "--write-flash", "--verify", "--offset"]
    expected = {
        "bitstream.bit": ("bitstream", BITSTREAM),
        "root.bin": ("root", FILES),
        "firmware.bin": ("firmware", FIRMWARE),
        "firmware_spare.bin": ("firmware_spare", FIRMWARE),
    }
    done = written()
    for (arguments, content), (file, (area, held)) in zip(done, expected.items(), strict=True):
        quiet = [] if file == "firmware_spare.bin" else ["--skip-reset"]  # the board is reset behind the last
        assert arguments == [*head, hex(AREAS[area].base), *quiet, file]
        assert content.encode() == held
    assert "firmware: 17 bytes at 0x400000" in result.stdout


def test_a_new_board_gets_its_number(written: Callable[[], list[Any]]) -> None:
    assert vigilante("flash", "--number", "258").exit_code == ExitCode.CLEAN
    arguments, content = written()[-1]
    assert arguments[-2:] == [hex(AREAS["factory"].base), "factory.bin"]
    assert content.encode("latin-1") == b"\x02\x01\0\0\0\0\0\0"


def test_a_dry_run_writes_nothing(written: Callable[[], list[Any]]) -> None:
    result = vigilante("flash", "--dry-run")
    assert result.exit_code == ExitCode.CLEAN
    assert "openFPGALoader --board ulx3s --write-flash --verify --offset 0x0 --skip-reset" in result.stdout
    assert written() == []


def test_a_port_names_the_adapter(written: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    class Adapter:
        device, serial_number = "/dev/ttyUSB3", "K00042"

    monkeypatch.setattr("serial.tools.list_ports.comports", lambda: [Adapter])
    assert vigilante("flash", "--port", "/dev/ttyUSB3").exit_code == ExitCode.CLEAN
    assert all("--ftdi-serial K00042" in " ".join(arguments) for arguments, _content in written())
    result = vigilante("flash", "--port", "/dev/ttyUSB9")
    assert result.exit_code == ExitCode.LINK
    assert "/dev/ttyUSB9: no such serial port (/dev/ttyUSB3)" in result.stderr


def test_a_failing_loader_is_told_and_stops(
    written: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOADER_FAILS", "3")
    result = vigilante("flash")
    assert result.exit_code == ExitCode.LINK
    assert "openFPGALoader failed with exit code 3 at the bitstream" in result.stderr
    assert len(written()) == 1


def test_a_missing_loader_is_named_with_what_brings_it(
    written: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    result = vigilante("flash")
    assert result.exit_code == ExitCode.LINK
    assert "openFPGALoader is missing: apt-get install openfpgaloader" in result.stderr


def test_another_bitstream_is_refused(written: Callable[[], list[Any]], tmp_path: Path) -> None:
    (tmp_path / "other.bit").write_bytes(b"of yesterday")
    result = vigilante("flash", "--bitstream", str(tmp_path / "other.bit"))
    assert result.exit_code == ExitCode.ENGINE
    assert "is not the bitstream of the gateware that is here: vigilante build ulx3s" in result.stderr
    assert written() == []


def test_a_bitstream_of_older_gateware_is_refused(written: Callable[[], list[Any]]) -> None:
    kept = reports.read("ulx3s")
    assert kept is not None
    kept.identity["rtl"] = "0" * 64
    write(kept)
    result = vigilante("flash")
    assert result.exit_code == ExitCode.ENGINE
    assert "stale: the gateware changed since" in result.stderr
    assert written() == []


def test_what_is_no_board_cannot_be_flashed(written: Callable[[], list[Any]]) -> None:
    result = vigilante("flash", "pipeline")
    assert result.exit_code == ExitCode.ENGINE
    assert "pipeline is no board that can be flashed" in result.stderr


def test_what_is_too_long_for_its_area_is_refused(written: Callable[[], list[Any]]) -> None:
    with pytest.raises(BuildError, match="the bitstream takes 4194305 bytes, its area of the flash has 4194304"):
        flash.pieces(bytes(AREAS["bitstream"].size + 1), None)


# --- build, where it refuses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "there is no target 'nothing': ulx3s, pipeline, pipeline-fast, icebreaker"),
        (["pipeline", "--seeds", "one"], "--seeds 'one': whole numbers with commas between"),
        (
            ["ulx3s", "--check"],
            "--check holds the netlist of a pipeline on an ECP5 against the golden machine, not ulx3s's",
        ),
        (["pipeline", "--report"], "there is no report of pipeline: make it: vigilante build pipeline"),
    ],
)
def test_build_refuses_in_one_line(written: Callable[[], list[Any]], arguments: list[str], said: str) -> None:
    result = vigilante("build", *arguments)
    assert result.exit_code == ExitCode.ENGINE
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_report_that_is_not_stale_is_shown(written: Callable[[], list[Any]]) -> None:
    result = vigilante("build", "ulx3s", "--report", "--json")
    assert result.exit_code == ExitCode.CLEAN
    assert json.loads(result.stdout)["worst"] == 30.0


def test_a_clock_that_was_not_reached_is_an_error_with_its_path(written: Callable[[], list[Any]]) -> None:
    kept = reports.read("ulx3s")
    assert kept is not None
    kept.fmax["1"] = 21.5
    kept.critical.update({"begins": "core.a", "ends": "pipeline.b", "via": ["q"], "ns": 46.5})
    write(kept)
    result = vigilante("build", "ulx3s", "--report")
    assert result.exit_code == ExitCode.ENGINE
    assert (
        "ulx3s reaches 21.50 MHz of 25: the slowest path goes from core.a to pipeline.b by way of q"
        in result.stderr
    )


def test_the_missing_extra_is_named(written: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import PackageNotFoundError

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("boards.tools.version", missing)
    result = vigilante("build", "pipeline")
    assert result.exit_code == ExitCode.ENGINE
    assert "the extra `boards` brings it: pip install 'sentinelos-vigilante[boards]'" in result.stderr


@pytest.mark.parametrize(
    ("line", "phase"),
    [
        ("2.27. Executing OPT_MERGE pass (detect identical cells).", "opt merge"),
        ("Info:     at iteration #3, type ALL: wirelen solved = 73659", "placing"),
        ("Info:       1000 |      188        811 |  188   811 |    116038|      14.96      14.96|", "routing"),
        ("Info: Packing constants..", "packing"),
        ("something else", None),
    ],
)
def test_progress_is_read_from_the_tools_logs(line: str, phase: str | None) -> None:
    assert phase_of(line) == phase
