"""The commands about gateware: Verilog for others' systems, bitstreams, flashing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from hdl.contract.vaccine import BANKS
from host.options import FILE, JSON, examples


class Address(click.ParamType[int]):
    """A number, as C writes them."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        try:
            return value if isinstance(value, int) else int(value, 0)
        except ValueError:
            self.fail(f"{value!r} is not a number: write 4096 or 0x1000", param, ctx)


@click.command(
    cls=examples(
        "vigilante export --verilog vigilante",
        "vigilante export --verilog vigilante --clock 50000000 --base 0x40000000",
        "vigilante export --verilog vigilante --force --json | jq .files",
    )
)
@click.option("--verilog", "target", type=FILE, required=True, metavar="DIR", help="New or empty folder.")
@click.option("--clock", type=int, default=25_000_000, show_default=True, help="Your clock, in Hz.")
@click.option("--banks", type=click.IntRange(1, BANKS), default=BANKS, show_default=True, help="Vaccine banks.")
@click.option(
    "--fast", is_flag=True, help="Three more ranks of registers: a higher clock, a verdict after 6 edges."
)
@click.option(
    "--base", type=Address(), default="0xFFFFF800", show_default=True, help="Where the registers are on your bus.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Write over what is in the folder.")
@JSON
def export(target: Path, clock: int, banks: int, base: int, fast: bool, force: bool, as_json: bool) -> int:
    """Write the coprocessor as Verilog, for a system on chip of your own.

    One self-contained module with a Wishbone and a call port; C header, SVD, README, and an example around
    picorv32 that is simulated by `make sim`.  The same options give the same bytes.
    """
    from host.commands.export import run
    from host.terminal import Terminal

    return run(Terminal(), target, clock, banks, base, fast, force, as_json)


@click.command(
    cls=examples(
        "vigilante build ulx3s",
        "vigilante build pipeline --seeds 1,2,3 --check",
        "vigilante build ulx3s --report --json | jq .worst",
    )
)
@click.argument("target")
@click.option("--seeds", default="1", show_default=True, help="Seeds of place and route, with commas between.")
@JSON
@click.option("--force", is_flag=True, help="Run all tools again, whatever is kept.")
@click.option("--report", "report_only", is_flag=True, help="Build nothing: show the report, if it is not stale.")
@click.option(
    "--check", "checked", is_flag=True, help="Hold the netlist of `pipeline` against the golden machine."
)
@click.option("--out", type=FILE, help="Copy the bitstream to this file.")
def build(target: str, seeds: str, as_json: bool, **options: Any) -> int:
    """Build a bitstream, and report what the gateware takes and how fast it is.

    TARGET: ulx3s (the whole board), or the screening pipeline alone: pipeline, pipeline-fast, icebreaker.
    A board takes many minutes; what has not changed is not built again.
    """
    from host.commands.build import run
    from host.terminal import Terminal

    return run(Terminal(), target, seeds, as_json, **options)


@click.command(
    cls=examples(
        "vigilante flash",
        "vigilante flash --port /dev/ttyUSB0 --number 7",
        "vigilante flash --bitstream ulx3s.bit --dry-run",
    )
)
@click.argument("target", default="ulx3s")
@click.option("--port", help="The board's serial port, where more than one board is plugged in.")
@click.option("--bitstream", type=FILE, help="The bitstream; default: the one that `vigilante build` made here.")
@click.option("--number", type=click.IntRange(0, 2**64 - 1), help="Write the board's number too: for a new board.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be written, by which commands.")
def flash(target: str, port: str | None, bitstream: Path | None, number: int | None, dry: bool) -> int:
    """Write bitstream and firmware to a board's flash, with openFPGALoader.

    Refused if the bitstream was not made from the gateware that is here.  Models and log stay as they are.
    """
    from host.commands.flash import run
    from host.terminal import Terminal

    return run(Terminal(), target, port, bitstream, number, dry=dry)


COMMANDS: tuple[click.Command, ...] = (export, build, flash)
"""To be added to `vigilante`."""
