"""`vigilante decoys`, run against the firmware itself."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from firmware import decoys, plausible
from firmware.image import TREE
from hdl.contract.event import RECORD
from hdl.contract.flash import AREAS, CANARY_BYTES
from hdl.contract.load import Target
from hdl.contract.policy import JUDGE_CELLS, JUDGE_ROWS, VERDICT_BITS
from hdl.contract.syscalls import IDS
from hdl.contract.verdict import Verdict
from host.bench.processes import trapping_policy
from host.board import Aggregate, Board
from host.cli import main
from host.columns import column
from host.exits import ExitCode
from sim.lines import CountedLine
from sim.native import NativeBoard
from sim.native_processes import AT_FDCWD, Processes
from sim.native_programs import ProgramBoard

if TYPE_CHECKING:
    from conftest import Bench

DIRECTORY = 0o200000


def vigilante(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["decoys", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def divert(processes: Processes) -> None:
    """Have the first process ask for a secret, and be answered by DECOY."""
    row = sum(Verdict.DECOY << VERDICT_BITS * cell for cell in range(JUDGE_CELLS))
    for number in range(1, JUDGE_ROWS, 2):
        processes.load(Target.JUDGE, [row & 0xFFFFFFFF, row >> 32], 2 * number)
    processes.enforce(0xFFFF)
    folder = processes.call(0, "openat", AT_FDCWD, processes.text(0, "/etc"), DIRECTORY, 0)
    file = processes.call(0, "openat", folder, processes.text(0, "shadow"), 1, 0)
    assert file >= 0 and processes.call(0, "write", file, processes.put(0, b"mine"), 4) == 4


def test_what_is_made_is_plausible_and_other_each_time(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    listed = json.loads(vigilante("build", "-o", one, "--json").stdout)["decoys"]
    vigilante("build", "-o", two)
    assert one.read_bytes() != two.read_bytes()
    shadow = vigilante("show", one, "/etc/shadow").stdout
    assert len(shadow) == len((TREE / "etc/shadow").read_bytes())
    user, held, *rest = shadow.splitlines()[0].split(":")
    assert user == "root" and len(rest) == 7
    assert listed[0]["canary"] == held
    assert held in [plausible.md5_crypt(word, held.split("$")[2]) for word in plausible.PASSWORDS], "it is weak"
    for made, kept in zip(listed, decoys.unpacked(one.read_bytes()), strict=True):
        assert kept.canary == made["canary"][-CANARY_BYTES:], "what the board looks for"
        assert bool(kept.canary) == (kept.name != ".bash_history")
    key = load_ssh_private_key(vigilante("show", one, "/root/.ssh/id_ed25519").stdout.encode(), None)
    assert type(key).__name__ == "Ed25519PrivateKey"
    credentials = vigilante("show", one, "/home/alice/.aws/credentials").stdout
    assert "aws_access_key_id = AKIA" in credentials
    assert len(vigilante("show", one, "/root/.gnupg/any").stdout) == plausible.TEXT_BYTES
    assert len(vigilante("show", one).stdout.splitlines()) == len(listed)
    vigilante("build", "--seed", "7", "-o", one)
    vigilante("build", "--seed", "7", "-o", two)
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.parametrize(
    ("password", "salt", "known"),
    [("password", "saltsalt", "$1$saltsalt$qjXMvbEw8oaL.CzflDtaK/"), ("x", "ab", "$1$ab$e2KlfqG5YBMTjSz7XF.Eu1")],
)
def test_the_old_hash_is_the_one_that_crypt_knows(password: str, salt: str, known: str) -> None:
    """As `openssl passwd -1` gives it."""
    assert plausible.md5_crypt(password, salt) == known


def test_what_is_no_decoys_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "x"
    vigilante("build", "-o", file)
    whole = bytearray(file.read_bytes())
    whole[5000] ^= 1
    file.write_bytes(whole)
    assert "the decoys are damaged: make others" in vigilante("show", file, code=ExitCode.USAGE).stderr
    file.write_bytes(bytes(100))
    assert "these are no decoys" in vigilante("push", file, code=ExitCode.USAGE).stderr
    assert "cannot be read" in vigilante("show", tmp_path / "nix", code=ExitCode.USAGE).stderr
    assert "cannot be written" in vigilante("build", "-o", "/nix/x", code=ExitCode.USAGE).stderr


def test_a_push_and_what_a_tree_sees(bench: Bench, inside: Processes, tmp_path: Path) -> None:
    file = tmp_path / "board.decoys"
    vigilante("build", "-o", file)
    assert "18 decoys in force" in vigilante("push", file).stdout
    area = AREAS["decoys"]
    kept = bytes(bench.board._held[area.base : area.base + area.size])
    assert kept.startswith(file.read_bytes())
    assert "no process tree sees decoys" in vigilante("trees").stdout
    divert(inside)
    assert vigilante("trees").stdout.splitlines() == ["tree  0  process     1  init"]
    assert json.loads(vigilante("trees", "--json").stdout) == {"trees": [{"tree": 0, "pid": 1, "name": "init"}]}
    content = decoys.unpacked(file.read_bytes())[0].content
    assert vigilante("read", "0", ":/etc/shadow").stdout_bytes == b"mine" + content[4:]
    assert vigilante("read", "1", ":/etc/shadow").stdout_bytes == (TREE / "etc/shadow").read_bytes()
    assert "EBUSY" in vigilante("push", file, code=ExitCode.LINK).stderr


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(("path", "judged"), [("/etc/shadow", 6), ("/tmp/link", 12)])
def test_what_a_suspect_asks_again_is_counted(modelled: bytes, path: str, judged: int) -> None:
    """A record that says what one that waits says already: who looks often is not to feel that it is told."""
    with Board(CountedLine(ProgramBoard(bytearray(modelled)), patience=30.0)) as board:
        list(board.processes.run("/bin/ln", ["-s", "/etc/shadow", "/tmp/link"]))
        board.load_policy(trapping_policy())
        run = board.processes.run("/bin/cat", [path] * 6)
        list(run)
        told: list[int] = []
        opened = (run.id, IDS["openat"])
        counted: Counter[tuple[int, int]] = Counter()
        for _turn in range(20):
            board.listen(0.1)
            counted = Counter({(life, call): count for (_slot, life, call), count in board.aggregates.items()})
            told += [
                int(column(record[None], RECORD, "id")[0])
                for records in board.told()
                if not isinstance(records, Aggregate)
                for record in records[column(records, RECORD, "verdict") == Verdict.DECOY]
            ]
        assert told.count(IDS["openat"]) <= 3, "nor is what a link leads to told each time"
        assert told.count(IDS["openat"]) + counted[opened] == judged, "and none is lost"


def test_a_push_that_is_cut_short_leaves_none(bench: Bench, modelled: bytes, tmp_path: Path) -> None:
    """The power goes at some operation of the flash: then nothing, never half of something, is in force."""
    made = decoys.packed(decoys.made(5))
    (tmp_path / "d").write_bytes(made)
    bench.board = NativeBoard(bytearray(modelled))
    bench.board.exchange(b"", 3000)  # its files are made
    bench.board.cut_after(7, 1)
    vigilante("push", tmp_path / "d", code=ExitCode.LINK)
    bench.board.exchange(b"", 3000)
    processes = Processes(bench.board)
    row = sum(Verdict.DECOY << VERDICT_BITS * cell for cell in range(JUDGE_CELLS))
    for number in range(1, JUDGE_ROWS, 2):
        processes.load(Target.JUDGE, [row & 0xFFFFFFFF, row >> 32], 2 * number)
    processes.enforce(0xFFFF)
    folder = processes.call(0, "openat", AT_FDCWD, processes.text(0, "/etc"), DIRECTORY, 0)
    assert processes.call(0, "openat", folder, processes.text(0, "shadow"), 0, 0) == -13
