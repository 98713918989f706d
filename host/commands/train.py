"""`vigilante train`: a model package from a corpus of recordings."""

from __future__ import annotations

from pathlib import Path

import click

from host.exits import ExitCode
from host.terminal import Terminal
from models.build import CORPUS, NAME, VERSION, build, ship
from models.evaluate import CorpusError
from models.keys import PrivateKey
from models.package import SHIPPED
from models.trace import TraceError


def run(
    terminal: Terminal,
    corpus: Path | None,
    out: Path | None,
    key: Path | None,
    seed: int,
    name: str | None,
    shipped: bool,
) -> ExitCode:
    """Train and write a package, signed if a key is named."""
    if shipped and (out or corpus or name or seed):
        raise click.UsageError("--shipped leaves nothing to choose: leave --corpus, --out, --name and --seed out")
    if not shipped and out is None:
        raise click.UsageError("name the package to write with --out FILE, or --shipped for the shipped one")
    target = SHIPPED if out is None else out
    signer = PrivateKey.load(key) if key else None
    with terminal.steps() as progress:
        try:
            called = name or (NAME if shipped else target.stem)
            package = build(corpus or CORPUS, seed=seed, name=called, progress=progress)
            written = ship(package, target, signer)
        except CorpusError as error:
            raise TraceError(str(error)) from None
        except OSError as error:
            raise click.UsageError(f"--out {target}: cannot be written ({error.strerror}): name another") from None
    terminal.out(
        f"{target}: {package.name} {VERSION}, {'written' if written else 'the same as before, left as it is'}"
    )
    if written and signer is None:
        terminal.out("it carries no signature yet: vigilante sign FILE --with KEY")
    return ExitCode.CLEAN
