"""Files and processes from Python, on the firmware itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from firmware.build import blank_flash
from hdl.contract.event import RECORD
from hdl.contract.link import FrameType, ProcessState, Refusal
from hdl.contract.verdict import Verdict
from host.board import Board
from host.link.errors import Failed, LinkError, Refused
from host.link.frames import Message
from sim.lines import CountedLine
from sim.native import NativeBoard
from sim.native_processes import SCRATCH, Processes


@dataclass
class Lot:
    """A native board whose first process has begun, a session with it, and what its processes do."""

    native: NativeBoard
    board: Board
    inside: Processes


@pytest.fixture
def lot(modelled: bytes) -> Iterator[Lot]:
    native = NativeBoard(bytearray(modelled))
    with Board(CountedLine(native, patience=30.0)) as board:
        yield Lot(native, board, Processes(native))


def test_folders_are_listed(lot: Lot) -> None:
    files = lot.board.files
    names = {entry.name: entry for entry in files.list("/")}
    assert {"bin", "etc", "home", "proc", "root", "tmp"} <= set(names)
    assert names["root"].permissions == "drwx------" and names["tmp"].permissions == "drwxrwxrwt"
    shadow = files.entry("/etc/shadow")
    assert (shadow.name, shadow.permissions, shadow.user, shadow.size) == ("shadow", "-rw-------", 0, 145)
    assert files.list("/etc/shadow") == [shadow] and files.entry("/etc").is_folder
    assert [entry.name for entry in files.list("home/alice")] == [".ssh", "todo.txt"]
    assert {entry.user for entry in files.list("home/alice")} == {1000}
    assert [entry.name for entry in files.list("/proc")] == ["1", "meminfo", "uptime", "version"]
    assert files.entry("/").name == "" and files.entry("/").is_folder
    for number in range(70):
        files.write(f"/tmp/f{number}", b"") if number < 40 else files.make_folder(f"/tmp/f{number}")
    assert len(files.list("/tmp")) == 70, "more than fit into a frame"


def test_files_are_read_whoever_owns_them(lot: Lot) -> None:
    files = lot.board.files
    assert files.read("/etc/shadow").startswith(b"root:")
    assert files.read("/home/alice/todo.txt") == b"buy milk\ncall bob\n"
    assert files.read("/proc/1/status").startswith(b"Name:\tinit\n")
    told: list[tuple[str, int, int]] = []
    program = files.read("/bin/sh", lambda *what: told.append(what))
    assert program[:4] == b"\x7fELF" and len(program) == files.entry("/bin/sh").size
    assert told[-1] == ("/bin/sh", len(program), len(program)) and len(told) == -(-len(program) // 1024)


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 9000])
def test_what_is_written_is_read_again(lot: Lot, size: int) -> None:
    content = bytes(place * 7 & 0xFF for place in range(size))
    lot.board.files.write("/tmp/x", content, 0o755)
    assert lot.board.files.read("/tmp/x") == content
    entry = lot.board.files.entry("/tmp/x")
    assert (entry.permissions, entry.size, entry.user) == ("-rwxr-xr-x", size, 0)


def test_a_file_that_is_there_keeps_its_owner(lot: Lot) -> None:
    files = lot.board.files
    left = lot.inside.left
    files.write("/home/alice/todo.txt", b"nothing\n", 0o777)
    entry = files.entry("/home/alice/todo.txt")
    assert (entry.user, entry.group, entry.permissions) == (1000, 1000, "-rw-r--r--")
    assert files.read("/home/alice/todo.txt") == b"nothing\n"
    assert len(files.list("/home/alice")) == 2
    files.remove("/home/alice/todo.txt")
    assert lot.inside.left == left


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/etc/nix", "there is no such file or folder .ENOENT."),
        ("/nix/x", "there is no such file or folder .ENOENT."),
        ("/etc/motd/x", "a part of the path is no folder .ENOTDIR."),
        ("/" + "n" * 28, "too long: a name has at most 27 bytes, a path 127 .ENAMETOOLONG."),
        ("/tmp" * 50, "too long: a name has at most 27 bytes, a path 127 .ENAMETOOLONG."),
        ("/etc/\0motd", "that cannot be done with it .EINVAL."),
        ("/etc", "it is a folder .EISDIR."),
        ("/dev/null", "that cannot be done with it .EINVAL."),
    ],
)
def test_what_cannot_be_read_is_named(lot: Lot, path: str, words: str) -> None:
    with pytest.raises(Failed, match="^memory: .*: " + words + "$") as failed:
        lot.board.files.read(path)
    assert failed.value.what == path
    lot.board.status()


def tree(board: Board) -> list[object]:
    """Return all files but those that the kernel makes up."""
    found: list[object] = []
    folders = ["/"]
    for folder in folders:
        for entry in board.files.list(folder):
            path = f"{folder.rstrip('/')}/{entry.name}"
            found.append((path, entry, board.files.read(path) if entry.is_file and entry.size < 4096 else b""))
            if entry.is_folder and entry.name != "proc":
                folders.append(path)
    return found


def test_what_cannot_be_written_changes_nothing(lot: Lot) -> None:
    files = lot.board.files
    before, left = tree(lot.board), lot.inside.left
    for path, content, code in (
        ("/etc", b"x", "EISDIR"), ("/", b"x", "EISDIR"), ("/tmp/..", b"x", "EISDIR"), ("/proc/x", b"x", "EACCES"),
        ("/proc/1/status", b"x", "EACCES"), ("/dev/null", b"x", "EACCES"), ("/nix/x", b"x", "ENOENT"),
        ("/tmp/" + "n" * 28, b"x", "ENAMETOOLONG"), ("/tmp/x", bytes(65537), "EFBIG"),
    ):  # fmt: skip
        with pytest.raises(Failed, match=code):
            files.write(path, content)
    files.write("/tmp/big", bytes(35_000))
    with pytest.raises(Failed, match=r"/tmp/more: no room: remove files from /tmp, or end a process \(ENOSPC\)"):
        files.write("/tmp/more", bytes(35_000))
    with pytest.raises(Failed, match="ENOSPC"):
        files.write("/tmp/big", bytes(35_001))
    assert files.read("/tmp/big") == bytes(35_000)
    files.remove("/tmp/big")
    assert tree(lot.board) == before and lot.inside.left == left


def test_a_full_table_of_names_changes_nothing(lot: Lot) -> None:
    files, made = lot.board.files, 0
    with pytest.raises(Failed, match="ENOSPC"):
        while True:
            files.make_folder(f"/tmp/d{made}")
            made += 1
    assert made > 20 and len(files.list("/tmp")) == made
    with pytest.raises(Failed, match="ENOSPC"):
        files.write("/etc/motd", b"x")
    assert files.read("/etc/motd") != b"x", "to replace a file takes a place, too"


@pytest.mark.parametrize("frames", range(6))
def test_an_interrupted_copy_leaves_nothing(lot: Lot, frames: int) -> None:
    """The session ends after so many frames of a copy; then another one looks."""
    board, content = lot.board, b"z" * 4096
    before, left = tree(board), lot.inside.left
    messages = [
        Message(FrameType.FILE_WRITE, {"size": len(content), "mode": 0o644}, b"/etc/motd"),
        *(Message(FrameType.FILE_DATA, {"offset": at}, content[at : at + 1024]) for at in range(0, 4096, 1024)),
    ]
    for message in messages[:frames]:
        number = board.session.send(message)
        if message is messages[0]:
            board.result(number, "the copy", FrameType.RESULT)
    board.session.flush()
    assert (lot.inside.left < left) == (frames > 0), "its room is taken from the begin on"
    assert [entry.size for entry in board.files.list("/etc") if entry.name == "motd"] == [51], "but no name is"
    board.session.end()
    lot.native.exchange(b"", 10)
    assert lot.inside.left == left, "and given back at once"
    with Board(CountedLine(lot.native, patience=30.0)) as again:
        assert tree(again) == before
        again.files.write("/etc/motd", b"whole")
        assert again.files.read("/etc/motd") == b"whole"


def test_a_copy_that_lies_is_refused_and_forgotten(lot: Lot) -> None:
    board, left = lot.board, lot.inside.left
    begin = Message(FrameType.FILE_WRITE, {"size": 10}, b"/tmp/x")

    def refusal(*messages: Message) -> Refusal:
        for message in messages[:-1]:
            board.session.send(message)
        with pytest.raises(Refused) as refused:
            board.answer(board.session.send(messages[-1]), FrameType.STATUS)
        return Refusal(refused.value.reason)

    def data(offset: int, content: bytes) -> Message:
        return Message(FrameType.FILE_DATA, {"offset": offset}, content)

    end = Message(FrameType.FILE_END)
    assert refusal(data(0, b"x")) == refusal(end) == Refusal.ORDER, "without a FILE_WRITE"
    board.session.send(begin)
    assert board.session.receive() is not None
    assert refusal(data(1, b"x")) == Refusal.RANGE, "not in order"
    assert refusal(data(0, b"x")) == Refusal.ORDER, "it is forgotten"
    board.session.send(begin)
    assert board.session.receive() is not None
    assert refusal(data(0, bytes(11))) == Refusal.RANGE, "more than was said"
    board.session.send(begin)
    assert board.session.receive() is not None
    assert refusal(data(0, bytes(9)), end) == Refusal.ORDER, "less than was said"
    with pytest.raises(Failed, match="ENOENT"):
        board.files.read("/tmp/x")
    assert lot.inside.left == left


def test_a_folder_that_goes_away_meanwhile(lot: Lot) -> None:
    board, inside = lot.board, lot.inside
    board.files.make_folder("/tmp/d")
    left = inside.left
    number = board.session.send(Message(FrameType.FILE_WRITE, {"size": 3}, b"/tmp/d/x"))
    board.result(number, "/tmp/d/x", FrameType.RESULT)
    board.session.send(Message(FrameType.FILE_DATA, {}, b"abc"))
    board.session.flush()
    assert inside.call(0, "unlinkat", -100, inside.text(0, "/tmp/d"), 0x200) == 0, "it seems to be empty"
    with pytest.raises(Failed, match="ENOENT"):
        board.result(board.session.send(Message(FrameType.FILE_END)), "/tmp/d/x", FrameType.RESULT)
    assert inside.left == left and not board.files.list("/tmp")


def test_removing(lot: Lot) -> None:
    files = lot.board.files
    files.make_folder("/tmp/d")
    files.write("/tmp/d/x", b"x")
    with pytest.raises(Failed, match="/tmp/d: the folder is not empty: remove what is in it first, or use -r"):
        files.remove("/tmp/d")
    with pytest.raises(Failed, match="EEXIST"):
        files.make_folder("/tmp/d")
    files.remove("/tmp/d/x")
    files.remove("/tmp/d")
    for path, code in (("/tmp/d", "ENOENT"), ("/", "EINVAL"), ("/tmp/.", "EINVAL"), ("/tmp/..", "EINVAL"),
                       ("/proc", "EPERM"), ("/proc/1", "EPERM"), ("/proc/1/status", "EPERM")):  # fmt: skip
        with pytest.raises(Failed, match=code):
            files.remove(path)


def test_a_removed_file_that_is_being_read_is_whole(lot: Lot) -> None:
    """Its reader has it open: what is behind the name may change."""
    board = lot.board
    board.files.write("/tmp/x", b"old" * 4000)
    number = board.session.send(Message(FrameType.FILE_READ, tail=b"/tmp/x"))
    board.session.send(Message(FrameType.FILE_REMOVE, tail=b"/tmp/x"))
    content = b""
    while len(content) < 12000:
        content += board.answer(number, FrameType.FILE_DATA).tail
    assert content == b"old" * 4000


# --- processes -----------------------------------------------------------------------------------------------


def record(slot: int, life: int, **fields: int) -> list[int]:
    packed = RECORD.pack({"slot": slot, "generation": life, **fields})
    return [packed >> 32 * word & 0xFFFFFFFF for word in range(RECORD.words)]


def test_processes_are_listed_with_what_they_score(lot: Lot) -> None:
    inside, board = lot.inside, lot.board
    child, ident = inside.fork(0)
    inside.as_user(child, 1000)
    first, second = board.processes.list()
    assert (first.id, first.parent, first.name, first.user, first.slot) == (1, 0, "init", 0, 0)
    assert (second.id, second.parent, second.user, second.state) == (ident, 1, 1000, ProcessState.READY)
    assert second.score is None and second.calls == 0 and second.memory > 10
    lot.native.expire(record(child, ident, score=51, id=1))
    lot.native.expire(record(child, ident, score=102, id=1, verdict=Verdict.DENY, proposed=Verdict.DENY, tier=2))
    lot.native.expire(record(child, ident + 1, score=255, id=1))  # of another life: comes after, counts anew
    lot.native.expire(record(40, 1, score=255))  # the host's
    lot.native.expire(record(0, 1, score=9))
    _, second = board.processes.list()
    assert second.score is None, "a record of another life has taken the place"
    lot.native.expire(record(child, ident, score=102, id=1, verdict=Verdict.DENY, proposed=Verdict.DENY, tier=2))
    first, second = board.processes.list()
    assert (second.score, second.tier, second.verdict) == (0.4, 2, Verdict.DENY)
    assert second.counts[Verdict.DENY] == 2 and second.blocked == 2, "two calls of this life were denied"
    assert first.counts[Verdict.ALLOW] == 1 and first.score == 9 / 255
    for name in ("1/status", f"{ident}/status", f"{ident}/comm", "meminfo", "version", "uptime"):
        assert b"core" not in board.files.read(f"/proc/{name}"), "no process can read a score"


def test_kill(lot: Lot) -> None:
    inside, board = lot.inside, lot.board
    _child, ident = inside.fork(0)
    with pytest.raises(Failed, match="process 99: there is no such process"):
        board.processes.kill(99)
    with pytest.raises(Failed, match="EINVAL"):
        board.processes.kill(ident, 32)
    board.processes.kill(ident)
    assert inside.call(0, "wait4", -1, SCRATCH, 0, 0) == ident and inside.get(0, 1) == b"\x0f"
    with pytest.raises(Failed, match="ESRCH"):
        board.processes.kill(ident)


def test_a_program_runs_for_the_operator(lot: Lot) -> None:
    inside, board = lot.inside, lot.board
    left = inside.left
    run = board.processes.run("/bin/ls", ["-l", "/etc"], user=1000, group=1000)
    listed = {process.id: process for process in board.processes.list()}
    assert listed[run.id].name == "ls" and listed[run.id].user == 1000 and listed[run.id].parent == 0
    entry = listed[run.id].slot
    assert inside.register(entry, 2) and inside.call(entry, "getuid") == 1000
    assert inside.call(entry, "read", 0, SCRATCH, 10) == 0, "there is nothing to read"
    with pytest.raises(Failed, match="busy"):
        board.processes.run("/bin/ls")
    output = iter(run)
    inside.put(entry, b"hello\n")
    assert inside.call(entry, "write", 1, SCRATCH, 6) == 6
    assert next(output) == b"hello\n"
    inside.put(entry, b"x" * 300)
    assert inside.call(entry, "write", 2, SCRATCH, 300) == 256, "as much as there is room for"
    assert inside.call(entry, "write", 2, SCRATCH, 44) == -512, "then it waits"
    assert next(output) == b"x" * 256
    inside.call(entry, "write", 2, SCRATCH, 44)
    assert inside.call(entry, "exit_group", 7) == -513
    assert b"".join(output) == b"x" * 44 and run.code == 7
    run.kill()  # does nothing
    assert inside.left == left and len(board.processes.list()) == 1
    again = board.processes.run("/bin/ls")
    again.kill()
    assert list(again) == [] and again.code == 128 + 9


def test_a_program_from_here_is_never_in_the_tree(lot: Lot) -> None:
    inside, board = lot.inside, lot.board
    before, left = tree(board), inside.left
    program = board.files.read("/bin/paces")
    told: list[int] = []
    run = board.processes.run(
        "/tmp/mine", ["x"], 1000, 1000, content=program, progress=lambda _what, done, _total: told.append(done)
    )
    assert told[-1] == len(program) and tree(board) == before
    (begun,) = (process for process in board.processes.list() if process.id == run.id)
    assert (begun.name, begun.user) == ("mine", 1000)
    run.kill()
    assert list(run) == [] and inside.left == left
    with pytest.raises(Failed, match="ENOEXEC"):
        board.processes.run("/tmp/mine", content=b"no program")
    assert inside.left == left
    board.session.send(Message(FrameType.FILE_WRITE, {"size": 3}, b"/tmp/mine"))
    with pytest.raises(Refused, match="FILE_WRITE and all bytes come first"):
        board.answer(board.session.send(Message(FrameType.RUN, {"written": 1}, b"mine\0")), FrameType.STATUS)


def test_its_children_belong_to_its_tree_and_write_to_nobody_later(lot: Lot) -> None:
    inside, board = lot.inside, lot.board
    run = board.processes.run("/bin/sh")
    entry = next(process.slot for process in board.processes.list() if process.id == run.id)
    child, _ = inside.fork(entry)
    inside.call(entry, "exit", 0)
    assert list(run) == [] and run.code == 0
    inside.put(child, b"late")
    assert inside.call(child, "write", 1, SCRATCH, 4) == 4
    again = board.processes.run("/bin/sh")  # in the place of the first, whose tree lives on
    assert [process.slot for process in board.processes.list()].count(entry) == 1
    assert inside.call(child, "write", 1, SCRATCH, 4) == 4
    again.kill()
    assert list(again) == []


def test_what_cannot_be_run(lot: Lot) -> None:
    board, inside = lot.board, lot.inside
    left = inside.left
    board.files.write("/tmp/text", b"no program", 0o755)
    for path, code in (
        ("/bin/nix", "ENOENT"),
        ("/etc/motd", "EACCES"),
        ("/tmp", "EACCES"),
        ("/tmp/text", "ENOEXEC"),
    ):
        with pytest.raises(Failed, match=code):
            board.processes.run(path)
    with pytest.raises(Failed, match="EACCES"):
        board.processes.run("/root/notes.txt", user=1000)
    with pytest.raises(Failed, match="E2BIG"):
        board.processes.run("/bin/ls", ["x"] * 24)
    with pytest.raises(Failed, match="E2BIG"):
        board.processes.run("/bin/ls", ["x" * 1500])
    with pytest.raises(Refused, match="LENGTH"):
        board.result(board.operator(Message(FrameType.RUN, {}, b"/bin/ls")), "", FrameType.RESULT)
    board.files.remove("/tmp/text")
    assert inside.left == left and len(board.processes.list()) == 1
    held = []
    while (child := inside.fork(0)[0]) >= 0:
        held.append(child)
    with pytest.raises(Failed, match=r"EAGAIN|ENOMEM"):
        board.processes.run("/bin/ls")


def test_the_end_of_the_session_ends_the_program(lot: Lot) -> None:
    inside, left = lot.inside, lot.inside.left
    lot.board.processes.run("/bin/sh")
    lot.board.session.end()
    lot.native.exchange(b"", 10)
    assert inside.left == left
    with Board(CountedLine(lot.native, patience=30.0)) as again:
        assert [process.name for process in again.processes.list()] == ["init"]


def test_a_board_without_a_model_or_without_files() -> None:
    blank = blank_flash(77, b"a firmware", b"\xff" * 64)
    with Board(CountedLine(NativeBoard(blank), patience=30.0)) as board:
        assert board.files.list("/") == [] and board.processes.list() == []
        with pytest.raises(Failed, match="/etc: there is no such file"):
            board.files.list("/etc")
        with pytest.raises(Refused, match="no model is in force: push one, nothing runs unscreened"):
            board.processes.run("/bin/ls")
        board.files.write("/x", b"files can be, all the same")
        assert board.files.read("/x").startswith(b"files")


def test_a_board_whose_firmware_knows_nothing_of_this(lot: Lot) -> None:
    hello = lot.board.session.hello
    lot.board.session.hello = Message(hello.kind, {**hello.values, "capabilities": 0x17}, hello.tail)
    with pytest.raises(LinkError, match="firmware lists no files or processes: give it today's"):
        lot.board.files.list("/")
