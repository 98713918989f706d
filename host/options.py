"""What commands of the command line have in common: options, and help that ends with examples."""

from __future__ import annotations

from pathlib import Path

import click

from host.engines import PORT as DEFAULT_PORT

FILE = click.Path(path_type=Path)

PORT = click.option(
    "--port", envvar="VIGILANTE_PORT", default=DEFAULT_PORT, show_default=True,
    help="Where the board is: sim, sim://?flash=FILE, /dev/ttyUSB0 or socket://HOST:PORT.  Or VIGILANTE_PORT.",
)  # fmt: skip
MODEL = click.option("--model", type=FILE, help="Model package (.vgm); default: the one shipped.")
KEY = click.option("--key", type=FILE, help="Public key that must have signed it; default: the shipped model's.")
JSON = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


class Examples(click.Command):
    """A command, or a group of them, whose help ends with examples, printed as they are typed."""

    examples: tuple[str, ...] = ()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def examples(*lines: str) -> type[Examples]:
    """Return a command class with these examples."""
    return type("CommandWithExamples", (Examples,), {"examples": lines})


class Group(Examples, click.Group):
    """A group of commands with examples."""


def group_examples(*lines: str) -> type[Group]:
    """Return a class of groups with these examples."""
    return type("GroupWithExamples", (Group,), {"examples": lines})
