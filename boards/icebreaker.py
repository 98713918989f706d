"""1BitSquared iCEBreaker, with an UP5K: the pipeline is counted against it; docs/boards.md says what came out."""

from __future__ import annotations

from boards.board import Board, FlashPins

BOARD = Board(
    name="icebreaker",
    title="1BitSquared iCEBreaker",
    family="ice40",
    device="up5k",
    package="sg48",
    speed="",  # there is one
    clock="35",
    clock_hz=12_000_000,
    rx="6",
    tx="9",
    line_rate=3_000_000,
    leds=("11", "37"),
    led_inverted=True,
    flash=FlashPins(chip="W25Q128JV", size=16 << 20, cs_n="16", dq=("14", "17", "12", "13"), sck="15"),
    programmer="ice40_generic",
)
