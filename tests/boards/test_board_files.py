"""Board files, and what is made of them: constraints, pads."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import cast

import pytest

from boards import icebreaker, ulx3s
from boards.board import Board, doubled_pins
from boards.constraints import lpf
from boards.targets import TARGETS, text_of
from boards.top import Top
from hdl.contract.flash import FLASH_BYTES
from hdl.contract.memory import CLOCK_HZ
from hdl.contract.registers import uart_divider
from hdl.soc.soc import Soc

BOARDS = (ulx3s.BOARD, icebreaker.BOARD)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_a_board_file_is_sound(board: Board) -> None:
    assert not doubled_pins(board)
    assert board.flash.size == FLASH_BYTES
    assert board.name in TARGETS
    assert set(board.pulls) <= set(board.ports())


def test_the_ulx3s_runs_at_the_clock_of_the_contract() -> None:
    """Time in records and registers is counted by it."""
    assert ulx3s.BOARD.clock_hz == CLOCK_HZ
    assert uart_divider(ulx3s.BOARD.line_rate, ulx3s.BOARD.clock_hz) == 2133  # 8 1/3 cycles in 1/256


def test_constraints_name_every_port_once() -> None:
    text = lpf(ulx3s.BOARD)
    assert 'FREQUENCY PORT "clk" 25 MHZ;' in text
    assert 'LOCATE COMP "flash_dq2" SITE "Y2";' in text
    assert 'IOBUF PORT "rx" IO_TYPE=LVCMOS33 PULLMODE=UP DRIVE=4;' in text
    assert 'IOBUF PORT "tx" IO_TYPE=LVCMOS33 PULLMODE=NONE DRIVE=4;' in text
    assert "MASTER_SPI_PORT=DISABLE" in text.splitlines()[0]
    located = re.findall(r'^LOCATE COMP "(\w+)" SITE "(\w+)";$', text, re.M)
    assert dict(located) == ulx3s.BOARD.ports()
    assert len(located) == len(ulx3s.BOARD.ports())
    assert len(text.splitlines()) == 2 + 2 * len(located)


def test_a_pin_that_two_ports_have_is_refused() -> None:
    with pytest.raises(ValueError, match="ulx3s: more than one port has pin M1"):
        lpf(replace(ulx3s.BOARD, tx="M1"))


def test_pads_of_another_family_are_refused() -> None:
    with pytest.raises(ValueError, match="no pads are known for 'ice40', which icebreaker has"):
        Top(icebreaker.BOARD, cast(Soc, None))


@pytest.fixture(scope="module")
def top_of_ulx3s() -> str:
    top = Top(ulx3s.BOARD, Soc(b"\x13\0\0\0", simulated=False, build=0x1234))
    text = text_of(top, list(top.ports.values()))
    return text[text.index("module top(") : text.index("endmodule")]


def test_every_port_has_a_pad(top_of_ulx3s: str) -> None:
    head = top_of_ulx3s[: top_of_ulx3s.index(")")]
    assert set(re.findall(r"\w+", head.removeprefix("module top("))) == set(ulx3s.BOARD.ports())
    pads = re.findall(r"^  (IB|OB|BB) pad_(\w+) ", top_of_ulx3s, re.M)
    assert {name for _kind, name in pads} == set(ulx3s.BOARD.ports())
    assert {name for kind, name in pads if kind == "BB"} == {f"flash_dq{line}" for line in range(4)}
    assert {name for kind, name in pads if kind == "IB"} == {"clk", "rx", "reset"}


def test_the_flash_clock_leaves_by_the_primitive(top_of_ulx3s: str) -> None:
    assert re.search(r"USRMCLK flash_clock \(\s*\.USRMCLKI\(flash_sck\),\s*\.USRMCLKTS\(1'h0\)", top_of_ulx3s)


def test_flash_lines_are_driven_only_where_the_controller_drives_them(top_of_ulx3s: str) -> None:
    for line in range(4):
        pad = re.search(rf"BB pad_flash_dq{line} \((.*?)\);", top_of_ulx3s, re.S)
        assert pad is not None
        driven = re.search(r"\.T\((.*?) *\)", pad[1])
        assert driven is not None
        assert re.search(rf"assign {re.escape(driven[1])} *= ~ ?flash_dq_oe\[{line}\];", top_of_ulx3s)
