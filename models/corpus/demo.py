"""Two recordings to show, kept out of training: `python -m models.corpus.demo --out models/corpus/demo`.

attack: a maintenance script that does its work, then takes keys, packs them, sends them away and cleans the
        logs.  benign: an administrator who backs up /etc, rotates logs and writes a report.
Neither program nor mixture of work occurs in the training corpus.
"""

from __future__ import annotations

from pathlib import Path

import click

from models.corpus.record import RecordingError, main_record
from models.corpus.scenarios import load

DEMO_PROGRAMS = Path(__file__).with_name("programs") / "demo"


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder to fill."
)
@click.option("--seed", default=2, help="Drawn names.")
def main(out: Path, seed: int) -> None:
    """Record the two demonstration traces."""
    scenarios = load(DEMO_PROGRAMS)
    files = {scenario.name: f"{scenario.cls}.strace.xz" for scenario in scenarios}
    try:
        main_record(scenarios, files, out, seed, jobs=1)
    except RecordingError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
