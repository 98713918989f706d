"""Files that outlive a reset, on the native board: littlefs over the model of the chip."""

from __future__ import annotations

from hdl.contract.flash import AREAS
from sim.native import NativeBoard
from sim.native_processes import AT_FDCWD, SCRATCH, Processes

RDONLY, WRONLY, RDWR, CREAT, TRUNC, APPEND = 0, 1, 2, 0o100, 0o1000, 0o2000
AREA = AREAS["files"]


def opened(processes: Processes, path: str, flags: int = RDONLY, mode: int = 0o644) -> int:
    return processes.call(0, "openat", AT_FDCWD, processes.text(0, path), flags, mode)


def booted(board: NativeBoard) -> Processes:
    """Reset a board, and begin its first process."""
    board.exchange()
    return Processes(board)


def test_a_file_survives_a_reset(screened: bytes) -> None:
    board = NativeBoard(bytearray(screened))
    processes = booted(board)
    descriptor = opened(processes, "/home/alice/new.txt", RDWR | CREAT)
    assert descriptor >= 0
    assert processes.call(0, "write", descriptor, processes.put(0, b"it stays\n"), 9) == 9
    assert processes.call(0, "close", descriptor) == 0
    assert processes.contents("/home/alice/new.txt") == b"it stays\n"
    board.reset()
    processes = booted(board)
    assert processes.contents("/home/alice/new.txt") == b"it stays\n"
    assert processes.contents("/home/alice/todo.txt") == b"buy milk\ncall bob\n"
