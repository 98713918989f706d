"""What a board file declares: a chip, its pins, and what hangs on them.  Plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class FlashPins:
    """The SPI flash: chip select, and data lines 0 to 3 (DI, DO, WP#, HOLD#).

    sck: its clock's pin; None where only a primitive of the chip reaches it (ECP5: `USRMCLK`).
    chip and size in bytes are what the board carries.
    """

    chip: str
    size: int
    cs_n: str
    dq: tuple[str, str, str, str]
    sck: str | None = None


@dataclass(frozen=True)
class Board:
    """One board.

    name: as in `vigilante build NAME`; title: for people.
    family: "ecp5" or "ice40".  device, package, speed: as nextpnr's options name them; speed is the grade.
    clock: pin of the oscillator, clock_hz its frequency; the board runs at it.
    rx, tx: pins of the serial line, seen from the chip; line_rate in bits per second.
    leds: pins, lamp 0 first; led_inverted: a lamp is lit by 0.
    reset: pin of a button that resets, high while pressed; None: only power-up and programs do.
    reset_cycles: clock cycles for which the board is held in reset at power-up.
    held_high: pins that must be 1 for the board to be at peace, by name.
    pads: attributes of every pad; pulls: of single ones, by port name.
    sysconfig: chip-wide settings of the constraint file.
    programmer: what openFPGALoader calls it.
    """

    name: str
    title: str
    family: str
    device: str
    package: str
    speed: str
    clock: str
    clock_hz: int
    rx: str
    tx: str
    line_rate: int
    leds: tuple[str, ...]
    flash: FlashPins
    programmer: str
    led_inverted: bool = False
    reset: str | None = None
    reset_cycles: int = 1 << 16
    held_high: dict[str, str] = field(default_factory=dict)
    pads: dict[str, str] = field(default_factory=dict)
    pulls: dict[str, str] = field(default_factory=dict)
    sysconfig: dict[str, str] = field(default_factory=dict)

    def ports(self) -> dict[str, str]:
        """Return the pins by the names that ports have in the design."""
        dq = {f"flash_dq{line}": pin for line, pin in enumerate(self.flash.dq)}
        found = {"clk": self.clock, "rx": self.rx, "tx": self.tx, "flash_cs_n": self.flash.cs_n, **dq}
        if self.flash.sck is not None:
            found["flash_sck"] = self.flash.sck
        if self.reset is not None:
            found["reset"] = self.reset
        found |= {f"led{lamp}": pin for lamp, pin in enumerate(self.leds)}
        return found | self.held_high

    def object(self) -> dict[str, Any]:
        """Return all of it as plain values: what a report was made for."""
        return asdict(self)


def doubled_pins(board: Board) -> list[str]:
    """Return the pins that more than one port has."""
    pins = list(board.ports().values())
    return sorted({pin for pin in pins if pins.count(pin) > 1})
