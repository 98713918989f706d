"""CRC-32 of the link, a byte at a time."""

from __future__ import annotations

from typing import Any

from amaranth import Cat, Mux

from hdl.contract.link import CRC_BYTES, CRC_POLYNOMIAL

START = 0xFFFF_FFFF
"""The register's value before the first byte; what is sent is its complement, lowest byte first."""


def _residue() -> int:
    value = START
    for _ in range(8 * CRC_BYTES):  # the CRC of nothing is four zero bytes
        value = value >> 1 ^ (CRC_POLYNOMIAL if value & 1 else 0)
    return value


RESIDUE = _residue()
"""The register's value behind any message and its CRC."""


def crc_step(register: Any, byte: Any) -> Any:
    """Return the register behind one more byte."""
    value = register ^ byte
    for _ in range(8):
        value = Cat(value[1:32], 0) ^ Mux(value[0], CRC_POLYNOMIAL, 0)
    return value
