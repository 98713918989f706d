"""A frozen process as an ELF core file, which `readelf` and `gdb` open: registers, text and data.

The notes are those of Linux on riscv32, whose registers stand in the board's own order.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

ET_CORE, EM_RISCV, EF_RISCV_RVC = 4, 243, 1
PT_LOAD, PT_NOTE = 1, 4
PF_X, PF_W, PF_R = 1, 2, 4
NT_PRSTATUS, NT_PRPSINFO = 1, 3
SIGSTOP = 19
"""The signal that the core names: the process was stopped from outside."""

_HEADER = struct.Struct("<4s5B7x2H5I6H")
_SEGMENT = struct.Struct("<8I")
_STATUS = struct.Struct("<3i h2x 2I 4I 8I 32I I")
_PROCESS = struct.Struct("<bsbb 3I 4I 16s80s")
_NOTE = struct.Struct("<3I")
_OWNER = b"CORE\0"
_ALIGN = 4


@dataclass(frozen=True, slots=True)
class Window:
    """What a process has in memory from an address on; flags: PF_X, PF_W and PF_R of it."""

    address: int
    content: bytes
    flags: int


def core_file(
    registers: Sequence[int], windows: Sequence[Window], *, process: int, parent: int, user: int, name: str
) -> bytes:
    """Return the core of a process.

    registers: the address at which it goes on, then x1 to x31.  name: of the program, of which 15 bytes are kept.
    """
    program = name.encode(errors="surrogateescape")
    status = _STATUS.pack(
        SIGSTOP, 0, 0, SIGSTOP, 0, 0, process, parent, process, process, *(0,) * 8, *registers, 0
    )  # fmt: skip
    about = _PROCESS.pack(
        0, b"T", 0, 0, 0, user, user, process, parent, process, process, program[:15], program[:79]
    )  # fmt: skip
    notes = _note(NT_PRSTATUS, status) + _note(NT_PRPSINFO, about)
    place = _HEADER.size + (1 + len(windows)) * _SEGMENT.size
    segments = [_SEGMENT.pack(PT_NOTE, place, 0, 0, len(notes), 0, PF_R, _ALIGN)]
    place += len(notes)
    for window in windows:
        size = len(window.content)
        segments.append(_SEGMENT.pack(PT_LOAD, place, window.address, 0, size, size, window.flags, _ALIGN))
        place += size
    header = _HEADER.pack(
        b"\x7fELF", 1, 1, 1, 0, 0, ET_CORE, EM_RISCV, 1, 0, _HEADER.size, 0, EF_RISCV_RVC,
        _HEADER.size, _SEGMENT.size, len(segments), 0, 0, 0,
    )  # fmt: skip
    return b"".join([header, *segments, notes, *(window.content for window in windows)])


def _note(kind: int, content: bytes) -> bytes:
    return _NOTE.pack(len(_OWNER), len(content), kind) + _padded(_OWNER) + _padded(content)


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % _ALIGN)
