"""What a build measured: kept as `reports/TARGET.json`, and only good for what it was measured on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("reports")

Counts = dict[str, int]


class StaleReport(Exception):  # noqa: N818 - its name says what is to be done
    """A report that was not measured on what is here, or is not there.  The message names what differs."""


@dataclass(frozen=True)
class Report:
    """One build.

    identity: what was built, see `targets.identity`; nothing in here depends on the day.
    seeds: of place and route.  mhz: the clock to be reached; fmax: what each seed reached, by seed.
    whole: cells of the flattened design, as placed; available: what the chip has.
    critical: the slowest path of the slowest seed, see `paths.SlowPath`.
    blocks: by name: `own` and `all` cells, hierarchy kept, and of the block alone, where measured, `fmax` and the
    `slowest` path.
    bitstream: `bytes` and `sha256`, where there is one.
    fits: why it does not fit, or "".
    checked: random events in which the netlist equalled the golden machine; 0: not asked.
    """

    target: str
    identity: dict[str, Any]
    seeds: tuple[int, ...]
    mhz: float
    fmax: dict[str, float]
    whole: Counts
    available: Counts
    critical: dict[str, Any] = field(default_factory=dict)
    blocks: dict[str, dict[str, Any]] = field(default_factory=dict)
    bitstream: dict[str, Any] = field(default_factory=dict)
    fits: str = ""
    checked: int = 0

    @property
    def worst(self) -> float | None:
        """The clock that the slowest seed reached; None if it was not placed."""
        return min(self.fmax.values(), default=None)

    @property
    def closed(self) -> bool:
        """It fits, and every seed reached the clock."""
        return not self.fits and self.worst is not None and self.worst >= self.mhz

    def object(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self) | {"seeds": list(self.seeds), "worst": self.worst}


def path_of(target: str) -> Path:
    """Return where a target's report is kept."""
    return FOLDER / f"{target}.json"


def read(target: str) -> Report | None:
    """Return the report that is kept of a target, whatever it was measured on; None if there is none."""
    try:
        found = json.loads(path_of(target).read_text())
        found.pop("worst")
        return Report(**found | {"seeds": tuple(found["seeds"])})
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise StaleReport(
            f"{path_of(target)} is no report ({error}): make it again: vigilante build {target}"
        ) from None


def write(report: Report) -> None:
    """Keep a report in place of the one before."""
    FOLDER.mkdir(exist_ok=True)
    path = path_of(report.target)
    beside = path.with_suffix(".tmp")
    beside.write_text(json.dumps(report.object(), indent=1) + "\n")
    beside.replace(path)


def differences(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return what of an identity differs, by name."""
    names = {"rtl": "the gateware", "parameters": "the parameters", "board": "the board file",
             "tools": "the tools"}  # fmt: skip
    return [names.get(key, key) for key in new if old.get(key) != new[key]]


def load(target: str) -> Report:
    """Return a target's report if it was measured on what is here now.

    The tools' versions are in it; other ones here do not make it stale.  Raises StaleReport.
    """
    from boards.targets import identity, target_named

    report = read(target)
    if report is None:
        raise StaleReport(f"there is no report of {target}: make it: vigilante build {target}")
    now = identity(target_named(target), tools=False)
    if changed := differences(report.identity, now):
        raise StaleReport(
            f"the report of {target} is stale: {' and '.join(changed)} changed since: vigilante build {target}"
        )
    return report
