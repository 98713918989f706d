"""Core files: what is put in comes out, by a reader of our own and by those of others."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host.core_file import NT_PRPSINFO, NT_PRSTATUS, PF_R, PF_W, PF_X, Window, core_file

WORD = st.integers(0, 2**32 - 1)
REGISTERS = tuple(0x1000 * number for number in range(32))


def parts(core: bytes) -> tuple[dict[int, bytes], list[tuple[int, bytes, int]]]:
    """Return the notes by type, and the windows, of a core; every offset is checked."""
    assert core[:20] == b"\x7fELF\x01\x01\x01" + bytes(9) + struct.pack("<HH", 4, 243)
    (place,) = struct.unpack_from("<I", core, 28)
    size, count = struct.unpack_from("<HH", core, 42)
    assert size == 32
    notes, windows, behind = {}, [], place + size * count
    for number in range(count):
        kind, offset, address, _, held, wide, flags, _ = struct.unpack_from("<8I", core, place + size * number)
        assert offset == behind, "one behind the other, and nothing between"
        behind += held
        content = core[offset : offset + held]
        if kind == 1:
            assert held == wide
            windows.append((address, content, flags))
            continue
        assert kind == 4
        while content:
            owner, length, note = struct.unpack_from("<III", content)
            start = 12 + (owner + 3) // 4 * 4
            assert content[12 : 12 + owner] == b"CORE\0"
            notes[note] = content[start : start + length]
            content = content[start + (length + 3) // 4 * 4 :]
    assert behind == len(core)
    return notes, windows


@settings(max_examples=50, deadline=None)
@given(
    st.lists(WORD, min_size=32, max_size=32), st.binary(max_size=200), st.binary(max_size=200), WORD,
    st.integers(0, 65535), st.text(max_size=30),
)  # fmt: skip
def test_what_is_put_in_comes_out(
    registers: list[int], text: bytes, data: bytes, process: int, user: int, name: str
) -> None:
    process &= 0x7FFFFFFF
    windows = (Window(0x40000000, text, PF_R | PF_X), Window(0x40008000, data, PF_R | PF_W))
    notes, found = parts(core_file(registers, windows, process=process, parent=1, user=user, name=name))
    assert found == [(window.address, window.content, window.flags) for window in windows]
    status, about = notes[NT_PRSTATUS], notes[NT_PRPSINFO]
    assert (len(status), len(about)) == (204, 128), "as Linux has them on riscv32"
    assert struct.unpack_from("<32I", status, 72) == tuple(registers)
    assert struct.unpack_from("<2I", status, 24) == (process, 1)
    assert struct.unpack_from("<2I", about, 8) == (user, user)
    assert about[32:47] == name.encode()[:15].ljust(15, b"\0") and about[47] == 0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    windows = (Window(0x40000000, bytes(2048), PF_R | PF_X), Window(0x40008000, b"abcd" * 256, PF_R | PF_W))
    path = tmp_path / "5.core"
    path.write_bytes(core_file(REGISTERS, windows, process=5, parent=1, user=1000, name="prog"))
    return path


def said(*command: str | Path) -> str:
    tool = shutil.which(str(command[0]))
    if tool is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([tool, *command[1:]], capture_output=True, text=True, check=True)
    assert "arning" not in done.stdout + done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize("tool", ["readelf", "llvm-readelf"])
def test_readelf_shows_notes_and_windows(tool: str, file: Path) -> None:
    text = said(tool, "-h", "-n", "-l", file)
    assert "CORE (Core file)" in text and "RISC-V" in text
    assert re.search(r"CORE\s+0x000000cc\s+NT_PRSTATUS", text) and re.search(
        r"CORE\s+0x00000080\s+NT_PRPSINFO", text
    )
    assert re.search(r"LOAD\s+0x\w+ 0x40000000 0x00000000 0x00800 0x00800 R E", text)
    assert re.search(r"LOAD\s+0x\w+ 0x40008000 0x00000000 0x00400 0x00400 RW ", text)


def test_gdb_shows_registers_and_memory(file: Path) -> None:
    """Only a gdb that knows RISC-V: Debian has it as gdb-multiarch."""
    text = said("gdb-multiarch", "-nx", "-batch", "-ex", f"core-file {file}", "-ex", "info registers pc ra sp t6",
                "-ex", "x/s 0x40008000")  # fmt: skip
    assert re.search(r"pc\s+0x0\b", text) and re.search(r"t6\s+0x1f000\b", text)
    assert re.search(r"sp\s+0x2000\b", text) and '"abcdabcd' in text
