"""Programs on the whole simulated board: a shell's session, attacks from user mode, and what stops the core."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from firmware import build
from hdl.contract.event import RECORD, Kind
from hdl.contract.flash import AREAS
from hdl.contract.link import FrameType, RecordMode
from hdl.contract.load import Target
from hdl.contract.memory import BOOT_VECTOR, GRANULE_BYTES, REGIONS, VECTOR_ALIGN
from hdl.contract.registers import COPROCESSOR, SYSTEM, UART
from hdl.contract.syscalls import IDS
from hdl.contract.tamper import TAMPER_CYCLES
from hdl.contract.verdict import SECRET_FROM, Verdict
from host.bench.board import BoardLine
from host.board import Board
from host.cli import main
from host.link.codec import Decoder
from host.link.errors import SessionOver, Tampered
from host.link.frames import parse
from models.package import SHIPPED_BOARD, read_package
from sim.assemble import assembled
from sim.board import SimulatedBoard

PROMPTS = ("# ", "$ ")
PATIENCE = 600.0
"""Seconds for a command on a busy machine."""
BEGIN_CYCLES = 300_000
"""In which the shell has begun a program."""

LINE = {
    "TEXT_WINDOW": COPROCESSOR.address("text_window"),
    "UART": UART.region.base,
    "UART_SEND": UART.register["send"].offset,
    "UART_CONTROL": UART.register["control"].offset,
    "UART_DIVIDER": UART.register["divider"].offset,
    "LINE_DIVIDER": SYSTEM.address("line_divider"),
}
"""What a kernel of a few instructions needs to speak, and to open a window."""

STORE_FAULT = 7
"""A trap's cause."""


class Console:
    """The board's console, a command at a time."""

    def __init__(self, simulated: SimulatedBoard, board: Board) -> None:
        self.simulated = simulated
        self.board = board
        board.type(b"")
        self.wait()

    def wait(self) -> str:
        """Return what is printed until the next prompt."""
        text, until = "", time.monotonic() + PATIENCE
        while not text.endswith(PROMPTS):
            text += self.board.printed(0.2).decode()
            assert time.monotonic() < until, f"no prompt behind {text!r}"
        return text

    def begin(self, line: str) -> None:
        """Type a line of a program that does not end by itself, and let it begin."""
        self.board.type(line.encode() + b"\r")
        said = b""
        while not said.endswith(b"\n"):
            said += self.board.printed(0.2)
        self.simulated.run(BEGIN_CYCLES, skip=False)

    def run(self, line: str) -> list[str]:
        """Type a line; return the lines that it prints, without the echo."""
        self.board.type(line.encode() + b"\r")
        said = self.wait().replace("\r", "").split("\n")
        assert said[0].endswith(line)
        return said[1:-1]


@pytest.fixture(scope="module")
def flash(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board's flash that holds the shipped model."""
    file = tmp_path_factory.mktemp("flash") / "board.flash"
    whole = read_package(SHIPPED_BOARD)
    with SimulatedBoard(file, paced=False) as simulated:
        board = Board(BoardLine(simulated))
        assert board.push(replace(whole, vectors=whole.vectors[:1]), verify=False).pushed
        board.close()
    return file


@pytest.fixture
def console(flash: Path, tmp_path: Path) -> Iterator[Console]:
    with SimulatedBoard(Path(shutil.copy(flash, tmp_path / "board.flash")), paced=False) as simulated:
        board = Board(BoardLine(simulated))
        yield Console(simulated, board)
        board.close()


def test_a_session(console: Console) -> None:
    run = console.run
    assert run("ls -l /etc | grep shadow") == ["-rw------- root         145 shadow"]
    assert run("echo one two > /tmp/x; cat /tmp/x /etc/hostname >> /tmp/y; wc /tmp/y") == [
        "      2       3      18 /tmp/y"
    ]
    assert [line.split()[-1] for line in run("ps")] == ["NAME", "init", "sh", "ps"]
    job = run("sleep 100 &")
    assert re.fullmatch(r"\[\d+\]", job[0])
    assert any("sleep" in line for line in run("ps"))
    assert run(f"kill {job[0][1:-1]}; wait") == [f"{job[0]} done"]
    assert run("su alice -c 'echo x > /etc/motd'") == ["sh: /etc/motd: permission denied (13)"]
    assert run("su alice -c id") == ["uid=1000 alice gid=1000"]
    assert run("nosuch") == ["sh: nosuch: there is no such file (2)"]
    # Ctrl-C ends what is in the foreground, not the shell; and the link works beside all this.
    console.begin("sleep 100")
    console.board.type(b"\x03")
    assert "ended by signal 2" in console.wait()
    assert console.board.status().values["running"] == 1
    counts = console.board.aggregates
    for _ in range(10):  # counts leave a few times a second
        console.board.printed(0.1)
    numeric, strings = console.simulated.waits
    assert numeric[0] > 100 and not numeric[1:].any(), "the verdict is there when it is asked for"
    assert strings.any() and not strings[0], "but strings have to be copied first"
    assert counts.total() > 300 and {slot for slot, _, _ in counts} >= {1, 2}, "every call was judged, by slot"


def test_twelve_processes_at_once(console: Console) -> None:
    """The first process, a shell, nine that sleep in the background, one that lists them; the host sees all."""
    for job in (*["sleep 100|sleep 100&"] * 4, "sleep 100&"):
        console.run(job)
        console.run("sleep 1")
    rows = [line.split() for line in console.run("ps")]
    assert [row[-1] for row in rows] == ["NAME", "init", "sh", *["sleep"] * 9, "ps"]
    told = console.board.processes.list()
    assert [process.name for process in told] == ["init", "sh", *["sleep"] * 9]
    assert all(process.score is not None and process.counts[Verdict.ALLOW] >= 2 for process in told)


def test_no_call_is_lost_or_counted_twice(console: Console) -> None:
    """What the host is told, as counts and as records, is every call that was made, in both modes."""

    def told() -> dict[str, int]:
        for _ in range(10):  # what is counted leaves a few times a second
            console.board.printed(0.1)
        counters = console.board.info().counters
        found = {name: counters[name] for name in ("counted", "records", "shed_records")}
        for records in console.board.told():
            if isinstance(records, np.ndarray):
                changes.extend(kind for kind in (records[:, 0] & 15).tolist() if kind != Kind.CALL)
        return found | {"made": int(console.simulated.waits.sum()), "changes": len(changes)}

    seen = {}
    changes: list[int] = []  # kinds of events by which slots follow their processes
    for mode in (RecordMode.AGGREGATE, RecordMode.ALL):
        console.board.record_mode(mode)
        before = told()
        lines = ("ls -l /etc | wc; ps; nosuch", "cat /etc/hostname /etc/motd > /tmp/x; rm /tmp/x", "find /home")
        for line in lines:
            console.run(line)
        after = told()
        seen[mode] = {name: after[name] - before[name] for name in before}
    whole, each = seen[RecordMode.AGGREGATE], seen[RecordMode.ALL]
    assert whole["shed_records"] == each["shed_records"] == 0
    assert whole["made"] == whole["counted"] + whole["records"] and whole["counted"] > 300
    assert each["made"] == each["records"] - each["changes"] and not each["counted"]
    assert whole["changes"] == 0 and set(changes) == {Kind.FORK, Kind.EXEC, Kind.EXIT}


def test_attacks_from_user_mode(console: Console) -> None:
    console.board.load(Target.ENFORCE, [0])  # what holds them is isolation, whatever the judge thinks of them
    said = console.run("attacks")
    assert [line for line in said[:-1] if not line.startswith("held: ")] == []
    found = re.fullmatch(r"(\d+) attacks, 0 succeeded", said[-1])
    assert found and int(found[1]) == len(said) - 1 >= 40
    assert [line.split()[-1] for line in console.run("ps")] == ["NAME", "init", "sh", "ps"], "nothing is left"


def test_the_paths_of_calls_are_judged_and_what_they_lead_to(console: Console) -> None:
    """Absolute, from the cwd, through a link: the object is a secret each time, and a verdict says so."""
    run, board = console.run, console.board
    board.load(Target.ENFORCE, [0])  # for the shipped model whoever opens a secret is an attacker
    run("ln -s /etc/shadow /tmp/link")
    run("cd /etc")
    board.record_mode(RecordMode.ALL)
    records = board.records()

    last = int(run("ps")[-1].split()[0])  # its own number; records of programs before may still be on their way

    def opened(line: str) -> list[int]:
        """Return the path classes of what the next program opens."""
        nonlocal last
        run(line)
        last += 1
        classes = []
        for told in records:
            for row in told if isinstance(told, np.ndarray) else ():
                record = RECORD.unpack(int.from_bytes(row.tobytes(), "little"))
                if record["generation"] != last:
                    continue
                if record["id"] == IDS["openat"]:
                    classes.append(record["path_class"])
                if record["id"] in (IDS["exit"], IDS["exit_group"]):
                    return classes
        raise AssertionError("the program does not end")

    secret = opened("cat /etc/shadow")
    assert len(secret) == 1 and secret[0] >= SECRET_FROM
    assert opened("cat shadow") == opened("cat ../etc//./shadow") == secret, "from the cwd, by one verdict"
    assert opened("cat hostname")[0] < SECRET_FROM
    first, second = opened("cat /tmp/link")
    assert first < SECRET_FROM <= second, "the link's own place, then what it leads to"


def test_the_suite_in_short(console: Console) -> None:
    console.board.load(Target.ENFORCE, [0])  # it forks, kills and fills what there is: like an attack
    said = console.run("suite short")
    assert [line for line in said[:-1] if not line.startswith("ok: ")] == []
    found = re.fullmatch(r"(\d+) tests, 0 failed", said[-1])
    assert found and int(found[1]) == len(said) - 1 >= 30


def test_a_session_that_is_stopped_gives_way_to_another(console: Console) -> None:
    """Whatever becomes of a shell whose user asks for a secret: a prompt is there, and the first process well."""
    for _ in range(2):
        console.board.type(b"su alice -c 'cat /etc/shadow'\r")
        console.wait()
        assert console.run("id")[-1] == "uid=0 root gid=0"
    first = next(process for process in console.board.processes.list() if process.id == 1)
    assert (first.name, first.score, first.tree) == ("init", 0, 0)


def test_the_shell_command_types_and_shows(flash: Path, tmp_path: Path) -> None:
    copy = shutil.copy(flash, tmp_path / "board.flash")
    done = CliRunner().invoke(main, ["shell", "--port", f"sim://?flash={copy}", "-c", "id; exit"])
    assert done.exit_code == 0 and "uid=0 root gid=0" in done.output, done.output


def test_a_damaged_firmware_gives_way_to_the_spare_one(
    flash: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Path(shutil.copy(flash, tmp_path / "board.flash"))
    content = bytearray(copy.read_bytes())
    content[AREAS["firmware"].base + 5000] ^= 1
    copy.write_bytes(content)
    monkeypatch.setattr("sim.board.prepare_flash", lambda *_args: None)  # it would mend it
    with SimulatedBoard(copy, paced=False) as simulated:
        board = Board(BoardLine(simulated))
        log = b"".join(text for _place, text in board.log())
        assert b"from the spare place: the first firmware is not whole" in log
        board.close()


@pytest.mark.parametrize(("way", "said"), [(0, b"1!"), (1, b"1"), (2, b"")], ids=["obeys", "unasked", "elsewhere"])
def test_a_kernel_that_does_not_follow_the_verdict_is_stopped(
    way: int, said: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not ask never gets back into its program; one that goes elsewhere not even far from there.

    Then the board says so by itself, at once and again, though its program has the line bytewise."""
    symbols = {
        **LINE,
        "WAY": way,
        "DENY_HANDLER": COPROCESSOR.address("verdict_handler") + 4 * Verdict.DENY,
        "DISPATCH": COPROCESSOR.address("dispatch"),
        "USER_TEXT": REGIONS["user_text"].base,
    }
    code = assembled(Path(__file__).with_name("tamper.S"), REGIONS["ram"].base, symbols)
    monkeypatch.setattr(build, "firmware", lambda: build.with_header(code))
    with SimulatedBoard(tmp_path / "board.flash", paced=False) as simulated:
        simulated.run(300_000, skip=False)
        heard = simulated.read(1000)
        assert heard.startswith(said)
        if way == 0:
            assert heard == said
            return
        (at_once,) = Decoder().feed(heard[len(said) :])
        if way == 1:
            simulated.run(TAMPER_CYCLES, skip=False)
            (again,) = Decoder().feed(b"\0" + simulated.read(1000))
            assert again == at_once
        else:
            line = BoardLine(simulated)
            line.patience = PATIENCE
            with pytest.raises(Tampered, match="and the core is stopped"):  # instead of silence
                Board(line)
    told = parse(at_once.kind, at_once.payload)
    assert told.kind is FrameType.TAMPER
    begin, returns = REGIONS["ram"].base, (0x30200073).to_bytes(4, "little")
    values = {name: value for name, value in told.values.items() if value and name not in {"before", "time_low"}}
    if way == 1:
        returned = begin + code.index(returns, VECTOR_ALIGN)
        assert values == {"undispatched": 1, "strayed": 1, "pc": returned}
    else:
        assert values == {
            "strayed": 1,
            "answered": 1,
            "pc": begin + code.index(4 * (1).to_bytes(2, "little")),  # four nops
            "handler": begin + code.index(returns) + len(returns),
        }
    assert 0 < told.values["time_low"] < 300_000


def test_a_kernel_that_is_locked_cannot_be_written_and_nothing_else_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    granule, ram, text, data = 8, REGIONS["ram"], REGIONS["user_text"], REGIONS["user_data"]
    symbols = {
        **LINE,
        "DATA_WINDOW": COPROCESSOR.address("data_window"),
        "PROGRAM_GRANULE": granule,
        "PROGRAM": ram.base + granule * GRANULE_BYTES,
        "BOOT": REGIONS["rom"].base + BOOT_VECTOR,
        "VG_USER_TEXT_BASE": text.base,
        "VG_USER_TEXT_SIZE": text.size,
        "VG_USER_DATA_BASE": data.base,
        "VG_USER_DATA_SIZE": data.size,
    }
    code = assembled(Path(__file__).with_name("lockdown.S"), ram.base, symbols)
    monkeypatch.setattr(build, "firmware", lambda: build.with_header(code))
    with SimulatedBoard(tmp_path / "board.flash", paced=False) as simulated:
        simulated.run(300_000, skip=False)
        assert simulated.read(100).decode() == "---" + "7-" + "7-11" + "157" + "1" + "71" + "71" + "."


def test_the_kernel_faults_where_it_writes_its_own_code(
    flash: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real one, with a call changed so that it tries: the board says so in its log when it is back."""
    kernel = Path(shutil.copytree(build.KERNEL, tmp_path / "kernel"))
    source, asked = kernel / "identity.c", "return (int32_t)process->own_group;"
    text = source.read_text()
    assert text.count(asked) == 1
    source.write_text(text.replace(asked, f"*(volatile uint32_t *)(uintptr_t)call_getgid = 0;\n    {asked}"))
    monkeypatch.setattr(build, "KERNEL", kernel)
    with SimulatedBoard(Path(shutil.copy(flash, tmp_path / "board.flash")), paced=False) as simulated:
        board = Board(BoardLine(simulated))
        console = Console(simulated, board)
        assert console.run("echo hello") == ["hello"]
        board.type(b"id\r")
        with pytest.raises(SessionOver):
            console.wait()
        board = Board(BoardLine(simulated))
        log = b"".join(text for _place, text in board.log()).decode()
        board.close()
    (cause, address, value) = re.findall(r"reset by a trap: cause (\w+) at (\w+), value (\w+)", log)[-1]
    assert int(cause, 16) == STORE_FAULT
    assert REGIONS["ram"].base <= int(value, 16) <= int(address, 16) < int(value, 16) + 64
