"""The whole board, every peripheral where the memory map says, under a boot ROM that looks at each."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from hdl.contract.flash import FLASH_BYTES
from hdl.contract.memory import REGIONS
from hdl.contract.registers import (
    COPROCESSOR,
    FLASH,
    IRQ,
    LINK,
    RESET_KEY,
    RING_BYTES,
    SHA256,
    SIMULATED_DIVIDER,
    SYSTEM,
    TIMER,
    UART,
    Irq,
)
from hdl.contract.verdict import CONTRACT_VERSION
from sim.assemble import assembled
from sim.board import BOARD
from sim.verilate import library

PROGRAM = Path(__file__).with_name("board_program.S")
BUILD = 0xC0FFEE42
SYMBOLS = {
    "UART": UART.region.base,
    **{f"UART_{name.upper()}": register.offset for name, register in UART.register.items()},
    "RAM": REGIONS["ram"].base,
    "WINDOW": REGIONS["flash_window"].base,
    "LINK_SEND": REGIONS["link_send"].base,
    "LINK_RECEIVE": REGIONS["link_receive"].base,
    "RING": RING_BYTES,
    "LINE_DIVIDER": SYSTEM.address("line_divider"),
    "CONTRACT": SYSTEM.address("contract"),
    "CONTRACT_VERSION": CONTRACT_VERSION,
    "BUILD": SYSTEM.address("build"),
    "BUILD_NUMBER": BUILD,
    "LEDS": SYSTEM.address("leds"),
    "BOARD_RESET": SYSTEM.address("reset"),
    "RESET_KEY": RESET_KEY,
    "IRQ_ENABLE": IRQ.address("enable"),
    "IRQ_NEXT": IRQ.address("next"),
    "SHA_LINE": Irq.SHA256,
    "RECEIVED_LINE": Irq.UART_RECEIVED,
    "ALARM": TIMER.address("alarm_low"),
    "NOW_HIGH": TIMER.address("now_high"),
    "FLASH_CONTROL": FLASH.address("control"),
    "FLASH_RESET": FLASH.register["control"].reset,
    "SHA_CONTROL": SHA256.address("control"),
    "SHA_STATUS": SHA256.address("status"),
    "SHA_DIGEST": SHA256.address("digest"),
    "ZEROS_DIGEST": 0xBE9856DA,  # of a block of zeros, begun from the initial value, as memory has it
    "LINK_STATUS": LINK.address("status"),
    "LINK_ROOM": 16,
    "DISPATCH": COPROCESSOR.address("dispatch"),
    "COPROCESSOR_STATUS": COPROCESSOR.address("status"),
    "SECOND_TIME": 0x5EC0D,
}


@cache
def boot_rom() -> bytes:
    return assembled(PROGRAM, REGIONS["rom"].base, SYMBOLS)


def verilog() -> str:
    from amaranth.back import verilog

    from hdl.soc.soc import Soc

    return str(verilog.convert(Soc(boot_rom(), simulated=True, build=BUILD, observed=True), name="soc"))


class Board:
    """The board behind its line, without firmware."""

    def __init__(self, flash: Path) -> None:
        flash.write_bytes(b"\xff" * FLASH_BYTES)
        design = replace(BOARD, verilog=verilog, made_from=(*BOARD.made_from, PROGRAM, Path(__file__)))
        self.library = ctypes.CDLL(str(library(design)))
        self.library.board_new.restype = ctypes.c_void_p
        self.library.board_skippable.restype = self.library.board_cycle.restype = ctypes.c_uint64
        error = ctypes.create_string_buffer(200)
        made = self.library.board_new(
            str(flash).encode(), SIMULATED_DIVIDER, ctypes.c_uint64(0), 16, error, ctypes.c_size_t(200)
        )
        assert made, error.value
        self.board = ctypes.c_void_p(made)

    def run(self, cycles: int) -> bool:
        """Run for so many cycles; return whether the board sleeps before they are over."""
        end = self.cycle + cycles
        while self.cycle < end:
            if self.library.board_run(self.board, ctypes.c_uint64(end - self.cycle)) == 2:
                return True
        return False

    @property
    def cycle(self) -> int:
        return int(self.library.board_cycle(self.board))

    def send(self, data: bytes) -> None:
        self.library.board_write(self.board, data, ctypes.c_size_t(len(data)))

    def received(self) -> bytes:
        room = ctypes.create_string_buffer(4096)
        count = self.library.board_read(self.board, room, ctypes.c_size_t(4096))
        return room.raw[:count]


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path / "flash")


@pytest.mark.slow
def test_every_peripheral_answers_and_a_reset_begins_anew(board: Board) -> None:
    assert board.run(20_000), "the work of SHA-256 is not taken for sleep: only the end is"
    assert board.received() == b"cbiafwhldsrqxyRT"


@pytest.mark.slow
def test_a_sleeping_board_wakes_for_a_byte(board: Board) -> None:
    assert board.run(20_000)
    board.received()
    for sent in (b"a", b"hello", bytes(range(255))):
        board.send(sent)
        for _ in range(20):
            board.run(500)
        assert board.received() == bytes((byte + 1) & 255 for byte in sent)
    asleep = board.cycle
    board.library.board_skip(board.board, ctypes.c_uint64(10**9))
    assert board.cycle - asleep == 10**9
