"""The operator's commands, run against the firmware itself; what its programs do is done from here."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from hdl.contract.event import RECORD
from hdl.contract.syscalls import IDS
from hdl.contract.verdict import Verdict
from host.board import Board
from host.cli import main
from host.commands.events import from_log
from host.exits import ExitCode
from sim.lines import CountedLine
from sim.native import NativeBoard
from sim.native_processes import REPLACED, SCRATCH, Processes, State

if TYPE_CHECKING:
    from conftest import Bench


def vigilante(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def refused(*args: str | Path, code: int, words: str) -> None:
    result = vigilante(*args, code=code)
    assert result.stderr.startswith("vigilante: ") and result.stderr.count("\n") == 1, result.stderr
    assert words in result.stderr, result.stderr


@pytest.mark.usefixtures("inside")
def test_ls() -> None:
    lines = vigilante("ls").stdout.splitlines()
    assert "drwx------  root            0  root/" in lines
    assert "-rw-------  root          145  shadow" in vigilante("ls", ":/etc").stdout.splitlines()
    two = vigilante("ls", ":/home/alice", ":/etc/motd").stdout
    assert two.startswith("/home/alice:\n") and "alice " in two and "\n/etc/motd:\n" in two
    found = json.loads(vigilante("ls", ":/etc/motd", ":/etc", "--json").stdout)["files"]
    assert found[0]["path"] == "/etc/motd" and found[0]["size"] == 51
    assert "/etc/passwd" in [entry["path"] for entry in found]
    refused("ls", ":/nix", code=ExitCode.LINK, words="bench: /nix: there is no such file or folder (ENOENT)")


@pytest.mark.usefixtures("inside")
def test_cp_and_cat(tmp_path: Path) -> None:
    (tmp_path / "here.txt").write_bytes(b"from here\n" * 300)
    vigilante("cp", tmp_path / "here.txt", ":/tmp/")
    assert vigilante("cat", ":/tmp/here.txt").stdout_bytes == b"from here\n" * 300
    vigilante("cp", ":/etc/passwd", ":/tmp/here.txt", tmp_path)
    assert (tmp_path / "passwd").read_bytes() == vigilante("cat", "/etc/passwd").stdout_bytes
    vigilante("cp", ":/etc/motd", ":/tmp/other")
    assert vigilante("cat", ":/tmp/other", ":/etc/motd").stdout_bytes.count(b"\n") == 2
    site = tmp_path / "site"
    (site / "deep").mkdir(parents=True)
    (site / "a").write_text("a")
    (site / "deep" / "b").write_text("b")
    refused("cp", site, ":/tmp", code=ExitCode.USAGE, words="is a folder: copy it with -r")
    vigilante("cp", "-r", site, ":/tmp")
    vigilante("cp", "-r", ":/tmp/site", tmp_path / "back")
    assert (tmp_path / "back" / "deep" / "b").read_text() == "b"
    vigilante("mkdir", ":/tmp/more")
    vigilante("rm", "-r", ":/tmp/site", ":/tmp/here.txt", ":/tmp/more", ":/tmp/other")
    assert json.loads(vigilante("ls", ":/tmp", "--json").stdout) == {"files": []}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["back", "here.txt", "passwd", "site"]


@pytest.mark.usefixtures("inside")
def test_what_cannot_be_copied_is_one_line_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(bytes(70_000))
    refused(
        "cp", tmp_path / "big", ":/tmp", code=ExitCode.LINK, words="/tmp/big: too large: a file that is written"
    )
    refused("cp", tmp_path / "nix", ":/tmp", code=ExitCode.USAGE, words="nix: cannot be read (No such file")
    refused("cp", "a", "b", code=ExitCode.USAGE, words="neither side is the board's")
    refused("cp", ":/nix", tmp_path, code=ExitCode.LINK, words="ENOENT")
    refused("cp", ":/etc/motd", "/nix/x", code=ExitCode.USAGE, words="/nix/x: cannot be written")
    refused("cp", ":/etc/motd", ":/nix/", code=ExitCode.LINK, words="/nix/: there is no such file or folder")
    refused("cp", ":/etc/motd", ":/etc/group", ":/tmp/x", code=ExitCode.USAGE, words="go into a folder")
    refused("rm", ":/etc", code=ExitCode.LINK, words="not empty: remove what is in it first, or use -r")
    refused("mkdir", ":/etc", code=ExitCode.LINK, words="it is there already")
    assert [path.name for path in tmp_path.iterdir()] == ["big"]
    assert vigilante("ls", ":/tmp").stdout == ""


def deny(bench: Bench, slot: int, life: int, score: int = 200) -> None:
    packed = RECORD.pack({
        "slot": slot, "generation": life, "id": IDS["openat"], "verdict": Verdict.DENY, "proposed": Verdict.DENY,
        "score": score, "tier": 1, "sequence": 77,
    })  # fmt: skip
    bench.board.expire([packed >> 32 * word & 0xFFFFFFFF for word in range(RECORD.words)])


def test_ps_score_and_top(bench: Bench, inside: Processes) -> None:
    child, ident = inside.fork(0)
    inside.as_user(child, 1000)
    deny(bench, child, ident)
    lines = vigilante("ps").stdout.splitlines()
    assert lines[0].split() == ["PID", "PPID", "USER", "S", "KB", "SECONDS", "SCORE", "CALLS", "NAME"]
    assert lines[1].split()[-1] == "init"
    assert lines[2].split()[:4] == [str(ident), "1", "alice", "R"] and lines[2].split()[-3:-1] == ["0.78", "1"]
    first, second = json.loads(vigilante("ps", "--json").stdout)["processes"]
    assert (first["score"], first["name"], first["ppid"]) == (None, "init", 0)
    assert (second["score"], second["verdict"], second["verdicts"]["deny"]) == (0.7843, "deny", 1)
    assert "init         no call yet" in vigilante("score").stdout
    assert "score 0.78, tier 1, last call deny; deny 1" in vigilante("score", str(ident)).stdout
    assert json.loads(vigilante("score", str(ident), "--json").stdout) == second
    refused("score", "99", code=ExitCode.LINK, words="process 99: there is no such process")
    text = vigilante("top", "--once").stdout.splitlines()
    assert "2 processes, a model is in force, 1 records lost" in text[0] and text[1] == "calls of these: 1 deny"
    assert [line.split()[0] for line in text[2:]] == ["PID", str(ident), "1"], "the most suspect first"
    top = json.loads(vigilante("top", "--once", "--json").stdout)
    assert top["running"] and top["processes"][0]["pid"] == ident and "share" in top["processes"][0]
    vigilante("kill", str(ident))
    assert inside.state(child) == State.ENDED
    refused("kill", str(ident), code=ExitCode.LINK, words="there is no such process")


def test_top_goes_on_until_ctrl_c(bench: Bench, inside: Processes) -> None:
    reads = [0]

    def act() -> None:
        reads[0] += 1
        if reads[0] == 200:
            raise KeyboardInterrupt

    bench.act = act
    lines = vigilante("top", "--json", "--interval", "0.5").stdout.splitlines()
    assert len(lines) > 2 and inside.left
    seconds = [json.loads(line)["seconds"] for line in lines]
    assert all(0.4 < later - sooner < 1.5 for sooner, later in pairwise(seconds))
    assert bench.lines[-1].closed


def test_events(bench: Bench, inside: Processes) -> None:
    assert vigilante("events").stdout == ""
    child, ident = inside.fork(0)
    deny(bench, child, ident)
    deny(bench, 40, 5)  # the host's
    bench.board.exchange(b"", 10)
    inside.call(child, "exit", 0)
    deny(bench, 0, 1, score=100)
    found = [json.loads(line) for line in vigilante("events", "--json").stdout.splitlines()]
    assert [(one["slot"], one["generation"], one["name"], one["verdict"]) for one in found] == [
        (child, ident, "openat", "deny"), (0, 1, "openat", "deny")
    ]  # fmt: skip
    assert (found[1]["process"], found[1]["sequence"], found[1]["score"]) == ("init", 77, 0.3922)
    assert "1 init         openat           deny       score 0.39" in vigilante("events", "-n", "1").stdout
    assert vigilante("events", "-n", "0").stdout == ""
    reads = [0]

    def act() -> None:
        reads[0] += 1
        if reads[0] == 60:
            deny(bench, 0, 1, score=255)
        if reads[0] == 120:
            raise KeyboardInterrupt

    bench.act = act
    text = vigilante("events", "-n", "0", "--follow").stdout
    assert text.split() == ["now", "1", "init", "openat", "deny", "score", "1.00"]


@given(st.text(alphabet="0123456789. abcdefy():,slotrecadinvk\n", max_size=200), st.integers(0, 2**32 - 1))
def test_whatever_the_log_says_it_is_read(text: str, life: int) -> None:
    line = f"12.345 kill (monitor): slot 3, life {life:x}, call 511, score 255, fault 7, record {life}"
    ended = f"12.346 process {life} ((a) b) ended by a verdict"
    events = from_log(f"{text}\n{line}\n{ended}\n", {})
    assert events[-1].process == "(a) b" and events[-1].generation == life and events[-1].monitor
    assert (events[-1].name, events[-1].fault) == ("call 511", "kind")


# --- programs ------------------------------------------------------------------------------------------------


class Program:
    """What a program of the operator's does, a step at each read of the line."""

    def __init__(self, bench: Bench, inside: Processes, interrupt: int = 10**9) -> None:
        self.inside, self.steps, self.interrupt, self.reads = inside, 0, interrupt, 0
        bench.act = self

    def __call__(self) -> None:
        self.reads += 1
        if self.reads == self.interrupt:
            raise KeyboardInterrupt
        if self.inside.state(1) != State.READY:
            return
        self.steps += 1
        if self.steps == 10:
            self.inside.put(1, b"hello\n")
            assert self.inside.call(1, "write", 1, SCRATCH, 6) == 6
        if self.steps == 20:
            assert self.inside.call(1, "exit", 3) == REPLACED


@pytest.fixture
def hello(modelled: bytes, tmp_path: Path) -> Path:
    """A program's file: one of the board's own."""
    with Board(CountedLine(NativeBoard(bytearray(modelled)))) as board:
        (tmp_path / "hello.elf").write_bytes(board.files.read("/bin/paces"))
    return tmp_path / "hello.elf"


def test_run(bench: Bench, inside: Processes, hello: Path) -> None:
    left = inside.left
    Program(bench, inside)
    result = vigilante("run", hello, "one", "--port", "two", code=3)
    assert result.stdout == "hello\n" and result.stderr == ""
    assert inside.left == left and vigilante("ls", ":/tmp").stdout == ""
    Program(bench, inside)
    assert vigilante("run", "--user", "bob", ":/bin/ls", "-l", "/etc", code=3).stdout == "hello\n"
    bench.act = None
    refused("run", ":/bin/nix", code=ExitCode.LINK, words="bench: /bin/nix: there is no such file")
    refused(
        "run", "--user", "eve", ":/bin/ls", code=ExitCode.USAGE, words="no user 'eve': its /etc/passwd names root"
    )
    refused("run", "nix.elf", code=ExitCode.USAGE, words="nix.elf: cannot be read (No such file or directory)")
    text = hello.with_name("text")
    text.write_text("no program")
    refused("run", text, code=ExitCode.LINK, words="not a program for the board: build one with `vigilante cc`")
    assert inside.left == left and vigilante("ls", ":/tmp").stdout == ""


def test_ctrl_c_ends_the_program_and_removes_it_at_any_moment(
    bench: Bench, inside: Processes, hello: Path
) -> None:
    left, interrupt, whole = inside.left, 0, False
    while not whole:
        interrupt += 1
        program = Program(bench, inside, interrupt)
        result = CliRunner().invoke(main, ["run", str(hello)])
        whole = program.reads < interrupt
        assert result.exit_code == (3 if whole else ExitCode.INTERRUPTED), result.output
        assert whole or result.stderr == "vigilante: interrupted\n"
        bench.act = None
        assert bench.lines[-1].closed
        bench.board.exchange(b"", 10)
        assert [inside.state(entry) for entry in range(1, 16)] == [State.FREE] * 15
        assert vigilante("ls", ":/tmp").stdout == "" and inside.left == left, interrupt
    assert interrupt > 20


@pytest.mark.usefixtures("inside")
def test_unplugging_is_one_line_at_any_moment(bench: Bench, hello: Path) -> None:
    commands = [["ls"], ["cp", str(hello), ":/tmp"], ["cat", ":/etc/motd"], ["ps"], ["top"], ["run", str(hello)],
                ["events", "-f"], ["rm", ":/etc/motd"]]  # fmt: skip
    for command in commands:
        for writes in (0, 1, 2, 4, 8):
            bench.unplug_after = writes
            result = CliRunner().invoke(main, command)
            if bench.unplug_after < 0:
                assert result.exit_code == ExitCode.LINK, (command, writes, result.output)
                assert result.stderr.startswith("vigilante: bench: went away") and result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["ls", "cat x", "ps", "top", "score", "kill 1", "events", "mkdir x", "rm x"])
@pytest.mark.usefixtures("bench")
def test_a_port_that_is_not_there_for_the_operator(command: str) -> None:
    refused(*command.split(), "--port", "/dev/ttyX", code=ExitCode.LINK, words="/dev/ttyX: there is no such port")


def test_cc_makes_a_program_of_anybodys_c(
    bench: Bench, inside: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("include").mkdir()
    Path("include", "word.h").write_text('#define WORD "hello"\n')
    Path("prog.c").write_text(
        '#include "lib.h"\n#include "word.h"\nint main(void)\n{\n    print(WORD MORE);\n    return 3;\n}\n'
    )
    result = vigilante("cc", "prog.c", "-o", "prog.elf", "-I", "include", "-D", 'MORE="\\n"')
    assert "prog.elf: " in result.stderr and "vigilante run prog.elf" in result.stderr
    Program(bench, inside)
    assert vigilante("run", "prog.elf", code=3).stdout == "hello\n"
    refused("cc", "nix.c", "-o", "x", code=ExitCode.USAGE, words="nix.c: there is no such file")
    refused("cc", "prog.c", "-o", "/nix/x", "-I", "include", "-D", 'MORE=""', code=ExitCode.USAGE, words="/nix/x")
    refused("cc", "prog.c", "-o", "bad.elf", code=ExitCode.ENGINE, words="bad.elf was not made")
    assert not Path("bad.elf").exists()
