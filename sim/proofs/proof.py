"""What a proof is, as data: a property, the circuit that asks for it, how far it reaches, and a seeded bug."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.mutants import Mutant
from sim.proofs.harness import Harness


@dataclass(frozen=True, slots=True)
class Proof:
    """A property of shipping modules.

    name: how `sim.prove` calls it.  says: the property in one sentence.  modules: what it is proved on.
    build: adds blocks, assumptions, assertions and covers to a harness.
    depth: of the induction, or, if not `unbounded`, the cycles from power-up (late, see `Harness`) looked at.
    assumes: what it takes for granted, in words.
    mutant: a seeded bug for which the proof must fail, within `mutant_depth` cycles.
    cover_depth: within how many cycles every case asked for must be reached.
    reset: it may come at any time.
    free: submodules (a selection of Yosys) whose outputs are left free: the proof holds whatever they do.
    slow: takes longer than some seconds.
    """

    name: str
    says: str
    modules: tuple[str, ...]
    build: Callable[[Harness], None]
    mutant: Mutant
    depth: int
    cover_depth: int
    mutant_depth: int
    assumes: tuple[str, ...] = ()
    unbounded: bool = True
    reset: bool = False
    free: tuple[str, ...] = ()
    slow: bool = False

    def circuit(self, *, late: bool) -> str:
        """Return the circuit as RTLIL."""
        harness = Harness(reset=self.reset, late=late)
        self.build(harness)
        return harness.text()
