"""The engines that can screen: a board, the gateware under Verilator, and its golden model.  Same records."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:  # the command line reads ENGINES before it knows whether anything will be screened
    from hdl.contract.policy import Policy
    from hdl.contract.vaccine import BankKey
    from host.board import Pushed
    from models.encode import Bytes, Ints, Words
    from models.package import Package
    from sim.engine import GatewareEngine

ENGINES = ("gateware", "golden", "board")

PORT = "sim"
"""The port of a board where none is named: a simulated one."""

Progress = Callable[[str, int, int], None]
"""Told what is being built, how many steps are done, and of how many."""


class Screening(Protocol):
    """What every engine does; `models.golden.engine.GoldenEngine` says what each method does."""

    def load_policy(self, policy: Policy) -> None: ...

    def load_bank_key(self, key: BankKey) -> None: ...

    def set_hash_set(self, bank: int, fields: int) -> None: ...

    def screen(self, events: Words, pool: Bytes, offsets: Ints) -> tuple[Words, Words]: ...


class Pipeline(Screening, Protocol):
    """An engine in this process: models are put into its slots."""

    def load_model(self, slot: int, image: bytes) -> None: ...


@runtime_checkable
class Remote(Screening, Protocol):
    """An engine behind a link: it takes whole packages, checks them itself, and is to be closed."""

    def push(self, package: Package) -> Pushed: ...

    def close(self) -> None: ...


Engine = Pipeline | Remote
"""One screening machine."""


def make_engine(name: str, progress: Progress | None = None, port: str = PORT) -> Engine:
    """Return an engine: a new one in the state after reset, or the board at `port` as it is.

    The gateware's is built on first use, a simulated board too.
    """
    if name == "board":
        from host.board import Board

        return Board.open(port, progress)
    if name not in ENGINES:
        raise ValueError(f"unknown engine {name!r}: use one of {', '.join(ENGINES)}")
    return make_pipeline(name, progress)


def make_pipeline(name: str, progress: Progress | None = None) -> Pipeline:
    """Return a new engine in this process: for a board the golden one, on which models prove themselves first."""
    if name == "gateware":
        return make_gateware(progress)
    from models.golden.engine import GoldenEngine

    return GoldenEngine()


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
