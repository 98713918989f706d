"""The engines that can screen: the gateware under Verilator, and its golden model.  Same calls, same records."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the command line reads ENGINES before it knows whether anything will be screened
    from hdl.contract.policy import Policy
    from hdl.contract.vaccine import BankKey
    from models.encode import Bytes, Ints, Words
    from sim.engine import GatewareEngine

ENGINES = ("gateware", "golden")

Progress = Callable[[str, int, int], None]
"""Told what is being built, how many steps are done, and of how many."""


class Engine(Protocol):
    """One screening machine; `models.golden.engine.GoldenEngine` says what each method does."""

    def load_model(self, slot: int, image: bytes) -> None: ...

    def load_policy(self, policy: Policy) -> None: ...

    def load_bank_key(self, key: BankKey) -> None: ...

    def set_mask(self, bank: int, mask: int) -> None: ...

    def screen(self, events: Words, pool: Bytes, offsets: Ints) -> tuple[Words, Words]: ...


def make_engine(name: str, progress: Progress | None = None) -> Engine:
    """Return a new engine in the state after reset; the gateware's is built on first use."""
    if name == "golden":
        from models.golden.engine import GoldenEngine

        return GoldenEngine()
    if name != "gateware":
        raise ValueError(f"unknown engine {name!r}: use one of {', '.join(ENGINES)}")
    return make_gateware(progress)


def make_gateware(progress: Progress | None = None, *, trace: bool = False) -> GatewareEngine:
    """Return a new gateware engine; with `trace` one that can write waveforms."""
    from models.gateway import EngineError
    from sim.engine import GatewareEngine
    from sim.verilate import BuildError, silent

    try:
        return GatewareEngine(progress or silent, trace=trace)
    except (BuildError, OSError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise EngineError(f"the gateware engine cannot be built: {first}; or use --engine golden") from None
