"""What the programs that the board's model learns from are drawn from: places, and how a file is read or kept."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

Chance = random.Random
Drawn = list[str]
"""Steps as `firmware/practice/steps.c` takes them; or, if the first one is `sh`, lines of a script."""
Theme = Callable[[Chance], Drawn]
"""Draws a program of one kind."""

KEYS = ("/root/.ssh/id_rsa", "/root/.ssh/id_ecdsa", "/home/bob/.ssh/id_rsa", "/home/alice/.ssh/id_dsa",
        "/root/.aws/credentials", "/root/.netrc", "/home/bob/.netrc", "/root/.git-credentials",
        "/home/alice/.aws/config", "/root/.bash_history", "/home/bob/.bash_history", "/etc/gshadow",
        "/etc/shadow-", "/etc/shadow", "/etc/ssh/ssh_host_rsa_key", "/root/.gnupg/secring")  # fmt: skip
SETTINGS = ("/etc/fstab", "/etc/hosts", "/etc/hostname", "/etc/crontab", "/etc/group", "/etc/ssh/sshd_config",
            "/etc/motd", "/etc/resolv.conf", "/etc/sudoers", "/etc/issue", "/etc/services")  # fmt: skip
NAMES = ("a", "update", "sync", "x1", "helper", "data", "k", "tmp1", "report", "mail")
HOMES = ("/home/alice", "/home/bob", "/root")


def some(chance: Chance, among: Sequence[str], least: int, most: int) -> list[str]:
    """Return a few of them, in any order."""
    return chance.sample(among, min(len(among), chance.randint(least, most)))


def fetched(chance: Chance, path: str) -> Drawn:
    """Return steps that read a file, one way or another."""
    return [*chance.choice(([], [], [f"i:{path}"], [f"A:{path}"])), f"o:{path}", *chance.choice((["r"], ["s", "r"],
            ["r", "r"], ["s", "r", "r"])), *chance.choice((["c"], ["c"], []))]  # fmt: skip


def put_away(chance: Chance) -> Drawn:
    """Return steps that carry off what was read."""
    place = f"/tmp/.{chance.choice(NAMES)}"
    return chance.choice((
        ["W"], ["W", "W"], [f"O:{place}", "w", "c"], [f"T:/var/tmp/{chance.choice(NAMES)}", "w", "w", "c"],
        [f"N:{chance.randint(2000, 9000)}", "x", "x", "c"], ["P", "w"],
    ))  # fmt: skip
