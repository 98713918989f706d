"""Decoys on the whole simulated board: what a suspect is shown, and that it cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from firmware import decoys
from firmware.image import TREE
from hdl.contract.flash import AREAS, CANARY_BYTES
from hdl.contract.syscalls import IDS
from host.bench.board import BoardLine
from host.bench.processes import permissive_policy, trapping_policy
from host.board import Board
from models.package import SHIPPED_BOARD, read_package
from sim.board import SimulatedBoard

REAL = (TREE / "etc/shadow").read_bytes()
SAID = """\
cat /etc/shadow
echo eve::19999:0:99999:7::: >> /etc/shadow
mv /etc/shadow /tmp/s
cat /tmp/s /etc/shadow
"""


def boards(flash: Path) -> Iterator[Board]:
    """A board with the shipped model in force."""
    whole = read_package(SHIPPED_BOARD)
    with SimulatedBoard(flash, paced=False) as simulated, Board(BoardLine(simulated)) as board:
        assert board.push(replace(whole, vectors=whole.vectors[:1]), verify=False).pushed
        yield board


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    yield from boards(tmp_path / "board.flash")


def test_a_suspects_tree_sees_decoys_and_nobody_else_does(board: Board, tmp_path: Path) -> None:
    area = AREAS["decoys"]
    flash = (tmp_path / "board.flash").read_bytes()
    (content, *_) = (decoy.content for decoy in decoys.unpacked(flash[area.base : area.base + area.size]))
    ran = board.processes.run
    board.load_policy(permissive_policy())
    assert b"".join(ran("/bin/cat", ["/etc/shadow"])) == REAL
    board.load_policy(trapping_policy())
    said = b"".join(ran("/bin/sh", ["-c", SAID.replace("\n", ";")]))
    changed = content + b"eve::19999:0:99999:7:::\n"
    assert said == content + changed + b"cat: /etc/shadow: there is no such file (2)\n"
    assert board.files.read("/etc/shadow") == REAL and board.files.list("/tmp") == []
    assert b"".join(ran("/bin/cat", ["/etc/shadow"])) == content, "another tree, another layer"
    board.load_policy(permissive_policy())
    assert b"".join(ran("/bin/cat", ["/etc/shadow"])) == REAL
    log = b"".join(text for _place, text in board.log()).decode()
    assert log.count("sees decoys from now on: process") == 2 == log.count("has ended, and its decoys with it")


def test_the_decoy_service_greets_a_suspect_and_tells_of_the_canary_that_it_is_offered(
    board: Board, tmp_path: Path
) -> None:
    """It is there for a suspect alone; what the suspect was given, and offers, leaves a vaccine, in gateware."""
    area = AREAS["decoys"]
    flash = (tmp_path / "board.flash").read_bytes()
    (shadow, *_) = decoys.unpacked(flash[area.base : area.base + area.size])
    hashed = shadow.content.decode().split(":")[1]
    ran = board.processes.run
    board.load_policy(permissive_policy())
    assert b"".join(ran("/bin/visitor", ["plainly", hashed])) == b"connect 111\n"
    board.load_policy(trapping_policy())
    said = b"".join(ran("/bin/visitor", ["secret", f"SSH-2.0-{hashed}"]))
    size = len(hashed) + 8
    assert said == b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2\r\nthen 11\nsent %d\nthen 11\nsent %d\n" % (size, size)
    (one,) = board.births.list().vaccines
    assert one.key["id"] == IDS["write"]
    log = b"".join(text for _place, text in board.log()).decode()
    assert log.count("decoy service: ") == 3 and f" sends {size} bytes: SSH-2.0-$1$" in log
    assert log.count("canary: ") == 1 and f"(visitor) of tree 2 sends {hashed[-CANARY_BYTES:]}\n" in log
    assert board.info().counters["canaries"] == 1


@pytest.mark.slow
def test_probes_see_no_difference_on_the_board(tmp_path: Path) -> None:
    said = []
    for number, policy in enumerate((permissive_policy(), trapping_policy())):
        for board in boards(tmp_path / f"{number}.flash"):
            board.load_policy(policy)
            run = board.processes.run("/bin/views")
            said.append(b"".join(run).decode().splitlines())
            assert run.code == 0
    truth, decoy = said
    assert [pair for pair in zip(truth, decoy, strict=True) if pair[0] != pair[1]] == []
    assert truth[-1] == f"{len(truth) - 1} probes" and len(truth) > 45
