"""The decoy service on the native board: who finds it, what it says, and what the log is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from firmware import decoys
from hdl.contract.flash import AREAS, CANARY_BYTES
from hdl.contract.syscalls import IDS
from hdl.contract.verdict import CallClass, Verdict
from host.bench.quarantine import freezing_policy
from host.board import Board
from sim.lines import CountedLine
from sim.native_programs import ProgramBoard

PROBE = "/bin/visitor"
ECONNREFUSED, EAGAIN, EPIPE = 111, 11, 32
GREETING = b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2\r\n"
REFUSAL = b"Invalid SSH identification string.\r\n"
CLIENT = "SSH-2.0-visitor"


@pytest.fixture
def board(screened: bytes) -> Iterator[Board]:
    """Give a board on which every secret is a decoy, whoever asks."""
    with Board(CountedLine(ProgramBoard(bytearray(screened)), patience=60.0)) as made:
        made.load_policy(freezing_policy([CallClass.READ], secrets=True, answer=Verdict.DECOY))
        yield made


def visited(board: Board, how: str, text: str) -> bytes:
    run = board.processes.run(PROBE, (how, text))
    said = b"".join(run)
    assert run.code == 0
    return said


def told(board: Board) -> list[str]:
    text = b"".join(line for _place, line in board.log()).decode()
    return [line.partition("decoy service: ")[2] for line in text.splitlines() if "decoy service: " in line]


def test_nobody_else_finds_it(board: Board) -> None:
    assert visited(board, "plainly", CLIENT) == b"connect %d\n" % ECONNREFUSED and told(board) == []


def test_whoever_sees_decoys_is_served(board: Board) -> None:
    """It greets and takes all that comes; nothing more is ever said."""
    size = len(CLIENT)
    assert visited(board, "secret", CLIENT) == GREETING + b"then %d\nsent %d\nthen %d\nsent %d\n" % (
        EAGAIN, size, EAGAIN, size,
    )  # fmt: skip
    begins, *sent = told(board)
    assert begins.endswith("connects to port 22") and "(visitor) of tree " in begins
    assert len(sent) == 2 and all(line.endswith(f"sends {size} bytes: {CLIENT}") for line in sent)


def test_who_is_no_client_is_sent_away(board: Board) -> None:
    """As ssh does it; what was said is told all the same, and nothing in it ends a line of the log."""
    said = visited(board, "secret", "GET / HTTP/1.0\r\n\x1b[2J")
    assert said == GREETING + b"then %d\nsent 20\n" % EAGAIN + REFUSAL + b"then 0\nsent %d\n" % EPIPE
    assert told(board)[-1].endswith("sends 20 bytes: GET / HTTP/1.0...[2J")


def test_a_child_of_a_suspect_is_served_too(board: Board) -> None:
    assert visited(board, "twice", CLIENT).startswith(GREETING)
    assert visited(board, "plainly", CLIENT) == b"connect %d\n" % ECONNREFUSED, "not the next tree"


def test_a_canary_that_is_offered_is_told_of_and_leaves_a_vaccine(board: Board, screened: bytes) -> None:
    area = AREAS["decoys"]
    (shadow, *_) = decoys.unpacked(screened[area.base : area.base + area.size])
    hashed = shadow.content.decode().split(":")[1]
    assert visited(board, "secret", f"SSH-2.0-{hashed}").startswith(GREETING)
    log = b"".join(line for _place, line in board.log()).decode()
    assert f" of tree 2 sends {hashed[-CANARY_BYTES:]}\n" in log and log.count("canary: process ") == 1
    assert [one.key["id"] for one in board.births.list().vaccines] == [IDS["write"]]
    assert board.info().counters["canaries"] == 1


def test_a_suspect_by_its_score_is_served(board: Board) -> None:
    """It sees no decoys: what it has tried to do is enough."""
    assert visited(board, "tries", CLIENT).startswith(GREETING)
    assert "decoys from now on" not in b"".join(line for _place, line in board.log()).decode()
