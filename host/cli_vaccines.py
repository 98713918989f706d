"""`vigilante vaccines` of the command line: vaccines that a board has made.  A thin layer."""

from __future__ import annotations

import click

from hdl.contract.births import BIRTH_FIRST
from hdl.contract.vaccine import VACCINES
from host.options import JSON, PORT, examples, group_examples

_INDEX = click.argument("index", type=click.IntRange(BIRTH_FIRST, VACCINES - 1), metavar="INDEX")


@click.group(
    cls=group_examples("vigilante vaccines list", "vigilante vaccines pin 448", "vigilante vaccines revoke 448")
)
def vaccines() -> None:
    """Vaccines that the board has made: what they catch, and which stay.

    The board makes one of a call whose process it ends for what its analysis says, and of calls that its policy
    marks: from then on every process is denied that call.  One ends after 24 hours of powered time, when room is
    needed, or here.
    """


@vaccines.command(name="list", cls=examples("vigilante vaccines list", "vigilante vaccines list --json"))
@PORT
@JSON
def list_(port: str, as_json: bool) -> int:
    """List those in force, and count what was."""
    from host.commands.vaccines import list_ as run
    from host.terminal import Terminal

    return run(Terminal(), port, as_json)


def _order(name: str, text: str) -> click.Command:
    @vaccines.command(name=name, help=text, cls=examples(f"vigilante vaccines {name} 448"))
    @_INDEX
    @PORT
    def order(index: int, port: str) -> int:
        from host.commands.vaccines import order as run
        from host.terminal import Terminal

        return run(Terminal(), port, name, index)

    return order


_order("pin", "Have a vaccine never be ended to make room.")
_order("unpin", "Let a pinned vaccine be ended to make room again.")
_order("revoke", "End a vaccine now; the same call may make another one.")
