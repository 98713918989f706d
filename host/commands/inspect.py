"""`vigilante inspect`: what a model package holds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hdl.contract.model import IMAGE_BYTES, NODE, PARAM_NAMES, TABLES
from hdl.contract.verdict import CONTRACT_VERSION, PathClass
from host.exits import ExitCode
from host.terminal import Terminal
from models.golden.engine import region
from models.keys import PublicKey
from models.package import SHIPPED, Package, PackageError, inspect_package, read_package, shipped_keys

WHO_VERIFIES = "the host verifies the signature, the board the digest"


def facts(path: Path, key: Path | None) -> dict[str, Any]:
    """Return what a package holds, whoever signed it; `signature` says whether that is somebody trusted."""
    package, _signed = inspect_package(path)
    return {
        "file": str(path),
        "name": package.name,
        "version": package.version,
        "contract": CONTRACT_VERSION,
        "digest": package.digest,
        "key_id": package.key_id,
        "signature": _signature(path, key),
        "verified_by": WHO_VERIFIES,
        "image_bytes": IMAGE_BYTES,
        "tables": {name: _filling(package, name) for name in TABLES},
        "parameters": dict(zip(PARAM_NAMES, region(package.image, "params").tolist(), strict=False)),
        "path_nodes": _nodes(package),
        "path_prefixes": len(package.paths),
        "tokens": len(package.vocabulary),
        "vectors": len(package.vectors),
        "calibration": dict(package.calibration),
        "provenance": dict(package.provenance),
    }


def run(terminal: Terminal, path: Path | None, key: Path | None, as_json: bool) -> ExitCode:
    """Print what a package holds; MODEL if its signature is not one to trust."""
    found = facts(path or SHIPPED, key)
    if as_json:
        terminal.out(json.dumps(found, separators=(",", ":")))
    else:
        for text in _lines(found):
            terminal.out(text)
    return ExitCode.CLEAN if found["signature"] == "good" else ExitCode.MODEL


def _signature(path: Path, key: Path | None) -> str:
    """Return "good", or why not."""
    try:
        read_package(path, shipped_keys() if key is None else (PublicKey.load(key),))
    except PackageError as error:
        return str(error)
    return "good"


def _filling(package: Package, name: str) -> dict[str, int]:
    values = region(package.image, name)
    return {
        "entries": len(values),
        "used": int(np.count_nonzero(values)),
        "lowest": int(values.min()),
        "highest": int(values.max()),
    }


def _nodes(package: Package) -> dict[str, int]:
    """Return how many nodes of the path trie have each class."""
    trie = region(package.image, "paths")
    classes = trie[trie != 0] >> NODE.offset["path_class"] & 15
    return {kind.name: count for kind in PathClass if (count := int((classes == kind).sum()))}


def _lines(found: dict[str, Any]) -> list[str]:
    params = found["parameters"]
    lines = [
        f"{found['name']} {found['version']}  ({found['file']})",
        f"  contract version  {found['contract']}",
        f"  digest            {found['digest']}",
        f"  signature         {found['signature']}" + (f", key {found['key_id']}" if found["key_id"] else ""),
        f"                    {found['verified_by']}",
        f"  image             {found['image_bytes']} bytes, everything counted",
    ]
    for name, table in found["tables"].items():
        span = f"values {table['lowest']} to {table['highest']}"
        lines.append(f"    {name:<15} {table['used']:>5} of {table['entries']} entries used, {span}")
    for name in ("decayed", "cusum", "tree"):
        tiers = ", ".join(str(params[f"{name}_{tier}"]) for tier in (1, 2, 3))
        lines.append(f"  {name + ' tiers':<17} {tiers}")
    lines += [
        f"  drifts, drain     {params['cusum_drift']}, {params['tree_drift']}; {params['drain']} per epoch",
        "  path nodes        " + ", ".join(f"{count} {name}" for name, count in found["path_nodes"].items()),
        f"  path prefixes     {found['path_prefixes']}",
        f"  tokens named      {found['tokens']}",
        f"  self-test         {found['vectors']} vectors",
    ]
    lines += _exceptions(found["calibration"].get("exceptions", ()))
    for heading in ("calibration", "provenance"):
        for name, value in sorted(found[heading].items()):
            if (heading, name) == ("calibration", "exceptions"):
                continue
            text = value if isinstance(value, str) else json.dumps(value)
            lines.append(f"  {heading:<17} {name}: {text}")
    return lines


def _exceptions(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the exceptions that the model was calibrated with, and the processes that each silences."""
    lines = []
    for row in rows:
        lines.append(f"  exception         line {row['line']}: {row['text']}: silences {row['count']}")
        for one in row["silenced"]:
            lines.append(
                f"                      {one['tier']}  {one['recording']}, pid {one['pid']}, {one['program']}"
            )
    return lines
