"""What a result depends on: a module's file and all files of ours that it imports, over any number of steps."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable
from functools import cache as remembered
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@remembered
def sources_of(path: Path) -> frozenset[Path]:
    """Return the file and all files of ours that it imports, over any number of steps."""
    found, ahead = {path}, [path]
    while ahead:
        for node in ast.walk(ast.parse(ahead.pop().read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                file = ROOT.joinpath(*name.split(".")).with_suffix(".py")
                if file.is_file() and file not in found:
                    found.add(file)
                    ahead.append(file)
    return frozenset(found)


def digests(files: Iterable[Path]) -> list[str]:
    """Return the SHA-256 of each file, in the order of their names."""
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)]
