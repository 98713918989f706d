"""Write the generated files, or with --check tell which are stale: python -m hdl.contract.generate [--check]."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hdl.contract.generate import generated


def main(arguments: list[str] | None = None, root: Path = Path()) -> int:
    """Write or check the generated files below `root`; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m hdl.contract.generate", description="Write what is generated from the contract room."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file is stale")
    check = parser.parse_args(arguments).check
    stale = 0
    for name, text in generated().items():
        path = root / name
        if path.is_file() and path.read_bytes() == text.encode():
            continue
        stale += 1
        if check:
            print(f"{name} is stale: run `make generate` and commit it", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            print(f"wrote {name}")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
