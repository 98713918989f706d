"""What people do at the board's own shell, recorded from the event stream: benign work for the shipped model.

A session is a number of shell lines, drawn from a theme of `kernel_sessions.txt`, typed at the console or run as a
script by the kernel's own programs on a native board that judges (`sim.native_processes`), so its events are the
board's.  A session's *theme* is its cluster.

    python -m sim.kernel_sessions [--count 30] [--out models/corpus/kernel.npz.xz]
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from firmware.build import blank_flash
from hdl.contract.event import EVENT, SLOTS, Kind
from host.board import Board
from models.corpus.condensed import KERNEL, condense
from models.features import WEIGHTS
from models.image import assemble
from models.package import Package
from models.recordings import Recording
from models.train import blank_model
from models.vectors import make_vectors
from sim.lines import CountedLine
from sim.native import NativeBoard
from sim.native_processes import AT_FDCWD, BLOCKED, Processes
from sim.peer import Peer, batches, vector_words

HOMES = {0: "/root", 1000: "/home/alice", 1001: "/home/bob"}
"""A user's own folder, which HERE stands for in lines."""

NAMES = ("notes", "list.txt", "a.c", "report", "data.csv", "index.html", "draft")
SCRIPT = "/tmp/.s"
PROMPTS = (b"# ", b"$ ")
SLICE, TURNS, PATIENCE = 200_000, 2_000, 0.01
"""Of what is typed: instructions until the console is looked at, how often it is, and seconds that pass there."""

_KIND, _SLOT = (EVENT.offset[name] for name in ("kind", "slot"))


def themes() -> dict[str, list[str]]:
    """Return the lines of each theme; words in capitals are replaced by what a session draws."""
    parts = Path(__file__).with_suffix(".txt").read_text().split("== ")[1:]
    return {theme: lines for theme, *lines in map(str.splitlines, parts)}


LINES = themes()


def draw(theme: str, chance: random.Random) -> tuple[int, list[str]]:
    """Return a session's user and its lines."""
    user = 0 if theme == "administration" else chance.choice(tuple(HOMES))
    name, other = chance.sample(NAMES, 2)
    words = {"HERE": HOMES[user], "NAME": name, "OTHER": other, "DIR": "d", "LINK": "l", "HARD": "h"}
    lines = list(LINES[theme]) if theme == "write" else chance.sample(LINES[theme], chance.randint(4, 10))
    if theme == "write":  # in the order in which they make sense, some left out
        lines = [line for line in lines if chance.random() < 0.8]
    lines += chance.sample(LINES["look"], chance.randint(0, 3))
    for word, value in words.items():
        lines = [line.replace(word, value) for line in lines]
    return user, lines


def blank_package() -> Package:
    """Return a model that knows the board's paths, and suspects nobody."""
    far = (65533, 65534, 65535)
    blank = blank_model(board=True).with_thresholds(decayed=far, cusum=far, tree=far)
    image = assemble(
        blank.with_thresholds(weights=np.ones(WEIGHTS, np.int8))
    )  # all zeros prove nothing when loaded
    return Package(image, "blank", "1", vectors=make_vectors(image, (), 1))


def screened_flash(package: Package) -> bytes:
    """Return a board's flash with a model in it: nothing runs without one."""
    flash = blank_flash(77, b"a firmware")
    items = [item for vector in package.vectors[:1] for item in vector_words(vector)]
    if Peer(NativeBoard(flash)).push(package.image, batches(items)).fixed["result"] != 3:
        raise AssertionError(f"the board refuses the model {package.name}")
    return bytes(flash)


def left_over(taken: Sequence[tuple[list[int], list[int], list[int]]]) -> list[list[int]]:
    """Return ends of the lives that have none."""
    lives: dict[int, int] = {}
    for event, _paths, _record in taken:
        kind, slot = event[0] >> _KIND & 15, event[0] >> _SLOT & 63
        if kind == Kind.CLEAR:
            lives[slot] = event[1]
        elif kind == Kind.FORK and event[2] < SLOTS:
            lives[event[2]] = event[3]
        elif kind == Kind.EXIT:
            del lives[slot]
    return [[Kind.EXIT | slot << _SLOT, life, SLOTS, 0, 0, 0, 0, 0] for slot, life in lives.items()]


def recorded(taken: Sequence[tuple[list[int], list[int], list[int]]], name: str, group: str) -> Recording:
    """Return what the pipeline was given as a trace, with an end for whoever still lives."""
    events = np.array([event for event, _paths, _record in taken] + left_over(taken), np.uint32)
    # An end without an heir: on a machine with more slots, too.
    ends = (events[:, 0] >> _KIND & 15 == Kind.EXIT) & (events[:, 2] >= SLOTS)
    events[ends, 2] = 0xFFFFFFFF
    pool, offsets = bytearray(), [0] * len(events)
    for number, (event, stream, _record) in enumerate(taken):
        offsets[number] = len(pool)
        place = 0
        while event[0] >> _KIND & 15 == Kind.CALL and place < len(stream):
            length = stream[place] >> 16
            words = 1 + (length + 3) // 4
            text = np.array(stream[place + 1 : place + words], "<u4").tobytes()
            pool += stream[place].to_bytes(4, "little") + text[:length]
            place += words
    return Recording(
        events=events,
        pool=np.frombuffer(bytes(pool) + b"\0", np.uint8),
        offsets=np.array(offsets, np.int64),
        slots=(events[:, 0] >> np.uint32(_SLOT) & np.uint32(63)).astype(np.int64),
        lines=np.arange(len(events)),
        name=name,
        group=group,
    )


def write_file(processes: Processes, path: str, content: bytes) -> None:
    """Make a file that anybody may read, by calls of the first process."""
    descriptor = processes.call(0, "openat", AT_FDCWD, processes.text(0, path), 0o1101, 0o644)
    for begin in range(0, len(content), 256):
        piece = content[begin : begin + 256]
        if processes.call(0, "write", descriptor, processes.put(0, piece), len(piece)) != len(piece):
            raise AssertionError(f"{path}: no room")
    processes.call(0, "close", descriptor)


def type_lines(board: NativeBoard, processes: Processes, lines: Sequence[str], user: int) -> None:
    """Have somebody type lines at the console of a shell of his, and leave it."""
    with Board(CountedLine(board, patience=30.0)) as link:
        link.type(b"")
        child, _ident = processes.fork(0)
        word = processes.text(child, "sh")
        table = processes.put(child, word.to_bytes(4, "little") + bytes(4), word + 8)
        processes.as_user(child, user)
        processes.call(child, "execve", processes.text(child, "/bin/sh", table + 12), table, 0)
        shell = processes.id(child), 0, 0, 0
        processes.call(0, "wait4", *shell)
        for line in ("", *lines, "exit"):
            link.type(line.encode() + b"\r")
            said, left = b"", TURNS
            while not said.endswith(PROMPTS) and left:
                # Whoever else ends wakes the first process, too.
                if not processes.go(SLICE) and processes.call(0, "wait4", *shell) != BLOCKED:
                    return
                said += link.printed(PATIENCE)
                left -= 1
            if not left:
                raise AssertionError(f"{line!r} does not end: {said!r}")


def sessions(flash: bytes, count: int, seed: int = 0) -> Iterator[tuple[Recording, dict[str, Any]]]:
    """Yield `count` sessions of each theme with their labels, the same ones for the same seed."""
    for theme in LINES:
        for number in range(count):
            chance = random.Random(f"{seed} {theme} {number}")
            user, lines = draw(theme, chance)
            board = NativeBoard(bytearray(flash))
            board.exchange()
            board.taken = []
            processes = Processes(board)
            if number % 2:
                processes.judge()
                type_lines(board, processes, lines, user)
            else:
                write_file(processes, SCRIPT, "".join(f"{line}\n" for line in lines).encode())
                processes.judge()
                processes.run("sh", SCRIPT, user=user)
            name = f"kernel-{theme}-{number:02}"
            yield recorded(board.taken, name, f"kernel-{theme}"), {
                "file": name, "class": "benign", "kind": theme, "technique": "", "implementation": "kernel",
                "scenario": f"kernel-{theme}", "run": number, "user": str(user),
            }  # fmt: skip


@click.command()
@click.option("--count", default=30, show_default=True, help="Sessions of each theme.")
@click.option("--out", type=click.Path(path_type=Path), default=KERNEL, show_default=True, help="File to write.")
def main(count: int, out: Path) -> None:
    """Record sessions anew: the same ones, as long as kernel, programs and path trie are."""
    package = blank_package()
    recordings, labels = zip(*sessions(screened_flash(package), count), strict=True)
    out.write_bytes(condense(recordings, labels, package.image))
    calls = sum(int((recording.events[:, 0] & 15 == Kind.CALL).sum()) for recording in recordings)
    click.echo(f"{out}: {len(recordings)} sessions, {calls} calls, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
