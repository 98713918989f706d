"""The command line: a thin layer over `host.commands`.  Exit codes: `host.exits`."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

import click

from host.engines import ENGINES
from host.exits import MEANINGS, ExitCode

_EXITS = "Exit codes: " + "; ".join(f"{code.value} {text}" for code, text in MEANINGS.items()) + "."
_FILE = click.Path(path_type=Path)


class Examples(click.Command):
    """A command whose help ends with examples, printed as they are typed."""

    examples: tuple[str, ...] = ()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples."""
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")


def examples(*lines: str) -> type[Examples]:
    """Return a command class with these examples."""
    return type("CommandWithExamples", (Examples,), {"examples": lines})


class Vigilante(click.Group):
    """The group of all commands; turns whatever ends a command into one line and an exit code."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the command line; never returns, and never shows a traceback."""
        extra["standalone_mode"] = False
        try:
            code = super().main(*args, **extra)
            sys.stdout.flush()
        except click.UsageError as error:
            hint = f" (see {error.ctx.command_path} --help)" if error.ctx else ""
            code = _fail(error.format_message().rstrip(".") + hint, ExitCode.USAGE)
        except click.ClickException as error:
            code = _fail(error.format_message(), ExitCode.USAGE)
        except (click.Abort, KeyboardInterrupt):
            code = _fail("interrupted", ExitCode.INTERRUPTED)
        except BrokenPipeError:
            code = _pipe_gone()
        sys.exit(int(code or 0))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what it refuses becomes an exit code."""
        from models.gateway import EngineError
        from models.keys import TrustError
        from models.package import PackageError
        from models.trace import TraceError
        from sim.engine import EngineError as Standstill

        try:
            return super().invoke(ctx)
        except (PackageError, TrustError) as error:
            return _fail(str(error), ExitCode.MODEL)
        except TraceError as error:
            return _fail(str(error), ExitCode.TRACE)
        except (EngineError, Standstill) as error:
            return _fail(str(error), ExitCode.ENGINE)
        except BrokenPipeError:
            return _pipe_gone()


def _fail(message: str, code: ExitCode) -> ExitCode:
    click.echo("vigilante: " + " ".join(message.split()), err=True)
    return code


def _pipe_gone() -> ExitCode:
    """Whoever read our output has left: nothing more can be said, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.PIPE


def _version() -> str:
    try:
        return version("sentinelos-vigilante")
    except PackageNotFoundError:
        return "from source"


@click.group(cls=Vigilante, epilog=_EXITS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), "--version", prog_name="vigilante", message="%(prog)s %(version)s")
def main() -> None:
    """Screen the system calls of processes with gateware.

    The host verifies a model's signature, the board its digest.
    """


@main.command(
    cls=examples(
        "strace -f -ttt -y -o ls.strace ls -laR /etc && vigilante screen ls.strace",
        "vigilante screen --engine golden --mode monitor web.strace.xz mail.strace.xz",
        "vigilante screen --json attack.strace | jq 'select(.type == \"trace\") | .first'",
        "vigilante screen --wave first.vcd --event 1204 attack.strace",
    )
)
@click.argument("traces", metavar="TRACE...", nargs=-1, required=True, type=_FILE)
@click.option("--model", type=_FILE, help="Model package (.vgm); default: the one shipped.")
@click.option("--key", type=_FILE, help="Public key that must have signed it; default: the shipped model's.")
@click.option("--engine", type=click.Choice(ENGINES), default="gateware", show_default=True, help="What screens.")
@click.option(
    "--mode", type=click.Choice(["enforce", "monitor"]), default="enforce", show_default=True,
    help="monitor changes nothing and says what enforce would have done.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="JSON lines: an object per process and per trace.")
@click.option("--all", "everything", is_flag=True, help="Show every process's timeline.")
@click.option("--profile", is_flag=True, help="Say how long each stage took.")
@click.option("--wave", type=_FILE, help="Write the waveform of one event (VCD).")
@click.option("--event", type=int, help="The event for --wave: its number as the report names it.")
def screen(traces: tuple[Path, ...], as_json: bool, **options: Any) -> int:
    """Screen recorded traces: strace logs, plain or packed, and ADFA-LD files.

    Shows per process the score over time, the first call that is not allowed, and why.
    """
    from host.commands.screen import Options, run
    from host.terminal import Terminal

    return run(Options(traces, json=as_json, **options), Terminal())


if __name__ == "__main__":
    main()
