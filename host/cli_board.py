"""The commands about a board as a whole: console, what it is, its model, log and records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from host.options import FILE, JSON, KEY, PORT, examples, group_examples


@click.command(
    cls=examples(
        "vigilante shell",
        "vigilante shell --port /dev/ttyUSB0",
        "vigilante shell -c 'ls -l /etc | grep shadow'",
    )
)
@click.option("-c", "commands", help="Type this, show what comes, and leave.")
@PORT
def shell(commands: str | None, port: str) -> int:
    """Open a terminal on the board's console; Ctrl-] leaves.

    Every call of every program there is judged by the gateware first.
    """
    from host.commands.shell import run
    from host.terminal import Terminal

    return run(Terminal(), port, commands)


@click.command(cls=examples("vigilante ports", "vigilante ports --json"))
@click.option("--json", "as_json", is_flag=True, help="JSON lines: an object per port.")
def ports(as_json: bool) -> int:
    """List where boards are: the simulated one, and serial ports of known adapters.

    A HELLO confirms each; a port of anything else is not even opened.
    """
    from host.commands.ports import run
    from host.terminal import Terminal

    return run(Terminal(), as_json)


@click.command(cls=examples("vigilante info", "vigilante info --port /dev/ttyUSB0 --json"))
@PORT
@JSON
def info(port: str, as_json: bool) -> int:
    """Show what a board is, which models it holds, and its counters."""
    from host.commands.info import run
    from host.terminal import Terminal

    return run(Terminal(), port, as_json)


@click.command(
    cls=examples(
        "vigilante push",
        "vigilante push my.vgm --key my.pub --port /dev/ttyUSB0",
        "vigilante push --verify-only",
    )
)
@click.argument("model", metavar="[PACKAGE]", required=False, type=FILE)
@KEY
@PORT
@click.option("--force", is_flag=True, help="Send it even if the board has it in force already.")
@click.option("--verify-only", is_flag=True, help="Send nothing: read back what is in force and compare.")
@click.option(
    "--mode", type=click.Choice(["enforce", "monitor"]), default="enforce", show_default=True,
    help="The policy that is in force afterwards.",
)  # fmt: skip
@JSON
def push(**options: Any) -> int:
    """Put a model in force on a board; default: the shipped one.

    The host verifies its signature and tries it first; the board verifies digest and self-test vectors, then keeps
    it.  Whatever goes wrong, the model before stays in force.
    """
    from host.commands.push import run
    from host.terminal import Terminal

    return run(Terminal(), **options)


@click.group(
    cls=group_examples(
        "vigilante log tail -n 20",
        "vigilante log tail --follow --port /dev/ttyUSB0",
        "vigilante log pull board.log",
    )
)
def log() -> None:
    """Read what a board has written down."""


@log.command(cls=examples("vigilante log tail", "vigilante log tail -n 5 --follow"))
@PORT
@click.option("-n", "count", type=click.IntRange(min=0), default=10, show_default=True, help="How many lines.")
@click.option("-f", "--follow", is_flag=True, help="Go on with what is added, until Ctrl-C.")
def tail(port: str, count: int, follow: bool) -> int:
    """Print the last lines of the log."""
    from host.commands.log import tail as run
    from host.terminal import Terminal

    return run(Terminal(), port, count, follow)


@log.command(cls=examples("vigilante log pull board.log"))
@click.argument("file", type=FILE)
@PORT
def pull(file: Path, port: str) -> int:
    """Write all of the log that the board has kept to FILE."""
    from host.commands.log import pull as run
    from host.terminal import Terminal

    return run(Terminal(), port, file)


@click.command(cls=examples("vigilante monitor", "vigilante monitor --records all --json | jq .verdict"))
@PORT
@click.option(
    "--records", type=click.Choice(["aggregate", "all"]), default="aggregate", show_default=True,
    help="aggregate: allowed calls as counts.  all: every record, with back-pressure.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON lines: an object per record or batch of counts.")
def monitor(port: str, records: str, as_json: bool) -> int:
    """Watch a board's verdicts as they happen, until Ctrl-C."""
    from host.commands.monitor import run
    from host.terminal import Terminal

    return run(Terminal(), port, records, as_json)


@click.command(cls=examples("vigilante reset", "vigilante reset --port /dev/ttyUSB0"))
@PORT
@JSON
def reset(port: str, as_json: bool) -> int:
    """Reset a board and wait until it is back; what it keeps in flash stays."""
    from host.commands.reset import run
    from host.terminal import Terminal

    return run(Terminal(), port, as_json)


@click.command(cls=examples("vigilante sim", "vigilante sim --listen 7070", "vigilante sim --line 3000000"))
@click.option("--flash", type=FILE, help="File that is its flash; default: the one that --port sim has.")
@click.option("--line", type=int, help="Bits per second on its line; default: sim-fast, one cycle a bit.")
@click.option("--latency", type=float, default=0.0, show_default=True, help="Milliseconds that each byte is late.")
@click.option("--listen", type=click.IntRange(0, 65535), help="Offer the line at this TCP port of this machine.")
def sim(flash: Path | None, line: int | None, latency: float, listen: int | None) -> int:
    """Switch a simulated board on and keep it on, until Ctrl-C.

    Prints the port at which it is to be found: a pseudo-terminal, or with --listen a socket.
    """
    from host.commands.sim import run
    from host.terminal import Terminal

    return run(Terminal(), flash, line, latency, listen)


COMMANDS: tuple[click.Command, ...] = (shell, ports, info, push, log, monitor, reset, sim)
"""To be added to `vigilante`."""
