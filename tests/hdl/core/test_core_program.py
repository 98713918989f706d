"""A program on the real core, with the real memories and bus: what it meets, and when."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from hdl.contract.memory import REGIONS
from hdl.contract.registers import COPROCESSOR, IRQ, RESET_KEY, SYSTEM, TIMER, UART
from hdl.contract.verdict import CONTRACT_VERSION
from sim.machine import BareMachine, Kind

END = 0x454E44
SYMBOLS = {
    "UART_SEND": UART.address("send"),
    "RAM": REGIONS["ram"].base,
    "RAM_END": REGIONS["ram"].end,
    "ROM": REGIONS["rom"].base,
    "USER": REGIONS["user"].base,
    "WINDOW": REGIONS["flash_window"].base,
    "LINK_SEND": REGIONS["link_send"].base,
    "COPROCESSOR": COPROCESSOR.address("dispatch"),
    "TIMER_NOW": TIMER.address("now_low"),
    "IRQ_ENABLE": IRQ.address("enable"),
    "SYSTEM": SYSTEM.address("contract"),
    "SYSTEM_LEDS": SYSTEM.register["leds"].offset,
    "SYSTEM_RESET": SYSTEM.register["reset"].offset,
    "RESET_KEY": RESET_KEY,
    "END": END,
}


def assembled(source: Path, folder: Path) -> bytes:
    """Return the machine code of a program for the flash window."""
    zig = [sys.executable, "-m", "ziglang"]
    target = ["-target", "riscv32-freestanding-none", "-mcpu=generic_rv32+m+c+zicsr+zifencei", "-mabi=ilp32"]
    symbols = [f"-D{name}={value:#x}" for name, value in SYMBOLS.items()]
    object_file, image = folder / "program.o", folder / "program.bin"
    subprocess.run([*zig, "cc", *target, *symbols, "-c", source, "-o", object_file], check=True)
    place = ["-m", "elf32lriscv", f"-Ttext={SYMBOLS['WINDOW']:#x}", "--oformat=binary"]
    subprocess.run([*zig, "ld.lld", *place, object_file, "-o", image], check=True)
    return image.read_bytes()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> BareMachine:
    """The machine after the whole program."""
    machine = BareMachine(assembled(Path(__file__).with_name("program.S"), tmp_path_factory.mktemp("program")))
    machine.run(20_000, END)
    return machine
