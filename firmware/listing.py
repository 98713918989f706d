"""Writes what the compiler makes of the software model into docs: `python -m firmware.listing`."""

from __future__ import annotations

import sys
from pathlib import Path

from firmware.build import BuildError, listing

PLACE = Path(__file__).parents[1] / "docs" / "software-model.s"
HEAD = "# What clang -O2 makes of firmware/bench/software_model.c; generated: python -m firmware.listing\n"


def published() -> str:
    """Return what belongs at PLACE today.  Raises BuildError."""
    return HEAD + listing()


def main() -> None:
    """Write it, if it can be made."""
    try:
        text = published()
    except BuildError as error:
        sys.exit(str(error))
    PLACE.write_text(text)


if __name__ == "__main__":
    main()
