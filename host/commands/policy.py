"""`vigilante policy show` and `load`: what the judge answers."""

from __future__ import annotations

import json
from pathlib import Path

from hdl.contract.policy import ALLOW_ALL, PROFILES
from host.commands.connect import connected
from host.exits import ExitCode
from host.policies import Rules, read_policy, text
from host.terminal import Terminal


def show(terminal: Terminal, file: Path | None) -> ExitCode:
    """Print the default policy, or a file's, as such a file."""
    terminal.out(text(Rules() if file is None else read_policy(file)).rstrip("\n"))
    return ExitCode.CLEAN


def load(terminal: Terminal, port: str, file: Path | None, as_json: bool) -> ExitCode:
    """Put a file's policy in force on a board, or the default one."""
    policy = (Rules() if file is None else read_policy(file)).policy()
    with connected(terminal, port) as board:
        board.load_policy(policy)
    monitored = [number for number in range(PROFILES) if not policy.enforce >> number & 1]
    name = "default" if file is None else str(file)
    if as_json:
        found = {"port": port, "policy": name, "monitor": monitored}
        terminal.out(json.dumps(found, separators=(",", ":")))
        return ExitCode.CLEAN
    if policy.enforce == ALLOW_ALL:
        modes = "every profile in enforce mode"
    elif not policy.enforce:
        modes = "every profile in monitor mode"
    else:
        modes = f"monitor mode: profiles {', '.join(map(str, monitored))}; the others in enforce mode"
    terminal.out(f"{port}: policy {name} is in force until the board is reset; {modes}")
    return ExitCode.CLEAN
