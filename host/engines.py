"""The engines that can screen: the gateware under Verilator, and its golden model.  Same calls, same records."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Protocol, cast

from hdl.contract.policy import Policy
from hdl.contract.vaccine import BankKey
from models.encode import Bytes, Ints, Words
from models.gateway import EngineError

ENGINES = ("gateware", "golden")

Progress = Callable[[str, float], None]
"""Told what is being built and how much of it is done, 0..1."""


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
    try:
        module = importlib.import_module("sim.engine")
    except ImportError as error:
        raise EngineError(
            f"the gateware engine is not installed ({error}): set it up with `make demo`, or use --engine golden"
        ) from None
    try:
        return cast(Engine, module.GatewareEngine(progress=progress))
    except (OSError, RuntimeError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise EngineError(
            f"the gateware engine cannot be built ({first}): it needs g++, make and perl; or use --engine golden"
        ) from None
