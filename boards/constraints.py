"""Constraint files: which port is at which pin, with which attributes, and how fast the clock is."""

from __future__ import annotations

from boards.board import Board, doubled_pins


def _checked(board: Board) -> dict[str, str]:
    if doubled := doubled_pins(board):
        raise ValueError(f"{board.name}: more than one port has pin {', '.join(doubled)}")
    return board.ports()


def lpf(board: Board) -> str:
    """Return a board's constraints as nextpnr-ecp5 reads them."""
    settings = " ".join(f"{name}={value}" for name, value in board.sysconfig.items())
    lines = [f"SYSCONFIG {settings};"] if settings else []
    lines.append(f'FREQUENCY PORT "clk" {board.clock_hz / 1e6:g} MHZ;')
    for port, pin in _checked(board).items():
        pads = board.pads | ({"PULLMODE": board.pulls[port]} if port in board.pulls else {})
        lines.append(f'LOCATE COMP "{port}" SITE "{pin}";')
        lines.append(f'IOBUF PORT "{port}" {" ".join(f"{name}={value}" for name, value in pads.items())};')
    return "\n".join(lines) + "\n"
