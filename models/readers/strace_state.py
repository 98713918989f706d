"""Who is who in a strace log: threads, processes, their parents, their cwd and open files.

strace names threads; the neutral form names processes.  `Book` holds the difference, and what relative paths
start from.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import dataclass, field

from models.readers.strace_args import Args, Spec, clone_flags, note_path, split_arguments, string
from models.readers.strace_constants import CONSTANTS
from models.readers.strace_lines import result_child, result_number
from models.trace import Exec, Exit, Fork, Item, PathArgument, Start

FORKS = frozenset(("fork", "vfork", "clone", "clone3"))

_DUPLICATES = (CONSTANTS["F_DUPFD"], CONSTANTS["F_DUPFD_CLOEXEC"])
_CLOSE_LATER = CONSTANTS["CLOSE_RANGE_CLOEXEC"]


@dataclass(slots=True)
class Directory:
    """A cwd; threads, and processes made with CLONE_FS, share one."""

    path: bytes | None = None


@dataclass(slots=True, eq=False)
class Process:
    """A living process.

    pid: how the neutral form calls it.
    leader: tid of its thread-group leader (not the pid where the recording's first process had no number).
    threads: tids of its living threads.
    files: absolute paths of open descriptors, as far as known and not annotated in the log.
    """

    pid: int
    leader: int
    threads: set[int] = field(default_factory=set)
    cwd: Directory = field(default_factory=Directory)
    files: dict[int, bytes] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Pending:
    """A call whose end is still to come."""

    name: str
    text: str
    args: Args
    paths: tuple[PathArgument, ...]
    # The child met before the call's end: its tid, and whether no other parent was possible.
    child: int = 0
    sure: bool = False


@dataclass(slots=True, eq=False)
class Thread:
    """A living thread and its unfinished call."""

    tid: int
    process: Process
    pending: Pending | None = None


class Book:
    """The living threads and processes of one recording.

    Every method that can begin or end a process returns the items that say so, in order.
    """

    def __init__(self) -> None:
        self.threads: dict[int, Thread] = {}
        self._processes: dict[int, Process] = {}
        # Threads in an unfinished clone whose child is not known yet, oldest first.
        self._cloning: dict[int, Thread] = {}
        # Children met before their parent's clone ended.
        self._early: set[int] = set()
        # Threads that an execve of another thread ended; their last lines may still come.
        self._doomed: set[int] = set()
        # The process of lines without a pid.
        self._anonymous: Thread | None = None
        self._effects: dict[str, Callable[[Thread, str, Args, tuple[PathArgument, ...], str], None]] = {
            **dict.fromkeys(("open", "openat", "openat2", "creat", "open_tree"), self._opened),
            **dict.fromkeys(("dup", "dup2", "dup3"), self._duplicated),
            "fcntl": self._fcntl,
            "fcntl64": self._fcntl,
            "close": self._closed,
            "close_range": self._closed_range,
            "chdir": self._chdir,
            "fchdir": self._fchdir,
            "getcwd": self._getcwd,
        }
        self.watched = FORKS | self._effects.keys() | {"execve", "execveat"}
        """Calls whose success `effect` must hear of."""

    def unprefixed(self) -> Thread | None:
        """Return the thread of a line without a pid, None before its first one."""
        if len(self.threads) > 1 and self._anonymous and self._alive(self._anonymous):
            return self._anonymous
        # strace leaves the pid away while there is one thread only.
        return next(iter(self.threads.values()), None)

    def stranger(self, tid: int) -> Thread | None:
        """Return the anonymous first process if `tid` must be its number, None if `tid` is someone new."""
        thread = self._anonymous
        if thread is None or not tid or thread.tid or thread.tid in self._cloning or not self._alive(thread):
            return None
        return self._name_anonymous(thread, tid)

    def resumed_stranger(self, tid: int, name: str) -> Thread | None:
        """As `stranger`, for a line that ends the call `name`: only one who began it can end it."""
        thread = self._anonymous
        if thread is None or not tid or thread.tid or not thread.pending or thread.pending.name != name:
            return None
        return self._name_anonymous(thread, tid) if self._alive(thread) else None

    def _name_anonymous(self, thread: Thread, tid: int) -> Thread:
        process = thread.process
        self._forget(thread)
        if cloning := self._cloning.pop(thread.tid, None):
            self._cloning[tid] = cloning
        process.threads.discard(thread.tid)
        thread.tid = process.leader = tid
        process.threads.add(tid)
        self.threads[tid] = thread
        return thread

    def meet(self, tid: int, line: int) -> list[Item]:
        """Begin the new thread `tid`: a child of the oldest unfinished clone, else a root."""
        if self._cloning:
            return self._adopt(next(iter(self._cloning.values())), tid, line, len(self._cloning) == 1)
        process = Process(tid, tid)
        items = self._enter(tid, process, line)
        thread = self.threads[tid]
        if not tid:
            self._anonymous = thread
        return [*items, Start(line, tid)]

    def announce(self, tid: int, line: int, parent: Thread | None = None) -> list[Item]:
        """Begin `tid` at strace's message about it; `parent` is the thread whose line the message broke."""
        if tid in self.threads or not self._cloning:
            return []
        if parent is not None and parent.tid in self._cloning:
            return self._adopt(parent, tid, line, True)
        return self._adopt(next(iter(self._cloning.values())), tid, line, len(self._cloning) == 1)

    def _adopt(self, parent: Thread, tid: int, line: int, sure: bool) -> list[Item]:
        del self._cloning[parent.tid]
        if tid == parent.tid or parent.pending is None:
            return []
        parent.pending.child, parent.pending.sure = tid, sure
        self._early.add(tid)
        return self._born(parent, tid, clone_flags(parent.pending.name, parent.pending.text), line)

    def _born(self, parent: Thread, tid: int, flags: str, line: int) -> list[Item]:
        mother = parent.process
        if tid in mother.threads or tid in (mother.pid, mother.leader):
            return []
        if "CLONE_THREAD" in flags:
            return self._enter(tid, mother, line)
        cwd = mother.cwd if "CLONE_FS" in flags else Directory(mother.cwd.path)
        files = mother.files if "CLONE_FILES" in flags else dict(mother.files)
        items = self._enter(tid, Process(tid, tid, set(), cwd, files), line)
        return [*items, Fork(line, mother.pid, tid)]

    def _enter(self, tid: int, process: Process, line: int) -> list[Item]:
        """Put a thread into a process.  Whoever had its number before has ended unseen."""
        items: list[Item] = []
        if old := self.threads.get(tid):
            items += self._end(old, line)
        if (former := self._processes.get(process.pid)) and former is not process:
            for other in list(former.threads):
                items += self._end(self.threads[other], line)
        self._doomed.discard(tid)
        process.threads.add(tid)
        self._processes[process.pid] = process
        self.threads[tid] = Thread(tid, process)
        return items

    def begin(self, thread: Thread, pending: Pending) -> None:
        """`thread` is now inside a call."""
        self._cloning.pop(thread.tid, None)
        thread.pending = pending
        if pending.name in FORKS:
            self._cloning[thread.tid] = thread

    def drop(self, thread: Thread) -> None:
        """The unfinished call of `thread` will never end."""
        thread.pending = None
        self._cloning.pop(thread.tid, None)

    def executor(self, thread: Thread, name: str) -> Pending | None:
        """Return the unfinished call `name` that a line of `thread` ends, taking it from the list.

        An execve of another thread ends under the leader's number.
        """
        owner = thread
        if (not thread.pending or thread.pending.name != name) and name.startswith("execve"):
            siblings = [self.threads[tid] for tid in thread.process.threads]
            owner = next(
                (other for other in siblings if other.pending and other.pending.name == name), thread
            )
        pending = owner.pending
        if pending is None or pending.name != name:
            return None
        self.drop(owner)
        return pending

    def superseded(self, leader: Thread, tid: int, line: int) -> None:
        """The leader gives way to its thread `tid`, which calls execve and takes over the leader's number."""
        self.drop(leader)
        other = self.threads.get(tid)
        if other is None or other.process is not leader.process or other is leader:
            return
        leader.pending = other.pending
        self._end(other, line)

    def end(self, tid: int, line: int) -> list[Item]:
        """The thread `tid` has ended."""
        if thread := self.threads.get(tid):
            return self._end(thread, line)
        return []

    def is_doomed(self, tid: int) -> bool:
        """Return whether `tid` ended with an execve of its process; ask once per thread."""
        if tid not in self._doomed:
            return False
        self._doomed.discard(tid)
        return True

    def _end(self, thread: Thread, line: int) -> list[Item]:
        self._forget(thread)
        self._cloning.pop(thread.tid, None)
        process = thread.process
        process.threads.discard(thread.tid)
        if process.threads:
            return []
        del self._processes[process.pid]
        return [Exit(line, process.pid)]

    def _forget(self, thread: Thread) -> None:
        del self.threads[thread.tid]

    def _alive(self, thread: Thread) -> bool:
        return self.threads.get(thread.tid) is thread

    def resolve(self, thread: Thread, specs: tuple[Spec, ...]) -> tuple[PathArgument, ...]:
        """Return path arguments with their bases, as far as the recording has told them."""
        process = thread.process
        paths: list[PathArgument] = []
        for text, fixed, dirfd, _ in specs:
            base = process.cwd.path if dirfd is None else process.files.get(dirfd)
            paths.append(fixed or PathArgument(text, base))
        for index, spec in enumerate(specs):
            if spec.link is not None:
                link = _absolute(paths[spec.link])
                paths[index] = PathArgument(spec.text, posixpath.dirname(link) if link else None)
        return tuple(paths)

    def effect(self, thread: Thread, call: Pending, result: str, line: int) -> list[Item]:
        """Hear of the success of a `watched` call."""
        name = call.name
        if name in FORKS:
            child = result_child(result)
            if call.child and (call.sure or call.child == child):
                self._early.discard(call.child)
                return []
            if child in self._early:
                self._early.discard(child)
                return []
            return self._born(thread, child, clone_flags(name, call.text), line) if child else []
        if name in ("execve", "execveat"):
            return self._executed(thread, call.paths, line)
        self._effects[name](thread, call.text, call.args, call.paths, result)
        return []

    def _executed(self, thread: Thread, paths: tuple[PathArgument, ...], line: int) -> list[Item]:
        process = thread.process
        for tid in list(process.threads):
            if tid != thread.tid:
                self._end(self.threads[tid], line)
                self._doomed.add(tid)
        if thread.tid != process.leader:
            self._forget(thread)
            process.threads = {process.leader}
            thread.tid = process.leader
            self.threads[thread.tid] = thread
        program = (_absolute(paths[0]) or paths[0].text) if paths else b""
        return [Exec(line, process.pid, program)]

    def _opened(
        self, thread: Thread, text: str, args: Args, paths: tuple[PathArgument, ...], result: str
    ) -> None:
        fd, note = result_number(result)
        # Annotated logs repeat the path wherever the descriptor is used.
        if note is None and paths and (path := _absolute(paths[0])):
            thread.process.files[fd] = path
        elif fd in thread.process.files:
            del thread.process.files[fd]

    def _duplicated(
        self, thread: Thread, text: str, args: Args, paths: tuple[PathArgument, ...], result: str
    ) -> None:
        files = thread.process.files
        fd, _ = result_number(result)
        if (path := files.get(args[0])) is not None:
            files[fd] = path
        elif fd in files:
            del files[fd]

    def _fcntl(
        self, thread: Thread, text: str, args: Args, paths: tuple[PathArgument, ...], result: str
    ) -> None:
        if args[1] in _DUPLICATES:
            self._duplicated(thread, text, args, paths, result)

    def _closed(
        self, thread: Thread, text: str, args: Args, paths: tuple[PathArgument, ...], result: str
    ) -> None:
        thread.process.files.pop(args[0], None)

    def _closed_range(
        self, thread: Thread, text: str, args: Args, paths: tuple[PathArgument, ...], result: str
    ) -> None:
        first, last, flags = args[:3]
        files = thread.process.files
        for fd in [] if flags & _CLOSE_LATER else [fd for fd in files if first <= fd <= last]:
            del files[fd]

    def _chdir(
        self, thread: Thread, text: str, args: Args, paths: tuple[PathArgument, ...], result: str
    ) -> None:
        thread.process.cwd.path = _absolute(paths[0]) if paths else None

    def _fchdir(
        self, thread: Thread, text: str, args: Args, paths: tuple[PathArgument, ...], result: str
    ) -> None:
        note = text.partition("<")[2].removesuffix(">")
        thread.process.cwd.path = note_path(note) or thread.process.files.get(args[0])

    def _getcwd(
        self, thread: Thread, text: str, args: Args, paths: tuple[PathArgument, ...], result: str
    ) -> None:
        path = string(next(iter(split_arguments(text)), ""))
        if path and path.startswith(b"/"):
            thread.process.cwd.path = path


def _absolute(path: PathArgument) -> bytes | None:
    """Return a path's absolute form, "." and ".." resolved by text alone; None where its base is unknown."""
    if path.text.startswith(b"/"):
        full = path.text
    elif path.base is None:
        return None
    else:
        full = path.base + b"/" + path.text
    return b"/" + posixpath.normpath(full).lstrip(b"/")
