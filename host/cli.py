"""The command line: a thin layer over `host.commands`.  Exit codes: `host.exits`."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

import click

from host import cli_board, cli_decoys, cli_gateware, cli_models, cli_operator, cli_scenarios
from host.engines import ENGINES
from host.exits import MEANINGS, ExitCode
from host.options import FILE, JSON, KEY, MODEL, PORT, examples

_EXITS = "Exit codes: " + "; ".join(f"{code.value} {text}" for code, text in MEANINGS.items()) + "."


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
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise  # for `main` to answer
        except KeyboardInterrupt:
            return _fail("interrupted", ExitCode.INTERRUPTED)
        except BrokenPipeError:
            return _pipe_gone()
        except Exception as error:
            code = _refusal(error)
            if code is None:
                raise
            return _fail(str(error), code)


def _refusal(error: Exception) -> ExitCode | None:
    """Return the exit code of an error that is an answer, None of any other.

    Imported here, because a command that has raised one of these has imported it, and --help needs none.
    """
    from host.link.errors import LinkError, PushError
    from host.policies import PolicyError

    if isinstance(error, LinkError):
        return ExitCode.LINK
    from boards.flash import FlashError
    from boards.report import StaleReport
    from boards.tools import BuildError
    from firmware.build import BuildError as CompileError
    from models.corpus.cell import RecordingError
    from models.gateway import EngineError
    from models.keys import TrustError
    from models.package import PackageError
    from models.trace import TraceError
    from sim.board import BoardError
    from sim.engine import EngineError as Standstill

    kinds: dict[ExitCode, tuple[type[Exception], ...]] = {
        ExitCode.TRACE: (TraceError,),
        ExitCode.MODEL: (PackageError, TrustError, PushError, PolicyError),
        ExitCode.ENGINE: (EngineError, Standstill, BuildError, CompileError, StaleReport, RecordingError),
        ExitCode.LINK: (BoardError, FlashError),
    }
    return next((code for code, those in kinds.items() if isinstance(error, those)), None)


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
        "vigilante screen --engine board --port /dev/ttyUSB0 attack.strace",
        "vigilante screen --wave first.vcd --event 1204 attack.strace",
        "vigilante screen --engine golden --except exceptions.txt ls.strace",
    )
)
@click.argument("traces", metavar="TRACE...", nargs=-1, required=True, type=FILE)
@MODEL
@KEY
@click.option("--engine", type=click.Choice(ENGINES), default="gateware", show_default=True, help="What screens.")
@PORT
@click.option(
    "--mode", type=click.Choice(["enforce", "monitor"]), default="enforce", show_default=True,
    help="monitor changes nothing and says what enforce would have done.",
)  # fmt: skip
@click.option("--policy", type=FILE, help="The policy to judge by; default: the default one.")
@click.option("--json", "as_json", is_flag=True, help="JSON lines: an object per process and per trace.")
@click.option("--all", "everything", is_flag=True, help="Show every process's timeline.")
@click.option("--profile", is_flag=True, help="Say how long each stage took.")
@click.option("--wave", type=FILE, help="Write the waveform of one event (VCD).")
@click.option("--event", type=int, help="The event for --wave: its number as the report names it.")
@click.option("--except", "exceptions", type=FILE, help="List of exceptions, applied to the report.")
def screen(traces: tuple[Path, ...], as_json: bool, **options: Any) -> int:
    """Screen recorded traces: strace logs, plain or packed, and ADFA-LD files.

    Shows per process the score over time, the first call that is not allowed, and why.
    """
    from host.commands.screen import Options, run
    from host.terminal import Terminal

    return run(Options(traces, json=as_json, **options), Terminal())


@main.command(cls=examples("vigilante demo", "vigilante demo --engine golden", "vigilante demo --port /dev/ttyS4"))
@MODEL
@KEY
@click.option("--engine", type=click.Choice(ENGINES), default="board", show_default=True, help="What screens.")
@PORT
def demo(model: Path | None, key: Path | None, engine: str, port: str) -> int:
    """Screen one benign and one attack trace.

    Returns 0 only if the attack is blocked after it began and the benign trace passes.
    """
    from host.commands.demo import run
    from host.terminal import Terminal

    return run(Terminal(), model, key, engine, port=port)


@main.command(cls=examples("vigilante bench", "vigilante bench --json | jq .decision_cycles.value"))
@MODEL
@KEY
@JSON
@click.option("--strict", is_flag=True, help="Fail (5) if a figure cannot be given: a build's report is stale.")
def bench(model: Path | None, key: Path | None, as_json: bool, strict: bool) -> int:
    """Measure what can be measured here, and say of each figure how.

    Clocks and cells are what `vigilante build` measured, as long as the gateware is the one that was built.
    """
    from host.commands.bench import run
    from host.terminal import Terminal

    return run(Terminal(), model, key, as_json, strict=strict)


_ROOMS = (cli_board, cli_operator, cli_decoys, cli_models, cli_gateware, cli_scenarios)

for command in (command for room in _ROOMS for command in room.COMMANDS):
    main.add_command(command)

if __name__ == "__main__":
    main()
