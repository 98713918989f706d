"""The cell beside the core, both real: a clone's start, its stops, its memory, and what it costs the core.

A script (`monitor.S`) runs on the core and orders clones of small programs."""

from __future__ import annotations

import random
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from hdl.contract.cell import CELL_BYTES, CELL_START_CYCLES, CellState, CellStop
from hdl.contract.memory import GRANULE_BYTES, REGIONS
from hdl.contract.registers import CELL, COPROCESSOR, TIMER, UART
from sim.assemble import assembled
from sim.machine import BareMachine, Kind

END = 0x454E44
WINDOW, RAM = REGIONS["flash_window"].base, REGIONS["ram"].base
TEXT, DATA = REGIONS["user_text"].base, REGIONS["user_data"].base
CELL_RAM = REGIONS["cell_ram"].base
SCRIPT, MORE, CLONE = 0x1000, 0x8000, 0xC000
"""Where in the flash window the script is, code that the monitor calls, and the clone's text."""

TEXT_GRANULE, DATA_GRANULE, FURTHER = 8, 100, 140
TEXT_SIZE, DATA_SIZE = 2, 4
REGISTERS = RAM + 0x1000
OVER, STORE, SAY, AWAIT, COPY, USER, TIME = range(7)
Step = tuple[int, ...]
NO_FETCH, ILLEGAL, BREAK, NO_LOAD, NO_STORE, ECALL = 1, 2, 3, 5, 7, 8

_SYMBOLS = {
    "UART_SEND": UART.address("send"),
    "RAM": RAM,
    "RAM_END": REGIONS["ram"].end,
    "SCRIPT": WINDOW + SCRIPT,
    "USER_TEXT": TEXT,
    "USER_DATA": DATA,
    "USER_BYTES": REGIONS["user_data"].size,
    "END": END,
    "CONTROL": CELL.address("control"),
}


@cache
def code(text: str, base: int = TEXT) -> bytes:
    """Return the machine code of some lines, in which ; ends a line."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "code.S"
        source.write_text("_start:\n" + text.replace(";", "\n") + "\n")
        return assembled(source, base, _SYMBOLS)


@cache
def monitor() -> bytes:
    return assembled(Path(__file__).with_name("monitor.S"), WINDOW, _SYMBOLS)


def window(base: int, limit: int) -> int:
    layout = CELL.register["text_window"].layout
    return layout.pack({"base": base, "limit": limit})


def order(name: str) -> Step:
    return (STORE, CELL.address("control"), CELL.register["control"].layout.pack({name: 1}))


STOPPED = (AWAIT, CELL.address("status"), 3, CellState.STOPPED)
SHOWN = ("status", "pc", "address", "instructions", "cycles", "started")


@dataclass(frozen=True)
class Stop:
    """How a clone stands."""

    state: int
    stop: int
    cause: int
    wrote: int
    quiet: int
    pc: int
    address: int
    instructions: int
    cycles: int
    started: int
    x: tuple[int, ...]

    @classmethod
    def of(cls, said: Sequence[int]) -> Stop:
        status = CELL.register["status"].layout.unpack(said[0])
        return cls(**status, **dict(zip(SHOWN[1:], said[1:6], strict=True)), x=tuple(said[6:38]))


def show() -> list[Step]:
    """Return the steps that say a Stop: 38 words."""
    return [(SAY, CELL.address(name)) for name in SHOWN] + [(SAY, CELL.address("x", n)) for n in range(32)]


def ready(
    text: bytes, *, registers: Sequence[int] = (), data_size: int = DATA_SIZE, budget: int = 100_000
) -> list[Step]:
    """Return the steps up to the order: the original's memory and registers are there."""
    values = [TEXT, *(0x1000 + number for number in range(1, 32))]
    values[: len(registers)] = registers
    stored = {
        CELL.address("registers"): REGISTERS,
        CELL.address("budget"): budget,
        CELL.address("result"): values[10],
    }
    stored[CELL.address("text_window")] = window(TEXT_GRANULE, TEXT_SIZE)
    stored[CELL.address("data_window")] = window(DATA_GRANULE, data_size)
    return [
        (COPY, WINDOW + CLONE, RAM + TEXT_GRANULE * GRANULE_BYTES, len(text) // 4 + 1),
        *((STORE, REGISTERS + 4 * number, value) for number, value in enumerate(values)),
        *((STORE, register, value) for register, value in stored.items()),
    ]


def run(script: Sequence[Step], text: bytes = b"", more: bytes = b"", cycles: int = 400_000) -> BareMachine:
    """Run a script; what it said is in `said`, without the END."""
    steps = b"".join(struct.pack("<4I", *step, *[0] * (4 - len(step))) for step in [*script, (OVER,)])
    parts = {0: monitor(), SCRIPT: steps, MORE: more, CLONE: text}
    ends = [*list(parts)[1:], 1 << 16]
    image = b""
    for (place, part), end in zip(parts.items(), ends, strict=True):
        assert len(part) <= end - place, f"{len(part)} bytes at {place:#x}"
        image += part.ljust(end - place, b"\0")
    machine = BareMachine(image)
    machine.run(cycles, END)
    assert machine.said and machine.said[-1] == END, "the script is over"
    assert not machine.notes(Kind.SIDE_BAND)
    return machine


def clone(text: str, **more: int) -> Stop:
    """Return how a clone of some code stops."""
    made = code(text)
    machine = run([*ready(made, **more), order("start"), STOPPED, *show()], made)
    return Stop.of(machine.said[:38])


def test_a_clone_begins_with_the_registers_and_the_memory_of_its_original() -> None:
    stop = clone(f"nop; lui s0, {DATA >> 12:#x} + 8; ecall")
    assert stop.state == CellState.STOPPED and stop.stop == CellStop.CALL and stop.cause == ECALL
    assert stop.pc == TEXT + len(code("nop; lui s0, 0x40008"))
    expected = [0, *(0x1000 + number for number in range(1, 32))]
    expected[8] = DATA + 0x8000
    assert list(stop.x) == expected
    assert stop.instructions == 3 and not stop.wrote
    assert stop.started <= CELL_START_CYCLES


BUSY = {
    "loads": ".rept 60; lw a1, 0(a0); .endr",
    "stores": ".rept 60; sw a1, 0(a0); .endr",
    "loads across words": ".rept 60; lw a1, 2(a0); .endr",
    "stores across words": ".rept 60; sw a1, 2(a0); .endr",
    "the cell's registers": "li t0, CONTROL; .rept 60; lw a1, 4(t0); .endr",
    "nothing": ".rept 120; nop; .endr",
}


@pytest.mark.parametrize("busy", BUSY)
def test_a_clone_starts_in_time_whatever_the_core_does(busy: str) -> None:
    text = code("add a0, a0, a1; ecall")
    more = code(f"li t0, CONTROL; li t1, 1; sw t1, 0(t0); {BUSY[busy]}; ret", WINDOW + MORE)
    # In main RAM, for fetches to be in the way too.
    place = RAM + 0x4000
    script = [*ready(text), (COPY, WINDOW + MORE, place, len(more) // 4 + 1), (TIME, place, RAM), STOPPED, *show()]
    stop = Stop.of(run(script, text, more).said[2:40])
    assert stop.x[10] == 0x100A + 0x100B
    assert 32 < stop.started <= CELL_START_CYCLES, busy


LOOPS = {
    "copies": "li t0, 200; 1: lw a1, 0(a0); sw a1, 4(a0); addi t0, t0, -1; bnez t0, 1b; ret",
    "bytes": "li t0, 200; 1: lbu a1, 0(a0); lbu a2, 1(a0); add a1, a1, a2; addi t0, t0, -1; bnez t0, 1b; ret",
    "calls": "li t0, 100; mv s4, ra; 1: jal 2f; addi t0, t0, -1; bnez t0, 1b; jr s4; 2: mul a1, a1, t0; ret",
    "across words": "li t0, 100; 1: lw a1, 2(a0); sw a1, 6(a0); addi t0, t0, -1; bnez t0, 1b; ret",
    "divisions": "li t0, 50; 1: div a1, t0, t0; lw a2, 0(a0); addi t0, t0, -1; bnez t0, 1b; ret",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_a_running_clone_costs_the_core_nothing(loop: str) -> None:
    """The same program, from main RAM, with a clone that loads and stores for ever, and without one."""
    text = code("1: lw a1, 0(s0); sw a1, 64(s0); lbu a2, 3(s0); sb a2, 70(s0); j 1b")
    more, place = code(LOOPS[loop], WINDOW + MORE), RAM + 0x4000
    registers = [TEXT, *([DATA] * 31)]
    taken = [(COPY, WINDOW + MORE, place, len(more) // 4 + 1)]
    timed, pause = [(TIME, place, RAM + 0x3000)], [(AWAIT, CELL.address("cycles"), 0, 0)] * 4
    start = ready(text, registers=registers)
    counted = [(SAY, CELL.address("instructions"))]
    machine = run([*start, *taken, *timed, order("start"), *pause, *counted, *timed, *counted], text, more)
    alone, _, before, beside, _, after, _ = machine.said
    assert alone == beside > 200
    assert after - before > 20, "meanwhile the clone went on"


MMIO = {
    "timer": TIMER.address("now_low"),
    "screening": COPROCESSOR.address("dispatch"),
    "itself": CELL_RAM,
    "RAM": RAM,
}

PROBES = {
    "a call": "addi a0, a0, 1; ecall",
    "no instruction": "nop; .word 0",
    "all ones": ".word 0xFFFFFFFF",
    "ebreak": "ebreak",
    "time": "rdtime a0",
    "cycles": "rdcycle a0",
    "instructions": "rdinstret a0",
    "a machine's register": "csrr a0, mstatus",
    "its write": "csrw mepc, a0",
    "protection": "csrr a0, pmpcfg0",
    "mret": "mret",
    "dret": ".word 0x7b200073",
    "floating point": ".word 0x00052007",
    "an atomic": ".word 0x1005252f",
    "fence": "fence; fence.i; ecall",
    "divide by zero": "div a1, a1, x0; rem a2, a2, x0; divu a3, a3, x0; ecall",
    "multiply": "mulh a1, a1, a2; mulhsu a3, a4, a5; mulhu a6, a7, s0; ecall",
    "compressed": ".option rvc; c.li a0, 3; c.add a0, a1; c.nop; ecall",
    "loads across words": "li t1, 0x40008000; lw a0, 1(t1); lhu a1, 3(t1); lh a2, 7(t1); ecall",
    "stores across words": "li t1, 0x40008000; sw a0, 1(t1); sh a1, 7(t1); lw a2, 0(t1); lw a3, 4(t1); ecall",
    "text is read": "lui t1, 0x40000; lw a0, 0(t1); lbu a1, 3(t1); ecall",
    "text is not written": "lui t1, 0x40000; sw a0, 0(t1); ecall",
    "behind the data": f"li t1, {DATA + DATA_SIZE * GRANULE_BYTES}; lw a0, -4(t1); lw a0, 0(t1); ecall",
    "across its end": f"li t1, {DATA + DATA_SIZE * GRANULE_BYTES}; lw a0, -2(t1); ecall",
    "a store behind it": f"li t1, {DATA + DATA_SIZE * GRANULE_BYTES}; sb a0, -1(t1); sb a0, 0(t1); ecall",
    "behind the text": f"li t1, {TEXT + TEXT_SIZE * GRANULE_BYTES}; lw a0, 0(t1); ecall",
    "nowhere": "li t1, 0x70000000; lw a0, 0(t1); ecall",
    "jump into data": "lui t1, 0x40008; jr t1",
    "jump behind the text": f"li t1, {TEXT + TEXT_SIZE * GRANULE_BYTES}; jr t1",
    "jump to nothing": "jr x0",
    "jump to the vector": "li t1, 0x80; jr t1",
    "jump to an odd half": ".option rvc; la t1, 1f; jr t1; .balign 4; c.nop; 1: c.li a0, 7; ecall",
    **{f"load of {name}": f"li t1, {address:#x}; lw a0, 0(t1)" for name, address in MMIO.items()},
    **{f"store to {name}": f"li t1, {address:#x}; sw a0, 0(t1)" for name, address in MMIO.items()},
    **{f"jump to {name}": f"li t1, {address:#x}; jr t1" for name, address in MMIO.items()},
}


def test_no_probe_tells_the_cell_from_the_core() -> None:
    """Every probe as a process on the core, and as its clone: the same trap, at the same address, with the same
    registers; and the address of a load or store that is refused."""
    for name, text in PROBES.items():
        made = code(text)
        windows = {"text_window": (TEXT_GRANULE, TEXT_SIZE), "data_window": (DATA_GRANULE, DATA_SIZE)}
        script = [
            *ready(made),
            *((STORE, RAM + DATA_GRANULE * GRANULE_BYTES + 4 * n, 0x9E3779B1 * (n + 1) & 0xFFFFFFFF) for n in range(4)),
            *((STORE, COPROCESSOR.address(which), window(*where)) for which, where in windows.items()),
            order("start"), STOPPED, *show(),
            (USER, REGISTERS), *((SAY, REGISTERS + 4 * n) for n in range(32)),
        ]  # fmt: skip
        said = run(script, made).said
        stop, cause, value, pc, real = Stop.of(said[:38]), said[38], said[39], said[40], said[41:72]
        assert (stop.cause, stop.pc) == (cause, pc), name
        assert list(stop.x[1:]) == real, name
        assert (stop.stop == CellStop.CALL) == (cause == ECALL), name
        if cause in (NO_LOAD, NO_STORE):
            assert stop.address == value & ~3, name


def test_a_clone_that_loops_ends_with_its_budget() -> None:
    for budget in (100, 3000):
        stop = clone("1: j 1b", budget=budget)
        assert stop.stop == CellStop.BUDGET and budget <= stop.cycles <= budget + 8 and not stop.wrote
    stop = clone(f"lui t0, {DATA >> 12:#x}; 1: sw t0, 0(t0); j 1b", budget=500)
    assert stop.stop == CellStop.BUDGET and stop.wrote
    assert clone("wfi; 1: j 1b", budget=300).stop == CellStop.BUDGET


def test_a_store_without_room_stops() -> None:
    """Of two lines, 16 KB apart, the clone may write one; read both."""
    first = (
        f"lui t0, {DATA >> 12:#x}; li t1, {CELL_BYTES}; add t1, t1, t0; lw a0, 0(t1); sw x0, 32(t1); sw a0, 4(t0);"
    )
    stop = clone(first + "lw a1, 0(t1); lw a2, 4(t0); sb a0, 3(t1); ecall", data_size=32)
    assert stop.stop == CellStop.ROOM and stop.address == DATA + CELL_BYTES
    assert stop.x[11] == stop.x[10] == stop.x[12]
    assert clone(first + "ecall", data_size=32).stop == CellStop.CALL


def test_a_clone_goes_on_when_it_is_told_to() -> None:
    text = code("li a7, 1; ecall; add a1, a0, a0; ecall; ebreak")
    script = [*ready(text), order("start"), STOPPED, *show()]
    ends = [len(code("li a7, 1; ecall")), len(code("li a7, 1; ecall; add a1, a0, a0; ecall"))]
    for number, end in enumerate(ends):
        script += [(STORE, CELL.address("result"), 500 + number), (STORE, CELL.address("next"), TEXT + end)]
        script += [order("resume"), STOPPED, *show()]
    said = run(script, text).said
    first, second, third = (Stop.of(said[38 * n : 38 * n + 38]) for n in range(3))
    assert (first.stop, second.stop, third.stop) == (CellStop.CALL, CellStop.CALL, CellStop.TRAP)
    assert first.x[17] == 1 and second.x[10] == 500 and second.x[11] == 1000 and third.x[10] == 501
    assert third.cause == BREAK and [first.instructions, second.instructions, third.instructions] == [2, 4, 5]
    expected = list(first.x)
    expected[10:12] = 501, 1000
    assert list(third.x) == expected, "nothing else changes, t0 in particular"


def test_a_clone_waits_while_its_originals_memory_moves() -> None:
    text = code(f"lui t0, {DATA >> 12:#x}; 1: lw a0, 0(t0); beqz a0, 1b; lw a1, 4(t0); ecall")
    old, new = (RAM + granule * GRANULE_BYTES for granule in (DATA_GRANULE, FURTHER))
    pause = CELL.address("pause")
    cycles = (SAY, CELL.address("instructions"))
    script = [
        *ready(text), (STORE, old, 0), (STORE, old + 4, 0x600D), order("start"),
        *([(AWAIT, CELL.address("cycles"), 0, 0)] * 20),
        (STORE, pause, 1), (AWAIT, CELL.address("status"), 1 << 10, 1 << 10), cycles,
        (COPY, old, new, 16), (STORE, old + 4, 0xBAD), (STORE, old, 1),
        cycles, (STORE, CELL.address("data_window"), window(FURTHER, DATA_SIZE)), (STORE, pause, 0), cycles,
        *([(AWAIT, CELL.address("cycles"), 0, 0)] * 20),
        (STORE, new, 7), STOPPED, *show(),
    ]  # fmt: skip
    said = run(script, text).said
    assert said[0] == said[1], "nothing is begun"
    stop = Stop.of(said[3:41])
    assert stop.x[10:12] == (7, 0x600D)


def test_what_a_clone_reads_lies_in_the_windows_and_main_ram_stays_as_it_was() -> None:
    """A clone that writes all it can, and tries to read and run what it may not."""
    text = code(
        f"lui s0, {DATA >> 12:#x}; li s1, {DATA_SIZE * GRANULE_BYTES // 4}; mv t0, s0;"
        "1: lw a0, 0(t0); not a0, a0; sw a0, 0(t0); addi t0, t0, 4; addi s1, s1, -1; bnez s1, 1b; lw a0, 0(t0)"
    )
    total = "li t0, 0; mv t1, a0; lui t2, 0x2f; add t2, t2, a0; 1: lw t3, 0(t1); slli t4, t0, 1; srli t0, t0, 31;"
    total += "or t0, t0, t4; xor t0, t0, t3; addi t1, t1, 4; bltu t1, t2, 1b; mv a0, t0; ret"
    more = code(total, WINDOW + MORE)
    look = (TIME, WINDOW + MORE, RAM)
    machine = run([*ready(text), look, order("start"), STOPPED, *show(), look], text, more, 4_000_000)
    _, before, *said = machine.said
    stop = Stop.of(said[:38])
    assert said[39] == before, "all of main RAM but its last granules, which the script uses"
    assert stop.wrote and stop.cause == NO_LOAD and stop.address == DATA + DATA_SIZE * GRANULE_BYTES
    places = {note.value * 4 for note in machine.notes(Kind.CELL_READ)}
    within = {
        *range(REGISTERS - RAM, REGISTERS - RAM + 128),
        *range(TEXT_GRANULE * GRANULE_BYTES, (TEXT_GRANULE + TEXT_SIZE) * GRANULE_BYTES),
        *range(DATA_GRANULE * GRANULE_BYTES, (DATA_GRANULE + DATA_SIZE) * GRANULE_BYTES),
    }
    assert places <= within and len(places) > DATA_SIZE * GRANULE_BYTES // 4


def drawn_code(chance: random.Random, memory: bytearray, count: int) -> tuple[str, list[int]]:
    """Return random loads and stores, of any width and alignment, and the registers a0 to a7 behind them; `memory`
    becomes what they leave."""
    lines, registers = [f"lui t0, {DATA >> 12:#x}"], [0] * 8
    lines += [f"li a{n}, {registers[n]}" for n in range(8)]
    for _ in range(count):
        size, n = chance.choice((1, 2, 4)), chance.randrange(8)
        base = chance.choice((0, 64, 1024, 2000)) + chance.randrange(40)
        where = slice(base, base + size)
        match chance.randrange(3):
            case 0:
                registers[n] = int.from_bytes(memory[where], "little")
                lines.append(f"{ {1: 'lbu', 2: 'lhu', 4: 'lw'}[size] } a{n}, {base}(t0)")
            case 1:
                memory[where] = (registers[n] & ((1 << 8 * size) - 1)).to_bytes(size, "little")
                lines.append(f"{ {1: 'sb', 2: 'sh', 4: 'sw'}[size] } a{n}, {base}(t0)")
            case _:
                registers[n] = chance.getrandbits(32)
                lines.append(f"li a{n}, {registers[n]:#x}")
    return "; ".join([*lines, "ecall"]), registers


@pytest.mark.parametrize("seed", range(3))
def test_random_loads_and_stores_find_what_they_should(seed: int) -> None:
    """Two clones of one original, one after the other: the second finds nothing of the first."""
    chance = random.Random(seed)
    original = bytearray(chance.randbytes(2048))
    script: list[Step] = []
    expected = []
    text, base = b"", DATA_GRANULE * GRANULE_BYTES
    memory = bytearray(original)
    lines, registers = drawn_code(chance, memory, 120)
    text = code(lines)
    script += ready(text)
    script += [(STORE, RAM + base + 4 * n, word) for n, (word,) in enumerate(struct.iter_unpack("<I", original))]
    places = [*range(0, 128, 4), *range(1024, 1088, 4), *range(2000, 2044, 4)]
    for _ in range(2):
        script += [order("start"), STOPPED, *show(), *((SAY, CELL_RAM + place) for place in places)]
        expected.append((registers, [int.from_bytes(memory[place : place + 4], "little") for place in places]))
    script += [(STORE, CELL_RAM + 4, 0xABCD), (SAY, CELL_RAM + 4), (SAY, RAM + base + 4), order("discard")]
    script += [(SAY, CELL.address("status")), (SAY, CELL_RAM + 4), order("start"), STOPPED, (SAY, CELL_RAM + 4)]
    said = run(script, text).said
    for registers, words in expected:
        assert list(Stop.of(said[:38]).x[10:18]) == registers
        assert said[38 : 38 + len(places)] == words
        said = said[38 + len(places) :]
    written, real, status, gone, again = said[:5]
    assert written == 0xABCD and real == int.from_bytes(original[4:8], "little")
    assert status & 3 == CellState.EMPTY and gone == 0
    assert again == int.from_bytes(memory[4:8], "little")
