"""Files that outlive a reset, on the native board: littlefs over the model of the chip."""

from __future__ import annotations

import ctypes
import random
import struct
from collections.abc import Iterator
from errno import EBUSY, EIO, ENOENT, ENOSPC, ENOTEMPTY, EPERM, EXDEV

import pytest
from littlefs import LittleFS

from hdl.contract.flash import AREAS, FILE_ATTRIBUTE, FILE_KEPT, SECTOR_BYTES
from hdl.contract.link import FrameType
from hdl.contract.syscalls import IDS
from sim.native import NativeBoard
from sim.native_processes import AT_FDCWD, BLOCKED, SAID, SCRATCH, CutError, Processes, State
from sim.peer import Peer, fixed

RDONLY, WRONLY, RDWR, CREAT, EXCL, TRUNC, APPEND = 0, 1, 2, 0o100, 0o200, 0o1000, 0o2000
AREA = AREAS["files"]
OTHER = SCRATCH + 128
PIECE = 512


class Files:
    """Calls of a board's first process on files, which fail with the errno that they answer."""

    def __init__(self, flash: bytearray) -> None:
        self.flash = flash
        self.board = NativeBoard(flash)
        self.boot()

    def boot(self) -> None:
        """Begin the first process of a board that has been reset."""
        self.board.exchange()
        self.processes = Processes(self.board)

    def reset(self) -> None:
        """Press the reset button."""
        self.board.reset()
        self.boot()

    def call(self, name: str, *arguments: int | str) -> int:
        """Make a call, whose strings are put where the process has its stack."""
        places = iter((SCRATCH, OTHER))
        words = [
            self.processes.text(0, word, next(places)) if isinstance(word, str) else word for word in arguments
        ]
        result = self.processes.call(0, name, *words)
        if result < 0:
            raise OSError(-result, f"{name}{arguments}")
        return result

    def open(self, path: str, flags: int = RDONLY, mode: int = 0o644) -> int:
        return self.call("openat", AT_FDCWD, path, flags, mode)

    def close(self, descriptor: int) -> None:
        self.call("close", descriptor)

    def write(self, descriptor: int, data: bytes) -> None:
        while data:
            self.processes.put(0, data[:PIECE], OTHER)
            data = data[self.call("write", descriptor, OTHER, len(data[:PIECE])) :]

    def read(self, descriptor: int, size: int = 1 << 20) -> bytes:
        found = b""
        while len(found) < size and (count := self.call("read", descriptor, OTHER, min(PIECE, size - len(found)))):
            found += self.processes.get(0, count, OTHER)
        return found

    def put(self, path: str, data: bytes, flags: int = WRONLY | CREAT | TRUNC, mode: int = 0o644) -> None:
        descriptor = self.open(path, flags, mode)
        try:
            self.write(descriptor, data)
        except OSError:
            self.processes.call(0, "close", descriptor)
            raise
        self.close(descriptor)

    def get(self, path: str) -> bytes:
        descriptor = self.open(path)
        found = self.read(descriptor)
        self.close(descriptor)
        return found

    def rename(self, old: str, new: str) -> None:
        self.call("renameat2", AT_FDCWD, old, AT_FDCWD, new, 0)

    def remove(self, path: str, folder: bool = False) -> None:
        self.call("unlinkat", AT_FDCWD, path, 0x200 * folder)

    def stat(self, path: str) -> dict[str, int]:
        """Return mode, links, user, group, size and time of what a path names, links not followed."""
        self.call("newfstatat", AT_FDCWD, path, OTHER, 0x100)
        raw = self.processes.get(0, 128, OTHER)
        names = ("mode", "links", "user", "group")
        found = dict(zip(names, struct.unpack_from("<4I", raw, 16), strict=True))
        return {
            **found,
            "size": struct.unpack_from("<q", raw, 48)[0],
            "time": struct.unpack_from("<q", raw, 88)[0],
        }

    def names(self, path: str) -> set[str]:
        """Return what a folder holds."""
        descriptor = self.open(path)
        found: set[str] = set()
        while count := self.call("getdents64", descriptor, OTHER, PIECE):
            raw, place = self.processes.get(0, count, OTHER), 0
            while place < count:
                length = int.from_bytes(raw[place + 16 : place + 18], "little")
                found.add(raw[place + 19 : place + length].rstrip(b"\0").decode())
                place += length
        self.close(descriptor)
        return found - {".", ".."}

    def tree(self, path: str) -> dict[str, bytes]:
        """Return the files below a folder, folders by a slash behind their names."""
        found: dict[str, bytes] = {}
        for name in self.names(path):
            below = f"{path}/{name}"
            if self.stat(below)["mode"] & 0o170000 == 0o040000:
                found[f"{below}/"] = b""
                found |= self.tree(below)
            else:
                found[below] = self.get(below)
        return found


@pytest.fixture(scope="module")
def made(screened: bytes) -> bytes:
    """A flash whose files are there, at rest."""
    flash = bytearray(screened)
    files = Files(flash)
    files.board.exchange(b"", 3000)
    return bytes(flash)


@pytest.fixture
def files(made: bytes) -> Iterator[Files]:
    """A board with its first process."""
    yield Files(bytearray(made))


def errno_of(work: object, *arguments: object) -> int:
    """Return the errno that a call of `Files` fails with; 0: it does not."""
    try:
        work(*arguments)  # type: ignore[operator]
    except OSError as error:
        assert error.errno is not None
        return error.errno
    return 0


# --- what lasts ----------------------------------------------------------------------------------------------


def test_files_outlive_a_reset(files: Files) -> None:
    big = random.Random(1).randbytes(30_000)
    files.put("/home/alice/new.txt", b"it stays\n")
    files.put("/root/big", big)
    files.put("/tmp/passes", b"it does not")
    files.reset()
    assert files.get("/home/alice/new.txt") == b"it stays\n"
    assert files.get("/root/big") == big and files.stat("/root/big")["size"] == len(big)
    assert files.get("/home/alice/todo.txt") == b"buy milk\ncall bob\n", "what the image begins with"
    assert errno_of(files.get, "/tmp/passes") == ENOENT


def test_the_package_reads_what_the_kernel_wrote(files: Files) -> None:
    files.put("/home/alice/new.txt", b"it stays\n" * 100)
    files.board.exchange(b"", 2000)
    area = files.flash[AREA.base : AREA.base + AREA.size]
    read = LittleFS(block_size=SECTOR_BYTES, block_count=AREA.size // SECTOR_BYTES, mount=False)
    read.context.buffer = bytearray(area)
    read.mount()
    with read.open("/home/alice/new.txt", "rb") as file:
        assert file.read() == b"it stays\n" * 100
    kept = FILE_KEPT.unpack(int.from_bytes(read.getattr("/home/alice/new.txt", FILE_ATTRIBUTE), "little"))
    assert kept["mode"] == 0o100644 and kept["user"] == 0
    assert set(read.listdir("/")) == {"home", "root", "var", "lost"}


def test_all_that_is_known_of_a_file_lasts(files: Files) -> None:
    files.put("/root/file", b"x", mode=0o600)
    files.call("fchmodat", AT_FDCWD, "/root/file", 0o4751)
    files.call("fchownat", AT_FDCWD, "/root/file", 1000, 33, 0)
    files.call("fchmodat", AT_FDCWD, "/root/file", 0o4751)
    times = struct.pack("<4q", 5, 0, 77, 0)
    files.processes.put(0, times, OTHER)
    files.call("utimensat", AT_FDCWD, "/root/file", OTHER, 0)
    files.call("mkdirat", AT_FDCWD, "/root/folder", 0o750)
    files.call("symlinkat", "/root/file", AT_FDCWD, "/root/folder/link")
    files.call("mknodat", AT_FDCWD, "/root/folder/fifo", 0o010600, 0)
    before = {
        path: files.stat(path) for path in ("/root/file", "/root/folder", "/root/folder/link", "/root/folder/fifo")
    }
    assert before["/root/file"] == {"mode": 0o104751, "links": 1, "user": 1000, "group": 33, "size": 1, "time": 77}
    files.reset()
    assert {path: files.stat(path) for path in before} == before
    assert files.get("/root/folder/link") == b"x"
    assert files.names("/root/folder") == {"link", "fifo"}


def test_writing_reading_cutting_appending(files: Files) -> None:
    descriptor = files.open("/var/log/new", RDWR | CREAT | EXCL)
    files.write(descriptor, bytes(range(256)) * 40)
    assert files.call("lseek", descriptor, 5000, 0) == 5000
    files.write(descriptor, b"in the middle")
    assert files.call("lseek", descriptor, 12_000, 0) == 12_000
    files.write(descriptor, b"behind a gap")
    assert files.call("ftruncate", descriptor, 12_005) == 0
    expected = bytearray(bytes(range(256)) * 40).ljust(12_000, b"\0") + b"behin"
    expected[5000:5013] = b"in the middle"
    files.call("lseek", descriptor, 0, 0)
    assert files.read(descriptor) == expected
    files.close(descriptor)
    for line in range(30):
        files.put("/var/log/new", b"line %d\n" % line, WRONLY | APPEND)
        expected += b"line %d\n" % line
    assert files.get("/var/log/new") == expected
    files.reset()
    assert files.get("/var/log/new") == expected
    assert errno_of(files.open, "/var/log/new", WRONLY | CREAT | EXCL) == 17


def test_what_is_written_is_kept_after_a_second_though_it_is_open(files: Files) -> None:
    descriptor = files.open("/root/log", WRONLY | CREAT)
    files.write(descriptor, b"before")
    files.board.exchange(b"", 1500)
    files.write(descriptor, b", after")
    files.reset()
    assert files.get("/root/log") == b"before"


def test_names_change(files: Files) -> None:
    files.put("/home/a", b"a")
    files.put("/home/b", b"b")
    files.rename("/home/a", "/home/b")
    files.call("mkdirat", AT_FDCWD, "/home/folder", 0o755)
    files.rename("/home/b", "/home/folder/c")
    files.rename("/home/folder", "/var/moved")
    assert errno_of(files.remove, "/var/moved", True) == ENOTEMPTY
    assert errno_of(files.rename, "/var/moved", "/tmp/moved") == EXDEV
    assert errno_of(files.rename, "/tmp", "/home/tmp") == EXDEV
    assert errno_of(files.rename, "/home", "/var/home") == EBUSY
    assert errno_of(files.remove, "/home", True) in (EBUSY, ENOTEMPTY)
    assert errno_of(files.call, "linkat", AT_FDCWD, "/var/moved/c", AT_FDCWD, "/var/d", 0) == EPERM
    assert errno_of(files.call, "linkat", AT_FDCWD, "/var/moved/c", AT_FDCWD, "/tmp/d", 0) == EXDEV
    files.reset()
    assert files.get("/var/moved/c") == b"a" and errno_of(files.stat, "/home/b") == ENOENT
    files.remove("/var/moved/c")
    files.remove("/var/moved", True)
    files.reset()
    assert errno_of(files.stat, "/var/moved") == ENOENT


def test_an_open_file_outlives_its_name_but_not_a_reset(files: Files) -> None:
    files.put("/root/gone", b"still here " * 100)
    descriptor = files.open("/root/gone", RDWR)
    files.put("/root/other", b"other")
    files.remove("/root/gone")
    assert errno_of(files.stat, "/root/gone") == ENOENT
    files.put("/root/gone", b"another one")
    assert files.read(descriptor) == b"still here " * 100
    files.write(descriptor, b"and more")
    files.call("lseek", descriptor, 0, 0)
    assert files.read(descriptor) == b"still here " * 100 + b"and more"
    assert errno_of(files.rename, "/root/other", "/root/gone") == 0
    held = files.open("/root/gone")
    files.put("/root/other", b"other")
    assert errno_of(files.rename, "/root/other", "/root/gone") == EBUSY, "littlefs would forget what is in it"
    files.close(held)
    files.close(descriptor)
    files.board.exchange(b"", 1000)
    left = files.names("/root")
    files.reset()
    assert files.names("/root") == left == {"gone", "other", "notes.txt"}


def test_a_process_that_is_killed_in_a_call_ends_after_it(files: Files) -> None:
    processes = files.processes
    child, ident = processes.fork(0)
    path = processes.text(child, "/root/made")
    words = [AT_FDCWD & 0xFFFFFFFF, path, WRONLY | CREAT, 0o600, 0, 0]
    library = files.board.library
    assert library.native_call(child, IDS["openat"], (ctypes.c_uint32 * 6)(*words)) == BLOCKED
    assert files.call("kill", ident, 9) == 0
    assert processes.state(child) == State.WAITING, "the flash is at it"
    files.board.exchange(b"", 500)
    processes.pick()
    processes.call(child, "openat", *words)
    assert processes.call(0, "wait4", ident, SCRATCH, 0, 0) == BLOCKED and processes.pick() == child
    assert processes.call(0, "wait4") == ident and processes.get(0, 4) == bytes((9, 0, 0, 0))
    assert files.stat("/root/made")["size"] == 0
    files.put("/root/after", b"goes on")


def test_who_waits_for_anothers_work_does_not_keep_it_from_its_end(files: Files) -> None:
    """Until the first has its answer the second is not to be run: asking over and over it would be the one."""
    processes, library = files.processes, files.board.library
    first, second = processes.fork(0)[0], processes.fork(0)[0]
    made = {child: processes.text(child, f"/root/by{child}") for child in (first, second)}
    words = {child: (AT_FDCWD & 0xFFFFFFFF, made[child], WRONLY | CREAT, 0o600, 0, 0) for child in made}
    for child in made:
        assert library.native_call(child, IDS["openat"], (ctypes.c_uint32 * 6)(*words[child])) == BLOCKED
    while processes.state(first) == State.WAITING:
        files.board.exchange(b"", 1)
        processes.pick()
    assert processes.state(second) == State.WAITING
    assert processes.call(first, "openat", *words[first]) >= 0
    assert processes.state(second) == State.READY
    assert processes.call(second, "openat", *words[second]) >= 0
    assert {f"by{first}", f"by{second}"} <= files.names("/root")


def test_a_program_runs_from_there(files: Files) -> None:
    program = files.get("/bin/echo")
    files.put("/root/say", program, mode=0o755)
    files.reset()
    child, _ = files.processes.fork(0)
    path = files.processes.text(child, "/root/say")
    assert files.processes.call(child, "execve", path, 0, 0) == -513


def test_a_program_whose_loading_waited_makes_each_of_its_calls(files: Files) -> None:
    """What the wait gave is the answer of execve, not of the first call that the new program makes."""
    files.put("/root/echo", files.get("/bin/echo"), mode=0o755)
    files.reset()
    processes = files.processes
    child, ident = processes.fork(0)
    said = processes.call(child, "openat", AT_FDCWD, processes.text(child, SAID), WRONLY | CREAT, 0o600)
    assert processes.call(child, "dup3", said, 1, 0) == 1
    path, words = processes.text(child, "/root/echo"), processes.text(child, "whole", OTHER)
    table = processes.put(child, struct.pack("<3I", path, words, 0), OTHER + 16)
    given = (ctypes.c_uint32 * 6)(path, table)
    assert files.board.library.native_call(child, IDS["execve"], given) == BLOCKED, "the flash is at it"
    while processes.call(0, "wait4", ident, SCRATCH, 0, 0) == BLOCKED:
        assert processes.go(10_000_000) == 0
    assert files.get(SAID) == b"whole\n"


# --- power that goes -----------------------------------------------------------------------------------------


def test_cuts_at_every_operation_leave_the_old_or_the_new(made: bytes) -> None:
    """A file is made, written, closed and renamed to a name that is taken; other files are as they were."""
    old, new = b"old " * 300, b"new " * 400
    flash = bytearray(made)
    files = Files(flash)
    files.put("/root/name", old)
    files.board.exchange(b"", 3000)
    start, before = bytes(flash), files.tree("/home") | files.tree("/var")

    def replace(files: Files) -> None:
        files.put("/root/name.new", new)
        files.rename("/root/name.new", "/root/name")

    operations = files.board.flash_operations
    replace(files)
    operations = files.board.flash_operations - operations
    assert operations >= 8
    seen = []
    for operation in range(1, operations + 1):
        for seed in range(3):
            files = Files(flash := bytearray(start))
            files.board.cut_after(operation, seed=operation * 3 + seed)
            with pytest.raises(CutError):
                replace(files)
            kept = {area.name: bytes(flash[area.base : area.base + area.size]) for area in AREAS.values()}
            files.board.reset()
            files.boot()
            assert files.tree("/home") | files.tree("/var") == before
            assert files.names("/root") <= {"name", "name.new", "notes.txt"}
            seen.append(files.get("/root/name"))
            assert seen[-1] in (old, new), (operation, seed)
            if "name.new" in files.names("/root"):
                assert new.startswith(files.get("/root/name.new"))
            replace(files)
            files.reset()
            assert files.get("/root/name") == new
            for name in ("firmware", "model0", "model1", "root", "factory"):
                area = AREAS[name]
                assert flash[area.base : area.base + area.size] == kept[name], f"{name} was touched"
    assert seen[0] == old and len(seen) == 3 * operations


def test_cuts_while_the_files_are_made_from_the_image(screened: bytes) -> None:
    whole = Files(bytearray(screened))
    expected = whole.tree("/home") | whole.tree("/var") | whole.tree("/root")
    flash = bytearray(screened)
    flash[AREA.base : AREA.base + AREA.size] = b"\xff" * AREA.size
    for operation in range(1, 60, 4):
        board = NativeBoard(content := bytearray(flash))
        board.cut_after(operation, seed=operation, boot=True)
        board.exchange(b"", 100)
        assert board.cut
        board.reset()
        files = Files(content)
        assert files.tree("/home") | files.tree("/var") | files.tree("/root") == expected


# --- a flash that is full, or fails --------------------------------------------------------------------------


def test_a_full_flash_is_an_error_and_the_kernel_goes_on(files: Files) -> None:
    written = 0
    error = 0
    descriptor = files.open("/var/full", WRONLY | CREAT)
    block = random.Random(2).randbytes(PIECE)
    second = None
    while not error:
        error = errno_of(files.write, descriptor, block)
        written += PIECE * (not error)
        if error == 27 and second is None:  # one file is not to have it all
            files.close(descriptor)
            descriptor, second, error = files.open("/var/second", WRONLY | CREAT), written, 0
    assert error == ENOSPC and written > AREA.size * 3 // 4
    files.processes.call(0, "close", descriptor)
    assert second is not None
    size = files.stat("/var/second")["size"]
    assert abs(written - second - size) <= SECTOR_BYTES, "only the last block may be lost"
    assert files.get("/home/alice/todo.txt") == b"buy milk\ncall bob\n"
    assert files.get("/var/second") == (block * (size // PIECE + 1))[:size]
    files.put("/tmp/memory", b"still works")
    files.remove("/var/full")
    files.put("/var/again", block * 100)
    files.reset()
    assert files.get("/var/again") == block * 100 and files.stat("/var/second")["size"] == size


@pytest.mark.parametrize("share", [1.0, 0.3])
def test_sectors_that_take_nothing_are_left_out_or_an_error(files: Files, share: float) -> None:
    chance = random.Random(3)
    for sector in range(AREA.size // SECTOR_BYTES):
        if chance.random() < share:
            files.board.spoil(AREA.base + sector * SECTOR_BYTES)
    errors = set()
    for number in range(6):
        errors.add(errno_of(files.put, f"/root/file{number}", b"x" * 3000))
    assert errors <= {0, EIO, ENOSPC} and (share < 1 or 0 not in errors)
    for number in range(6):
        if not errno_of(files.stat, f"/root/file{number}"):
            assert errno_of(files.get, f"/root/file{number}") in (0, EIO)
    files.put("/tmp/memory", b"still works")
    assert files.get("/etc/hostname")


def test_a_damaged_beginning_is_made_anew_from_the_image(made: bytes) -> None:
    flash = bytearray(made)
    files = Files(flash)
    expected = files.tree("/home") | files.tree("/root") | files.tree("/var")
    files.put("/root/mine", b"will be lost")
    files.board.exchange(b"", 3000)
    for sector in range(2):
        flash[AREA.base + sector * SECTOR_BYTES : AREA.base + sector * SECTOR_BYTES + 64] = bytes(64)
    models = (AREAS["model0"], AREAS["model1"])
    kept = [flash[area.base : area.base + area.size] for area in models]
    files.reset()
    assert files.tree("/home") | files.tree("/root") | files.tree("/var") == expected
    files.board.exchange(b"", 3000)
    assert [flash[area.base : area.base + area.size] for area in models] == kept
    text = Peer(files.board, 5).log()
    assert "made anew from the image" in text and text.count("vigilante firmware") >= 2


# --- the operator --------------------------------------------------------------------------------------------


def test_the_operators_frames_work_there(made: bytes) -> None:
    board = NativeBoard(bytearray(made))
    peer = Peer(board)

    def ask(kind: FrameType, tail: bytes = b"", **values: int) -> int:
        answers = peer.send(kind, fixed(kind, **values) + tail, 500)
        return answers[-1].fixed["error"] if answers else 0

    content = random.Random(4).randbytes(9000)
    assert ask(FrameType.FOLDER_MAKE, b"/home/new", mode=0o755) == 0
    for path in (b"/home/new/file", b"/home/new/file"):
        assert ask(FrameType.FILE_WRITE, path, size=len(content), mode=0o640) == 0
        for place in range(0, len(content), 1024):
            assert ask(FrameType.FILE_DATA, content[place : place + 1024], offset=place) == 0
        assert ask(FrameType.FILE_END) == 0
    for _ in range(2):
        frames = peer.send(FrameType.FILE_READ, fixed(FrameType.FILE_READ) + b"/home/new/file", 500)
        assert b"".join(frame.tail for frame in frames) == content
        board.reset()
        peer = Peer(board, 3)
    assert ask(FrameType.FILE_REMOVE, b"/home/new") == ENOTEMPTY
    assert ask(FrameType.FILE_REMOVE, b"/home/new/file") == 0
    assert ask(FrameType.FILE_REMOVE, b"/home/new") == 0
    assert ask(FrameType.FILE_REMOVE, b"/home") in (EBUSY, ENOTEMPTY)
