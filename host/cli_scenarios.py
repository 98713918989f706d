"""The commands `vigilante scenarios ...` of the command line.  A thin layer."""

from __future__ import annotations

from pathlib import Path

import click

from host.options import FILE, JSON, KEY, MODEL, PORT, Group, examples


class _Scenarios(Group):
    examples = (
        "vigilante scenarios list",
        "vigilante scenarios run --all",
        "vigilante scenarios run --extra my-programs",
    )


_EXTRA = click.option(
    "--extra", type=FILE, metavar="DIR",
    help="The programs of a folder instead: C files, scripts (.sh) and ELF files, those in its folders `attacks` "
    "and `benign` with that expectation.",
)  # fmt: skip


@click.group(cls=_Scenarios)
def scenarios() -> None:
    """Attacks and honest work on a board's own kernel: which power answers, and what comes of it."""


@scenarios.command(
    "list", cls=examples("vigilante scenarios list", "vigilante scenarios list --json | jq '.scenarios[].name'")
)
@_EXTRA
@JSON
def list_them(extra: Path | None, as_json: bool) -> int:
    """List the scenarios, with what each imitates."""
    from host.commands.scenarios import show_list
    from host.terminal import Terminal

    return show_list(Terminal(), extra, as_json)


@scenarios.command(
    cls=examples(
        "vigilante scenarios run --all",
        "vigilante scenarios run etc-sweep etc-backup",
        "vigilante scenarios run --all --json | jq .summary",
        "vigilante scenarios run --extra my-programs --port /dev/ttyUSB0",
    )
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="All that come with this tool.")
@_EXTRA
@MODEL
@KEY
@PORT
@JSON
def run(
    names: tuple[str, ...], everything: bool, extra: Path | None, model: Path | None, key: Path | None, port: str,
    as_json: bool,
) -> int:  # fmt: skip
    """Run scenarios, each on a board as after a reset, and show who answered, where, and what came of it.

    Right is an attack that a power has answered before anything came of it, and honest work that nothing has
    disturbed; exit code 1 if any row is wrong.  The board gets the shipped model for its own programs, or the one
    named, and the default policy; resets undo whatever was written there.
    """
    from host.commands.scenarios import run as do
    from host.terminal import Terminal

    if not (names or everything or extra):
        raise click.UsageError("name scenarios, or say --all, or --extra DIR")
    if names and everything:
        raise click.UsageError("name scenarios or say --all, not both")
    return do(Terminal(), port, names, extra, model, key, as_json)


COMMANDS: tuple[click.Command, ...] = (scenarios,)
"""To be added to `vigilante`."""
