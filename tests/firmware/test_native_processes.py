"""The kernel's processes, calls, files and memory, natively: sanitized for undefined behaviour, or whatever
VIGILANTE_SANITIZE says."""

from __future__ import annotations

import ctypes
import random
import struct
from errno import EACCES, EAGAIN, EBADF, ECHILD, EEXIST, EFAULT, EISDIR, ENOENT, ENOMEM, ENOTEMPTY, EPERM
from itertools import pairwise

import pytest

from hdl.contract.load import Target
from hdl.contract.memory import GRANULE_BYTES, REGIONS
from hdl.contract.policy import JUDGE_CELLS, JUDGE_ROWS, VERDICT_BITS
from hdl.contract.verdict import Verdict
from sim.native_processes import AT_FDCWD, BLOCKED, CALL_NAMES, REPLACED, SCRATCH, Processes, State

RDONLY, WRONLY, RDWR, CREAT, TRUNC = 0, 1, 2, 0o100, 0o1000
DATA, TEXT = REGIONS["user_data"], REGIONS["user_text"]
POOL_TURNS = 10_000
CALLS = 6000


def opened(processes: Processes, path: str, flags: int = RDONLY, mode: int = 0o644, process: int = 0) -> int:
    return processes.call(process, "openat", AT_FDCWD, processes.text(process, path), flags, mode)


# --- memory --------------------------------------------------------------------------------------------------


def test_regions_come_and_go_and_nothing_is_lost(processes: Processes) -> None:
    """To exhaustion and back: whatever is free can be had in one piece, and every region keeps its bytes."""
    chance = random.Random(1)
    whole = processes.left
    held: dict[int, tuple[int, int]] = {}
    met = {"full": 0, "all that was left": 0, "longer": 0}
    for turn in range(POOL_TURNS):
        kind = chance.random()
        if held and kind < 0.45:
            region = chance.choice(list(held))
            granules, _ = held.pop(region)
            assert set(processes.bytes_of(region, granules)[::509]) == {_}
            processes.free(region)
        elif held and kind < 0.6:
            region = chance.choice(list(held))
            granules, mark = held[region]
            wanted = chance.randrange(1, granules + 6)
            fits = wanted - granules <= processes.left
            assert processes.resize(region, wanted) == fits
            if fits:
                kept = min(wanted, granules) * GRANULE_BYTES
                found = processes.bytes_of(region, wanted)
                assert set(found[:kept:509]) == {mark} and set(found[kept::101]) <= {0}
                met["longer"] += wanted > granules
                ctypes_fill(processes, region, wanted, mark)
                held[region] = wanted, mark
        else:
            left = processes.left
            granules = left if left and chance.random() < 0.1 else chance.randrange(1, 12)
            region = processes.region(granules)
            if granules > left or len(held) == 60:
                met["full"] += 1
                assert region == 0 or len(held) == 60
            if region:
                assert set(processes.bytes_of(region, granules)[::101]) == {0}, "another's bytes"
                met["all that was left"] += granules == left
                mark = 1 + turn % 255
                ctypes_fill(processes, region, granules, mark)
                held[region] = granules, mark
            else:
                assert granules > left
    assert all(count > 50 for count in met.values()), met
    for region in held:
        processes.free(region)
    assert processes.left == whole


def ctypes_fill(processes: Processes, region: int, granules: int, mark: int) -> None:
    found = processes.bytes_of(region, granules)
    ctypes.memset(found, mark, len(found))


def test_brk_gives_zeros_and_takes_them_back(processes: Processes) -> None:
    begin, left = processes.call(0, "brk", 0), processes.left
    assert processes.call(0, "brk", begin + 5000) == begin + 5000
    assert processes.get(0, 5000, begin) == bytes(5000)
    processes.put(0, b"x" * 5000, begin)
    assert processes.call(0, "brk", begin + 10) == begin + 10 and processes.left >= left - 1
    assert processes.call(0, "brk", begin + 5000) == begin + 5000
    assert processes.get(0, 5000, begin) == b"x" * 10 + bytes(4990)
    for wild in (0, begin - 1, DATA.end + 1, 0xFFFFFFFF, REGIONS["ram"].base):
        assert processes.call(0, "brk", wild) == begin + 5000


def test_addresses_that_are_not_the_processs(processes: Processes) -> None:
    descriptor = opened(processes, "/etc/motd")
    for wild in (0, 1, TEXT.base, TEXT.end - 1, DATA.end - 1, DATA.end, 0x10000000, 0xFFFFF800, 0xFFFFFFFF):
        assert processes.call(0, "read", descriptor, wild, 64) == -EFAULT, hex(wild)
        assert processes.call(0, "uname", wild) == -EFAULT
        assert processes.call(0, "pipe2", wild, 0) == -EFAULT
    assert processes.call(0, "read", descriptor, DATA.base, 0xFFFF) == -EFAULT


# --- processes -----------------------------------------------------------------------------------------------


def test_a_child_has_a_copy_and_ends_by_itself(processes: Processes) -> None:
    processes.put(0, b"before")
    child, ident = processes.fork(0)
    assert processes.register(child, 10) == 0 and processes.get(child, 6) == b"before"
    processes.put(child, b"after!")
    assert processes.get(0, 6) == b"before"
    assert processes.call(0, "wait4", -1, SCRATCH + 64, 1, 0) == 0, "none has ended"
    assert processes.call(0, "wait4", -1, SCRATCH + 64, 0, 0) == BLOCKED
    assert processes.state(0) == State.WAITING
    assert processes.call(child, "exit", 7) == REPLACED
    assert processes.state(child) == State.ENDED and processes.state(0) == State.READY
    assert processes.call(0, "wait4") == ident, "the call goes on where it was"
    assert processes.get(0, 4, SCRATCH + 64) == struct.pack("<I", 7 << 8)
    assert processes.state(child) == State.FREE
    assert processes.call(0, "wait4", -1, 0, 0, 0) == -ECHILD


def test_who_waits_for_a_child_is_woken_by_nothing_else(processes: Processes) -> None:
    child, _ = processes.fork(0)
    assert processes.call(0, "wait4", -1, SCRATCH + 64, 0, 0) == BLOCKED
    assert processes.call(child, "pipe2", SCRATCH, 0) == 0
    reader, writer = struct.unpack("<2i", processes.get(child, 8))
    assert processes.call(child, "write", writer, SCRATCH, 5) == 5
    assert processes.call(child, "read", reader, SCRATCH + 64, 100) == 5
    assert processes.state(0) == State.WAITING


def test_a_fork_bomb_fills_the_table_and_leaves_nothing_behind(processes: Processes) -> None:
    left = processes.left
    for _ in range(20):
        children = []
        while (child := processes.fork(0))[0] >= 0:
            children.append(child)
        assert child[1] in (-EAGAIN, -ENOMEM) and len(children) >= 11, "twelve at once, with their parent"
        for entry, _ident in children:
            processes.call(entry, "exit", 0)
        assert {processes.call(0, "wait4", -1, 0, 0, 0) for _ in children} == {ident for _, ident in children}
        assert processes.left == left


def test_orphans_go_to_the_first_process(processes: Processes) -> None:
    child, _ = processes.fork(0)
    grandchild, ident = processes.fork(child)
    processes.call(child, "exit", 0)
    assert processes.call(grandchild, "getppid") == processes.id(0)
    processes.call(grandchild, "exit", 3)
    ended = {processes.call(0, "wait4", -1, 0, 0, 0) for _ in range(2)}
    assert ident in ended


def test_kill_ends_whom_it_may(processes: Processes) -> None:
    one, one_id = processes.fork(0)
    two, two_id = processes.fork(0)
    processes.as_user(one, 1000)
    processes.as_user(two, 1001)
    assert processes.call(one, "kill", two_id, 9) == -EPERM
    assert processes.call(one, "kill", processes.id(0), 9) == -EPERM
    assert processes.call(one, "kill", 9999, 9) == -3
    assert processes.call(0, "kill", two_id, 15) == 0 and processes.state(two) == State.ENDED
    assert processes.call(one, "kill", one_id, 9) == REPLACED and processes.state(one) == State.ENDED
    assert processes.call(0, "kill", processes.id(0), 15) == 0 and processes.state(0) == State.READY


def test_a_process_that_may_not_end_ends(processes: Processes) -> None:
    processes.judge()
    processes.enforce(0xFFFF)
    every = sum(Verdict.DENY << VERDICT_BITS * cell for cell in range(JUDGE_CELLS))
    processes.load(Target.JUDGE, [every & 0xFFFFFFFF, every >> 32] * JUDGE_ROWS)
    assert processes.run("uname", steps=1_000_000) == (0, "")


def test_turns_are_taken(processes: Processes) -> None:
    children = [processes.fork(0)[0] for _ in range(5)]
    picked = [processes.pick() for _ in range(60)]
    for entry in (0, *children):
        gaps = [at for at, who in enumerate(picked) if who == entry]
        assert max(b - a for a, b in pairwise(gaps)) == 6, "nobody waits longer than a round"


def test_an_exec_that_fails_changes_nothing(processes: Processes) -> None:
    before = processes.left, processes.register(0, 2)
    processes.put(0, b"stays")
    for path, error in (("/etc/passwd", -EACCES), ("/nix", -ENOENT), ("/etc", -EACCES)):
        assert processes.call(0, "execve", processes.text(0, path, SCRATCH + 64), 0, 0) == error
    assert (processes.left, processes.register(0, 2)) == before and processes.get(0, 5) == b"stays"
    assert processes.call(0, "execve", processes.text(0, "/bin/ls"), 0, 0) == REPLACED


# --- files ---------------------------------------------------------------------------------------------------


def test_files_are_read_from_flash_and_written_in_memory(processes: Processes) -> None:
    passwd = processes.contents("/etc/passwd")
    assert passwd.startswith(b"root:x:0:0:")
    descriptor = opened(processes, "/etc/passwd", RDWR)
    assert processes.call(0, "write", descriptor, processes.put(0, b"ROOT"), 4) == 4
    assert processes.contents("/etc//./passwd") == b"ROOT" + passwd[4:]
    big = bytes(range(256)) * 20
    descriptor = opened(processes, "/tmp/big", RDWR | CREAT)
    for place in range(0, len(big), 512):
        assert processes.call(0, "write", descriptor, processes.put(0, big[place : place + 512]), 512) == 512
    assert processes.contents("/tmp/big") == big
    assert processes.call(0, "lseek", descriptor, -10, 2) == len(big) - 10
    assert processes.call(0, "ftruncate", descriptor, 100) == 0
    assert processes.contents("/tmp/big") == big[:100]


def test_a_full_memory_is_an_error_and_a_removed_file_gives_its_back(processes: Processes) -> None:
    left = processes.left
    error = 0
    for number in range(20):
        descriptor = opened(processes, f"/tmp/f{number}", WRONLY | CREAT)
        processes.put(0, b"y" * 1024, SCRATCH)
        for _ in range(60):
            error = processes.call(0, "write", descriptor, SCRATCH, 1024)
            if error < 0:
                break
        processes.call(0, "close", descriptor)
        if error < 0:
            break
    assert error == -28 and processes.left == 0
    for number in range(20):
        processes.call(0, "unlinkat", AT_FDCWD, processes.text(0, f"/tmp/f{number}"), 0)
    assert processes.left == left


def test_an_open_file_outlives_its_name(processes: Processes) -> None:
    descriptor = opened(processes, "/tmp/gone", RDWR | CREAT)
    left = processes.left
    processes.call(0, "write", descriptor, processes.put(0, b"still"), 5)
    assert processes.call(0, "unlinkat", AT_FDCWD, processes.text(0, "/tmp/gone"), 0) == 0
    assert opened(processes, "/tmp/gone") == -ENOENT
    assert processes.call(0, "lseek", descriptor, 0, 0) == 0
    assert processes.call(0, "read", descriptor, SCRATCH, 9) == 5 and processes.get(0, 5) == b"still"
    processes.call(0, "close", descriptor)
    assert processes.left == left


def test_folders_and_names(processes: Processes) -> None:
    def call(name: str, path: str, *more: int) -> int:
        return processes.call(0, name, AT_FDCWD, processes.text(0, path), *more)

    assert call("mkdirat", "/tmp/a", 0o755) == 0 and call("mkdirat", "/tmp/a", 0o755) == -EEXIST
    assert opened(processes, "/tmp/a/file", WRONLY | CREAT) >= 0
    assert call("unlinkat", "/tmp/a", 0x200) == -ENOTEMPTY and call("unlinkat", "/tmp/a", 0) == -EISDIR
    other = processes.text(0, "/tmp/b", SCRATCH + 128)
    assert processes.call(0, "renameat2", AT_FDCWD, processes.text(0, "/tmp/a"), AT_FDCWD, other, 0) == 0
    assert opened(processes, "/tmp/b/file") >= 0 and opened(processes, "/tmp/a/file") == -ENOENT
    assert processes.call(0, "chdir", processes.text(0, "/tmp/b")) == 0
    length = processes.call(0, "getcwd", SCRATCH, 64)
    assert processes.get(0, length) == b"/tmp/b\0"
    assert opened(processes, "../../etc/motd") >= 0


def test_permissions_are_kept(processes: Processes) -> None:
    child, _ = processes.fork(0)
    processes.as_user(child, 1000)
    for path in ("/etc/shadow", "//etc/./shadow", "/home/../etc/shadow", "/root/notes.txt", "/home/bob/todo.txt"):
        assert opened(processes, path, process=child) == -EACCES, path
    assert opened(processes, "/etc/passwd", WRONLY, process=child) == -EACCES
    assert processes.contents("/home/alice/todo.txt", child) == b"buy milk\ncall bob\n"
    assert processes.call(child, "setuid", 0) == -EPERM
    assert b"Name:\tinit" in processes.contents(f"/proc/{processes.id(0)}/status", child)


def test_a_pipe_waits_at_both_ends(processes: Processes) -> None:
    left = processes.left
    assert processes.call(0, "pipe2", SCRATCH, 0) == 0
    reader, writer = struct.unpack("<2i", processes.get(0, 8))
    child, _ = processes.fork(0)
    assert processes.call(0, "read", reader, SCRATCH + 64, 100) == BLOCKED
    assert processes.call(child, "write", writer, processes.put(child, b"hello"), 5) == 5
    assert processes.state(0) == State.READY and processes.call(0, "read") == 5
    assert processes.get(0, 5, SCRATCH + 64) == b"hello"
    assert processes.call(child, "write", writer, SCRATCH, GRANULE_BYTES + 88) == GRANULE_BYTES, "what fits"
    assert processes.call(child, "write", writer, SCRATCH, 88) == BLOCKED
    assert processes.call(0, "read", reader, SCRATCH + 64, 100) == 100
    assert processes.call(child, "write") == 88
    assert processes.call(0, "close", reader) == 0 and processes.call(child, "close", reader) == 0
    assert processes.call(child, "write", writer, SCRATCH, 1) == REPLACED, "nobody reads: a signal"
    assert processes.call(0, "wait4", -1, SCRATCH, 0, 0) > 0 and processes.get(0, 1) == b"\x0d"
    assert processes.left == left - 1 and processes.call(0, "close", writer) == 0
    assert processes.left == left, "its memory goes with its last end"


def test_descriptors_run_out_and_come_back(processes: Processes) -> None:
    held = []
    while (descriptor := opened(processes, "/etc/motd")) >= 0:
        held.append(descriptor)
    assert descriptor == -24 and len(held) == 9
    for descriptor in held:
        assert processes.call(0, "close", descriptor) == 0
    assert processes.call(0, "close", held[0]) == -EBADF
    assert opened(processes, "/etc/motd") == held[0]


MAY_END_OR_WAIT = [
    *("exit", "execve", "kill", "setuid", "clone", "wait4", "nanosleep", "sched_yield"),
    *("read", "readv", "write", "writev", "ppoll", "accept", "connect", "sendto", "recvfrom", "rt_sigreturn"),
]


@pytest.mark.parametrize("seed", range(6))
def test_no_call_whatever_its_arguments_breaks_anything(processes: Processes, seed: int) -> None:
    """Random calls of a family of processes; what is left afterwards is as it should be."""
    chance = random.Random(seed)
    left = processes.left
    words = (0, 1, 2, 3, 4, 17, 64, 100, -1, -100, 0o100, 0o1102, 0x7FFFFFFF, 0x80000000, DATA.base,
             DATA.base + 4096, DATA.end, TEXT.base, REGIONS["ram"].base, 0xFFFFF800)  # fmt: skip
    paths = ("/", "/etc/passwd", "/tmp/a", "/tmp/a/b", "tmp", "..", "/proc/1/status", "/bin/ls", "/dev/null",
             "/proc", "/dev/console", "/tmp/" + "n" * 40, "a" * 130, "", "/tmp/../tmp/./c/", "/nix", "/tmp/l",
             "l/l/a", "/tmp/a/../l/")  # fmt: skip
    for _ in range(CALLS):
        processes.pick()
        alive = [entry for entry in range(16) if processes.state(entry) == State.READY]
        if not alive or (len(alive) == 1 and chance.random() < 0.2):
            alive = [entry] if (entry := processes.fork(0)[0]) > 0 else [0]
        process = chance.choice(alive)
        name = chance.choice(CALL_NAMES)
        if process == 0 and name in MAY_END_OR_WAIT:
            continue  # the first one stays, awake
        for place in (0, 128):
            processes.put(process, chance.choice(paths).encode() + b"\0", SCRATCH + place)
        if name == "rt_sigaction" and chance.random() < 0.5:  # a handler that is one
            handler = (TEXT.base + chance.randrange(2, 4096), 0x04000000, TEXT.base + 2, 0, 0)
            processes.put(process, struct.pack("<5I", *handler))
        if name in ("bind", "connect"):
            processes.put(process, struct.pack("<H6sQ", 2, bytes((0x10, chance.randrange(3), 127, 0, 0, 1)), 0))
        arguments = [
            chance.choice((SCRATCH, SCRATCH + 128, *words)) if chance.random() < 0.9 else chance.getrandbits(32)
            for _ in range(6)
        ]
        result = processes.call(process, name, *arguments)
        assert result > -4096 or result in (BLOCKED, REPLACED)
    for entry in range(1, 16):
        if processes.state(entry) in (State.READY, State.WAITING):
            processes.call(0, "kill", processes.id(entry), 9)
    while processes.call(0, "wait4", -1, 0, 1, 0) > 0:
        pass
    assert [entry for entry in range(1, 16) if processes.state(entry) != State.FREE] == []
    for descriptor in range(12):
        processes.call(0, "close", descriptor)
    assert processes.left <= left
    held = [processes.call(0, "socket", 2, 1, 0) for _ in range(6)]
    held += [processes.call(0, "dup", held[0]) for _ in range(6)]
    assert held == list(range(12)), "every socket and every descriptor is to be had again"
    for descriptor in held:
        processes.call(0, "close", descriptor)
    assert [processes.call(0, "pipe2", SCRATCH, 0) for _ in range(6)] == [0] * 6
