"""`vigilante vaccines`: vaccines that a board has made, and what is done with them."""

from __future__ import annotations

import json
from typing import Any

from hdl.contract.syscalls import NAMES
from hdl.contract.vaccine import MASK_UNITS
from hdl.contract.verdict import PathClass
from host.commands.connect import connected
from host.exits import ExitCode
from host.link.entries import Birth
from host.terminal import Terminal


def list_(terminal: Terminal, port: str, as_json: bool) -> ExitCode:
    """List what is in force."""
    with connected(terminal, port) as board:
        immunity = board.births.list()
    if as_json:
        terminal.out(json.dumps({
            "born": immunity.born, "merged": immunity.merged, "refused": immunity.refused, "ended": immunity.ended,
            "vaccines": [_object(one) for one in immunity.vaccines],
        }, separators=(",", ":")))  # fmt: skip
        return ExitCode.CLEAN
    if immunity.vaccines:
        terminal.out(f"{'INDEX':>5} {'PIN':<3} {'HITS':>6} {'HOURS':>5} CATCHES")
    for one in immunity.vaccines:
        terminal.out(
            f"{one.index:>5} {'yes' if one.pinned else 'no':<3} {one.hits:>6} {one.left / 3600:>5.1f} "
            f"{caught(one)}"
        )
    waiting = sum(one.waits for one in immunity.vaccines)
    terminal.out(
        f"{len(immunity.vaccines) - waiting} in force{f', {waiting} waiting' if waiting else ''}; since reset "
        f"{immunity.born} born, {immunity.merged} merged, "
        f"{immunity.refused} refused, {immunity.ended} ended"
    )
    return ExitCode.CLEAN


def order(terminal: Terminal, port: str, what: str, index: int) -> ExitCode:
    """Pin, unpin or end one."""
    with connected(terminal, port) as board:
        {"pin": board.births.pin, "unpin": board.births.unpin, "revoke": board.births.revoke}[what](index)
    return ExitCode.CLEAN


def caught(one: Birth) -> str:
    """Say in words which calls a vaccine catches."""
    key = one.key
    call = NAMES[key["id"]] if key["id"] < len(NAMES) else f"call {key['id']}"
    words = [call, f"on {PathClass(key['path_class']).name.lower()}" if key["path_class"] else "without a path"]
    if "node" in one.units and key["path_class"]:
        words.append(f"path node {key['node']}")
    words += [
        f"{name}={key[field] >> low & 15:#x}"
        for name in one.units
        if "[" in name
        for field, low in ((name.partition("[")[0], int(name.partition("[")[2].partition(":")[0])),)
    ]
    if one.waits:
        words.append("by its tree only, and waits until one begins with the same program")
    else:
        words.append(f"by tree {key['tree']} only" if "tree" in one.units else "by any process")
    return " ".join(words)


def _object(one: Birth) -> dict[str, Any]:
    """Return a vaccine as plain values."""
    known = [name for name, _, _ in MASK_UNITS]
    return {
        "index": one.index, "pinned": one.pinned, "hits": one.hits, "seconds_left": one.left, "bank": one.bank,
        "catches": caught(one), "key": one.key, "units": [name for name in known if name in one.units],
        "born_of_tree": one.tree, "waits": one.waits,
    }  # fmt: skip
