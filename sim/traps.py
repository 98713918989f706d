"""What a call costs in kernels that screen nothing, on the bare computer, to compare the board's own with."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hdl.contract.memory import REGIONS
from sim.assemble import assembled
from sim.machine import BareMachine, Kind

CYCLES = 20_000
"""In which the program has made all its calls."""

_ECALL = 256 | 8
"""A trap's note: from user mode, by its cause."""


def null_call_cycles(*, saves: bool) -> int:
    """Return the cycles from one ecall to the next instruction of the program: the most frequent of them.

    saves: the kernel saves every register and dispatches as a compiler has it; else it is as lean as it gets.
    """
    symbols = {"RAM": REGIONS["ram"].base, "SAVES": int(saves)}
    program = assembled(Path(__file__).with_suffix(".S"), REGIONS["flash_window"].base, symbols)
    machine = BareMachine(program)
    machine.run(CYCLES)
    traps = [note.cycle for note in machine.notes(Kind.TRAP) if note.value == _ECALL]
    took = [after - before for before, after in pairwise(traps)]
    if len(traps) < 2 or len(set(took)) != 1:
        raise AssertionError(f"the calls took {took} cycles: they are to be all the same")
    return took[0]
