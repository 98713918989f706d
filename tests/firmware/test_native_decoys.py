"""What a suspect's process tree sees in place of secrets, natively: sanitized like all of the kernel."""

from __future__ import annotations

import struct
from errno import EACCES, EBUSY, EEXIST, ENOENT, ENOSPC, ENOTEMPTY, EPERM, EXDEV
from itertools import count

import pytest

from firmware import decoys, image
from hdl.contract.flash import AREAS
from hdl.contract.link import FrameType
from hdl.contract.load import Target
from hdl.contract.policy import JUDGE_CELLS, JUDGE_ROWS, VERDICT_BITS
from hdl.contract.verdict import Verdict
from sim.native import NativeBoard
from sim.native_processes import AT_FDCWD, SCRATCH, Processes, State
from sim.peer import Peer, fixed

RDONLY, WRONLY, RDWR, CREAT, EXCL, TRUNC, APPEND, DIRECTORY = 0, 1, 2, 0o100, 0o200, 0o1000, 0o2000, 0o200000
REMOVEDIR = 0x200
SESSIONS = count(2)
SHADOW = "/etc/shadow"


def trap(processes: Processes, on: bool = True) -> Processes:
    """Have every call about a secret object answered by DECOY, whatever the score; or by nothing any more."""
    verdict = Verdict.DECOY if on else Verdict.ALLOW
    row = sum(verdict << VERDICT_BITS * cell for cell in range(JUDGE_CELLS))
    for number in range(JUDGE_ROWS):
        whole = row if number & 1 else 0
        processes.load(Target.JUDGE, [whole & 0xFFFFFFFF, whole >> 32], 2 * number)
    processes.enforce(0xFFFF)
    return processes


class Tree:
    """A process whose paths start at descriptors, so that natively what they lead to is judged."""

    def __init__(self, processes: Processes, number: int = 0) -> None:
        self.processes = processes
        self.number = number
        self.root = processes.call(number, "openat", AT_FDCWD, processes.text(number, "/"), DIRECTORY, 0)

    def call(self, name: str, path: str, *arguments: int) -> int:
        return self.processes.call(
            self.number, name, self.root, self.processes.text(self.number, path.lstrip("/")), *arguments
        )

    def open(self, path: str, flags: int = RDONLY, mode: int = 0o600) -> int:
        return self.call("openat", path, flags, mode)

    def read(self, descriptor: int, size: int = 512) -> bytes:
        got = self.processes.call(
            self.number, "read", descriptor, self.processes.put(self.number, bytes(size)), size
        )
        assert got >= 0
        return self.processes.get(self.number, got)

    def write(self, descriptor: int, data: bytes) -> int:
        return self.processes.call(
            self.number, "write", descriptor, self.processes.put(self.number, data), len(data)
        )

    def contents(self, path: str) -> bytes:
        descriptor = self.open(path)
        assert descriptor >= 0, f"{path}: error {-descriptor}"
        content = self.read(descriptor)
        self.processes.call(self.number, "close", descriptor)
        return content

    def stat(self, path: str) -> bytes:
        assert self.call("newfstatat", path, SCRATCH + 256, 0) == 0
        return self.processes.get(self.number, 128, SCRATCH + 256)

    def listing(self, path: str) -> dict[str, int]:
        """Return names and numbers."""
        descriptor = self.open(path, DIRECTORY)
        assert descriptor >= 0
        found: dict[str, int] = {}
        while got := self.processes.call(self.number, "getdents64", descriptor, SCRATCH, 512):
            assert got > 0
            entries = self.processes.get(self.number, got)
            while entries:
                inode, _offset, length, _kind = struct.unpack_from("<QqHB", entries)
                name = entries[19:length].partition(b"\0")[0].decode()
                found |= {} if name in (".", "..") else {name: inode}
                entries = entries[length:]
        self.processes.call(self.number, "close", descriptor)
        return found

    def link(self, old: str, new: str) -> int:
        name = self.processes.text(self.number, old.lstrip("/"))
        return self.processes.call(
            self.number, "linkat", self.root, name, self.root,
            self.processes.text(self.number, new.lstrip("/"), name + 128), 0,
        )  # fmt: skip

    def rename(self, old: str, new: str) -> int:
        name = self.processes.text(self.number, old.lstrip("/"))
        return self.processes.call(
            self.number, "renameat2", self.root, name, self.root,
            self.processes.text(self.number, new.lstrip("/"), name + 128), 0,
        )  # fmt: skip


@pytest.fixture(scope="session")
def stood_in(screened: bytes) -> bytes:
    """What stands for /etc/shadow in the flash of these tests."""
    area = AREAS["decoys"]
    return decoys.unpacked(screened[area.base : area.base + area.size])[0].content


REAL = (image.TREE / "etc/shadow").read_bytes()


@pytest.fixture
def tree(processes: Processes) -> Tree:
    """The first process, answered by DECOY where it asks for a secret."""
    found = Tree(processes)
    trap(processes)
    return found


def operator_reads(tree: Tree, path: str) -> bytes:
    """Return what a file holds for the operator."""
    peer = Peer(tree.processes.board, next(SESSIONS))
    answers = peer.send(FrameType.FILE_READ, fixed(FrameType.FILE_READ) + path.encode())
    return b"".join(answer.tail for answer in answers)


def test_a_suspect_reads_the_decoy_and_the_file_stays(tree: Tree, stood_in: bytes) -> None:
    assert len(stood_in) == len(REAL) and stood_in != REAL
    assert tree.contents(SHADOW) == stood_in
    assert tree.contents("/etc/hostname") == b"vigilante\n", "what is no secret is as it is"
    assert operator_reads(tree, SHADOW) == REAL
    # From now on all of the tree sees it so, whatever the verdict is.
    trap(tree.processes, on=False)
    assert tree.contents(SHADOW) == tree.processes.contents(SHADOW) == stood_in


def test_a_child_sees_what_its_tree_sees_and_a_session_does_not(tree: Tree, stood_in: bytes) -> None:
    session, other = (tree.processes.fork(0)[0] for _ in range(2))
    assert Tree(tree.processes, session).contents(SHADOW) == stood_in
    child, _ = tree.processes.fork(session)
    trap(tree.processes, on=False)
    assert tree.processes.contents(SHADOW, child) == stood_in
    assert tree.processes.contents(SHADOW, other) == tree.processes.contents(SHADOW) == REAL


def test_what_is_told_of_it_is_what_was_told_before(tree: Tree) -> None:
    trap(tree.processes, on=False)
    before = tree.stat(SHADOW), tree.listing("/etc")
    trap(tree.processes)
    assert (tree.stat(SHADOW), tree.listing("/etc")) == before
    descriptor = tree.open(SHADOW)
    assert tree.processes.call(0, "lseek", descriptor, 0, 2) == len(REAL)
    assert tree.processes.call(0, "fstat", descriptor, SCRATCH) == 0
    assert tree.processes.get(0, 128) == before[0]


def test_what_the_tree_has_read_stays_as_it_was_read(tree: Tree) -> None:
    trap(tree.processes, on=False)
    assert tree.contents(SHADOW) == REAL
    trap(tree.processes)
    assert tree.contents(SHADOW) == REAL
    descriptor = tree.open(SHADOW, RDWR)
    assert tree.write(descriptor, b"ROOT") == 4
    assert tree.contents(SHADOW) == b"ROOT" + REAL[4:]
    assert operator_reads(tree, SHADOW) == REAL, "but what it writes is its own"


def test_what_was_open_before_is_a_decoy_if_nothing_of_it_was_read(tree: Tree, stood_in: bytes) -> None:
    trap(tree.processes, on=False)
    opened = tree.open(SHADOW, RDWR)
    trap(tree.processes)
    assert tree.call("faccessat", SHADOW, 0) == 0
    assert tree.read(opened) == stood_in
    assert tree.write(opened, b"more") == 4
    assert tree.contents(SHADOW) == stood_in + b"more" and operator_reads(tree, SHADOW) == REAL


def test_what_is_changed_is_changed_for_the_tree_alone(tree: Tree, stood_in: bytes) -> None:
    call = tree.call
    assert tree.write(tree.open(SHADOW, WRONLY | APPEND), b"x:::\n") == 5
    assert tree.contents(SHADOW) == stood_in + b"x:::\n"
    assert call("fchmodat", SHADOW, 0o644) == 0 and call("fchownat", SHADOW, 1000, 1000, 0) == 0
    assert tree.rename(SHADOW, "/tmp/s") == 0 and tree.contents("/tmp/s") == stood_in + b"x:::\n"
    assert tree.open(SHADOW) == -ENOENT and "shadow" not in tree.listing("/etc") and "s" in tree.listing("/tmp")
    assert tree.rename("/tmp/s", SHADOW) == 0 and tree.listing("/tmp") == {}
    assert tree.contents(SHADOW) == stood_in + b"x:::\n"
    assert call("unlinkat", SHADOW, 0) == 0 and tree.open(SHADOW) == call("unlinkat", SHADOW, 0) == -ENOENT
    assert tree.write(tree.open(SHADOW, WRONLY | CREAT | EXCL), b"mine") == 4
    assert tree.contents(SHADOW) == b"mine" and tree.open(SHADOW, CREAT | EXCL) == -EEXIST
    assert operator_reads(tree, SHADOW) == REAL
    assert operator_reads(tree, "/tmp/s") == b""


def test_another_name_of_it_is_the_trees_own_too(tree: Tree, stood_in: bytes) -> None:
    assert tree.link(SHADOW, "/tmp/l") == 0 and tree.contents("/tmp/l") == stood_in
    assert tree.stat("/tmp/l") == tree.stat(SHADOW)
    assert tree.call("unlinkat", SHADOW, 0) == 0 and tree.contents("/tmp/l") == stood_in
    assert operator_reads(tree, "/tmp/l") == b"" and operator_reads(tree, SHADOW) == REAL


def test_another_name_that_it_had_before_is_no_way_round(tree: Tree, stood_in: bytes) -> None:
    trap(tree.processes, on=False)
    assert tree.link(SHADOW, "/tmp/l") == 0
    trap(tree.processes)
    assert tree.contents(SHADOW) == stood_in
    assert tree.contents("/tmp/l") == stood_in, "nothing judges this path as a secret's"
    assert tree.rename("/tmp/l", "/tmp/m") == 0 and tree.contents("/tmp/m") == stood_in
    assert operator_reads(tree, "/tmp/l") == REAL


def test_an_ordinary_file_in_place_of_a_secret_is_a_copy(tree: Tree) -> None:
    assert tree.write(tree.open("/tmp/x", WRONLY | CREAT), b"new") == 3
    assert tree.rename("/tmp/x", SHADOW) == 0 and tree.contents(SHADOW) == b"new"
    assert tree.open("/tmp/x") == -ENOENT
    assert operator_reads(tree, SHADOW) == REAL and operator_reads(tree, "/tmp/x") == b"new"


def test_secrets_that_came_later_have_decoys_by_their_names(tree: Tree) -> None:
    call, processes = tree.call, tree.processes
    trap(processes, on=False)
    for folder in ("/root/.ssh", "/root/.aws"):
        assert call("mkdirat", folder, 0o700) == 0
    child, _ = processes.fork(0)
    for path in ("/root/.ssh/id_ed25519", "/root/.aws/credentials", "/root/.ssh/mine"):
        assert tree.write(tree.open(path, WRONLY | CREAT), b"a secret of no kind") == 19
    assert tree.contents("/root/.ssh/mine") == b"a secret of no kind"
    trap(processes)
    assert tree.contents("/root/.ssh/mine") == b"a secret of no kind", "it is the tree's own"
    assert processes.state(child) == State.READY


def test_folders(tree: Tree) -> None:
    call = tree.call
    trap(tree.processes, on=False)
    assert call("mkdirat", "/root/.ssh", 0o700) == 0
    trap(tree.processes)
    assert tree.write(tree.open("/root/.ssh/authorized_keys", WRONLY | CREAT), b"x") == 1
    assert operator_reads(tree, "/root/.ssh/authorized_keys") == b"", "the way back in is the tree's own"
    assert call("unlinkat", "/root/.ssh", REMOVEDIR) == -ENOTEMPTY
    assert call("mkdirat", "/root/.ssh/d", 0o700) == 0 and tree.rename("/root/.ssh", "/root/x") == -EBUSY
    assert tree.write(tree.open("/root/.ssh/d/f", WRONLY | CREAT), b"y") == 1
    assert call("unlinkat", "/root/.ssh/d", REMOVEDIR) == -ENOTEMPTY
    assert call("unlinkat", "/root/.ssh/d/f", 0) == call("unlinkat", "/root/.ssh/d", REMOVEDIR) == 0
    assert call("fchmodat", "/root/.ssh", 0o777) == -EPERM
    assert call("unlinkat", "/root/.ssh/authorized_keys", 0) == call("unlinkat", "/root/.ssh", REMOVEDIR) == 0
    assert ".ssh" not in tree.listing("/root") and call("mkdirat", "/root/.ssh", 0o700) == 0
    assert tree.listing("/root/.ssh") == {}


@pytest.mark.parametrize("damage", ["missing", "damaged", "header"])
def test_without_decoys_secrets_are_denied(screened: bytes, damage: str) -> None:
    flash, base = bytearray(screened), AREAS["decoys"].base
    if damage == "missing":
        flash[base : base + AREAS["decoys"].size] = b"\xff" * AREAS["decoys"].size
    else:
        flash[base + (4096 + 3000 if damage == "damaged" else 5)] ^= 1
    board = NativeBoard(flash)
    board.exchange()
    tree = Tree(Processes(board))
    opened = tree.open(SHADOW)
    trap(tree.processes)
    assert tree.open(SHADOW) == tree.call("faccessat", SHADOW, 0) == -EACCES
    assert tree.call("unlinkat", SHADOW, 0) == -EACCES and tree.rename(SHADOW, "/tmp/x") == -EACCES
    assert tree.read(opened) == b"", "nor is anything to be had by what was open"
    assert tree.contents("/etc/hostname") == b"vigilante\n"
    trap(tree.processes, on=False)
    assert tree.open(SHADOW) == -EACCES and operator_reads(tree, SHADOW) == REAL


def test_all_is_given_back(tree: Tree, stood_in: bytes) -> None:
    """A layer that is full denies; nothing of it is left when its tree has ended."""
    processes = tree.processes
    left = processes.left
    trap(processes, on=False)
    for folder in ("/root/.ssh", "/root/.gnupg"):
        assert tree.call("mkdirat", folder, 0o700) == 0
    trap(processes)
    made: list[str] = []
    while (descriptor := tree.open(f"/root/.ssh/{len(made)}", WRONLY | CREAT)) >= 0:
        assert tree.write(descriptor, bytes(100)) == 100 and processes.call(0, "close", descriptor) == 0
        made.append(f"/root/.ssh/{len(made)}")
    assert descriptor == -ENOSPC and len(made) >= 10
    assert tree.open(SHADOW) == -EACCES, "never the truth"
    assert tree.call("unlinkat", made[0], 0) == 0 and tree.contents(SHADOW) == stood_in
    processes.end(0)
    processes.board.exchange(b"", 3000)
    processes = Processes(processes.board)
    assert processes.left == left
    again = Tree(processes)
    trap(processes, on=False)
    assert again.contents(SHADOW) == REAL, "another tree, which nothing is known of"
    assert {*again.listing("/root")} >= {".ssh", ".gnupg"} and again.listing("/root/.ssh") == {}


def test_programs_of_a_suspect(processes: Processes, stood_in: bytes) -> None:
    """By their own calls, judged as at the trap."""
    trap(processes)
    processes.judge()
    said = processes.run(
        "sh", "-c", "cat /etc/shadow; cd /etc; cat shadow > /tmp/s; cmp=1; ls -l shadow; wc shadow"
    )[1]
    assert said.startswith(stood_in.decode()) and "notahash" not in said
    assert "-rw------- root         145 shadow" in said
    said = processes.run(
        "sh", "-c", "echo x > /etc/shadow; cat /etc/shadow; rm /etc/shadow; cat /etc/shadow; ls /etc"
    )[1]
    assert said.startswith("x\ncat: /etc/shadow: there is no such file (2)\n") and "\nshadow" not in said
    processes.judge(on=False)
    assert operator_reads(Tree(processes), SHADOW) == REAL


def test_probes_see_no_difference(screened: bytes) -> None:
    """Numbers of all that a program can ask: as the file is, and as a suspect sees it."""
    said = []
    for on in (False, True):
        board = NativeBoard(bytearray(screened))
        board.exchange()
        processes = Processes(board)
        trap(processes, on)
        processes.judge()
        status, text = processes.run("views")
        assert status == 0
        said.append(text.splitlines())
    truth, decoy = said
    assert [pair for pair in zip(truth, decoy, strict=True) if pair[0] != pair[1]] == []
    assert truth[-1] == f"{len(truth) - 1} probes" and len(truth) > 45


# What outlives a reset: secrets below /home and /root.

KEY = "/home/alice/.ssh/id_ed25519"
REAL_KEY = (image.TREE / KEY[1:]).read_bytes()


def operator_writes(tree: Tree, path: str, content: bytes) -> None:
    """Put a file in place of what has its name."""
    peer = Peer(tree.processes.board, next(SESSIONS))
    for kind, tail, values in (
        (FrameType.FILE_WRITE, path.encode(), {"size": len(content), "mode": 0o600}),
        (FrameType.FILE_DATA, content, {"offset": 0}),
        (FrameType.FILE_END, b"", {}),
    ):
        for answer in peer.send(kind, fixed(kind, **values) + tail, 500):
            assert answer.fixed["error"] == 0, kind


def test_a_secret_that_lasts_has_a_decoy(tree: Tree) -> None:
    before = tree.processes.left
    decoy = tree.contents(KEY)
    assert decoy != REAL_KEY and len(decoy) > 100
    descriptor = tree.open(KEY, WRONLY | TRUNC)
    assert tree.write(descriptor, b"mine") == 4 and tree.processes.call(0, "close", descriptor) == 0
    assert tree.contents(KEY) == b"mine" and operator_reads(tree, KEY) == REAL_KEY
    assert tree.call("unlinkat", KEY, 0) == 0 and tree.open(KEY) == -ENOENT
    tree.processes.end(0)
    tree.processes.board.exchange(b"", 3000)
    assert Processes(tree.processes.board).left == before and operator_reads(tree, KEY) == REAL_KEY


def test_one_that_was_read_is_copied_from_the_flash(tree: Tree) -> None:
    trap(tree.processes, on=False)
    opened, unread = tree.open(KEY, RDWR), tree.open("/home/alice/.ssh", DIRECTORY)
    assert unread >= 0 and tree.read(opened, 20) == REAL_KEY[:20]
    trap(tree.processes)
    assert tree.contents(SHADOW) != REAL
    trap(tree.processes, on=False)
    assert tree.read(opened, 20) == REAL_KEY[20:40] and tree.write(opened, b"ME") == 2
    assert tree.contents(KEY) == REAL_KEY[:40] + b"ME" + REAL_KEY[42:]
    assert operator_reads(tree, KEY) == REAL_KEY, "the copy is the tree's own"


def test_one_that_is_read_by_its_path_alone_is_too(tree: Tree) -> None:
    trap(tree.processes, on=False)
    assert tree.contents(KEY) == REAL_KEY
    trap(tree.processes)
    assert tree.contents(KEY) == REAL_KEY
    descriptor = tree.open(KEY, WRONLY | APPEND)
    assert tree.write(descriptor, b"more") == 4
    assert tree.contents(KEY) == REAL_KEY + b"more" and operator_reads(tree, KEY) == REAL_KEY


def test_what_stands_for_a_file_is_no_bar_to_its_renaming(tree: Tree) -> None:
    """Nor to its removal: an origin is not open for having something in its place."""
    decoy = tree.contents(KEY)
    operator_writes(tree, KEY, b"another key")
    assert operator_reads(tree, KEY) == b"another key" and tree.contents(KEY) == decoy
    tree.processes.board.reset()
    tree.processes.board.exchange()
    tree.processes = Processes(tree.processes.board)
    again = Tree(tree.processes)
    trap(again.processes, on=False)
    assert again.contents(KEY) == b"another key"


def test_where_files_last_the_view_has_the_same_limits(tree: Tree) -> None:
    real = "/home/alice/todo.txt"
    trap(tree.processes, on=False)
    before = tree.link(real, "/home/alice/other"), tree.rename(real, "/tmp/other"), tree.link(real, "/tmp/other")
    assert before == (-EPERM, -EXDEV, -EXDEV)
    trap(tree.processes)
    assert tree.contents(KEY) != REAL_KEY
    assert (tree.link(KEY, "/home/alice/other"), tree.rename(KEY, "/tmp/k"), tree.link(KEY, "/tmp/k")) == before
    assert tree.rename(KEY, "/home/alice/.ssh/k") == 0 and tree.open(KEY) == -ENOENT
    assert operator_reads(tree, KEY) == REAL_KEY
