"""Memory map, registers and link frames: what is declared is consistent."""

from __future__ import annotations

import pytest

from hdl.contract.event import EVENT, PATH_LIMIT, PATHS_MAX
from hdl.contract.frames import FRAME, FRAMES, Sender
from hdl.contract.layout import Field
from hdl.contract.link import HEADER, MODEL_CHUNK, PAYLOAD_MAX, FrameType
from hdl.contract.memory import CLOCK_HZ, MASTERS, REGIONS, WINDOWS, Region, _checked, region_at
from hdl.contract.registers import (
    COPROCESSOR,
    PATH_HEAD,
    PERIPHERALS,
    UART,
    UART_FRACTION_BITS,
    Access,
    Peripheral,
    Register,
    uart_divider,
)


def test_sizes_of_the_design() -> None:
    assert REGIONS["ram"].size == 208 * 1024 and REGIONS["cell_ram"].size == 32 * 1024
    assert REGIONS["coprocessor"].base == 0xFFFF_F800 and REGIONS["coprocessor"].end == 1 << 32


def test_dispatch_is_one_load_away_from_x0() -> None:
    assert (1 << 32) - COPROCESSOR.address("dispatch") <= 2048


def test_every_peripheral_has_its_region_and_every_io_region_its_registers() -> None:
    assert [p.name for p in PERIPHERALS] == [region.name for region in REGIONS.values() if region.io]


def test_masters_reach_what_exists_and_the_cell_sees_no_peripheral() -> None:
    for master in MASTERS:
        assert set(master.reaches) <= REGIONS.keys()
        if master.name != "core_data":
            assert not any(REGIONS[name].io for name in master.reaches)
        if master.name.startswith("cell"):
            assert set(master.reaches) <= set(WINDOWS)


def test_addresses_lead_back_to_their_regions() -> None:
    for region in REGIONS.values():
        assert region_at(region.base) is region_at(region.end - 1) is region
    with pytest.raises(ValueError, match="nothing is mapped at 0x70000000"):
        region_at(0x7000_0000)


def test_regions_that_clash_are_named() -> None:
    with pytest.raises(ValueError, match="'b' at 0x100 overlaps 'a'"):
        _checked((Region("a", 0, 0x200, "r", ""), Region("b", 0x100, 0x100, "r", "")))
    with pytest.raises(ValueError, match="'a' is declared twice"):
        _checked((Region("a", 0, 0x100, "r", ""), Region("a", 0x100, 0x100, "r", "")))
    with pytest.raises(ValueError, match="'a' at 0x1, 256 bytes, does not fit"):
        _checked((Region("a", 1, 0x100, "r", ""),))


@pytest.mark.parametrize(
    ("registers", "message"),
    [
        ((Register("a", 2, Access.READ, ""),), r"uart\.a at 0x2: expected a free multiple of 4"),
        (
            (Register("a", 0, Access.READ, "", count=2), Register("b", 4, Access.READ, "")),
            r"uart\.b at 0x4: expected a free multiple of 4",
        ),
        ((Register("a", 0, Access.READ, ""), Register("a", 4, Access.READ, "")), r"uart\.a is declared twice"),
        ((Register("a", 0, Access.READ, "", (Field("x", 33, ""),)),), r"uart\.a has 33 bits of fields"),
        ((Register("a", 0, Access.READ, "", (Field("x", 1, ""),), reset=2),), r"cannot hold its reset value 0x2"),
        ((Register("a", 0, Access.READ, "", count=65),), r"registers of uart end at 0x104"),
    ],
)
def test_registers_that_clash_are_named(registers: tuple[Register, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Peripheral("uart", "", registers)


def test_array_registers_have_bounds() -> None:
    assert COPROCESSOR.address("event", 7) == COPROCESSOR.address("event") + 28
    with pytest.raises(ValueError, match=r"coprocessor\.event has 8 entries, there is no 8"):
        COPROCESSOR.address("event", 8)


@pytest.mark.parametrize("baud", [9600, 115_200, 921_600, 1_000_000, 3_000_000])
def test_line_rates_are_met_within_a_thousandth(baud: int) -> None:
    cycles = uart_divider(baud, CLOCK_HZ) / (1 << UART_FRACTION_BITS)
    assert abs(CLOCK_HZ / cycles / baud - 1) < 0.001


def test_a_line_rate_out_of_reach_is_refused() -> None:
    with pytest.raises(ValueError, match=r"25000000 baud at 25000000 Hz is 1\.00 cycles a bit"):
        uart_divider(CLOCK_HZ, CLOCK_HZ)
    assert UART.register["divider"].reset == 217 << UART_FRACTION_BITS


def test_every_frame_type_is_declared_once_in_order() -> None:
    assert [frame.kind for frame in FRAMES] == list(FrameType)
    assert all(FRAME[kind].kind is kind for kind in FrameType)
    for frame in FRAMES:
        assert frame.fixed.width == 8 * frame.fixed_bytes, f"{frame.kind.name} has bits that nobody named"
        assert frame.fixed_bytes <= PAYLOAD_MAX
    assert HEADER.width == 32
    assert {kind for kind in FrameType if not FRAME[kind].numbered} == {
        FrameType.HELLO,
        FrameType.ACK,
        FrameType.ABORT,
        FrameType.TAMPER,
    }
    assert FRAME[FrameType.ABORT].sender is Sender.BOTH


def test_the_largest_payloads_fit() -> None:
    path = 4 * PATH_HEAD.words + -(-(PATH_LIMIT + 1) // 4) * 4
    assert FRAME[FrameType.EVENT].fixed_bytes + 4 * EVENT.words + PATHS_MAX * path <= PAYLOAD_MAX
    assert FRAME[FrameType.MODEL_DATA].fixed_bytes + MODEL_CHUNK <= PAYLOAD_MAX
