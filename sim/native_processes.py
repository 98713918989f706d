"""Processes of the native board: the kernel's own calls, made from here, in memory of a process without a core."""

from __future__ import annotations

import ctypes
import re
from enum import IntEnum

from firmware.build import KERNEL
from hdl.contract.load import Target
from hdl.contract.memory import GRANULE_BYTES, REGIONS
from hdl.contract.quarantine import Evidence
from hdl.contract.syscalls import IDS
from sim.native import NativeBoard

BLOCKED, REPLACED = -512, -513
"""What a call gives that waits; and one after which the process runs something else, or nothing."""

STOPPED = -600
"""A call gives this, less why, if the board stopped in the middle of it."""

SCRATCH = REGIONS["user_data"].base + 256
"""Where a process's memory is used from here: in its stack."""


AT_FDCWD = -100
CALL_NAMES = re.findall(r"call_(\w+)", (KERNEL / "calls.h").read_text())
"""The calls that the kernel has, but getpid and gettid; exit is there twice."""

SAID = "/tmp/said"
"""Where what a program writes goes."""
SAID_FLAGS = 0o3102
"""Read and write, made anew, appended to."""


class CutError(Exception):
    """The power has gone in the middle of a call."""


class State(IntEnum):
    """What an entry of the process table is."""

    FREE = 0
    READY = 1
    WAITING = 2
    ENDED = 3


class Processes:
    """The process table of a native board with a model in force: its first process begins with the object."""

    def __init__(self, board: NativeBoard) -> None:
        self.board = board  # which lives as long as its library is called
        self._library = board.library
        self._library.native_frozen.restype = ctypes.c_bool
        for name in ("native_memory", "native_pool_bytes"):
            getattr(self._library, name).restype = ctypes.c_void_p
        for name in ("native_id", "native_register", "native_pool_get", "native_pool_left"):
            getattr(self._library, name).restype = ctypes.c_uint32
        if self._library.native_begin():
            raise AssertionError("the first process does not begin: is a model in force, and a file system there?")
        # Unless they are judged all, only what paths lead to is: too little for verdicts to count.
        self.enforce(0)

    def judge(self, on: bool = True) -> None:
        """Have the calls of programs judged, as they are on the board; what `call` makes never is."""
        self._library.native_judging(ctypes.c_bool(on))

    def enforce(self, profiles: int) -> None:
        """Have verdicts count for the profiles whose bit is set; elsewhere they are recorded only."""
        self.load(Target.ENFORCE, [profiles])

    def load(self, target: Target, words: list[int], first: int = 0) -> None:
        """Write words to the pipeline's tables."""
        self._library.board_load(target << 16 | first, (ctypes.c_uint32 * len(words))(*words), len(words))

    def call(self, process: int, name: str, *arguments: int) -> int:
        """Make a call of an entry's process; go on with the one that waits, if it was waiting."""
        words = [word & 0xFFFFFFFF for word in arguments] + [0] * (6 - len(arguments))
        given = (ctypes.c_uint32 * 6)(*words)
        result = self._made(process, name, given)
        while result == BLOCKED and self._library.native_aside(process):  # the flash is at it
            while self._library.native_aside(process):
                self.board.exchange(b"", 1)
                if self.board.cut:
                    raise CutError
                self._library.native_pick()
            result = self._made(process, name, given)
        return result

    def _made(self, process: int, name: str, given: ctypes.Array[ctypes.c_uint32]) -> int:
        result = int(self._library.native_call(process, IDS[name], given))
        if result <= STOPPED:
            self.board.stopped(STOPPED - result)
            raise CutError
        return result

    def put(self, process: int, data: bytes, address: int = SCRATCH) -> int:
        """Write to a process's memory; return where."""
        place = self._library.native_memory(process, ctypes.c_uint32(address), len(data))
        assert place, f"{address:#x} is not the process's"
        ctypes.memmove(place, data, len(data))
        return address

    def get(self, process: int, size: int, address: int = SCRATCH) -> bytes:
        """Read a process's memory."""
        place = self._library.native_memory(process, ctypes.c_uint32(address), size)
        assert place, f"{address:#x} is not the process's"
        return ctypes.string_at(place, size)

    def text(self, process: int, text: str, address: int = SCRATCH) -> int:
        """Write a string to a process's memory; return where."""
        return self.put(process, text.encode() + b"\0", address)

    def fork(self, process: int) -> tuple[int, int]:
        """Fork; return the child's entry and id, or (-1, the error)."""
        result = self.call(process, "clone", 17, 0)
        if result < 0:
            return -1, result
        entry = next(n for n in range(16) if self.state(n) == State.READY and self.id(n) == result)
        return entry, result

    def state(self, process: int) -> State:
        """Return what an entry is."""
        return State(self._library.native_state(process))

    def id(self, process: int) -> int:
        """Return a process's id."""
        return int(self._library.native_id(process))

    def register(self, process: int, number: int) -> int:
        """Return a register; 0 is the program counter."""
        return int(self._library.native_register(process, number))

    def frozen(self, process: int) -> bool:
        """Return whether a process is in quarantine."""
        return bool(self._library.native_frozen(process))

    def quarantined(self, process: int) -> None:
        """Do what the verdict QUARANTINE on a process's call does."""
        self._library.native_quarantined(process)

    def noted(self, process: int, evidence: Evidence) -> None:
        """Note what speaks against a process, as whoever sees it does."""
        self._library.native_noted(process, int(evidence))

    def set_register(self, process: int, number: int, value: int) -> None:
        """Change a register; 0 is the program counter."""
        self._library.native_set_register(process, number, ctypes.c_uint32(value))

    def break_text(self, process: int) -> None:
        """Flip a bit of a process's text, which no program can."""
        self._library.native_break_text(process)

    def pick(self) -> int:
        """Return who runs next, or -1."""
        return int(self._library.native_pick())

    def as_user(self, process: int, user: int) -> None:
        """Make a process a user's."""
        self._library.native_as_user(process, user)

    def run(self, *words: str, user: int = 0, steps: int = 1_000_000_000) -> tuple[int, str]:
        """Run a program of /bin by its words, in a child of the first process, on a core of this computer's.

        Return its status as wait4 tells it, and what it wrote to standard output and error.  Raises AssertionError
        if it takes more than so many cycles, sleep and all, or waits for what cannot come.
        """
        child, ident = self.fork(0)
        assert child > 0, f"no child: {ident}"
        said = self.call(child, "openat", AT_FDCWD, self.text(child, SAID), SAID_FLAGS, 0o600)
        for descriptor in (1, 2):
            assert self.call(child, "dup3", said, descriptor, 0) == descriptor
        self.call(child, "close", said)
        if user:
            self.as_user(child, user)
        place, places = SCRATCH, []
        for word in words:
            places.append(self.text(child, word, place))
            place += len(word.encode()) + 1
        table = self.put(child, b"".join(at.to_bytes(4, "little") for at in [*places, 0]), place + -place % 4)
        path = self.text(child, f"/bin/{words[0]}", table + 4 * len(places) + 4)
        assert (failed := self.call(child, "execve", path, table, 0)) == REPLACED, f"{words[0]}: error {-failed}"
        while self.call(0, "wait4", ident, SCRATCH, 0, 0) == BLOCKED:
            why = self.go(steps)
            assert not why, f"{words}: {['', 'too many steps', 'all wait'][why]}; it said {self.contents(SAID)!r}"
        status = int.from_bytes(self.get(0, 4), "little")
        return status, self.contents(SAID).decode()

    def go(self, steps: int) -> int:
        """Run programs for so many cycles, or until the first process is ready: 0.

        1: it is not.  2: all wait for what cannot come.
        """
        return int(self._library.native_programs(ctypes.c_uint64(steps)))

    def contents(self, path: str, process: int = 0) -> bytes:
        """Return what a file holds, as a process reads it."""
        descriptor = self.call(process, "openat", AT_FDCWD, self.text(process, path), 0)
        assert descriptor >= 0, f"{path}: error {-descriptor}"
        found = b""
        while count := self.call(process, "read", descriptor, SCRATCH, 512):
            found += self.get(process, count)
        assert self.call(process, "close", descriptor) == 0
        return found

    def end(self, process: int) -> None:
        """End a process by SIGKILL, if it lives."""
        self._library.native_end(process)

    # --- the pool alone ----------------------------------------------------------------------------------------

    def region(self, granules: int) -> int:
        """Return a new region; 0: there is no room."""
        return int(self._library.native_pool_get(granules))

    def resize(self, region: int, granules: int) -> bool:
        """Make a region longer or shorter."""
        return bool(self._library.native_pool_resize(region, granules))

    def free(self, region: int) -> None:
        """Let go of a region."""
        self._library.native_pool_free(region)

    def bytes_of(self, region: int, granules: int) -> ctypes.Array[ctypes.c_uint8]:
        """Return a region's bytes, where they lie now."""
        place = self._library.native_pool_bytes(region)
        assert place
        return (ctypes.c_uint8 * (granules * GRANULE_BYTES)).from_address(place)

    @property
    def left(self) -> int:
        """Granules that are free."""
        return int(self._library.native_pool_left())
