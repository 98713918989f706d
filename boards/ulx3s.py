"""Radiona ULX3S, v2 and v3, with an 85F."""

from __future__ import annotations

from boards.board import Board, FlashPins

BOARD = Board(
    name="ulx3s",
    title="Radiona ULX3S 85F",
    family="ecp5",
    device="85k",
    package="CABGA381",
    speed="6",
    clock="G2",
    clock_hz=25_000_000,
    rx="M1",  # the adapter's TXD
    tx="L4",  # the adapter's RXD
    line_rate=3_000_000,  # the most that the FT231X does
    leds=("B2", "C2", "C1", "D2", "D1", "E2", "E1", "H3"),
    flash=FlashPins(chip="IS25LP128F or W25Q128JV", size=16 << 20, cs_n="R2", dq=("W2", "V2", "Y2", "W1")),
    programmer="ulx3s",
    reset="R1",  # FIRE 1
    held_high={"wifi_gpio0": "L2"},  # low would hold the ESP32 in its loader, which can take the board over
    pads={"IO_TYPE": "LVCMOS33", "PULLMODE": "NONE", "DRIVE": "4"},
    pulls={"rx": "UP", "reset": "DOWN"},
    sysconfig={
        "CONFIG_IOVOLTAGE": "3.3",
        "COMPRESS_CONFIG": "ON",
        "MCCLK_FREQ": "62",
        "MASTER_SPI_PORT": "DISABLE",  # the flash's pins are ours once the chip is configured
        "SLAVE_SPI_PORT": "DISABLE",
        "SLAVE_PARALLEL_PORT": "DISABLE",
    },
)
