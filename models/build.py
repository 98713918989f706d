"""Build the shipped model from our own corpus, to the byte the same every time.

    python -m models.build [--board] [--key KEY]
    python -m models.build --choose

`--board`: the model for programs of the board's own kernel, which has learned from sessions at its shell and
from programs of its own alone (`sim.kernel_sessions`, `sim.kernel_practice`): what benign processes of another
system do says nothing of where its tiers belong.

Nothing but the corpus's recordings and labels goes in: no clock, no file order, no thread, no library function
whose last bit differs between machines.  A file of the same content that is signed already stays as it is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from models.calibrate import tiers_above
from models.choosing import choose
from models.corpus import condensed
from models.evaluate import CorpusError, Progress
from models.image import assemble
from models.keys import PrivateKey, TrustError
from models.package import SHIPPED, SHIPPED_BOARD, Package, PackageError, pack, write_package
from models.prefixes import BOARD_PREFIXES, PREFIXES
from models.quantise import ROUNDING
from models.train import NgramModel, blank_model, calibrated
from models.vocabulary import vocabulary

CORPUS = condensed.FULL
NAME, BOARD_NAME = "vigilante", "board"
VERSION = "0.1.0"

SETTINGS: Mapping[str, Any] = {"rounds": 40}
"""Settings of the estimator that differ from its defaults: our corpus is learned by heart sooner than ADFA-LD."""


BOARD_SETTINGS: Mapping[str, Any] = {
    "board": True, "rounds": 1000, "decay": 1e-5, "folds": 0, "hardness": 100.0, "bound": 5.0,
}  # fmt: skip
BOARD_TIERS = (1.2, 1.5, 1.8)
"""Of the board's model: a fit that parts its few programs well; tiers by how far above all benign ones.

Chosen on draws of `sim.kernel_practice` that were left out.
"""


def corpus_digest(directory: Path, files: list[str]) -> str:
    """Return the SHA-256 of a condensed corpus, or that over the digests of labels and recordings, by name."""
    if directory.is_file():
        return hashlib.sha256(directory.read_bytes()).hexdigest()
    return files_digest(directory, [*files, "labels.jsonl"])


def files_digest(directory: Path, names: list[str]) -> str:
    """Return the SHA-256 over the digests of files, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(f"{name} {hashlib.sha256((directory / name).read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def build(
    *corpora: Path,
    seed: int = 0,
    name: str = NAME,
    version: str = VERSION,
    progress: Progress | None = None,
    above: Sequence[float] | None = None,
    **settings: Any,
) -> Package:
    """Train on corpora, folders or condensed files, and return the model with its papers; without any, on CORPUS.

    above: the tiers are by these factors above all benign processes, instead of where a share of them is given up.
    settings: of `NgramModel`, in place of `SETTINGS`.  Raises CorpusError.
    """
    chosen = {**SETTINGS, **settings}
    board = bool(chosen.get("board"))
    recordings, labels, digests = [], [], []
    for corpus in corpora or (CORPUS,):
        found, classes, objects = condensed.read(corpus, assemble(blank_model(seed, board=board)), progress)
        recordings += found
        labels += classes
        digests.append(corpus_digest(corpus, [str(label["file"]) for label in objects]))
    if set(labels) != {0, 1}:
        names = ", ".join(str(corpus) for corpus in corpora or (CORPUS,))
        raise CorpusError(f"{names}: both benign and attack traces are needed to train")
    if progress:
        progress("training", 0, 1)
    model = NgramModel(seed=seed, **chosen).fit(recordings, labels)
    parts = model.model_
    if above is not None:
        parts = calibrated(parts, tiers_above(model.maxima_, above))
    return Package(
        image=assemble(parts),
        name=name,
        version=version,
        provenance={
            "corpus_sha256": digests[0],
            **({"more_corpora_sha256": digests[1:]} if digests[1:] else {}),
            "benign_traces": labels.count(0),
            "attack_traces": labels.count(1),
            "calls": sum(len(recording) for recording in recordings),
            "estimator": {
                key: value
                for key, value in sorted(model.get_params().items())
                if value is not None and value is not False
            },
            "rounding": ROUNDING,
            "saturated": model.quantised_.saturated,
            "scale": round(model.quantised_.scale, 6),
        },
        vocabulary=vocabulary(list(parts.idmap)),
        paths=tuple(sorted(BOARD_PREFIXES if board else PREFIXES)),
        calibration={
            "benign_units": len(model.maxima_),
            "held_out_folds": model.folds,
            "decayed": list(parts.decayed),
            "cusum": list(parts.cusum),
            "tree": list(parts.tree),
            **({"margin": model.margin} if above is None else {"above": list(above)}),
        },
    )


def build_board() -> Package:
    """Return the model for programs of the board's own kernel."""
    corpora = (condensed.KERNEL, condensed.PRACTICE)
    return build(*corpora, name=BOARD_NAME, above=BOARD_TIERS, **BOARD_SETTINGS)


def ship(package: Package, out: Path, key: PrivateKey | None = None) -> bool:
    """Write the package; return False where a file of the same content was there already and was kept."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if key is None and out.is_file() and out.read_bytes().startswith(pack(package)):
        return False
    write_package(out, package, key)
    return True


@click.command()
@click.option("--board", is_flag=True, help="The model for programs of the board's own kernel.")
@click.option("--choose", "chooses", is_flag=True, help="Only say what inner folds of the corpus choose.")
@click.option("--key", type=click.Path(path_type=Path), help="Private key to sign it with.")
def main(board: bool, chooses: bool, key: Path | None) -> None:
    """Build a shipped model."""
    if chooses:
        recordings, labels, _ = condensed.read(CORPUS, assemble(blank_model()))
        choice = choose(recordings, labels)
        for settings, area in choice.tried:
            click.echo(f"{area:.4f}  {json.dumps(settings)}" + ("  chosen" if settings == choice.settings else ""))
        return
    out = SHIPPED_BOARD if board else SHIPPED
    try:
        signer = PrivateKey.load(key) if key else None
        package = build_board() if board else build(CORPUS)
        written = ship(package, out, signer)
    except (CorpusError, PackageError, TrustError) as error:
        raise click.ClickException(str(error)) from None
    digest = hashlib.sha256(package.image).hexdigest()
    click.echo(f"{out}: {'written' if written else 'already so'}, image {digest[:16]}")


if __name__ == "__main__":
    main()
