"""TAMPER as people read it: what gateware tells of a kernel that ignored a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hdl.contract.tamper import RULES


@dataclass(frozen=True, slots=True)
class Tampering:
    """What was broken, and where.

    rules: names as register `tamper` has them.  slot, generation: of the process that made the last call.
    pc: the instruction that did it, `before` the one ahead of it.  handler: where the call was to go, None if the
    kernel never asked.  cycles: since reset.
    """

    rules: tuple[str, ...]
    slot: int
    generation: int
    pc: int
    before: int
    handler: int | None
    cycles: int

    @classmethod
    def of(cls, values: Mapping[str, int]) -> Tampering:
        """Return what the fields of a TAMPER say."""
        return cls(
            tuple(rule.name for rule in RULES if values[rule.name]), values["slot"], values["generation"],
            values["pc"], values["before"], values["handler"] if values["answered"] else None,
            values["time_high"] << 32 | values["time_low"],
        )  # fmt: skip

    @property
    def stopped(self) -> bool:
        """Whether the core was stopped; else only a locked table was written."""
        return self.rules != ("locked",)

    def __str__(self) -> str:
        if not self.stopped:
            what = f"TAMPERING: the kernel wrote to a locked table, which stays as it is, at {self.pc:#010x}"
        elif "undispatched" in self.rules:
            what = (
                "TAMPERING: the kernel returned to its program without the verdict, at "
                f"{self.pc:#010x}, and the core is stopped"
            )
        else:
            sent = "having asked for no verdict" if self.handler is None else f"not to {self.handler:#010x}"
            what = (
                f"TAMPERING: the kernel went from {self.before:#010x} to {self.pc:#010x}, {sent}, and the core is "
                "stopped"
            )
        where = f"slot {self.slot}, life {self.generation}, cycle {self.cycles}"
        return f"{what} ({where})" + (": reset the board by its button" if self.stopped else "")
