"""The command line: a thin layer over `host.commands`.  Exit codes: `host.exits`."""

from __future__ import annotations

import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

import click

from hdl.contract.vaccine import BANKS
from host.cli_operator import COMMANDS
from host.cli_scenarios import scenarios
from host.engines import ENGINES
from host.exits import MEANINGS, ExitCode
from host.options import FILE, JSON, KEY, MODEL, PORT, Group, examples

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
        ExitCode.MODEL: (PackageError, TrustError, PushError),
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


@main.command(
    cls=examples(
        "vigilante record -- ls -laR /etc",
        "vigilante record --here --name site -- python3 -m http.server",
        "vigilante record --file my.sh --user alice --out traces -- sh my.sh",
        "vigilante record --corpus --full",
        "vigilante record --corpus --full --out /data/corpus --jobs 8",
        "vigilante record --corpus --only 'adm-*' --out admin",
    ),
)
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.option("--out", type=FILE, help="Folder for the logs; default: this one, for --full models/corpus/full.")
@click.option("--name", help="The log is called NAME.strace; default: as the command.")
@click.option("--here", is_flag=True, help="No cell: the command runs where you are, as you, traced.")
@click.option("--user", type=click.Choice(["root", "alice", "bob"]), help="Who runs it in the cell.")
@click.option("--file", "files", multiple=True, type=FILE, help="Put this file beside it; C is compiled.")
@click.option("--corpus", is_flag=True, help="Record our corpus instead: the sample, or with --full all of it.")
@click.option("--full", is_flag=True, help="Every scenario several times, at full length; goes on where it ended.")
@click.option("--only", metavar="PATTERN", help="Of the corpus, these scenarios (shell pattern).")
@click.option("--jobs", type=click.IntRange(1, 64), help="Runs at the same time; default: 2.")
@click.option("--seed", type=int, help="Of everything that is drawn; default: 1.")
@JSON
def record(command: tuple[str, ...], **options: Any) -> int:
    """Trace a command into a log for `vigilante screen`, or record the training corpus.

    The command runs in a cell: mount, process, network (loopback only), host-name and IPC namespaces of its own,
    a made-up /etc and homes, no rights that reach past it.  That needs root; --here does not.  The corpus passes
    the release gate at its end; what fails is named, and the exit code is 1.
    """
    from host.commands.record import Options, run
    from host.terminal import Terminal

    return run(Options(command, **options), Terminal())


@main.command(
    cls=examples(
        "vigilante train --corpus runs/ --out my.vgm --with my.pem",
        "vigilante train --shipped",
    )
)
@click.option("--corpus", type=FILE, help="Folder with labels.jsonl or condensed file; default: our own corpus.")
@click.option("--out", type=FILE, help="The package to write.")
@click.option("--with", "key", type=FILE, help="Private key to sign it with.")
@click.option("--name", help="What the model is called; default: as its file.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of everything that is drawn.")
@click.option("--shipped", is_flag=True, help="Make the shipped model again, to the byte.")
def train(**options: Any) -> int:
    """Train a model on a corpus of recordings; the same corpus and seed give the same bytes."""
    from host.commands.train import run
    from host.terminal import Terminal

    return run(Terminal(), **options)


@main.command(
    cls=examples(
        "vigilante calibrate --benign recordings/",
        "vigilante calibrate --benign recordings/ --out site.vgm --with my.pem",
        "vigilante calibrate --benign recordings/ --except exceptions.txt --json",
        "vigilante calibrate --benign recordings/ --partial --out site.vgm --with my.pem",
    )
)
@click.option(
    "--benign",
    required=True,
    type=FILE,
    help="Folder of benign recordings: strace logs, or a corpus with labels.",
)
@MODEL
@KEY
@click.option("--out", type=FILE, help="The package to write; default: none, report only.")
@click.option("--with", "private", type=FILE, help="Private key to sign it with.")
@click.option("--except", "exceptions", type=FILE, help="List of exceptions, applied to the report.")
@click.option("--partial", is_flag=True, help="Keep the package's thresholds where the recordings bear no others.")
@click.option(
    "--margin", "guard", type=click.FloatRange(0.0, 4.0), default=0.1, show_default=True,
    help="By how much the first two tiers lie above the processes that are not given up.",
)  # fmt: skip
@JSON
def calibrate(**options: Any) -> int:
    """Refit a model's tiers to your own host, from recordings of its benign work.

    0.80 is reached by 5 % of benign processes, 0.90 by 1 %, 0.95 lies above all.  Reports alarms per host-day,
    counted on programs that were not calibrated on; exits with 1 where the recordings cannot bear a tier.
    """
    from host.commands.calibrate import Options, run
    from host.terminal import Terminal

    return run(Options(**options), Terminal())


@main.command(
    "eval",
    cls=examples(
        "vigilante eval --corpus models/corpus/data --json",
        "vigilante eval --corpus models/corpus/data --held-out kind",
        "vigilante eval --corpus models/corpus/data --held-out implementation",
        "vigilante eval --adfa ADFA-LD --protocol honest",
        "vigilante eval --adfa ADFA-LD --protocol loao --without-mixed --json",
    ),
)
@click.option("--corpus", type=FILE, help="Folder with labels.jsonl or condensed file: how the model does on it.")
@click.option("--adfa", type=FILE, help="Folder of ADFA-LD: how the method does on it, trained anew.")
@click.option(
    "--protocol", type=click.Choice(["naive", "honest", "loao"]), default="honest", show_default=True,
    help="For --adfa: files apart; recordings and near-duplicates together; one attack left out at a time.",
)  # fmt: skip
@click.option(
    "--without-mixed", is_flag=True, help="For --adfa: leave out near-duplicates of each other with both labels.",
)  # fmt: skip
@click.option(
    "--held-out", type=click.Choice(["implementation", "kind", "program", "scenario"]),
    help="For --corpus: the method, trained anew, on what it has never seen: known attacks in another language, "
    "kinds of attack and work, kinds of work only, programs.",
)  # fmt: skip
@click.option("--model", type=FILE, help="Model package (.vgm) for --corpus; default: the one shipped.")
@KEY
@click.option("--anew", is_flag=True, help="For --corpus: read every log again, even if it was read before.")
@JSON
def evaluate(**options: Any) -> int:
    """Measure how well attacks are told from honest work."""
    from host.commands.evaluate import run
    from host.terminal import Terminal

    return run(Terminal(), **options)


@main.command(
    cls=examples("vigilante inspect", "vigilante inspect my.vgm --key my.pub", "vigilante inspect --json")
)
@click.argument("package", required=False, type=FILE)
@KEY
@JSON
def inspect(package: Path | None, key: Path | None, as_json: bool) -> int:
    """Show what a model package holds; default: the shipped one.

    The host verifies the signature, the board the digest.
    """
    from host.commands.inspect import run
    from host.terminal import Terminal

    return run(Terminal(), package, key, as_json)


@main.command(cls=examples("vigilante keygen my.pem"))
@click.argument("private", type=FILE)
def keygen(private: Path) -> None:
    """Make a key pair for models of your own: PRIVATE, and its public key beside it (.pub).

    ECDSA over P-256.  Nothing is ever overwritten.
    """
    from host.commands.keys import keygen as run
    from host.terminal import Terminal

    run(Terminal(), private)


@main.command(cls=examples("vigilante sign my.vgm --with my.pem"))
@click.argument("package", type=FILE)
@click.option("--with", "private", required=True, type=FILE, help="Private key, as `vigilante keygen` made it.")
def sign(package: Path, private: Path) -> None:
    """Sign a model package, in place of any signature it has."""
    from host.commands.keys import sign as run
    from host.terminal import Terminal

    run(Terminal(), package, private)


@main.command(
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


@main.command(cls=examples("vigilante ports", "vigilante ports --json"))
@click.option("--json", "as_json", is_flag=True, help="JSON lines: an object per port.")
def ports(as_json: bool) -> int:
    """List where boards are: the simulated one, and serial ports of known adapters.

    A HELLO confirms each; a port of anything else is not even opened.
    """
    from host.commands.ports import run
    from host.terminal import Terminal

    return run(Terminal(), as_json)


@main.command(cls=examples("vigilante info", "vigilante info --port /dev/ttyUSB0 --json"))
@PORT
@JSON
def info(port: str, as_json: bool) -> int:
    """Show what a board is, which models it holds, and its counters."""
    from host.commands.info import run
    from host.terminal import Terminal

    return run(Terminal(), port, as_json)


@main.command(
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


@main.group(cls=Group)
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


@main.command(cls=examples("vigilante monitor", "vigilante monitor --records all --json | jq .verdict"))
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


@main.command(cls=examples("vigilante reset", "vigilante reset --port /dev/ttyUSB0"))
@PORT
@JSON
def reset(port: str, as_json: bool) -> int:
    """Reset a board and wait until it is back; what it keeps in flash stays."""
    from host.commands.reset import run
    from host.terminal import Terminal

    return run(Terminal(), port, as_json)


@main.command(cls=examples("vigilante sim", "vigilante sim --listen 7070", "vigilante sim --line 3000000"))
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


class Address(click.ParamType[int]):
    """A number, as C writes them."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        try:
            return value if isinstance(value, int) else int(value, 0)
        except ValueError:
            self.fail(f"{value!r} is not a number: write 4096 or 0x1000", param, ctx)


@main.command(
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


@main.command(
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


@main.command(
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


for command in (*COMMANDS, scenarios):
    main.add_command(command)

if __name__ == "__main__":
    main()
