"""Programs of random calls, with forks, signals and frames of their own making, on the native board's core."""

from __future__ import annotations

import random
import struct

import pytest

from hdl.contract.memory import REGIONS
from hdl.contract.syscalls import NUMBERS, name_of
from sim.native_processes import BLOCKED, CALL_NAMES, REPLACED, SCRATCH, Processes, State

TEXT, DATA = REGIONS["user_text"], REGIONS["user_data"]
CALLS = 100
STEPS = 60_000
TURNS = 40
HEADER_BYTES = 84
ECALL, A0, A7 = 0x73, 10, 17
NAMES = [name for name in CALL_NAMES if name != "exit"]


def loaded(register: int, value: int) -> list[int]:
    """Return the instructions that put a value in a register."""
    high = (value + 0x800) & 0xFFFFF000
    return [high | register << 7 | 0x37, (value & 0xFFF) << 20 | register << 15 | register << 7 | 0x13]


def random_program(chance: random.Random) -> bytes:
    """Return an ELF file of so many calls, whose arguments are mostly likely ones; texts stand behind them."""
    texts = (
        b"/tmp/a",
        b"/tmp/a/b",
        b"b",
        b"../tmp/l",
        b"/bin/true",
        b"/proc/1/status",
        b"/tmp/fifo",
        b"/dev/null",
    )
    numbers = {name_of(ident): number for number, ident in NUMBERS["riscv64"].items()}
    places = [TEXT.base + HEADER_BYTES + 4 * CALLS * 15 + 16 * row for row in range(len(texts))]
    small = (0, 1, 2, 3, 4, 5, 6, 8, 10, 11, 17, 64, 100, 512, 1024, -1, -100, 0o101, 0o10000, 0o4000, 0x22)
    wild = (DATA.base, DATA.base + 512, DATA.end - 8, TEXT.base, REGIONS["ram"].base, 0xFFFFFFF8, 1 << 31)
    code: list[int] = []
    for _ in range(CALLS):
        for argument in range(6):
            kind = chance.random()
            chosen = small if kind < 0.5 else places if kind < 0.7 else wild
            code += loaded(A0 + argument, chance.choice(chosen) & 0xFFFFFFFF)
        name = "exit" if chance.random() < 0.002 else chance.choice(NAMES)
        code += [*loaded(A7, numbers[name]), ECALL]
    assert len(code) == 15 * CALLS
    content = struct.pack(f"<{len(code)}I", *code) + b"".join(text.ljust(16, b"\0") for text in texts)
    size = HEADER_BYTES + len(content)
    entry = TEXT.base + HEADER_BYTES
    header = (0x464C457F, 0x00010101, 0, 0, 0x00F30002, 1, entry, 52, 0, 0, 0x00200034, 0x00280001, 0)
    return struct.pack("<21I", *header, 1, 0, TEXT.base, TEXT.base, size, size, 5, 4) + content


@pytest.mark.parametrize("seed", range(8))
def test_programs_of_random_calls_leave_everything_to_be_had_again(processes: Processes, seed: int) -> None:
    chance = random.Random(seed)
    left = processes.left
    for number in range(2):
        file = processes.call(0, "openat", -100, processes.text(0, f"/tmp/random{number}"), 0o101, 0o755)
        program = random_program(chance)
        for place in range(0, len(program), 512):
            piece = program[place : place + 512]
            assert processes.call(0, "write", file, processes.put(0, piece), len(piece)) == len(piece)
        processes.call(0, "close", file)
        child, _ = processes.fork(0)
        assert processes.call(child, "execve", processes.text(child, f"/tmp/random{number}"), 0, 0) == REPLACED
    ran = 0
    for _ in range(TURNS):  # until one more has ended, all wait, or it is enough
        ended = processes.call(0, "wait4", -1, SCRATCH, 0, 0)
        ran += ended > 0
        if ended == BLOCKED and processes.go(STEPS):
            break
        if ended < 0 and ended != BLOCKED:
            break
    assert ran >= 1, "they run"
    for entry in range(1, 16):
        processes.end(entry)
    while processes.call(0, "wait4", -1, SCRATCH, 1, 0) > 0:
        pass
    assert [entry for entry in range(1, 16) if processes.state(entry) != State.FREE] == []
    held = [processes.call(0, "socket", 2, 1, 0) for _ in range(6)]
    assert held == list(range(3, 9)), "every socket is to be had again"
    for descriptor in held:
        processes.call(0, "close", descriptor)
    assert [processes.call(0, "pipe2", SCRATCH, 0) for _ in range(4)] == [0] * 4
    for descriptor in held:
        processes.call(0, "close", descriptor)
    for descriptor in range(9, 11):
        processes.call(0, "close", descriptor)
    processes.run("rm", "-r", *(f"/tmp/{name}" for name in ("a", "l", "b", "fifo", "random0", "random1")), "/b")
    assert left - 4 <= processes.left <= left, "what the last run wrote, and names elsewhere"
