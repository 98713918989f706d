"""`vigilante quarantine` of the command line: processes that are frozen.  A thin layer."""

from __future__ import annotations

from pathlib import Path

import click

from host.options import FILE, JSON, PORT, examples, group_examples

_PROCESS = click.argument("process", type=int, metavar="PID")


@click.group(
    cls=group_examples(
        "vigilante quarantine list",
        "vigilante quarantine freeze 5 && vigilante quarantine dump 5 -o 5.core",
        "vigilante quarantine resume 5",
    )
)
def quarantine() -> None:
    """Processes of the board's that are frozen: look at them, free or end them.

    The verdict QUARANTINE freezes a process with its tree; the board then ends its family, or lets it go on with a
    narrower profile.  What the operator freezes, and with `hold on` what a verdict freezes, waits for him.
    """


@quarantine.command(name="list", cls=examples("vigilante quarantine list", "vigilante quarantine list --json"))
@PORT
@JSON
def list_(port: str, as_json: bool) -> int:
    """List what is frozen, and count what was."""
    from host.commands.quarantine import list_ as run
    from host.terminal import Terminal

    return run(Terminal(), port, as_json)


@quarantine.command(cls=examples("vigilante quarantine show 5", "vigilante quarantine show 5 --json"))
@_PROCESS
@PORT
@JSON
def show(process: int, port: str, as_json: bool) -> int:
    """Show a frozen process: what speaks against it, piece by piece, and its registers."""
    from host.commands.quarantine import show as run
    from host.terminal import Terminal

    return run(Terminal(), port, process, as_json)


@quarantine.command(cls=examples("vigilante quarantine dump 5 -o 5.core && readelf -n -l 5.core"))
@_PROCESS
@click.option("-o", "output", required=True, type=FILE, help="The core file.")
@PORT
def dump(process: int, output: Path, port: str) -> int:
    """Write a frozen process to an ELF core file: registers, text and data, for readelf and gdb."""
    from host.commands.quarantine import dump as run
    from host.terminal import Terminal

    return run(Terminal(), port, process, output)


@quarantine.command(cls=examples("vigilante quarantine freeze 5"))
@_PROCESS
@PORT
def freeze(process: int, port: str) -> int:
    """Freeze a process and its family, until it is resumed or killed here."""
    from host.commands.quarantine import order
    from host.terminal import Terminal

    return order(Terminal(), port, "freeze", process)


@quarantine.command(cls=examples("vigilante quarantine resume 5", "vigilante quarantine resume 5 --narrow"))
@_PROCESS
@click.option("--narrow", is_flag=True, help="With a profile that begins, removes and sends nothing any more.")
@PORT
def resume(process: int, narrow: bool, port: str) -> int:
    """Let a frozen process and its family go on; a call that led there answers EPERM."""
    from host.commands.quarantine import order
    from host.terminal import Terminal

    return order(Terminal(), port, "narrow" if narrow else "resume", process)


@quarantine.command(cls=examples("vigilante quarantine kill 5"))
@_PROCESS
@PORT
def kill(process: int, port: str) -> int:
    """End a frozen process and its family; its score is nobody's."""
    from host.commands.quarantine import order
    from host.terminal import Terminal

    return order(Terminal(), port, "kill", process)


@quarantine.command(cls=examples("vigilante quarantine hold on", "vigilante quarantine hold off"))
@click.argument("setting", type=click.Choice(["on", "off"]))
@PORT
def hold(setting: str, port: str) -> int:
    """Say who decides about what a verdict freezes: on, the operator; off, the board.  A reset makes it off."""
    from host.commands.quarantine import hold as run
    from host.terminal import Terminal

    return run(Terminal(), port, setting == "on")
