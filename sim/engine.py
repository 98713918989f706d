"""The gateware engine: the Verilated pipeline behind the interface that every engine has."""

from __future__ import annotations

import ctypes
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hdl.contract.load import Target, Writes, bank_key_writes, hash_set_writes, policy_writes
from hdl.contract.model import IMAGE_BYTES
from hdl.contract.policy import Policy
from hdl.contract.vaccine import BankKey
from sim.verilate import ROOT, Design, Progress, library, silent

Words = NDArray[np.uint32]


def verilog_of_pipeline(fast: bool = False) -> str:
    """Return the pipeline as Verilog; `fast`: in its faster form."""
    from amaranth.back import verilog

    from hdl.screening.pipeline import Pipeline

    return str(verilog.convert(Pipeline(fast=fast), name="pipeline", strip_internal_attrs=True))


PIPELINE = Design(
    "pipeline",
    verilog_of_pipeline,
    Path(__file__).with_name("pipeline.cpp"),
    (ROOT / "hdl" / "contract", ROOT / "hdl" / "screening"),
)


class EngineError(Exception):
    """The simulated pipeline did what it never may: it stood still."""


def _pointer(array: NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _image_addresses(slot: int) -> Words:
    return np.arange(IMAGE_BYTES, dtype=np.uint32) | np.uint32((Target.MODEL1 if slot else Target.MODEL0) << 16)


class GatewareEngine:
    """One simulated pipeline, fresh from reset.

    progress: called while the simulator is built, on first use.  trace: the variant that can write waveforms.
    path: another build of the simulator, for tests.
    """

    def __init__(self, progress: Progress = silent, *, trace: bool = False, path: Path | None = None) -> None:
        self._library = ctypes.CDLL(str(path or library(PIPELINE, progress, trace=trace)))
        self._library.bench_new.restype = ctypes.c_void_p
        self._library.bench_cycles.restype = ctypes.c_uint64
        self._library.bench_run.restype = ctypes.c_int64
        self._library.bench_read.restype = ctypes.c_int64
        self._library.bench_wait.restype = ctypes.c_int64
        self._bench = ctypes.c_void_p(self._library.bench_new())
        self._ready = 0
        self._beside: tuple[NDArray[np.generic], ...] = ()

    def __del__(self) -> None:
        if getattr(self, "_bench", None):
            self._library.bench_free(self._bench)
            self._bench = ctypes.c_void_p()

    @property
    def cycles(self) -> int:
        """Clock cycles since reset."""
        return int(self._library.bench_cycles(self._bench))

    def load(self, target: Target, words: list[int] | NDArray[np.uint32], first: int = 0) -> None:
        """Write `words` to consecutive offsets of `target` from `first` on."""
        data = np.asarray(words, np.uint32)
        addresses = np.arange(first, first + len(data), dtype=np.uint32) | np.uint32(target << 16)
        self._library.bench_load(self._bench, ctypes.c_int64(len(data)), _pointer(addresses), _pointer(data))

    def load_model(self, slot: int, image: bytes) -> None:
        """Put a model image (8192 bytes) into the idle model slot and mark it ready to be switched to."""
        if len(image) != IMAGE_BYTES:
            raise ValueError(f"a model image has {IMAGE_BYTES} bytes, this one {len(image)}")
        self.load(Target.MODEL1 if slot else Target.MODEL0, np.frombuffer(image, np.uint8).astype(np.uint32))
        self._ready |= 1 << slot
        self.load(Target.READY, [self._ready])

    def read_model(self, slot: int) -> bytes:
        """Return the image in a model slot; zeros if that one is in force."""
        addresses = _image_addresses(slot)
        answers = np.zeros(IMAGE_BYTES, np.uint8)
        count = self._library.bench_read(
            self._bench, ctypes.c_int64(IMAGE_BYTES), _pointer(addresses), _pointer(answers)
        )
        if count != IMAGE_BYTES:
            raise EngineError(f"byte {count} of model slot {slot} was not read back")
        return answers.tobytes()

    def refill(self, slot: int, image: bytes) -> NDArray[np.uint8]:
        """Have the next `screen` write an image into the idle model slot while its events pass, then read it back;
        return the array that the bytes read are put into."""
        addresses, words = _image_addresses(slot), np.frombuffer(image, np.uint8).astype(np.uint32)
        answers = np.zeros(IMAGE_BYTES, np.uint8)
        self._beside = (addresses, words, answers)  # the harness holds pointers into them
        self._library.bench_beside(
            self._bench, ctypes.c_int64(IMAGE_BYTES), *(_pointer(array) for array in self._beside)
        )
        return answers

    def load_policy(self, policy: Policy) -> None:
        """Put a policy in force."""
        self._load_all(policy_writes(policy))

    def load_bank_key(self, key: BankKey) -> None:
        """Set the board's secret hash tables; only sensible while no vaccine is in force."""
        self._load_all(bank_key_writes(key))

    def set_hash_set(self, bank: int, fields: int) -> None:
        """Set the hash set of an empty bank; the gateware ignores it for a bank that holds vaccines."""
        self._load_all(hash_set_writes(bank, fields))

    def _load_all(self, writes: Writes) -> None:
        for target, first, words in writes:
            self.load(target, words, first)

    def set_clock(self, seconds: int) -> None:
        """Set powered time, which the expiry of vaccines is measured against."""
        self._library.bench_clock(self._bench, ctypes.c_uint32(seconds))

    def wait(self, cycles: int) -> Words:
        """Let `cycles` pass; return the records that left meanwhile (vaccines that expired)."""
        records = np.zeros((1024, 6), np.uint32)
        count = self._library.bench_wait(
            self._bench, ctypes.c_int64(cycles), _pointer(records), ctypes.c_int64(1024)
        )
        return records[:count]

    def vaccine(self, index: int) -> tuple[int, bool, int]:
        """Return (hits, in force, expiry) of a vaccine index."""
        answer = np.zeros(3, np.uint32)
        self._library.bench_query(self._bench, ctypes.c_uint32(index), _pointer(answer))
        return int(answer[0]), bool(answer[1]), int(answer[2])

    def wave(self, file: Path | None) -> None:
        """Start writing a waveform (VCD) to `file`, or stop; only with `trace`."""
        self._library.bench_wave(self._bench, str(file).encode() if file else None)

    def screen(
        self,
        events: Words,
        pool: NDArray[np.uint8],
        offsets: NDArray[np.int64],
        *,
        gaps: int = 0,
        seed: int = 1,
        cycles: NDArray[np.uint64] | None = None,
    ) -> tuple[Words, Words]:
        """Take events in order; return (records, states), see `GoldenEngine.screen`.

        gaps: chance in 256 of a cycle in which nothing is offered, drawn from `seed`.
        cycles: (n, 3) that receives the cycle at which each event was taken, its last beat was committed and
        its verdict was valid; only sensible while no vaccine expires.
        A vaccine that expires meanwhile adds a record of its own (REVOKE) among the others.
        """
        events = np.ascontiguousarray(events, np.uint32)
        pool = np.ascontiguousarray(pool if len(pool) else np.zeros(1, np.uint8))
        offsets = np.ascontiguousarray(offsets, np.int64)
        room = len(events) + 512
        records, states = np.zeros((room, 6), np.uint32), np.zeros((room, 6), np.uint32)
        count = self._library.bench_run(
            self._bench, ctypes.c_int64(len(events)), _pointer(events), _pointer(pool), _pointer(offsets),
            _pointer(records), _pointer(states), ctypes.c_int64(room), ctypes.c_uint32(gaps),
            ctypes.c_uint32(seed), _pointer(cycles) if cycles is not None else None,
        )  # fmt: skip
        if count < 0:
            raise EngineError("the pipeline stood still for 20000 cycles" if count == -1 else "too many records")
        return records[:count], states[:count]
