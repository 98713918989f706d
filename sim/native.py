"""The native board: the firmware's own code on this computer, with small models in place of the gateware.

It screens with any engine's golden twin, keeps its flash in a file or in memory, and can lose its power at any
operation of the flash.  No cycle is counted here: time passes as it is told, and while the flash is busy.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from firmware.build import Progress, native, silent
from hdl.contract.births import BIRTH_FIRST, TAGS
from hdl.contract.event import EVENT, Kind
from hdl.contract.load import Target
from hdl.contract.memory import CLOCK_HZ
from hdl.contract.model import IMAGE_BYTES, MODEL_SLOTS
from hdl.contract.registers import COPROCESSOR
from hdl.contract.tamper import TAMPER
from hdl.contract.vaccine import HASH_NIBBLES, VACCINES, BankKey
from models.golden import machine as m
from models.golden.births import GoldenBirths
from models.golden.engine import GoldenEngine

_WORD = ctypes.c_uint32
_WORDS = ctypes.POINTER(_WORD)
_EVENT = ctypes.CFUNCTYPE(None, _WORDS, _WORDS, _WORD, _WORDS, _WORDS)
_LOAD = ctypes.CFUNCTYPE(None, _WORD, _WORD)
_STATUS = ctypes.CFUNCTYPE(_WORD)
_MORE = ctypes.CFUNCTYPE(ctypes.c_bool, _WORDS)
_ORDER = ctypes.CFUNCTYPE(None, _WORD, _WORD)
_PAGE = ctypes.CFUNCTYPE(None, _WORD, _WORDS)
_COUNT = ctypes.CFUNCTYPE(_WORD, _WORD)
_STATUS_AT = COPROCESSOR.register["status"].layout.offset
_PATHS = EVENT.offset["paths"]
_LOCK = COPROCESSOR.register["lock"].layout
_OUTPUT = 1 << 20
_CUT, _STUCK = 1, 3

SANITIZE = "VIGILANTE_SANITIZE"
"""Environment variable: what the native firmware is sanitized for; without it, undefined behaviour."""


class _Pipeline(ctypes.Structure):
    _fields_ = (
        ("event", _EVENT), ("load", _LOAD), ("status", _STATUS), ("more", _MORE), ("order", _ORDER),
        ("page", _PAGE), ("count", _COUNT),
    )  # fmt: skip


class _Golden:
    """The load port and the event port over a golden engine, and the births beside it.

    Members: `more`: records that no event asked for, of vaccines that were born or have expired.
    """

    def __init__(self, engine: GoldenEngine, slots: list[ctypes.Array[ctypes.c_uint8]]) -> None:
        self.engine = engine
        self._slots = slots
        self.births = GoldenBirths(engine)
        self.more: list[list[int]] = []
        self._judge_low: dict[int, int] = {}
        self._tables = [[0] * 16 for _ in HASH_NIBBLES]

    def event(self, words: list[int], stream: list[int]) -> tuple[list[int], list[int]]:
        """Screen one event; `stream` is its path stream.  Return (record, state)."""
        pool = bytearray()
        place = 0
        for _ in range(words[0] >> _PATHS & 3):
            length = stream[place] >> 16
            taken = (length + 3) // 4
            text = np.array(stream[place + 1 : place + 1 + taken], "<u4").tobytes()
            pool += stream[place].to_bytes(4, "little") + text[:length]
            place += 1 + taken
        if place != len(stream):
            raise AssertionError(f"{len(stream)} words of paths were written, the event has {place}")
        given = self._screened(words, bytes(pool) or b"\0")
        kind, source = words[0] & 15, words[0] >> EVENT.offset["source"] & 1
        if not source and kind in (Kind.CLEAR, Kind.RESTORE):
            self.births.new(words[0] >> EVENT.offset["slot"] & 63)
        elif not source and kind == Kind.FORK:
            self.births.new(words[2])
        self._bear(self.births.follow(given[0]))
        return given

    def _screened(self, words: list[int], pool: bytes = b"\0") -> tuple[list[int], list[int]]:
        records, states = self.engine.screen(
            np.array([words], np.uint32), np.frombuffer(pool, np.uint8), np.zeros(1, np.int64)
        )
        return records[0].tolist(), states[0].tolist()

    def _bear(self, born: list[int] | None) -> None:
        """Screen what is born, if anything is, and what follows from that."""
        while born is not None:
            record, _ = self._screened(born)
            self.more.append(record)
            born = self.births.follow(record)

    def order(self, slot: int, tag: int) -> None:
        """Give the program in a slot a tag; or beyond the last, have its last call made into a vaccine."""
        if tag < TAGS:
            self.births.tags[slot] = tag
        else:
            self._bear(self.births.order(slot))

    def page(self, number: int) -> tuple[int, int, int]:
        """Return key and mask of a birth, in three words."""
        key, units = self.births.pages.get(BIRTH_FIRST + number, (0, 0))
        return key & 0xFFFFFFFF, key >> 32, units

    def count(self, index: int) -> int:
        """Return how often a vaccine has matched; beyond the last, how many births were refused."""
        return self.births.refused if index >= VACCINES else int(self.engine.machine.hits[index])

    def _tick(self, now: int) -> None:
        """Let the time be `now`: vaccines whose lives are over end."""
        machine = self.engine.machine
        self.births.tick(now)
        for index in np.flatnonzero((machine.used != 0) & (machine.expiry <= now)).tolist():
            key, a2 = int(machine.keys[index]), index | int(machine.bank_of[index]) << 16
            packed = EVENT.pack({"kind": Kind.REVOKE, "a0": key & 0xFFFFFFFF, "a1": key >> 32, "a2": a2})
            self._bear([packed >> 32 * word & 0xFFFFFFFF for word in range(EVENT.words)])

    def load(self, address: int, word: int) -> None:
        """Take a word of the load port; bytes of models have gone to their slots before."""
        target, offset, machine = Target(address >> 16), address & 0xFFFF, self.engine.machine
        if target == Target.READY:
            old = int(machine.registers[m.READY])
            for slot in range(MODEL_SLOTS):
                in_force = machine.registers[m.RUNNING] and machine.registers[m.ACTIVE] == slot
                if word & ~old & 1 << slot and not in_force:
                    self.engine.load_model(slot, bytes(self._slots[slot]))
            machine.registers[m.READY] = word
        elif target == Target.ATTRIBUTES:
            machine.attributes[offset] = word
        elif target == Target.JUDGE and offset & 1:
            machine.rows[offset >> 1] = np.uint64(word << 32 | self._judge_low.get(offset >> 1, 0))
        elif target == Target.JUDGE:
            self._judge_low[offset >> 1] = word
        elif target == Target.ENFORCE:
            machine.registers[m.ENFORCE] = word
        elif target == Target.CLOCK:
            self._tick(word)
        elif target == Target.TEMPLATES:
            self.births.templates[offset] = word
        elif target == Target.HASH_SET:
            self.engine.set_hash_set(offset, word)
        elif target == Target.HASH:
            self._tables[offset >> 4][offset & 15] = word
            if offset == 16 * len(HASH_NIBBLES) - 1:
                self.engine.load_bank_key(BankKey(tuple(map(tuple, self._tables))))

    def status(self) -> int:
        """Return the register `status` as far as models go."""
        registers = self.engine.machine.registers
        return (
            int(registers[m.RUNNING]) << _STATUS_AT["running"]
            | int(registers[m.ACTIVE]) << _STATUS_AT["model"]
            | int(registers[m.READY]) << _STATUS_AT["model_ready"]
        )


def native_library(progress: Progress = silent) -> ctypes.CDLL:
    """Load the native firmware; every call gives a copy with state of its own."""
    built = native(progress, os.environ.get(SANITIZE) or "undefined")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / built.name
        shutil.copy(built, copy)
        library = ctypes.CDLL(str(copy))
    library.native_run.argtypes = (ctypes.c_char_p, _WORD, ctypes.c_uint64)
    library.native_output.argtypes = (ctypes.c_char_p, _WORD)
    library.native_time.restype = ctypes.c_uint64
    library.native_slot.restype = ctypes.c_void_p
    return library


class NativeBoard:
    """A board whose firmware runs here.

    flash: its flash, changed in place: a bytearray, or the path of a file of that size.
    engine: what screens; a reset of the board replaces it with a new one.
    progress: called while the firmware is compiled, on first use.

    Members: `engine`, the one in use; `cut`: the power has gone, and comes back with the next exchange; `taken`:
    if it is a list, what the pipeline is given goes there: (event's words, path stream's words, record's words).
    """

    def __init__(
        self, flash: bytearray | Path, engine: GoldenEngine | None = None, progress: Progress = silent
    ) -> None:
        self._library = native_library(progress)
        self._mapped: mmap.mmap | None = None
        if isinstance(flash, Path):
            with flash.open("r+b") as file:
                self._mapped = mmap.mmap(file.fileno(), 0)
            size = len(self._mapped)
            self._held = (ctypes.c_uint8 * size).from_buffer(self._mapped)
        else:
            size = len(flash)
            self._held = (ctypes.c_uint8 * size).from_buffer(flash)
        self._slots = [
            (ctypes.c_uint8 * IMAGE_BYTES).from_address(self._library.native_slot(slot))
            for slot in range(MODEL_SLOTS)
        ]
        self._golden = _Golden(engine or GoldenEngine(births=True), self._slots)
        self._fresh, self._used = True, False
        self._error: BaseException | None = None
        self.cut = False
        self.taken: list[tuple[list[int], list[int], list[int]]] | None = None
        self._callbacks = _Pipeline(
            _EVENT(self._event), _LOAD(self._load), _STATUS(self._status), _MORE(self._more), _ORDER(self._order),
            _PAGE(self._page), _COUNT(self._count),
        )  # fmt: skip
        self._library.native_attach(ctypes.byref(self._callbacks), self._held, _WORD(size))

    @property
    def engine(self) -> GoldenEngine:
        """The engine in use."""
        return self._golden.engine

    @property
    def library(self) -> ctypes.CDLL:
        """The firmware itself, for `sim.native_processes`."""
        return self._library

    @property
    def seconds(self) -> float:
        """Time since reset."""
        return int(self._library.native_time()) / CLOCK_HZ

    @property
    def flash_operations(self) -> int:
        """Erases and programs of the flash so far."""
        return int(self._library.chip_operations())

    def close(self) -> None:
        """Let go of the flash file; the board is of no use after that."""
        del self._held
        if self._mapped is not None:
            self._mapped.close()

    def exchange(self, data: bytes = b"", milliseconds: float = 0) -> bytes:
        """Send bytes to the board, let it work and `milliseconds` pass; return what it sent.

        A reset that it makes itself, and power that goes (`cut`), end the run; what it has sent until then is
        returned, and what was not read yet is lost.  After a reset it boots at once, after a cut with the next
        exchange.
        """
        if self._fresh:
            self._renew()
        end = self._library.native_run(data, len(data), int(milliseconds * CLOCK_HZ / 1000))
        if self._error:
            error, self._error = self._error, None
            raise error
        sent = self._take()
        if end == _STUCK:
            raise AssertionError("the firmware neither works nor sleeps")
        if end:
            self.stopped(end)
            if not self.cut:
                sent += self.exchange(b"", milliseconds)
        return sent

    def stopped(self, why: int) -> None:
        """Note that a run of the firmware has ended by itself: the next exchange begins with a boot."""
        self._fresh = True
        self.cut = why == _CUT

    def reset(self) -> None:
        """Press the reset button: the next exchange begins with a boot."""
        self._take()
        self._library.native_reset()
        self._fresh = True

    def cut_after(self, operations: int, seed: int = 0, *, boot: bool = False) -> None:
        """Let the power go at the flash's n-th operation from now on, which is done in part; 0: not at all.

        boot: from the next boot on.
        """
        cut = self._library.chip_cut_next if boot else self._library.chip_cut
        cut(_WORD(operations), _WORD(seed))

    def spoil(self, address: int) -> None:
        """Let the flash's sector there take no erase and no program any more."""
        self._library.chip_spoil(_WORD(address))

    def slot(self, number: int) -> ctypes.Array[ctypes.c_uint8]:
        """Return the bytes of a model slot, to look at or to damage."""
        return self._slots[number]

    def expire(self, record: list[int]) -> None:
        """Put a record among those that wait, as a vaccine that expires does."""
        self._library.native_record((_WORD * 6)(*record))

    def lock(self, *tables: str) -> None:
        """Lock tables until a reset: names of the register `lock`."""
        self._library.native_lock(_WORD(_LOCK.pack(dict.fromkeys(tables, 1))))

    def tamper(self, record: Mapping[str, int]) -> None:
        """Let the next boot be told of what was broken before it: fields of TAMPER."""
        packed = TAMPER.pack(record)
        words = [packed >> 32 * number & 0xFFFF_FFFF for number in range(TAMPER.words)]
        self._library.native_tamper((_WORD * len(words))(*words))

    def _renew(self) -> None:
        if self._used:
            self._golden = _Golden(GoldenEngine(births=True), self._slots)
        self._fresh = self.cut = False
        self._used = True

    def _take(self) -> bytes:
        room = ctypes.create_string_buffer(_OUTPUT)
        count = self._library.native_output(room, _WORD(_OUTPUT))
        return room.raw[:count]

    # Callbacks never raise into C: what went wrong is raised when the run has ended.

    def _event(self, event: object, paths: object, words: int, record: object, state: object) -> None:
        try:
            given = self._golden.event(event[:8], paths[:words])  # type: ignore[index]
            if self.taken is not None:
                self.taken.append((event[:8], paths[:words], given[0]))  # type: ignore[index]
            for place in range(6):
                record[place], state[place] = given[0][place], given[1][place]  # type: ignore[index]
        except BaseException as error:
            self._error = self._error or error

    def _load(self, address: int, word: int) -> None:
        try:
            self._golden.load(address, word)
        except BaseException as error:
            self._error = self._error or error

    def _more(self, record: object) -> bool:
        more = self._golden.more
        if not more:
            return False
        for place, word in enumerate(more.pop(0)):
            record[place] = word  # type: ignore[index]
        return True

    def _order(self, slot: int, tag: int) -> None:
        try:
            self._golden.order(slot, tag)
        except BaseException as error:
            self._error = self._error or error

    def _page(self, number: int, page: object) -> None:
        for place, word in enumerate(self._golden.page(number)):
            page[place] = word  # type: ignore[index]

    def _count(self, index: int) -> int:
        return self._golden.count(index)

    def _status(self) -> int:
        return self._golden.status()
