"""Whatever the bytes, a reader yields a consistent trace or raises TraceError; prints are read back."""

import io
import lzma
from collections import Counter
from collections.abc import Iterable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.readers.strace import StraceReader
from models.trace import Call, Exec, Exit, Fork, Item, PathArgument, Return, Start, TraceError

SEED = b"""\
10  1700000000.500000 execve("/bin/sh", ["sh", "-c"], 0x7ffcf995a318 /* 35 vars */) = 0
10  1700000000.500001 brk(NULL)       = 0x563e0cf88000
10  1700000000.500002 openat(AT_FDCWD</tmp>, "a\\tb", O_RDONLY|O_CLOEXEC) = 3</tmp/a>
10  1700000000.500003 newfstatat(3</tmp/a>, "", {st_mode=S_IFREG|0644, st_size=17, ...}, AT_EMPTY_PATH) = 0
10  1700000000.500004 chdir("..")     = 0
10  1700000000.500005 stat("x) = 3", 0x7ffe) = -1 ENOENT (No such file or directory) <0.000012>
10  1700000000.500006 vfork( <unfinished ...>
11  1700000000.500007 getpid()        = 11
11  1700000000.500008 execve("ls", ["ls"], 0x7ffe /* 35 vars */ <unfinished ...>
10  1700000000.500009 <... vfork resumed>) = 11
11  1700000000.500010 <... execve resumed>) = 0
10  1700000000.500011 clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_THREAD <unfinished ...>
12  1700000000.500012 read(0</dev/pts/0<char 136:0>>,  <unfinished ...>
10  1700000000.500013 <... clone resumed>, parent_tid=[12], tls=0x7f) = 12
12  1700000000.500014 <... read resumed>"abc\\n", 10) = 4
10  1700000000.500015 clone(child_stack=NULL, flags=SIGCHLD) = 13
10  1700000000.500016 wait4(-1,  <unfinished ...>
12  1700000000.500017 execve("/bin/x", ["x"], 0x7ffe /* 3 vars */ <unfinished ...>
10  1700000000.500018 +++ superseded by execve in pid 12 +++
10  1700000000.500019 <... execve resumed>) = 0
13  1700000000.500020 +++ killed by SIGKILL +++
10  1700000000.500021 --- SIGCHLD {si_signo=SIGCHLD, si_pid=13} ---
[pid    11] dup2(3, 1) = 1
[pid    10] vfork(strace: Process 14 attached
 <unfinished ...>
[pid    14] symlinkat("t", 3, "l") = 0
[pid    10] <... vfork resumed>) = 14
10  1700000000.500022 exit_group(0)   = ?
10  1700000000.500023 +++ exited with 0 +++
11  1700000000.500023 +++ exited with 0 +++
getpid() = 5
"""
LINES = SEED.splitlines(keepends=True)


def check_invariants(items: Iterable[Item]) -> int:
    """Assert that a trace is consistent; return the number of its calls."""
    alive: set[int] = set()
    open_calls: Counter[int] = Counter()
    last_line, calls = 0, 0
    for item in items:
        assert item.line >= last_line
        last_line = item.line
        match item:
            case Start(pid=pid):
                assert pid not in alive
                alive.add(pid)
            case Fork(pid=pid, child=child):
                assert pid in alive
                assert child not in alive
                alive.add(child)
            case Call():
                assert item.pid in alive
                assert len(item.args) == 6
                assert all(type(value) is int and 0 <= value < 1 << 32 for value in item.args)
                assert len(item.paths) <= 3
                assert all(path.base is None or path.base.startswith(b"/") for path in item.paths)
                open_calls[item.pid] += item.ok is None
                calls += 1
            case Return(pid=pid):
                assert pid in alive
                assert open_calls[pid] > 0
                open_calls[pid] -= 1
            case Exec(pid=pid):
                assert pid in alive
            case Exit(pid=pid):
                assert pid in alive
                alive.discard(pid)
                del open_calls[pid]
    return calls


def read_anything(data: bytes) -> None:
    reader = StraceReader(io.BytesIO(data), "fuzz")

    def until_error() -> Iterable[Item]:
        try:
            yield from reader
        except TraceError as error:
            assert str(error).startswith("fuzz")

    calls = check_invariants(until_error())
    assert reader.stats.calls == calls
    assert reader.stats.unparsed_lines <= reader.stats.lines


def test_seed_is_consistent() -> None:
    reader = StraceReader(io.BytesIO(SEED), "seed")
    assert check_invariants(reader) > 15
    assert reader.stats.unparsed_lines == 0


@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    read_anything(data)


@given(st.text(st.sampled_from('0123456789 [pid]<>(){}",\\=?-+|/.:_aEx\n\r'), max_size=400))
def test_random_punctuation(text: str) -> None:
    # A first good line and more, so that the format check lets the rest through.
    read_anything(SEED * 3 + text.encode())


@given(st.lists(st.tuples(st.integers(0, len(SEED) * 2), st.integers(0, 7)), max_size=40))
def test_flipped_bits(flips: list[tuple[int, int]]) -> None:
    data = bytearray(SEED * 2)
    for index, bit in flips:
        data[index % len(data)] ^= 1 << bit
    read_anything(bytes(data))


@given(st.integers(0, len(SEED)), st.integers(0, len(SEED)))
def test_cut_anywhere(start: int, end: int) -> None:
    read_anything(SEED[start:] + SEED[:end])


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(LINES) - 1), st.integers(0, 120)), max_size=80))
def test_spliced_lines(parts: list[tuple[int, int]]) -> None:
    read_anything(b"".join(LINES[index] if cut > 100 else LINES[index][:cut] for index, cut in parts))


@settings(max_examples=300)
@given(st.lists(st.sampled_from(LINES), max_size=80))
def test_lines_in_any_order(lines: list[bytes]) -> None:
    read_anything(b"".join(lines))


@given(st.integers(0, 1000), st.integers(0, 7), st.booleans())
def test_damaged_compression(index: int, bit: int, cut: bool) -> None:
    data = bytearray(lzma.compress(SEED))
    index %= len(data)
    data[index] ^= 1 << bit
    read_anything(bytes(data[:index] if cut else data))


def test_hostile_nesting_takes_no_time() -> None:
    for piece in ("(", "((x)", "<", "a<b", '"', '\\"', "{[(", '"x", ', "-1<", "1<a>>"):
        read_anything(b"1 getpid() = 1\n1 read(" + (piece * 50_000).encode() + b" = 2) = 3\n")


# What a random process does: (name, printed arguments, numbers, paths).
BYTES = st.binary(min_size=1, max_size=12).filter(lambda text: b"\0" not in text)
NUMBER = st.integers(-(1 << 31), (1 << 32) - 1)
FLAGS = {"O_RDONLY": 0, "O_WRONLY": 1, "O_CREAT": 0o100, "O_CLOEXEC": 0o2000000, "0x40000000": 1 << 30}

Spoken = tuple[str, str, tuple[int, ...], tuple[PathArgument, ...]]


def quoted(text: bytes, style: int) -> str:
    """Print a string as strace does: octal, or hexadecimal for all (-xx)."""
    if style:
        return '"' + "".join(f"\\x{byte:02x}" for byte in text) + '"'
    special = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\"}
    printed = ""
    for index, byte in enumerate(text):
        digit_follows = text[index + 1 : index + 2].isdigit()
        octal = f"\\{byte:03o}" if digit_follows else f"\\{byte:o}"
        printed += special.get(byte) or (chr(byte) if 32 <= byte < 127 else octal)
    return f'"{printed}"'


@st.composite
def spoken_calls(draw: st.DrawFn) -> Spoken:
    style = draw(st.integers(0, 1))
    match draw(st.integers(0, 4)):
        case 0:
            values = draw(st.lists(NUMBER, max_size=6))
            return (
                "getpriority",
                ", ".join(map(str, values)),
                tuple(value & 0xFFFFFFFF for value in values),
                (),
            )
        case 1:
            path, flags = draw(BYTES), draw(st.lists(st.sampled_from(sorted(FLAGS)), min_size=1, unique=True))
            base = None if path.startswith(b"/") else b"/home/u"
            value = 0
            for name in flags:
                value |= FLAGS[name]
            mode = draw(st.integers(0, 0o7777))
            printed = f"AT_FDCWD</home/u>, {quoted(path, style)}, {'|'.join(flags)}, 0{mode:03o}"
            return "openat", printed, (0xFFFFFF9C, 0, value, mode), (PathArgument(path, base),)
        case 2:
            old, new = b"/" + draw(BYTES), b"/" + draw(BYTES)
            printed = f"{quoted(old, style)}, {quoted(new, style)}"
            return "rename", printed, (), (PathArgument(old), PathArgument(new))
        case 3:
            data = draw(st.binary(max_size=20))
            printed = f"1<socket:[77]>, {quoted(data, style)}..., {len(data)}"
            return "write", printed, (1, 0, len(data)), ()
        case _:
            return "fstat", "3</tmp/f>, {st_mode=S_IFREG|0644, st_rdev=makedev(0x1, 0x3), ...}", (3,), ()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.lists(
        st.tuples(spoken_calls(), st.sampled_from([True, False, None]), st.booleans()),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(["", "12    ", "[pid    12] "]),
    st.sampled_from(["", "1700000000.000001 ", "12:00:00 ", "     0.000010 "]),
    st.booleans(),
)
def test_printed_calls_are_read_back(
    spoken: list[tuple[Spoken, bool | None, bool]], pid: str, time: str, timed: bool
) -> None:
    log: list[str] = []
    expected: list[tuple[object, ...]] = []
    for (name, printed, numbers, paths), ok, split in spoken:
        result = {True: "3", False: "-1 EPERM (Operation not permitted)", None: "?"}[ok]
        end = f"= {result}" + (" <0.000012>" if timed and ok is not None else "")
        args = numbers + (0,) * (6 - len(numbers))
        if split and ok is not None:
            log += [
                f"{pid}{time}{name}({printed} <unfinished ...>",
                f"{pid}{time}<... {name} resumed>) {end}",
            ]
            expected += [(name, args, paths, None), (ok,)]
        else:
            log.append(f"{pid}{time}{name}({printed}) {end}")
            expected.append((name, args, paths, ok))
    reader = StraceReader(io.BytesIO(("\n".join(log) + "\n").encode("latin-1")))
    read: list[tuple[object, ...]] = []
    for item in reader:
        if isinstance(item, Call):
            assert (item.time is None) == (not time)
            read.append((item.name, item.args, item.paths, item.ok))
        elif isinstance(item, Return):
            read.append((item.ok,))
    assert read == expected
    assert reader.stats.unparsed_lines == 0
