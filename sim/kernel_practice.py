"""Programs for the board's model to learn from: attacks and honest work, drawn, run on a native board, recorded.

A program is a list of steps for `firmware/practice/steps.c`, or of lines for the board's shell.  A *theme* is what
is done; its draws are a cluster.  An attack comes twice: whole, and up to the call that must not be made any more.
None is one of the scenarios that `vigilante scenarios` runs, nor a near-duplicate:
`tests/sim/test_kernel_practice.py` compares them call by call.

    python -m sim.kernel_practice [--count 16] [--out models/corpus/practice.npz.xz]
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from firmware.build import ROOT, own_program
from hdl.contract.event import EVENT, RECORD, SLOTS, Kind
from hdl.contract.syscalls import IDS
from hdl.contract.syscalls import NAMES as CALL_NAMES
from hdl.contract.verdict import SECRET_FROM, PathClass
from host.board import Board
from models.corpus.condensed import PRACTICE, condense
from models.recordings import Recording
from sim.kernel_sessions import blank_package, recorded, screened_flash
from sim.lines import CountedLine
from sim.native_programs import ProgramBoard
from sim.practice_attacks import ATTACKS as IN_ORDER
from sim.practice_draws import KEYS, Drawn
from sim.practice_more import MORE
from sim.practice_walks import BY_FOLDERS, WALKS
from sim.practice_work import BENIGN as IN_PLACE

ATTACKS = {**IN_ORDER, **WALKS}
BENIGN = (*IN_PLACE, *MORE)

STEPS = ROOT / "practice" / "steps.c"

Taken = tuple[list[int], list[int], list[int]]
"""An event that the pipeline was given, its paths, and the record."""

_KIND, _SLOT = (EVENT.offset[name] for name in ("kind", "slot"))

SECONDS_MOST = 10.0
"""Of the board's, that a program may last."""

CHANGING = ("unlinkat", "renameat2", "fchmodat", "fchownat", "utimensat", "linkat", "mkdirat", "mknodat")
"""Calls that change what their path names."""
WRITING = ("write", "ftruncate")
"""Calls that change what is open."""
ANYBODYS = (PathClass.OTHER, PathClass.HOME, PathClass.DATA, PathClass.RUNTIME)
"""What honest programs change, too."""
_CALL = 15 | 511 << EVENT.offset["id"]
MARK = IDS["getpgid"] << EVENT.offset["id"]
"""The call that stands where an attack begins (step `!`): without effect, so no model sees it."""
_MAKES, _WRITES, _FOLDER = 0o1100, 3, 0o200000
"""Flags of an open that changes something by itself; of one that may; of one that is of a folder."""


def prepared(board: Board) -> None:
    """Put files there that a lived-in board would have."""
    for folder in ("/root/.ssh", "/root/.aws", "/home/bob/.ssh"):
        board.files.make_folder(folder, 0o700)
    for path in (*KEYS[:2], "/root/.aws/credentials", "/etc/gshadow", "/root/.bash_history",
                 "/home/bob/.ssh/id_rsa",
                 "/home/bob/p1", "/home/bob/p2", "/home/alice/p1", "/home/alice/p2"):  # fmt: skip
        board.files.write(path, b"a few words of text\n" * 3, 0o600)


def performed(board: ProgramBoard, link: Board, program: bytes, drawn: Drawn, user: int) -> None:
    """Run what was drawn on the board; what its pipeline is given meanwhile is in `board.taken`."""
    if drawn[0] == "sh":
        link.files.write("/tmp/.s", "".join(f"{line}\n" for line in drawn[1:]).encode())
        board.taken = []
        run = link.processes.run("/bin/sh", ["/tmp/.s"], user, user)
    else:
        board.taken = []
        run = link.processes.run("/tmp/a", [" ".join(drawn)], user, user, content=program)
    end = board.seconds + SECONDS_MOST
    while run.code is None and board.seconds < end:
        link.listen(0.1)
        run.so_far()
    run.kill()  # who waits for what does not come
    link.wait(0.3)  # for whom nobody waits


def of_the_tree(taken: Sequence[Taken]) -> list[Taken]:
    """Return the events of the program and its children alone, not those of others, whom it may have ended."""
    lives: dict[int, int] = {}
    kept = []
    for event, paths, record in taken:
        kind, slot = Kind(event[0] >> _KIND & 15), event[0] >> _SLOT & 63
        if kind is Kind.CLEAR:
            lives[slot] = event[1]
        elif lives.get(slot) != event[1]:
            continue
        elif kind is Kind.FORK and event[2] < SLOTS:
            lives[event[2]] = event[3]
        elif kind is Kind.EXIT:
            del lives[slot]
            if lives.get(event[2]) != event[3]:
                event = [*event[:2], SLOTS, *event[3:]]  # an heir that is none of them
        kept.append((event, paths, record))
    return kept


def begins_at(taken: Sequence[Taken]) -> int:
    """Return the number of the event behind which an attack begins, 0 if it does with the first."""
    marks = [number for number, (event, _paths, _words) in enumerate(taken) if event[0] & _CALL == MARK]
    return marks[0] if marks else 0


def until_it_counts(taken: Sequence[Taken], begin: int, changes: int, folders: bool = False) -> list[Taken]:
    """Return the events of an attack up to the call that must not be made any more.

    That is the first one from `begin` on that opens or changes a secret or what begins programs later, or changes
    what is the system's; or one that changes, for the time number `changes`, what is anybody's but the program's
    own.  With `folders` it is the first open of a folder.  All, if there is none of these.  No event tells how a
    file was opened: of most the write counts.
    """
    open_to: dict[int, PathClass] = {}  # by life: of what it will change by its next write
    for number, (event, _paths, words) in enumerate(taken):
        record = RECORD.unpack(sum(int(word) << 32 * place for place, word in enumerate(words)))
        if record["kind"] != Kind.CALL or number < begin:
            continue
        kind, life = PathClass(record["path_class"]), event[1]
        name = CALL_NAMES[record["id"]] if record["id"] < len(CALL_NAMES) else ""
        opens = name == "openat" and not event[4] & _FOLDER
        makes = opens and event[4] & _MAKES and kind >= PathClass.PERSISTENCE
        changed = kind if name in CHANGING or makes else PathClass.NONE
        if name in WRITING:
            changed = open_to.pop(life, PathClass.NONE)
        elif opens and event[4] & _WRITES and not makes:
            open_to[life] = kind
        if changed in ANYBODYS:
            changes -= 1
        elif changed not in (PathClass.NONE, PathClass.TEMPORARY, PathClass.DEVICE):
            changes = 0
        listed = folders and name == "openat" and event[4] & _FOLDER
        if (kind >= SECRET_FROM and opens) or changes <= 0 or listed:
            return list(taken[: number + 1])
    return list(taken)


def practice(flash: bytes, count: int, seed: int = 0) -> Iterator[tuple[Recording, dict[str, Any]]]:
    """Yield `count` programs of each attack and twice as many of honest work, the same ones for the same seed."""
    with tempfile.TemporaryDirectory(prefix="practice-") as folder:
        own_program([STEPS], Path(folder) / "steps")
        program = (Path(folder) / "steps").read_bytes()
    for theme in (*ATTACKS, *BENIGN):
        kind = theme.__name__
        for number in range(count if theme in ATTACKS else 2 * count):
            chance = random.Random(f"{seed} {kind} {number}")
            drawn = theme(chance)
            user = 1000 if kind == "rights_tried" else chance.choice((0, 0, 0, 1000)) if theme in BENIGN else 0
            while len(" ".join(drawn)) > 900:
                drawn = drawn[: len(drawn) * 9 // 10]
            board = ProgramBoard(bytearray(flash))
            with Board(CountedLine(board, patience=30.0)) as link:
                link.wait(0.05)
                prepared(link)
                assert board.processes is not None
                board.processes.enforce(0)
                performed(board, link, program, drawn, user)
            name = f"practice-{kind}-{number:02}"
            taken = of_the_tree(board.taken or [])
            begin = begins_at(taken) if theme in ATTACKS else 0
            whole = replace(recorded(taken, name, f"practice-{kind}"), onset=begin or None)
            label = {
                "file": name, "class": "attack" if theme in ATTACKS else "benign", "kind": kind,
                "technique": ATTACKS.get(theme, ""), "implementation": "kernel", "scenario": f"practice-{kind}",
                "run": number, "user": str(user),
            }  # fmt: skip
            yield whole, label
            changes = 1 if theme in WALKS else chance.randint(1, 3)
            begun = until_it_counts(taken, begin, changes, theme in BY_FOLDERS)
            if theme in ATTACKS and len(begun) < len(taken):
                short = replace(recorded(begun, f"{name}-begun", whole.group), onset=begin or None)
                yield short, {**label, "file": f"{name}-begun"}


@click.command()
@click.option("--count", default=20, show_default=True, help="Of each attack; of honest work twice as many.")
@click.option("--out", type=click.Path(path_type=Path), default=PRACTICE, show_default=True, help="File to write.")
def main(count: int, out: Path) -> None:
    """Record the programs anew: the same ones, as long as kernel, programs and path trie are."""
    package = blank_package()
    recordings, labels = zip(*practice(screened_flash(package), count), strict=True)
    out.write_bytes(condense(recordings, labels, package.image))
    click.echo(
        f"{out}: {len(recordings)} programs, {sum(map(len, recordings))} events, {out.stat().st_size} bytes"
    )


if __name__ == "__main__":
    main()
