"""One figure of `vigilante bench`: a value, its unit, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number; `value` is None where it cannot be given here, and `how` then says what to run."""

    key: str
    value: float | None
    unit: str
    how: str

    def object(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {"value": self.value, "unit": self.unit, "how": self.how}
