"""Handwritten logs, one per feature, with the exact items they stand for."""

import bz2
import gzip
import io
import lzma
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from models.readers.strace import StraceReader
from models.trace import Call, Exec, Exit, Fork, Item, PathArgument, Return, Start, TraceError, TraceStats


def read(log: str | bytes) -> tuple[list[Item], TraceStats]:
    data = log if isinstance(log, bytes) else textwrap.dedent(log).lstrip("\n").encode()
    reader = StraceReader(io.BytesIO(data), "log")
    return list(reader), reader.stats


def items(log: str | bytes) -> list[Item]:
    found, stats = read(log)
    assert stats.unparsed_lines == 0
    return found


def call(log: str) -> Call:
    found = [item for item in items(log) if isinstance(item, Call)]
    return found[-1]


def brief(log: str) -> list[tuple[object, ...]]:
    """The items without lines, arguments and paths."""
    rows: list[tuple[object, ...]] = []
    for item in items(log):
        match item:
            case Call():
                rows.append((item.pid, item.name, item.ok))
            case Return():
                rows.append((item.pid, "return", item.ok))
            case Fork():
                rows.append((item.pid, "fork", item.child))
            case Start() | Exec() | Exit():
                rows.append((item.pid, type(item).__name__.lower()))
    return rows


def test_whole_log() -> None:
    assert items(
        """
        10  1700000000.500000 execve("/bin/sh", ["sh"], 0x7ffcf995a318 /* 35 vars */) = 0
        10  1700000001.500000 openat(AT_FDCWD, "/etc/x", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file)
        10  1700000002.500000 exit_group(1)     = ?
        10  1700000002.600000 +++ exited with 1 +++
        """
    ) == [
        Start(1, 10),
        Call(1, 10, "execve", (0,) * 6, (PathArgument(b"/bin/sh"),), True, 1700000000.5),
        Exec(1, 10, b"/bin/sh"),
        Call(
            2,
            10,
            "openat",
            (0xFFFFFF9C, 0, 0o2000000, 0, 0, 0),
            (PathArgument(b"/etc/x"),),
            False,
            1700000001.5,
        ),
        Call(3, 10, "exit_group", (1, 0, 0, 0, 0, 0), (), None, 1700000002.5),
        Exit(4, 10),
    ]


def test_no_pid_is_process_zero() -> None:
    assert brief("getpid() = 12\nexit(0) = ?\n+++ exited with 0 +++\n") == [
        (0, "start"),
        (0, "getpid", True),
        (0, "exit", None),
        (0, "exit"),
    ]


@pytest.mark.parametrize(
    ("column", "time"),
    [
        ("", None),
        ("01:00:01 ", 3601.0),
        ("01:00:01.250000 ", 3601.25),
        ("1700000000.250000 ", 1700000000.25),
        ("1700000000 ", 1700000000.0),
        ("     0.250000 ", 0.25),
        ("01:00:01 (+     0.000100) ", 3601.0),
        ("[00007f0499dd8000] ", None),
        ("[  3] ", None),
        ("01:00:01 [  3] [00007f0499dd8000] ", 3601.0),
    ],
)
@pytest.mark.parametrize(("pid", "number"), [("", 0), ("7     ", 7), ("[pid     7] ", 7), ("7<a b> ", 7)])
def test_columns(pid: str, number: int, column: str, time: float | None) -> None:
    log = f"{pid}{column}close(3) = 0\n".encode()
    assert items(log) == [Start(1, number), Call(1, number, "close", (3, 0, 0, 0, 0, 0), (), True, time)]


def test_midnight_and_relative_times() -> None:
    times = [
        item.time for item in items("23:59:59 getpid() = 1\n00:00:01 getpid() = 1\n") if isinstance(item, Call)
    ]
    assert times == [86399.0, 86401.0]
    times = [item.time for item in items("   0.5 getpid() = 1\n   0.25 getpid() = 1\n") if isinstance(item, Call)]
    assert times == [0.5, 0.75]


def test_results() -> None:
    log = """
        read(3, "", 10) = -1 EAGAIN (Resource temporarily unavailable) <0.000012>
        getpriority(PRIO_PROCESS, 0) = -3
        lseek(3, -1, SEEK_SET) = -1 (errno 521)
        umask(022) = 077
        mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f0000000000 <0.000004>
        wait4(-1, 0x7ffe, 0, NULL) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
        exit_group(0 <unfinished ...>) = ?
    """
    assert [item.ok for item in items(log) if isinstance(item, Call)] == [
        False,
        True,
        False,
        True,
        True,
        False,
        None,
    ]
    assert call("exit_group(3 <unfinished ...>) = ?\n").args[0] == 3


@pytest.mark.parametrize(
    ("printed", "args"),
    [
        ("openat(AT_FDCWD</home/x>, \"a\", O_WRONLY|O_CREAT|O_TRUNC, 0644)", (0xFFFFFF9C, 0, 0o1101, 0o644)),
        ("mmap(0x7f0499d00000, 8192, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED, 3</lib/x>, 0x1a000)",
         (0, 8192, 5, 0x12, 3, 0x1A000)),
        ("mmap(0x8000000, 8192, PROT_NONE, 0x22 /* MAP_??? */, -1, 0)", (0, 8192, 0, 0x22, 0xFFFFFFFF, 0)),
        ("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP)", (2, 0o2000001, 6)),
        ("socket(PF_NETLINK, SOCK_RAW, NETLINK_ROUTE)", (16, 3, 0)),
        ("kill(-12, SIGKILL)", (0xFFFFFFF4, 9)),
        ("kill(12, SIGRT_3)", (12, 35)),
        ("ptrace(PTRACE_ATTACH, 55)", (16, 55)),
        ("prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)", (38, 1)),
        ("fcntl(4<socket:[77]>, F_SETFL, O_RDWR|O_NONBLOCK)", (4, 4, 0o4002)),
        ("lseek(3, -10, SEEK_END)", (3, 0xFFFFFFF6, 2)),
        ("mknod(\"x\", S_IFCHR|0600, makedev(0x1, 0x103))", (0, 0o20600, 0x100103)),
        ("ioctl(1, TCGETS, {B38400 opost, isig})", (1, 0x5401, 0)),
        ("ioctl(1, SNDCTL_TMR_TIMEBASE or TCGETS, {B38400})", (1, 0x5401, 0)),
        ("ioctl(1, _IOC(_IOC_READ, 0x54, 0x30, 0x4), 0x7ffe00000000)", (1, 0x45430, 0)),
        ("setsockopt(3<TCP:[1.2.3.4:5->6.7.8.9:10]>, SOL_SOCKET, SO_REUSEADDR, [1], 4)", (3, 1, 2, 0, 4)),
        ("connect(3<TCPv6:[[::1]:5->[::1]:80]>, {sa_family=AF_INET6, sin6_port=htons(80)}, 28)", (3, 0, 28)),
        ("connect(3<UNIX-STREAM:[1->2]>, {sa_family=AF_UNIX, sun_path=\"a, b\"}, 110)", (3, 0, 110)),
        ("write(1</dev/pts/0<char 136:0>>, \"a, \\\"b) = 3\", 9)", (1, 0, 9)),
        ("futex(0x7f0000001000, FUTEX_WAIT_PRIVATE, 2, NULL)", (0, 128, 2)),
        ("mount(\"none\", \"/x\", \"tmpfs\", MS_NOSUID|MS_NODEV, NULL)", (0, 0, 0, 6)),
        ("clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f0001000)", (0x1000011,)),
        ("rt_sigprocmask(SIG_SETMASK, ~[KILL STOP], NULL, 8)", (2, 0, 0, 8)),
        ("mremap(0x1000, 3000000000, 18446744073709551615, MREMAP_MAYMOVE)", (0, 3000000000, 0xFFFFFFFF, 1)),
        ("access(\"x\", R_OK|NO_SUCH_NAME)", (0, 4)),
        ("capset({version=3, pid=0}, {effective=1<<CAP_CHOWN|1<<CAP_KILL, x=0})", (0, 0)),
        ("syscall_0x1c3(0x1, 0x2, 0, 0, 0, 0x9)", (1, 2, 0, 0, 0, 9)),
        ("fchdir(3</tmp/x> /* hm */)", (3,)),
        ("close(3</tmp/x>(deleted))", (3,)),
        ("openat(,)", ()),
        ("fanotify_mark(3)", (3,)),
    ],
)  # fmt: skip
def test_arguments(printed: str, args: tuple[int, ...]) -> None:
    assert call(f"9 {printed} = 0\n").args == args + (0,) * (6 - len(args))


@pytest.mark.parametrize(
    ("printed", "paths"),
    [
        (r'open("a\tb\"\\\n\303\251\x41\0z", O_RDONLY)', [(b'a\tb"\\\n\xc3\xa9A\0z', None)]),
        ('stat("/long"..., 0x7ffe)', [(b"/long", None)]),
        ('openat(AT_FDCWD</home/a\\40b>, "x", O_RDONLY)', [(b"x", b"/home/a b")]),
        ('openat(5</srv>, "x", O_RDONLY)', [(b"x", b"/srv")]),
        ('openat(5</srv (deleted)>, "x", O_RDONLY)', [(b"x", b"/srv")]),
        ('openat(5, "x", O_RDONLY)', [(b"x", None)]),
        (
            'newfstatat(3</etc/passwd>, "", {st_mode=S_IFREG|0644, ...}, AT_EMPTY_PATH)',
            [(b"", b"/etc/passwd")],
        ),
        ('renameat2(5</a>, "x", 6</b>, "y", RENAME_NOREPLACE)', [(b"x", b"/a"), (b"y", b"/b")]),
        ('linkat(AT_FDCWD</c>, "x", 6</b>, "/y", 0)', [(b"x", b"/c"), (b"/y", None)]),
        ('symlinkat("../t", 5</a>, "d/l")', [(b"../t", b"/a/d"), (b"d/l", b"/a")]),
        ('symlink("t", "/x/y/l")', [(b"t", b"/x/y"), (b"/x/y/l", None)]),
        ('mount("proc", "/proc", "proc", 0, NULL)', [(b"proc", None), (b"/proc", None)]),
        ('pivot_root(".", "old")', [(b".", None), (b"old", None)]),
        ("utimensat(3</f>, NULL, NULL, 0)", []),
        ("open(0x7ffe00000000, O_RDONLY)", []),
        ('fanotify_mark(3, FAN_MARK_ADD, FAN_OPEN, 4</d>, "f")', [(b"f", b"/d")]),
        ('write(1, "/etc/passwd", 11)', []),
    ],
)
def test_paths(printed: str, paths: list[tuple[bytes, bytes | None]]) -> None:
    assert [(path.text, path.base) for path in call(f"9 {printed} = 0\n").paths] == paths


def test_equals_sign_in_a_string() -> None:
    found = call('9 rename("a) = 3", "b(c, d") = -1 ENOENT (No such file or directory)\n')
    assert found.ok is False
    assert [path.text for path in found.paths] == [b"a) = 3", b"b(c, d"]
    found = call('9 openat(AT_FDCWD</x>, "a) = 0", O_RDONLY <unfinished ...>\n')
    assert found.ok is None and found.paths == (PathArgument(b"a) = 0", b"/x"),)


def bases(log: str) -> list[bytes | None]:
    return [path.base for item in items(log) if isinstance(item, Call) for path in item.paths if path.text == b"f"]


def test_cwd_is_tracked() -> None:
    assert bases(
        """
        1 stat("f", 0x1) = 0
        1 chdir("/a/b") = 0
        1 stat("f", 0x1) = 0
        1 chdir("../c/.") = 0
        1 stat("f", 0x1) = 0
        1 chdir("/nope") = -1 ENOENT (No such file or directory)
        1 stat("f", 0x1) = 0
        1 fork() = 2
        1 chdir("/later") = 0
        2 stat("f", 0x1) = 0
        2 getcwd("/real", 4096) = 6
        2 stat("f", 0x1) = 0
        2 openat(AT_FDCWD</shown>, "/y", O_RDONLY) = 3
        2 stat("f", 0x1) = 0
        1 openat(AT_FDCWD, "f", O_RDONLY) = 3
        """
    ) == [None, b"/a/b", b"/a/c", b"/a/c", b"/a/c", b"/real", b"/shown", b"/later"]


def test_descriptors_are_tracked() -> None:
    assert bases(
        """
        1 open("/d", O_RDONLY|O_DIRECTORY) = 3
        1 openat(3, "sub", O_RDONLY) = 4
        1 openat(4, "f", O_RDONLY) = -1 ENOENT (No such file or directory)
        1 dup(4) = 5
        1 close(4) = 0
        1 openat(4, "f", O_RDONLY) = -1 EBADF (Bad file descriptor)
        1 fcntl(5, F_DUPFD_CLOEXEC, 10) = 10
        1 vfork() = 2
        2 openat(10, "f", O_RDONLY) = 20
        2 fchdir(3) = 0
        2 stat("f", 0x1) = 0
        1 dup2(3, 5) = 5
        1 openat(5, "f", O_RDONLY) = 6
        1 close_range(3, 4294967295, 0) = 0
        1 openat(5, "f", O_RDONLY) = 6
        """
    ) == [b"/d/sub", None, b"/d/sub", b"/d", b"/d", None]


def test_threads_share_the_cwd_and_processes_do_not() -> None:
    assert bases(
        """
        1 chdir("/a") = 0
        1 clone(child_stack=0x1, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_THREAD, tls=0x1) = 2
        1 clone(child_stack=NULL, flags=SIGCHLD) = 3
        2 chdir("/b") = 0
        1 stat("f", 0x1) = 0
        3 stat("f", 0x1) = 0
        """
    ) == [b"/b", b"/a"]


def test_unfinished_and_resumed() -> None:
    assert items(
        """
        1 1700000000.0 openat(AT_FDCWD</x>, "f", O_RDONLY <unfinished ...>
        2 1700000001.0 read(0,  <unfinished ...>
        1 1700000002.0 <... openat resumed>)             = 3</x/f> <1.000000>
        2 1700000003.0 <... read resumed>"a) = 1", 10)   = -1 EINTR (Interrupted system call)
        """
    ) == [
        Start(1, 1),
        Call(1, 1, "openat", (0xFFFFFF9C, 0, 0, 0, 0, 0), (PathArgument(b"f", b"/x"),), None, 1700000000.0),
        Start(2, 2),
        Call(2, 2, "read", (0, 0, 0, 0, 0, 0), (), None, 1700000001.0),
        Return(3, 1, True),
        Return(4, 2, False),
    ]


def test_restarts_and_signals() -> None:
    assert brief(
        """
        1 wait4(-1,  <unfinished ...>
        1 <... wait4 resumed>0x7ffe, 0, NULL) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
        1 --- SIGWINCH {si_signo=SIGWINCH, si_code=SI_KERNEL} ---
        1 restart_syscall(<... resuming interrupted nanosleep ...>) = 0
        1 --- stopped by SIGSTOP ---
        1 pause( <unfinished ...>
        1 <... pause resumed> <unfinished ...>) = ?
        1 +++ killed by SIGKILL (core dumped) +++
        """
    ) == [
        (1, "start"),
        (1, "wait4", None),
        (1, "return", False),
        (1, "restart_syscall", True),
        (1, "pause", None),
        (1, "exit"),
    ]


def test_child_seen_before_its_parents_clone_returns() -> None:
    assert brief(
        """
        1 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
        2 getpid() = 2
        2 +++ exited with 0 +++
        1 <... clone resumed>, child_tidptr=0x7f) = 2
        1 getpid() = 1
        """
    ) == [
        (1, "start"),
        (1, "clone", None),
        (1, "fork", 2),
        (2, "getpid", True),
        (2, "exit"),
        (1, "return", True),
        (1, "getpid", True),
    ]


def test_two_clones_in_flight() -> None:
    rows = brief(
        """
        1 getpid() = 1
        2 getpid() = 2
        1 vfork( <unfinished ...>
        2 vfork( <unfinished ...>
        11 getpid() = 11
        12 getpid() = 12
        1 <... vfork resumed>) = 11
        2 <... vfork resumed>) = 12
        """
    )
    assert [row for row in rows if row[1] == "fork"] == [(1, "fork", 11), (2, "fork", 12)]


def test_child_in_another_pid_namespace() -> None:
    log = """
        1 clone(child_stack=NULL, flags=CLONE_NEWPID|SIGCHLD <unfinished ...>
        20 getpid() = 1
        1 <... clone resumed>) = 2
        1 fork() = 3 /* 21 in strace's PID NS */
        """
    forks = [(item.pid, item.child) for item in items(log) if isinstance(item, Fork)]
    assert forks == [(1, 20), (1, 21)]


def test_threads_belong_to_their_process() -> None:
    assert brief(
        """
        1 clone3({flags=CLONE_VM|CLONE_THREAD|CLONE_FS, exit_signal=0} <unfinished ...>
        2 getpid() = 1
        1 <... clone3 resumed> => {parent_tid=[2]}, 88) = 2
        1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD, tls=0x1) = 3
        2 fork() = 4
        2 +++ exited with 0 +++
        3 getpid() = 1
        1 +++ exited with 0 +++
        3 +++ exited with 0 +++
        4 +++ exited with 0 +++
        """
    ) == [
        (1, "start"),
        (1, "clone3", None),
        (1, "getpid", True),
        (1, "return", True),
        (1, "clone", True),
        (1, "fork", True),
        (1, "fork", 4),
        (1, "getpid", True),
        (1, "exit"),
        (4, "exit"),
    ]


def test_execve_by_a_thread() -> None:
    assert brief(
        """
        1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD) = 2
        1 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_THREAD) = 3
        1 futex(0x7f, FUTEX_WAIT, 0, NULL <unfinished ...>
        2 execve("/bin/x", ["x"], 0x7f /* 1 var */ <unfinished ...>
        1 +++ superseded by execve in pid 2 +++
        1 <... execve resumed>) = 0
        3 +++ exited with 0 +++
        1 getpid() = 1
        1 +++ exited with 0 +++
        """
    ) == [
        (1, "start"),
        (1, "clone", True),
        (1, "clone", True),
        (1, "futex", None),
        (1, "execve", None),
        (1, "return", True),
        (1, "exec"),
        (1, "getpid", True),
        (1, "exit"),
    ]


def test_exec_names_the_program() -> None:
    programs = [
        item.program
        for item in items(
            """
            1 chdir("/a") = 0
            1 execve("./x", ["x"], NULL) = 0
            1 execve("/no", ["x"], NULL) = -1 EACCES (Permission denied)
            1 execveat(5</usr/bin/y>, "", ["y"], NULL, AT_EMPTY_PATH) = 0
            """
        )
        if isinstance(item, Exec)
    ]
    assert programs == [b"/a/x", b"/usr/bin/y"]


def test_pid_used_again() -> None:
    assert brief(
        """
        1 fork() = 2
        2 +++ exited with 0 +++
        1 fork() = 2
        2 getpid() = 2
        1 fork() = 2
        """
    ) == [
        (1, "start"),
        (1, "fork", True),
        (1, "fork", 2),
        (2, "exit"),
        (1, "fork", True),
        (1, "fork", 2),
        (2, "getpid", True),
        (1, "fork", True),
        (2, "exit"),
        (1, "fork", 2),
    ]


def test_stderr_form_keeps_the_first_process() -> None:
    assert brief(
        """
        execve("/bin/sh", ["sh"], NULL) = 0
        vfork(strace: Process 31 attached
         <unfinished ...>
        [pid    31] getpid() = 31
        [pid    30] <... vfork resumed>)        = 31
        [pid    30] clone(child_stack=NULL, flags=SIGCHLDstrace: Process 32 attached
        , child_tidptr=0x7f32a5b6ca10) = 32
        [pid    31] +++ exited with 0 +++
        [pid    32] getpid() = 32
        [pid    32] +++ exited with 0 +++
        --- SIGCHLD {si_signo=SIGCHLD, si_pid=32} ---
        getpid() = 30
        strace: Process 30 detached
        """
    ) == [
        (0, "start"),
        (0, "execve", True),
        (0, "exec"),
        (0, "vfork", None),
        (0, "fork", 31),
        (31, "getpid", True),
        (0, "return", True),
        (0, "clone", None),
        (0, "fork", 32),
        (0, "return", True),
        (31, "exit"),
        (32, "getpid", True),
        (32, "exit"),
        (0, "getpid", True),
    ]


def test_stderr_form_without_messages() -> None:
    assert brief(
        """
        fork( <unfinished ...>
        [pid    31] getpid() = 31
        [pid    30] <... fork resumed>)         = 31
        [pid    30] getpid() = 30
        """
    ) == [
        (0, "start"),
        (0, "fork", None),
        (0, "fork", 31),
        (31, "getpid", True),
        (0, "return", True),
        (0, "getpid", True),
    ]


def test_unknown_names_are_counted() -> None:
    found, stats = read("1 syscall_0x1c3(0x1) = -1 ENOSYS (x)\n1 newcall(2) = 0\n1 newcall(2) = 0\n")
    assert [item.name for item in found if isinstance(item, Call)] == ["syscall_0x1c3", "newcall", "newcall"]
    assert stats == TraceStats(3, 3, {"syscall_0x1c3": 1, "newcall": 2}, 0)


def test_garbage_is_counted_and_skipped() -> None:
    found, stats = read("1 getpid() = 1\nhello\n1 read(3, \n1 <... write resumed>) = 3\n\n1 getp")
    assert len(found) == 2
    assert (stats.lines, stats.calls, stats.unparsed_lines) == (6, 1, 4)


def test_notices_and_line_ends() -> None:
    found, stats = read(b"\xef\xbb\xbfstrace: hm\r\n1 close(3) = 0\r\n > /lib/x(f+0x1) [0x2]\r\n1 close(4) = 0")
    assert [item.args[0] for item in found if isinstance(item, Call)] == [3, 4]
    assert (stats.lines, stats.unparsed_lines) == (4, 0)


LOG = b"1 getpid() = 1\n" * 3000


@pytest.mark.parametrize("pack", [bytes, lzma.compress, gzip.compress, bz2.compress])
def test_packed(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(pack(LOG))
    reader = StraceReader(path)
    assert sum(1 for _ in reader) == 3001
    assert sum(1 for _ in reader) == 3001, "a path can be read again"
    assert reader.stats.lines == 3000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "log: the file is empty"),
        (b"\n\n \n", "log: holds blank lines only"),
        (b"\x00\x01\x02\x03" * 100, "log: is binary"),
        (b"\x7fELF\x02\x01\x01", "log: is an ELF program"),
        ("1 getpid() = 1\n".encode("utf-16"), "log: is UTF-16 text"),
        (b"\x28\xb5\x2f\xfd123", "log: is compressed with zstd"),
        (b"hello world\n", "log, line 1: 'hello world' is no line of strace's"),
        (b"\n" + b"hello\n" * 20 + LOG, "log, line 2: 'hello' is no line of strace's"),
        (b"1 getpid() = 1\n" * 99 + b"x" * 99 + b"\n" + b"hello\n" * 100, "log, line 100: 'xxxx"),
        (lzma.compress(LOG)[:-20], "log, line .*: the compressed data is damaged"),
        (gzip.compress(LOG, mtime=0)[:-20], "log, line .*: the compressed data is damaged"),
        (bz2.compress(LOG)[:-20], "log, line 1: the compressed data is damaged"),
        (gzip.compress(LOG, mtime=0)[:40] + b"\xff" * 40, "log, line 1: the compressed data is damaged"),
        (b"1 read(3" + b"x" * (17 << 20), "log, line 1: longer than 16 MiB"),
    ],
)  # fmt: skip
def test_errors(data: bytes, message: str) -> None:
    with pytest.raises(TraceError, match=message):
        read(data)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="no such file; check the path"):
        list(StraceReader(tmp_path / "none"))
    with pytest.raises(TraceError, match="is a directory"):
        list(StraceReader(tmp_path))


def test_half_garbage_is_read() -> None:
    _, stats = read(b"hello\n1 getpid() = 1\n" * 200)
    assert (stats.calls, stats.unparsed_lines) == (200, 200)
