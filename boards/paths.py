"""The slowest path of a placed design, by names that people gave."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from boards.flow import Placed
from boards.tools import BuildError

_MADE_UP = re.compile(r"(?:_(?:LUT4|PFUMX|L6MUX21|CCU2C|TRELLIS_FF|DP16KD|SB_\w+)(?=_|$)|\$glb|\$DPRAM|\[).*")
"""What yosys and nextpnr put behind a name of ours when they need another."""


def landmark(name: str) -> str:
    """Return the name of ours that a net's or cell's name begins with."""
    return _MADE_UP.sub("", name)


@dataclass(frozen=True)
class SlowPath:
    """From where to where, by way of which nets, and how long it takes in ns."""

    begins: str
    ends: str
    via: tuple[str, ...]
    ns: float

    def object(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self) | {"via": list(self.via)}


def slowest_path(done: Placed) -> SlowPath:
    """Return the slowest path between two registers.  Raises BuildError if there is none."""
    paths = [path for path in done.report["critical_paths"] if "<async>" not in (path["from"], path["to"])]
    if not paths:
        raise BuildError("nextpnr names no path between registers")

    def length(path: dict[str, Any]) -> float:
        return float(sum(step["delay"] for step in path["path"]))

    worst = max(paths, key=length)
    steps = worst["path"]
    nets = dict.fromkeys(landmark(step["net"]) for step in steps if step["type"] == "routing")
    begins, ends = landmark(steps[0]["from"]["cell"]), landmark(steps[-1]["to"]["cell"])
    return SlowPath(begins, ends, tuple(net for net in nets if net), round(length(worst), 2))
