"""The command line: what it prints, which exit codes it returns, and that no bad input ends in a traceback."""

from __future__ import annotations

import fcntl
import json
import lzma
import os
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from hdl.contract.verdict import CONTRACT_VERSION
from host.cli import main
from host.exits import MEANINGS, ExitCode
from models.keys import generate_key
from models.package import Package, write_package
from models.untrained import untrained_image

if TYPE_CHECKING:
    from conftest import Lab

ROOT = Path(__file__).resolve().parents[2]


def vigilante(*args: str | Path) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(result: Result, code: ExitCode, *words: str) -> None:
    """Check for one line on standard error that begins as all do and holds `words`."""
    assert result.exit_code == code, result.output
    assert result.stderr.startswith("vigilante: ")
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr, result.stderr


def test_blocked_trace_is_shown_with_time_place_and_reason(lab: Lab) -> None:
    result = vigilante("screen", lab.trace, *lab.options())
    assert result.exit_code == ExitCode.BLOCKED
    for word in (
        "pid 100 sh",
        "pid 101 id",
        " of pid 101",
        "into the trace",
        "why: score",
        "what weighed most",
        "^",
    ):
        assert word in result.stdout, result.stdout
    assert "no_such_call (1)" in result.stdout
    assert "the replay goes on" in result.stdout
    assert "\x1b" not in result.output


def test_monitor_mode_changes_nothing_and_says_what_enforce_would(lab: Lab) -> None:
    enforce = json.loads(vigilante("screen", lab.trace, "--json", *lab.options()).stdout.splitlines()[-1])
    result = vigilante("screen", lab.trace, "--json", "--mode", "monitor", *lab.options())
    monitor = json.loads(result.stdout.splitlines()[-1])
    assert result.exit_code == ExitCode.BLOCKED
    assert monitor["first"]["verdict"] == "allow"
    assert monitor["first"]["proposed"] == enforce["first"]["proposed"] == enforce["first"]["verdict"] != "allow"
    assert monitor["first"]["line"] == enforce["first"]["line"]
    text = vigilante("screen", lab.trace, "--mode", "monitor", *lab.options()).stdout
    assert "monitor mode changes nothing; enforce mode would have answered" in text


def test_calm_model_blocks_nothing(lab: Lab) -> None:
    result = vigilante("screen", lab.trace, *lab.options(lab.calm))
    assert result.exit_code == ExitCode.CLEAN
    assert "passed: nothing blocked" in result.stdout
    assert (
        "enforce would block nothing"
        in vigilante("screen", lab.trace, "--mode", "monitor", *lab.options(lab.calm)).stdout
    )


def test_json_lines_have_the_documented_members(lab: Lab) -> None:
    lines = vigilante("screen", lab.trace, "--json", *lab.options()).stdout.splitlines()
    *processes, trace = [json.loads(line) for line in lines]
    assert [process["pid"] for process in processes] == [100, 101]
    for process in processes:
        assert set(process) == {
            "type", "trace", "pid", "program", "calls", "line", "max_score", "tier", "timeline", "blocked",
            "first", "excepted",
        }  # fmt: skip
        assert process["type"] == "process"
        assert 0 < len(process["timeline"]) <= 64
        assert process["blocked"] == (process["first"] is not None)
    assert processes[1]["program"] == "/usr/bin/id"
    assert set(trace) == {
        "type", "trace", "engine", "mode", "model", "lines", "calls", "events", "processes", "max_score",
        "blocked", "first", "unknown_names", "unparsed_lines", "records_sha256",
    }  # fmt: skip
    assert set(trace["first"]) == {
        "pid", "line", "event", "name", "call", "calls", "fraction", "verdict", "proposed", "tier", "score",
        "grounds", "flags", "accumulator", "window", "heaviest_calls", "heaviest_parts",
    }  # fmt: skip
    assert trace["type"] == "trace"
    assert trace["calls"] == sum(process["calls"] for process in processes)
    assert trace["unknown_names"] == {"no_such_call": 1}
    assert trace["model"]["name"] == "wild"
    assert 0 < trace["first"]["fraction"] < 1
    assert trace["first"] in [process["first"] for process in processes]


def test_several_traces_keep_going_and_the_worst_code_counts(lab: Lab, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch()
    result = vigilante("screen", empty, lab.trace, "--json", *lab.options())
    first, *_rest, last = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == ExitCode.TRACE
    assert (first["type"], first["exit"], first["trace"]) == ("error", 3, str(empty))
    assert last["type"] == "trace"
    again = vigilante("screen", lab.trace, lab.trace, "--json", *lab.options())
    one, two = [json.loads(line) for line in again.stdout.splitlines() if '"type":"trace"' in line]
    assert one == two, "a trace left something behind for the next"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty", b"", ("empty",)),
        ("binary", bytes(range(256)) * 8, ()),
        ("prose", b"Dear diary,\ntoday nothing happened.\n" * 20, ("strace",)),
        ("cut.xz", lzma.compress(b'1 read(3, "", 1) = 0\n' * 5000)[:-30], ("cut.xz",)),
    ],
)
def test_unreadable_traces(lab: Lab, tmp_path: Path, name: str, content: bytes, words: tuple[str, ...]) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused(vigilante("screen", path, *lab.options()), ExitCode.TRACE, name, *words)


def test_missing_trace(lab: Lab) -> None:
    refused(vigilante("screen", lab.folder / "nowhere", *lab.options()), ExitCode.TRACE, "nowhere")


def damaged(lab: Lab, tmp_path: Path, change: str) -> Path:
    """Return a package with the damage named."""
    blob = bytearray(lab.wild.read_bytes())
    if change == "truncated":
        blob = blob[:5000]
    elif change == "foreign":
        blob[:7] = b"\x7fELF..."
    elif change == "oversized":
        blob += b"x" * 200
    elif change == "huge":
        blob += bytes(1 << 20)
    elif change == "flipped":
        blob[6000] ^= 4
    elif change == "signature":
        blob[-1] ^= 1
    elif change == "unsigned":
        blob = blob[:-104]
    elif change == "version":
        blob[8] = CONTRACT_VERSION + 1
    path = tmp_path / f"{change}.vgm"
    path.write_bytes(blob)
    return path


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("truncated", ("truncated", "fetch it again")),
        ("foreign", ("no model package",)),
        ("oversized", ("oversized", "200 bytes")),
        ("huge", ("larger than",)),
        ("flipped", ("damaged", "digest")),
        ("signature", ("signature", "is wrong")),
        ("unsigned", ("carries no signature", "vigilante sign")),
        ("version", (f"contract version {CONTRACT_VERSION + 1}", f"this tool has {CONTRACT_VERSION}")),
    ],
)
def test_refused_models(lab: Lab, tmp_path: Path, change: str, words: tuple[str, ...]) -> None:
    path = damaged(lab, tmp_path, change)
    refused(vigilante("screen", lab.trace, *lab.options(path)), ExitCode.MODEL, change, *words)


def test_model_of_another_signer(lab: Lab, tmp_path: Path) -> None:
    generate_key(tmp_path / "other.pem")
    options = ["--engine", "golden", "--model", lab.wild, "--key", tmp_path / "other.pub"]
    refused(vigilante("screen", lab.trace, *options), ExitCode.MODEL, "which is not trusted", "--key")


def test_missing_model_and_key(lab: Lab, tmp_path: Path) -> None:
    refused(vigilante("screen", lab.trace, *lab.options(tmp_path / "no.vgm")), ExitCode.MODEL, "no.vgm")
    options = ["--model", lab.wild, "--key", tmp_path / "no.pub"]
    refused(vigilante("screen", lab.trace, *options), ExitCode.MODEL, "no.pub", "vigilante keygen")
    options = ["--model", lab.wild, "--key", lab.folder / "own.pem"]
    refused(vigilante("screen", lab.trace, *options), ExitCode.MODEL, "no public key")


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["screen"], "TRACE"),
        (["screen", "x", "--engine", "abacus"], "abacus"),
        (["screen", "x", "--mode", "panic"], "panic"),
        (["screen", "x", "--wave", "f.vcd"], "--event"),
        (["screen", "x", "--wave", "f.vcd", "--event", "1", "--engine", "golden"], "only gateware"),
        (["screen", "x", "--wave", "/nowhere/f.vcd", "--event", "1"], "/nowhere/f.vcd"),
        (["dance"], "dance"),
        (["sign", "x"], "--with"),
    ],
)
def test_wrong_usage(args: list[str], word: str) -> None:
    refused(vigilante(*args), ExitCode.USAGE, word)


def test_help_has_examples_everywhere() -> None:
    assert "Exit codes:" in vigilante("--help").stdout
    for name in main.commands:
        text = vigilante(name, "--help").stdout
        assert "Examples:\n  " in text, name
        assert text.split("Examples:")[1].count("vigilante " + name) >= 1, name


def test_version() -> None:
    assert vigilante("--version").stdout.startswith("vigilante ")


def test_exit_codes_are_the_documented_ones() -> None:
    table = (ROOT / "docs" / "exit-codes.md").read_text()
    for code in ExitCode:
        assert f"| {code.value} | {code.name} |" in table
        assert code in MEANINGS


def test_keygen_sign_inspect(lab: Lab, tmp_path: Path) -> None:
    assert vigilante("keygen", tmp_path / "my.pem").exit_code == 0
    assert (tmp_path / "my.pem").stat().st_mode & 0o777 == 0o600
    before = (tmp_path / "my.pem").read_bytes()
    refused(vigilante("keygen", tmp_path / "my.pem"), ExitCode.MODEL, "never overwritten")
    assert (tmp_path / "my.pem").read_bytes() == before
    model = tmp_path / "my.vgm"
    write_package(model, Package(untrained_image(5), "mine", "2"))
    unsigned = vigilante("inspect", model, "--key", tmp_path / "my.pub")
    assert unsigned.exit_code == ExitCode.MODEL
    assert "carries no signature" in unsigned.stdout
    assert vigilante("sign", model, "--with", tmp_path / "my.pem").exit_code == 0
    shown = vigilante("inspect", model, "--key", tmp_path / "my.pub")
    assert shown.exit_code == 0
    assert "the host verifies the signature, the board the digest" in shown.stdout
    found = json.loads(vigilante("inspect", model, "--key", tmp_path / "my.pub", "--json").stdout)
    assert (found["name"], found["signature"], found["image_bytes"]) == ("mine", "good", 8192)
    refused(vigilante("sign", model, "--with", tmp_path / "my.pub"), ExitCode.MODEL, "no private key")


def test_profile_names_the_stages(lab: Lab) -> None:
    stderr = vigilante("screen", lab.trace, "--profile", *lab.options()).stderr
    assert [line.split()[0] for line in stderr.splitlines()] == ["model", "engine", "screen", "report"]


def command(*args: str | Path) -> list[str]:
    return [sys.executable, "-m", "host.cli", *map(str, args)]


def test_as_a_process_and_into_a_pipe_that_closes(lab: Lab) -> None:
    done = subprocess.run(
        command("screen", lab.trace, *lab.options()), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (ExitCode.BLOCKED, "")
    assert "what weighed most" in done.stdout
    reader, writer = os.pipe()
    os.close(reader)
    broken = subprocess.run(
        command("screen", lab.trace, *lab.options()), cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (broken.returncode, broken.stderr) == (ExitCode.PIPE, b"")


def test_interrupt_ends_with_one_line(lab: Lab, tmp_path: Path) -> None:
    fifo = tmp_path / "endless"
    os.mkfifo(fifo)
    running = subprocess.Popen(
        command("screen", fifo, *lab.options()), cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    with fifo.open("w") as log:  # opens once the other side reads
        log.write('1 read(3, "", 1) = 0\n' * 10)
        log.flush()
        while int.from_bytes(fcntl.ioctl(log, termios.FIONREAD, bytes(4)), sys.byteorder):
            time.sleep(0.05)  # it has not read it yet
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        _out, err = running.communicate(timeout=30)
    assert (running.returncode, err) == (ExitCode.INTERRUPTED, "vigilante: interrupted\n")
