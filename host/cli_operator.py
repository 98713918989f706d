"""The operator's commands of the command line: the board's own files and processes.  A thin layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from host.cli_quarantine import quarantine
from host.cli_vaccines import vaccines
from host.options import FILE, JSON, PORT, examples, group_examples

_LINES = click.option("--json", "as_json", is_flag=True, help="JSON lines: an object each.")


@click.command(cls=examples("vigilante ls", "vigilante ls :/etc :/home/alice", "vigilante ls :/bin --json"))
@click.argument("paths", nargs=-1, metavar="[:PATH]...")
@PORT
@JSON
def ls(paths: tuple[str, ...], port: str, as_json: bool) -> int:
    """List files on the board; default: what is in its root.

    Sizes are bytes; users by the board's /etc/passwd.
    """
    from host.commands.files import ls as run
    from host.terminal import Terminal

    return run(Terminal(), port, paths, as_json)


@click.command(
    cls=examples(
        "vigilante cp here.txt :/tmp/",
        "vigilante cp :/etc/passwd .",
        "vigilante cp -r site :/var/www/",
        "vigilante cp :/etc/motd :/tmp/motd",
    )
)
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.argument("target")
@click.option("-r", "deep", is_flag=True, help="Copy folders, with all that is in them.")
@PORT
def cp(sources: tuple[str, ...], target: str, deep: bool, port: str) -> int:
    """Copy files to the board, from it, or on it; what begins with a colon is the board's.

    A file appears at once, when all of it has arrived, or not at all.  What is written lives until the board is
    reset: `vigilante sim` keeps a simulated one on between commands.
    """
    from host.commands.files import cp as run
    from host.terminal import Terminal

    return run(Terminal(), port, sources, target, deep=deep)


@click.command(cls=examples("vigilante cat :/etc/motd", "vigilante cat :/var/log/messages | grep sshd"))
@click.argument("paths", nargs=-1, required=True, metavar=":PATH...")
@PORT
def cat(paths: tuple[str, ...], port: str) -> int:
    """Show what is in files on the board."""
    from host.commands.files import cat as run
    from host.terminal import Terminal

    return run(Terminal(), port, paths)


@click.command(cls=examples("vigilante rm :/tmp/here.txt", "vigilante rm -r :/tmp/site"))
@click.argument("paths", nargs=-1, required=True, metavar=":PATH...")
@click.option("-r", "deep", is_flag=True, help="Remove folders with all that is in them.")
@PORT
def rm(paths: tuple[str, ...], deep: bool, port: str) -> int:
    """Remove files, and empty folders, on the board."""
    from host.commands.files import rm as run
    from host.terminal import Terminal

    return run(Terminal(), port, paths, deep=deep)


@click.command(cls=examples("vigilante mkdir :/tmp/site"))
@click.argument("paths", nargs=-1, required=True, metavar=":PATH...")
@PORT
def mkdir(paths: tuple[str, ...], port: str) -> int:
    """Make folders on the board."""
    from host.commands.files import mkdir as run
    from host.terminal import Terminal

    return run(Terminal(), port, paths)


@click.command(cls=examples("vigilante ps", "vigilante ps --json | jq '.processes[].name'"))
@PORT
@JSON
def ps(port: str, as_json: bool) -> int:
    """List the board's processes, with how they score."""
    from host.commands.processes import ps as run
    from host.terminal import Terminal

    return run(Terminal(), port, as_json)


@click.command(cls=examples("vigilante score", "vigilante score 5 --json | jq .score"))
@click.argument("process", required=False, type=int, metavar="[PID]")
@PORT
@_LINES
def score(process: int | None, port: str, as_json: bool) -> int:
    """Show the scores of the board's processes, or of one: which no process can read."""
    from host.commands.processes import score as run
    from host.terminal import Terminal

    return run(Terminal(), port, process, as_json)


@click.command(cls=examples("vigilante top", "vigilante top --once", "vigilante top --json --interval 5"))
@PORT
@click.option("--once", is_flag=True, help="Show it once, with shares since the board's reset.")
@click.option(
    "--interval", type=click.FloatRange(min=0.1), default=1.0, show_default=True, help="Seconds between."
)
@_LINES
def top(port: str, once: bool, interval: float, as_json: bool) -> int:
    """Watch the board's processes, the most suspect first, until Ctrl-C."""
    from host.commands.processes import top as run
    from host.terminal import Terminal

    return run(Terminal(), port, once=once, interval=interval, as_json=as_json)


@click.command(cls=examples("vigilante kill 5", "vigilante kill 5 --signal KILL"))
@click.argument("process", type=int, metavar="PID")
@click.option(
    "--signal", type=click.Choice(["HUP", "INT", "TERM", "KILL"]), default="TERM", show_default=True,
    help="Only KILL ends the first process, which then begins anew.",
)  # fmt: skip
@PORT
def kill(process: int, signal: str, port: str) -> int:
    """Send a process of the board's a signal."""
    from host.commands.processes import kill as run
    from host.terminal import Terminal

    return run(Terminal(), port, process, signal)


@click.command(
    cls=examples(
        "vigilante run prog.elf one two",
        "vigilante run --user alice prog.elf",
        "vigilante run :/bin/ls -l /etc",
    ),
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.option("--user", default="root", show_default=True, help="Whose it is to be: a name in the board's passwd.")
@PORT
@click.argument("program")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def run(program: str, arguments: tuple[str, ...], user: str, port: str) -> int:
    """Run a program on the board, and show what it writes; Ctrl-C ends it.

    PROGRAM is a file here, which leaves no trace in the board's files, or with a colon one of the board's.
    `vigilante cc` makes them from C.  Options stand before it; what follows is the program's.  It has nothing to
    read.  The exit code is the program's, 128 + n after signal n; if it could not be run, as for every command.

    A board without a model gets the shipped one: nothing runs unscreened.
    """
    from host.commands.run import run as do
    from host.terminal import Terminal

    return do(Terminal(), port, program, arguments, user)


@click.command(cls=examples("vigilante events", "vigilante events -n 3", "vigilante events --follow --json"))
@PORT
@click.option("-n", "count", type=click.IntRange(min=0), default=10, show_default=True, help="How many.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until Ctrl-C.")
@_LINES
def events(port: str, count: int, follow: bool, as_json: bool) -> int:
    """Show which calls of the board's own processes were not allowed.

    The last ones from the board's log, which outlives a reset; `vigilante monitor` shows all records, and the
    host's.
    """
    from host.commands.events import run as do
    from host.terminal import Terminal

    return do(Terminal(), port, count, follow, as_json)


@click.command(
    cls=examples("vigilante cc prog.c -o prog.elf", "vigilante cc a.c b.c -o both.elf -I include -D FAST=1")
)
@click.argument("sources", nargs=-1, required=True, type=FILE)
@click.option("-o", "output", required=True, type=FILE, help="The program.")
@click.option("-I", "folders", multiple=True, type=FILE, help="Look for headers here, too.")
@click.option("-D", "defines", multiple=True, help="Define a macro.")
def cc(sources: tuple[Path, ...], output: Path, **options: Any) -> int:
    """Compile C to a program for the board: `vigilante run` runs it there.

    The compiler and the programs' library (lib.h) come with this package.
    """
    from host.commands.cc import run as do
    from host.terminal import Terminal

    return do(Terminal(), sources, output, **options)


@click.group(
    cls=group_examples("vigilante policy show > lab.toml", "vigilante policy load lab.toml --port /dev/ttyUSB0")
)
def policy() -> None:
    """Show what the judge answers, or put another policy in force."""


@policy.command(cls=examples("vigilante policy show > lab.toml", "vigilante policy show lab.toml"))
@click.argument("file", required=False, type=FILE)
def show(file: Path | None) -> int:
    """Print the default policy as a file to be edited, or check a file and print what it says.

    The form is described in docs/policy.md.
    """
    from host.commands.policy import show as do
    from host.terminal import Terminal

    return do(Terminal(), file)


@policy.command(cls=examples("vigilante policy load lab.toml", "vigilante policy load --json"))
@click.argument("file", required=False, type=FILE)
@PORT
@JSON
def load(file: Path | None, port: str, as_json: bool) -> int:
    """Put a file's policy in force on a board until it is reset; default: the default policy.

    `vigilante push` puts the default policy in force, too.
    """
    from host.commands.policy import load as do
    from host.terminal import Terminal

    return do(Terminal(), port, file, as_json)


COMMANDS: tuple[click.Command, ...] = (
    policy, ls, cp, cat, rm, mkdir, ps, score, top, kill, quarantine, vaccines, run, events, cc,
)  # fmt: skip
"""To be added to `vigilante`."""
