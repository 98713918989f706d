"""The commands about models, and what they are made from: recordings, training, tiers, signatures.  Thin."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from host.options import FILE, JSON, KEY, MODEL, examples


@click.command(
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


@click.command(
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


@click.command(
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


@click.command(
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


@click.command(
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


@click.command(cls=examples("vigilante keygen my.pem"))
@click.argument("private", type=FILE)
def keygen(private: Path) -> None:
    """Make a key pair for models of your own: PRIVATE, and its public key beside it (.pub).

    ECDSA over P-256.  Nothing is ever overwritten.
    """
    from host.commands.keys import keygen as run
    from host.terminal import Terminal

    run(Terminal(), private)


@click.command(cls=examples("vigilante sign my.vgm --with my.pem"))
@click.argument("package", type=FILE)
@click.option("--with", "private", required=True, type=FILE, help="Private key, as `vigilante keygen` made it.")
def sign(package: Path, private: Path) -> None:
    """Sign a model package, in place of any signature it has."""
    from host.commands.keys import sign as run
    from host.terminal import Terminal

    run(Terminal(), package, private)


COMMANDS: tuple[click.Command, ...] = (record, train, calibrate, evaluate, inspect, keygen, sign)
"""To be added to `vigilante`."""
