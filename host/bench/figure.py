"""What `vigilante bench` says of one figure: value, unit and how it came about; or why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number."""

    key: str
    value: float
    unit: str
    how: str

    def object(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"value": self.value, "unit": self.unit, "how": self.how}


@dataclass(frozen=True)
class Missing:
    """A figure that cannot be given here; `how` says why, and what to run."""

    key: str
    unit: str
    how: str
    value: None = None

    def object(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"value": None, "unit": self.unit, "how": self.how}
