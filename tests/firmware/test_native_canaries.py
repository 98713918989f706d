"""Canaries on the native board: who sends what only a decoy holds is told of; a suspect leaves a vaccine."""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator

import pytest

from firmware import decoys
from firmware.image import TREE
from hdl.contract.births import BIRTH_FIRST
from hdl.contract.event import EVENT, Kind
from hdl.contract.flash import AREAS, CANARY_BYTES, GIVEN_PAGE, PAGE_BYTES
from hdl.contract.load import Target
from hdl.contract.memory import GRANULE_BYTES
from hdl.contract.policy import JUDGE_CELLS, JUDGE_ROWS, VERDICT_BITS
from hdl.contract.quarantine import Evidence
from hdl.contract.syscalls import IDS
from hdl.contract.verdict import Verdict
from host.board import Board
from sim.lines import CountedLine
from sim.native import NativeBoard
from sim.native_processes import AT_FDCWD, SCRATCH, Processes

AREA = AREAS["decoys"]
SHADOW = "/etc/shadow"
DIRECTORY, RDWR, STREAM, ANY = 0o200000, 2, 1, -1
PORT = 7000
MEMORY = SCRATCH + 512


def canaries(flash: bytes | bytearray) -> dict[str, bytes]:
    """Return what the board looks for, by the names that decoys stand for."""
    found = decoys.unpacked(bytes(flash[AREA.base : AREA.base + AREA.size]))
    return {decoy.name: decoy.canary.encode() for decoy in found}


class Scene:
    """A native board, a session with it, and processes of its first tree, which call from here."""

    def __init__(self, flash: bytes | bytearray) -> None:
        self.native = NativeBoard(bytearray(flash))
        self.board = Board(CountedLine(self.native, patience=30.0))
        self.inside = Processes(self.native)
        self.canary = canaries(flash)[SHADOW]

    def trap(self) -> None:
        """Answer every call about a secret by DECOY."""
        row = sum(Verdict.DECOY << VERDICT_BITS * cell for cell in range(JUDGE_CELLS))
        for number in range(1, JUDGE_ROWS, 2):
            self.inside.load(Target.JUDGE, [row & 0xFFFFFFFF, row >> 32], 2 * number)
        self.inside.enforce(0xFFFF)

    def steal(self, path: str = SHADOW) -> bytes:
        """Have the first process read a secret, which is a decoy."""
        self.trap()
        inside = self.inside
        folder = inside.call(0, "openat", AT_FDCWD, inside.text(0, "/"), DIRECTORY, 0)
        file = inside.call(0, "openat", folder, inside.text(0, path.lstrip("/")), 0, 0)
        assert file >= 0
        size = inside.call(0, "read", file, inside.put(0, bytes(512)), 512)
        for descriptor in (file, folder):
            inside.call(0, "close", descriptor)
        return inside.get(0, size)

    def connected(self, process: int = 0) -> tuple[int, int]:
        """Return both ends of a stream over the loopback."""
        inside = self.inside
        address = inside.put(process, struct.pack("<H2sI8x", 2, struct.pack(">H", PORT), 0x0100007F))
        server, client = (inside.call(process, "socket", 2, STREAM, 0) for _ in range(2))
        assert inside.call(process, "bind", server, address, 16) == 0
        assert inside.call(process, "listen", server, 1) == 0
        assert inside.call(process, "connect", client, address, 16) == 0
        other = inside.call(process, "accept", server, 0, 0)
        inside.call(process, "close", server)
        return client, other

    def send(self, descriptor: int, data: bytes, process: int = 0, name: str = "write") -> int:
        """Have a process send something, by a call that is judged as on the board."""
        self.inside.put(process, data, MEMORY)
        packed = EVENT.pack({"kind": Kind.CALL, "slot": process, "id": IDS[name]})
        words = [packed & 0xFFFFFFFF, self.inside.id(process), descriptor, MEMORY, len(data), 0, 0, 0]
        given, record = (ctypes.c_uint32 * 8)(*words), (ctypes.c_uint32 * 6)()
        assert self.native.library.native_judged(given, 0, record)
        return self.inside.call(process, name, descriptor, MEMORY, len(data), 0, 0, 0)

    def told(self) -> list[str]:
        """Return what the log says of canaries."""
        self.native.exchange(b"", 5)
        text = b"".join(line for _place, line in self.board.log()).decode()
        return [line.partition("canary: ")[2] for line in text.splitlines() if "canary: " in line]


@pytest.fixture
def scene(screened: bytes) -> Iterator[Scene]:
    made = Scene(screened)
    with made.board:
        yield made


def test_a_suspect_that_sends_it_is_told_of_and_leaves_a_vaccine(scene: Scene) -> None:
    stolen = scene.steal()
    assert scene.canary in stolen and len(scene.canary) == CANARY_BYTES
    here, there = scene.connected()
    assert scene.send(here, b"hello") == 5 and scene.told() == []
    assert scene.send(here, b"he said: " + stolen) == 9 + len(stolen)
    assert scene.told() == [f"process 1 (init) of tree 0 sends {scene.canary.decode()}"]
    assert scene.inside.call(0, "read", there, SCRATCH, 64) == 64, "and it is sent: who is watched learns nothing"
    assert scene.board.info().counters["canaries"] == 1
    (one,) = scene.board.births.list().vaccines
    assert (one.index, one.key["id"], one.tree) == (BIRTH_FIRST, IDS["write"], 0)


def test_what_others_send_is_nothing(scene: Scene) -> None:
    """The real file, what no decoy holds, all but one byte of it; and a pipe leads to nobody else."""
    stolen = scene.steal()
    here, _ = scene.connected()
    real = (TREE / "etc/shadow").read_bytes()
    inside = scene.inside
    assert inside.call(0, "pipe2", SCRATCH, 0) == 0
    _, into = struct.unpack("<2I", inside.get(0, 8))
    assert scene.send(into, stolen) == len(stolen)
    key = canaries(scene.native._held)["id_ed25519"]
    for data in (real, scene.canary[:-1], scene.canary[1:] + b"x", b"", key):
        assert scene.send(here, data) == len(data)
    assert scene.told() == [] and not scene.board.births.list().vaccines


def test_a_reset_forgets_nothing_and_who_is_no_suspect_shuts_nobody_out(scene: Scene) -> None:
    """It may be a server that passes on what a suspect has left it: it is told of, and no vaccine is born."""
    scene.steal()
    scene.native.exchange(b"", 3000)
    flash = scene.native._held
    page = AREA.base + GIVEN_PAGE * PAGE_BYTES
    given = bytes(flash[page : page + PAGE_BYTES])
    assert given == bytes([0xFE]) + b"\xff" * (PAGE_BYTES - 1), "the first decoy, and nothing else"
    later = Scene(flash)
    with later.board:
        here, _ = later.connected()
        assert later.send(here, b"x" * 90 + later.canary, name="sendto") == 90 + CANARY_BYTES
        assert later.told() == [f"process 1 (init) of tree 0 sends {later.canary.decode()}"]
        assert not later.board.births.list().vaccines


def test_what_was_never_given_out_is_not_looked_for(scene: Scene) -> None:
    here, _ = scene.connected()
    assert scene.send(here, scene.canary) == CANARY_BYTES and scene.told() == []


def test_each_is_told_once_of_a_process_and_what_it_begins(scene: Scene) -> None:
    scene.steal()
    child, _ = scene.inside.fork(0)
    here, _ = scene.connected()
    for _ in range(3):
        scene.send(here, scene.canary)
    assert len(scene.told()) == 1
    mine, _ = scene.inside.fork(0)
    scene.send(here, scene.canary, mine)
    assert len(scene.told()) == 1, "its parent has"
    other, _ = scene.connected(child)
    scene.send(other, scene.canary, child)
    assert len(scene.told()) == 2 and scene.board.info().counters["canaries"] == 2


@pytest.mark.parametrize("before", [GRANULE_BYTES - CANARY_BYTES, GRANULE_BYTES - 3, GRANULE_BYTES])
def test_nothing_is_missed_where_a_connection_takes_some_of_it(scene: Scene, before: int) -> None:
    scene.steal()
    here, there = scene.connected()
    data = b"." * before + scene.canary
    sent = scene.send(here, data)
    assert sent == GRANULE_BYTES
    scene.inside.call(0, "read", there, MEMORY - 300, GRANULE_BYTES)
    scene.send(here, data[sent:])
    assert len(scene.told()) == 1


def test_it_speaks_against_who_sent_it(scene: Scene) -> None:
    """Also where that process has read none."""
    other, _ = scene.inside.fork(0)
    scene.steal()
    here, _ = scene.connected(other)
    scene.board.quarantine.hold(True)
    scene.send(here, scene.canary, other)
    scene.inside.quarantined(other)
    scene.native.exchange(b"", 200)
    entry = next(one for one in scene.board.quarantine.cells().frozen if one.id == scene.inside.id(other))
    assert Evidence.CANARY in entry.evidence


def test_others_decoys_have_other_canaries(scene: Scene) -> None:
    scene.steal()
    made = decoys.made(5)
    assert canaries(bytes(AREA.base) + decoys.packed(made))[SHADOW] != scene.canary
    here, _ = scene.connected()
    scene.send(here, made[0].content)
    assert scene.told() == []
