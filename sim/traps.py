"""What a call costs in kernels that screen nothing, on the bare computer, to compare the board's own with; and
what it costs to save all registers."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hdl.contract.memory import REGIONS
from hdl.contract.registers import COPROCESSOR
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
    return _call_cycles(SAVES=int(saves))


def snapshot_cycles(*, whole: bool) -> int:
    """Return the cycles in which the kernel saves the registers of a process that is to be frozen.

    They are x1 to x31 but a0, which the trap lets gateware keep.  whole: a0 and the program counter, too.
    """
    once, thrice = (_call_cycles(SNAPSHOTS=count, WHOLE=int(whole)) for count in (1, 3))
    if (thrice - once) % 2:
        raise AssertionError(f"{thrice - once} cycles for two: they are to be alike")
    return (thrice - once) // 2


def _call_cycles(**kernel: int) -> int:
    """Return the cycles from one ecall to the next in a kernel of `traps.S`."""
    symbols = {
        "RAM": REGIONS["ram"].base, "VG_COPROCESSOR_ARGUMENT": COPROCESSOR.address("argument"), "SAVES": 0,
        "SNAPSHOTS": 0, "WHOLE": 0, **kernel,
    }  # fmt: skip
    program = assembled(Path(__file__).with_suffix(".S"), REGIONS["flash_window"].base, symbols)
    machine = BareMachine(program)
    machine.run(CYCLES)
    traps = [note.cycle for note in machine.notes(Kind.TRAP) if note.value == _ECALL]
    took = [after - before for before, after in pairwise(traps)]
    if len(traps) < 2 or len(set(took)) != 1:
        raise AssertionError(f"the calls took {took} cycles: they are to be all the same")
    return took[0]
