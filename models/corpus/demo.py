"""Two recordings to show, kept out of training: `python -m models.corpus.demo --out models/corpus/demo`.

attack: a maintenance script that does its work, then takes keys, packs them, sends them away and cleans the
        logs.  benign: an administrator who backs up /etc, rotates logs and writes a report.
Neither program nor mixture of work occurs in the training corpus.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from models.corpus.cell import RecordingError
from models.corpus.plan import draw
from models.corpus.record import record_runs
from models.corpus.scenarios import load

DEMO_PROGRAMS = Path(__file__).with_name("programs") / "demo"


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to fill.")
@click.option("--seed", default=2, help="Drawn names.")
def main(out: Path, seed: int) -> None:
    """Record the two demonstration traces."""
    runs = [draw(scenario, 1, scenario.cls, seed, {}) for scenario in load(DEMO_PROGRAMS)]
    try:
        result = record_runs([replace(run, file=f"{run.scenario.cls}.strace.xz") for run in runs], out, seed)
    except RecordingError as error:
        raise click.ClickException(str(error)) from None
    if result.failures:
        raise click.ClickException(result.failures[0])


if __name__ == "__main__":
    main()
