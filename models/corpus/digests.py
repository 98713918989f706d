"""Digests of the definitions and of the shipped sample: `python -m models.corpus.digests` writes them.

`digests.sha256` is what `sha256sum -c` reads, in models/corpus: every program and `cell.sh`, every file of the
sample.  Who has the same definitions and seed records the same runs; their logs differ in times and scheduling.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
FILE = HERE / "digests.sha256"


def digests() -> str:
    """Return the digests as they are now."""
    paths = [HERE / "cell.sh", *(HERE / "programs").rglob("*.scenarios"), *(HERE / "data").iterdir()]
    return "".join(
        f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(HERE)}\n"
        for path in sorted(paths)
        if not path.name.startswith(".")
    )


if __name__ == "__main__":
    FILE.write_text(digests())
