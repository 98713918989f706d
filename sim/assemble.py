"""Small programs for the core, from assembly."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

TARGET = ("-target", "riscv32-freestanding-none", "-mcpu=generic_rv32+m+c+zicsr+zifencei", "-mabi=ilp32")


def assembled(source: Path, base: int, symbols: Mapping[str, int]) -> bytes:
    """Return the machine code of an assembly file, linked at `base`, with `symbols` as its preprocessor's macros.

    Raises subprocess.CalledProcessError; what is wrong stands on the error output.
    """
    zig = [sys.executable, "-m", "ziglang"]
    defined = [f"-D{name}={value:#x}" for name, value in symbols.items()]
    with tempfile.TemporaryDirectory(prefix="assemble-") as work:
        made, image = Path(work) / "program.o", Path(work) / "program.bin"
        subprocess.run([*zig, "cc", *TARGET, *defined, "-c", source, "-o", made], check=True)
        # The linker itself: the compiler's driver would first build a run-time library, which takes a minute.
        place = ["-m", "elf32lriscv", f"--image-base={base:#x}", f"-Ttext={base:#x}", "--oformat=binary"]
        subprocess.run([*zig, "ld.lld", *place, made, "-o", image], check=True)
        return image.read_bytes()
