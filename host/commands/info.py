"""`vigilante info`: what a board is and how it does."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from host.boardinfo import BoardInfo, ModelSlot
from host.commands.connect import connected
from host.exits import ExitCode
from host.terminal import Terminal


def run(terminal: Terminal, port: str, as_json: bool) -> ExitCode:
    """Print everything that the board tells of itself."""
    with connected(terminal, port) as board:
        info = board.info()
    if as_json:
        terminal.out(json.dumps(info_object(info), separators=(",", ":")))
    else:
        for text in lines(info):
            terminal.out(text)
    return ExitCode.CLEAN


def info_object(info: BoardInfo) -> dict[str, Any]:
    """Return a board's info as plain values; names of enumerations in small letters."""
    found = asdict(info)
    found["mode"] = info.mode.name.lower()
    found["line"] = info.line
    found["board"] = f"{info.board:016x}"
    for model, slot in zip(found["models"], info.models, strict=True):
        model["result"] = slot.result.name.lower()
    return found


def lines(info: BoardInfo) -> list[str]:
    """Return a board's info for people."""
    counts = info.counters
    spent = f", {counts['event_cycles'] / counts['events']:.0f} core cycles each" if counts["events"] else ""
    return [
        f"{info.port}: {info.name}",
        f"  board             {info.board:016x}" + (", simulated" if info.simulated else ""),
        f"  versions          link {info.link}, contract {info.contract}",
        f"  builds            gateware {info.build:08x}, firmware {info.firmware:08x}",
        f"  capabilities      {', '.join(info.capabilities) or 'none'}",
        f"  clock             {info.clock / 1e6:.3f} MHz",
        f"  line              {info.line}, {info.line_rate:,} bit/s"
        + (": one cycle a bit, which no real line reaches" if info.line == "sim-fast" else ""),
        f"  running for       {info.now / info.clock:.3f} s since reset, {info.boot_cycles:,} cycles of it boot",
        *(f"  model slot {model.slot}      {_model(model, info.active)}" for model in info.models),
        f"  events            {counts['events']:,} for the host{spent}",
        f"  records           {counts['records']:,} sent, {counts['counted']:,} as counts; "
        f"mode {info.mode.name.lower()}",
        f"  frames            {counts['resent']:,} sent again, {counts['damaged']:,} damaged, "
        f"{counts['dropped']:,} dropped, {counts['repeated']:,} repeated",
        f"  lost              {counts['shed_records']:,} records of the observability lane, "
        f"{counts['shed_log']:,} bytes of log",
        f"  canaries          {counts['canaries']:,} sent since reset by who had them from a decoy",
        f"  log               {info.log_end - info.log_begin:,} bytes kept of {info.log_end:,}",
    ]  # fmt: skip


def _model(model: ModelSlot, active: int | None) -> str:
    """Say what is in a model slot."""
    if not model.digest:
        return "empty"
    state = "in force" if model.slot == active else model.result.name.lower().replace("_", " ")
    return f"{model.name}, {state}, image {model.digest[:16]}"
