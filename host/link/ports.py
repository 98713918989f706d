"""Finds boards: serial ports of known adapters, confirmed by a HELLO.  Any other port is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from serial.tools import list_ports

from hdl.contract.link import Capability
from host.link.errors import LinkError
from host.link.session import Session
from host.link.transport import PortLine

KNOWN = {(0x0403, 0x6015): "ULX3S"}
"""Boards by the USB vendor and product of their serial adapter."""

SIMULATED = "sim"
_PATIENCE = 2.0
"""Seconds that a port has to answer; a board that runs takes milliseconds."""


class Candidate(Protocol):
    """A serial port as the system lists it."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class Port:
    """A port where a board is, or should be.

    kind: which board it should be.  serial: of its adapter.  board: number and firmware's name as its HELLO tells;
    None where nothing answered, and `problem` says why.
    """

    port: str
    kind: str
    serial: str = ""
    board: tuple[int, str] | None = None
    problem: str = ""


def candidates() -> list[Candidate]:
    """Return the system's serial ports."""
    return list(list_ports.comports())


def find_ports() -> list[Port]:
    """Return the simulated board's port, then those of known adapters."""
    found = [Port(SIMULATED, "simulated")]
    for candidate in sorted(candidates(), key=lambda candidate: candidate.device):
        kind = (
            None if candidate.vid is None or candidate.pid is None else KNOWN.get((candidate.vid, candidate.pid))
        )
        if kind is not None:
            found.append(_greeted(candidate.device, kind, candidate.serial_number or ""))
    return found


def _greeted(port: str, kind: str, serial: str) -> Port:
    """Say HELLO at a port that a known adapter has."""
    try:
        session = Session(PortLine(port, patience=_PATIENCE))
    except LinkError as error:
        return Port(port, kind, serial, problem=str(error))
    session.close()
    values = session.hello.values
    if values["capabilities"] >> Capability.SIMULATED & 1:
        kind = "simulated"
    return Port(port, kind, serial, (values["board_low"] | values["board_high"] << 32, session.hello.text))
