"""The commands `vigilante decoys ...` of the command line.  A thin layer."""

from __future__ import annotations

from pathlib import Path

import click

from host.options import FILE, JSON, PORT, examples, group_examples


@click.group(
    cls=group_examples(
        "vigilante decoys build -o board.decoys",
        "vigilante decoys push board.decoys --port /dev/ttyUSB0",
        "vigilante decoys trees",
    )
)
def decoys() -> None:
    """What suspects see in place of secrets."""


@decoys.command(
    cls=examples("vigilante decoys build -o board.decoys", "vigilante decoys build --seed 7 -o a.decoys")
)
@click.option("-o", "--output", type=FILE, required=True, help="The file that is made.")
@click.option("--seed", type=int, help="Make the same ones each time; default: other ones, which nobody can know.")
@JSON
def build(output: Path, seed: int | None, as_json: bool) -> int:
    """Make decoys for a board: a shadow file, keys, credentials, a history, and text for any other name.

    Says what of each nobody can know who has not read it: whatever turns up elsewhere was read here.
    """
    from host.commands.decoys import build as run
    from host.terminal import Terminal

    return run(Terminal(), output, seed, as_json)


@decoys.command(
    cls=examples("vigilante decoys push board.decoys", "vigilante decoys push --port sim board.decoys")
)
@click.argument("file", type=FILE)
@PORT
def push(file: Path, port: str) -> int:
    """Put decoys in force on a board, in place of those that it has.

    Refused while a process tree there sees decoys.  Until all have arrived, whatever a decoy would stand for is
    denied to suspects; what is interrupted leaves the board without decoys.
    """
    from host.commands.decoys import push as run
    from host.terminal import Terminal

    return run(Terminal(), file, port)


@decoys.command(
    cls=examples("vigilante decoys show board.decoys", "vigilante decoys show board.decoys /etc/shadow")
)
@click.argument("file", type=FILE)
@click.argument("name", required=False)
@JSON
def show(file: Path, name: str | None, as_json: bool) -> int:
    """List the decoys in a file, or show one of them by the name that it stands for."""
    from host.commands.decoys import show as run
    from host.terminal import Terminal

    return run(Terminal(), file, name, as_json)


@decoys.command(cls=examples("vigilante decoys trees", "vigilante decoys trees --json"))
@PORT
@JSON
def trees(port: str, as_json: bool) -> int:
    """List the board's process trees that see decoys, with their processes."""
    from host.commands.decoys import trees as run
    from host.terminal import Terminal

    return run(Terminal(), port, as_json)


@decoys.command(cls=examples("vigilante decoys read 0 :/etc/shadow"))
@click.argument("tree", type=click.IntRange(0, 15))
@click.argument("paths", nargs=-1, required=True, metavar=":PATH...")
@PORT
def read(tree: int, paths: tuple[str, ...], port: str) -> int:
    """Show files as a process tree sees them: decoys, with what it has written to them."""
    from host.commands.decoys import read as run
    from host.terminal import Terminal

    return run(Terminal(), tree, paths, port)


COMMANDS: tuple[click.Command, ...] = (decoys,)
