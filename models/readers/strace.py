"""Reads strace's logs into the neutral trace form.

Understood: -f or not, -o FILE or stderr, -t/-tt/-ttt/-r, -T, -y/-yy/-Y, -i, -n, -k, -s of any length, -v, -x
and -xx, and logs packed with xz, gzip or bzip2.  The files of -ff are read one by one, each as a process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from hdl.contract.syscalls import IDS
from models.readers.source import blocks, open_source
from models.readers.strace_args import PARSED, parse, split_call
from models.readers.strace_lines import (
    ATTACHED,
    BRACKET_PID,
    CALL,
    ENDED,
    HEAD,
    MARK,
    NOTICE,
    PID,
    RESUMED,
    SUPERSEDED,
    TIME,
    UNFINISHED,
    Clock,
    FormatCheck,
    cut_unfinished,
    result_ok,
)
from models.readers.strace_state import Book, Pending, Thread
from models.trace import Call, Item, Return, TraceStats


class StraceReader:
    """The items of one strace log, in the order of its lines.

    source: a file, or a binary stream (a pipe that strace still writes to will do).
    name:   what errors call it; the path when left out.

    stats:  what was met so far; exact once the iteration has ended.

    Iterating raises TraceError when the source cannot be opened, is empty, binary, damaged, or no strace log.
    Single lines that cannot be read are counted in `stats.unparsed_lines`.

    Pids are those of thread-group leaders.  A log without pids has the one process 0, which keeps that number
    when strace begins to print its real one.  A call interrupted for a restart has ok False: what follows
    is a new entry.  Of an unfinished call only the arguments printed at its entry are known, the others are
    0.  An empty path with a descriptor (AT_EMPTY_PATH) has the descriptor's path as its base.
    """

    def __init__(self, source: Path | BinaryIO, name: str | None = None) -> None:
        self._source = source
        self._name = name
        self.stats = TraceStats()

    def __iter__(self) -> Iterator[Item]:
        self.stats = TraceStats()
        stream, name = open_source(self._source, self._name)
        try:
            yield from _Reading(name, self.stats).items(stream)
        finally:
            if stream is not self._source:
                stream.close()


class _Reading:
    """One pass over one log."""

    def __init__(self, name: str, stats: TraceStats) -> None:
        self._name = name
        self._stats = stats
        self._book = Book()
        self._clock = Clock()
        # The thread whose line a message of strace's broke in two.
        self._broken: Thread | None = None

    def items(self, stream: BinaryIO) -> Iterator[Item]:
        stats, book = self._stats, self._book
        threads, watched, head, seconds = book.threads, book.watched, HEAD.match, self._clock.seconds
        check = FormatCheck(self._name)
        for lines in blocks(stream, self._name):
            if check.open:
                check.add(lines)
            for text in lines:
                stats.lines = number = stats.lines + 1
                match = head(text)
                if match is None:
                    yield from self._loose_line(text, number)
                    continue
                if match.lastindex != CALL:
                    if match.lastindex == RESUMED:
                        yield from self._resumed(text, match, number)
                    else:
                        yield from self._mark(text, match, number)
                    continue
                if text.endswith(UNFINISHED):
                    yield from self._unfinished(text, match, number)
                    continue
                # A whole call on one line: nine lines of ten, hence in place and not in methods.
                start, end = match.span(CALL)
                name = text[start:end]
                end += 1
                equals = text.rfind(" = ", end)
                if text.find(" = ", end, equals) < 0:
                    printed, result = text[end:equals].rstrip(), text[equals + 3 :]
                    if equals < 0 or not printed.endswith(")"):
                        yield from self._unfinished(text, match, number)
                        continue
                    printed = printed[:-1]
                else:
                    printed, result = split_call(text[end:]) or ("", "")
                if "0" <= result[:1] <= "9":
                    ok: bool | None = True
                else:
                    try:
                        ok = result_ok(result)
                    except ValueError:
                        stats.unparsed_lines += 1
                        continue
                    if ok is None:
                        printed = cut_unfinished(printed)
                bracket, pid, time = match.group(BRACKET_PID, PID, TIME)
                pid = pid or bracket
                thread = threads.get(int(pid)) if pid else book.unprefixed()
                if thread is None:
                    thread, items = self._meet(int(pid or 0), number)
                    yield from items
                key = text[start : end + len(printed)]
                args, paths, specs, cwd = PARSED.get(key) or parse(key, name, printed)
                if cwd is not None:
                    thread.process.cwd.path = cwd
                if specs:
                    paths = book.resolve(thread, specs)
                stats.calls += 1
                if name not in IDS:
                    self._count_unknown(name)
                if thread.pending is not None:
                    # Its end is missing from the recording.
                    book.drop(thread)
                yield Call(number, thread.process.pid, name, args, paths, ok, seconds(time) if time else None)
                if ok and name in watched:
                    yield from book.effect(thread, Pending(name, printed, args, paths), result, number)
        check.finish()

    def _meet(self, tid: int, number: int) -> tuple[Thread, list[Item]]:
        """Return the thread of a tid not seen before, and what its appearance says."""
        if thread := self._book.stranger(tid):
            return thread, []
        items = self._book.meet(tid, number)
        return self._book.threads[tid], items

    def _thread(self, match: re.Match[str]) -> Thread | None:
        pid = match[PID] or match[BRACKET_PID]
        return self._book.threads.get(int(pid)) if pid else self._book.unprefixed()

    def _count_unknown(self, name: str) -> None:
        self._stats.unknown_names[name] = self._stats.unknown_names.get(name, 0) + 1

    def _unfinished(self, text: str, match: re.Match[str], number: int) -> Iterator[Item]:
        """A call that ends on another line."""
        name, rest = match[CALL], text[match.end() :]
        # On stderr, strace's own message may stand inside a call's line.
        message = ATTACHED.match(rest)
        if not message and not rest.endswith(UNFINISHED):
            self._stats.unparsed_lines += 1
            return
        printed = (message[1] if message else cut_unfinished(rest)).rstrip()
        book, thread = self._book, self._thread(match)
        if thread is None:
            thread, items = self._meet(int(match[PID] or match[BRACKET_PID] or 0), number)
            yield from items
        args, paths, specs, cwd = parse(f"{name}({printed}", name, printed)
        if cwd is not None:
            thread.process.cwd.path = cwd
        if specs:
            paths = book.resolve(thread, specs)
        self._stats.calls += 1
        if name not in IDS:
            self._count_unknown(name)
        time = self._clock.seconds(match[TIME]) if match[TIME] else None
        book.begin(thread, Pending(name, printed, args, paths))
        yield Call(number, thread.process.pid, name, args, paths, None, time)
        if message:
            self._broken = thread
            yield from book.announce(int(message[2]), number, thread)

    def _resumed(self, text: str, match: re.Match[str], number: int) -> Iterator[Item]:
        """The end of an unfinished call."""
        rest = text[match.end() :]
        if rest.endswith(UNFINISHED):
            return
        thread = self._thread(match)
        if thread is None:
            tid = int(match[PID] or match[BRACKET_PID] or 0)
            thread = self._book.resumed_stranger(tid, match[RESUMED])
        yield from self._ended(thread, match[RESUMED], rest, number)

    def _ended(self, thread: Thread | None, name: str, rest: str, number: int) -> Iterator[Item]:
        split, ok = split_call(rest), None
        try:
            ok = result_ok(split[1] if split else "")
        except ValueError:
            split = None
        call = self._book.executor(thread, name) if thread and split else None
        if not thread or not split or not call:
            # The recording began inside this call, or the line is damaged.
            self._stats.unparsed_lines += 1
            return
        if ok is None:
            return
        yield Return(number, thread.process.pid, ok)
        if ok and name in self._book.watched:
            call.text += split[0]
            yield from self._book.effect(thread, call, split[1], number)

    def _mark(self, text: str, match: re.Match[str], number: int) -> Iterator[Item]:
        """A signal, or the end of a thread."""
        book = self._book
        tid = int(match[PID] or match[BRACKET_PID] or 0)
        what = text[match.start(MARK) :]
        thread = self._thread(match)
        if thread is None:
            if book.is_doomed(tid):
                return
            thread, items = self._meet(tid, number)
            yield from items
        if ENDED.match(what):
            yield from book.end(thread.tid, number)
        elif superseded := SUPERSEDED.match(what):
            book.superseded(thread, int(superseded[1]), number)

    def _loose_line(self, text: str, number: int) -> Iterator[Item]:
        """A line without a call: a message of strace's, the rest of a broken line, or garbage."""
        if message := ATTACHED.match(text):
            yield from self._book.announce(int(message[2]), number)
        elif NOTICE.match(text) or not text or text.isspace():
            if "<" in text:
                self._broken = None
        elif (thread := self._broken) and thread.pending:
            self._broken = None
            yield from self._ended(thread, thread.pending.name, text, number)
        else:
            self._stats.unparsed_lines += 1
