"""Builds the firmware: boot ROM and firmware for the board, and the same sources for any computer.

Everything is cached by the content of what it is made from.  `python -m firmware.build` prints the sizes.
"""

from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from firmware import decoys, image
from hdl import cache
from hdl.contract.flash import AREAS, FIRMWARE, FIRMWARE_AREAS, FIRMWARE_MAGIC, FLASH_BYTES
from hdl.contract.memory import REGIONS
from hdl.contract.verdict import CONTRACT_VERSION

Progress = Callable[[str, int, int], None]
"""Called with what is done at the moment, steps done, steps in all."""

ROOT = Path(__file__).parent
INCLUDE, BOOT, KERNEL, NATIVE, BENCH = (ROOT / name for name in ("include", "boot", "kernel", "native", "bench"))
ABI, USER, PROBES = (ROOT / name for name in ("abi", "user", "probes"))
LITTLEFS_PACKAGE = "littlefs-python"
LITTLEFS_SHA256 = "4ce8c6eeeb2703abaf8cb60f2dab624b17af42b13df3dbc6c42d4142bad79a59"
"""Of its source distribution, which is where littlefs is from."""
LITTLEFS_FILES = ("lfs.c", "lfs.h", "lfs_util.h", "LICENSE.md")
LIBRARY, SAVE = USER / "lib", KERNEL / "save.S"
"""What every program is linked with, as far as it needs it."""

TARGET = ("-target", "riscv32-freestanding-none", "-mcpu=generic_rv32+m+c+zicsr", "-mabi=ilp32")
RELAXED = ("-mcpu=generic_rv32+m+c+zicsr+relax",)
"""The linker makes calls as short as their distance allows: the kernel gets 4.5 KB smaller."""
UNTOUCHED = (RELAXED[0] + "".join(f"+reserve_x{number}" for number in (6, 7, 28, 29, 30, 31)),)
"""The same without registers t1 to t6: the kernel's C leaves them alone, so that a call need not save them.  (Of
-ffixed-x6 and the like this compiler takes no notice.)"""
SECTIONS = ("-ffunction-sections",)
ALIGNED = ("-falign-functions=4", "-falign-loops=4")
"""A branch to an odd half-word costs a fetch more."""
SWEPT = ("-Wl,--gc-sections",)
"""Functions that nobody calls are left out by the linker."""
WARNINGS = ("-Wall", "-Wextra", "-Werror")
BOARD_FLAGS = (*TARGET, "-std=c11", *WARNINGS, "-ffreestanding", "-fno-builtin", "-nostdlib",
               "-fno-sanitize=all", "-fomit-frame-pointer", "-g0", "-fno-stack-protector", "-fno-unwind-tables",
               "-fno-asynchronous-unwind-tables")  # fmt: skip
TINY_FLAGS = ("-Os", "-Xclang", "-Oz", "-msave-restore")
"""As small as can be, as programs are, too."""
PROGRAM_FLAGS = (*RELAXED, *TINY_FLAGS, *SECTIONS, *SWEPT, "-Wl,-z,max-page-size=4", "-Wl,-s")
NATIVE_FLAGS = ("-std=c11", "-g", "-O1", *WARNINGS, "-fPIC", "-shared")
QUICK = ("board.c", "clock.c", "counts.c", "link.c", "main.c", "memory.c", "scores.c", "screen.c", "strings.c")
"""Files of the kernel that are compiled for speed: what a host's event goes through, and what
screening does in calls.  The others are small."""
SMALL_FLAGS = ("-Os", "-msave-restore")
"""Functions begin and end by way of `save.S`."""
TINY = ("baits.c", "decoys.c", "digest.c", "evidence.c", "exec.c", "files.c", "lasting.c", "littlefs.c", "log.c",
        "mapping.c", "model.c", "nodes.c", "opening.c", "passing.c", "paths.c", "pipes.c", "policy.c", "poll.c",
        "pool.c", "proc.c", "process.c", "quarantine.c", "rehearsal.c", "runs.c", "schedule.c", "serve.c",
        "service.c", "signals.c", "sockets.c", "stat.c", "store.c", "terminal.c", "text.c", "transfer.c",
        "user.c", "vaccines.c")  # fmt: skip
"""Files of the kernel that get smaller yet by TINY_FLAGS; others get larger."""
BOARD_ONLY = ("board.c", "entry.c", "memory.c")
"""Files of the kernel that the native build replaces."""


UNSCREENED = ("UNSCREENED",)
LEAN = ("UNSCREENED", "TABLE")
"""Kernels to measure against: one that has no events, copies strings itself and needs no model; and one that
dispatches by itself besides, as lean as that can be."""


class BuildError(Exception):
    """Something cannot be built.  The message names what failed and the mend."""


def silent(_what: str, _done: int, _total: int) -> None:
    """A progress callback that says nothing."""


def _digest(sources: Sequence[Path], flags: Sequence[str]) -> str:
    """Return the digest of sources, of all headers, and of how they are compiled."""
    try:
        compiler = version("ziglang")
    except PackageNotFoundError:
        raise BuildError("the package `ziglang` is missing: pip install sentinelos-vigilante again") from None
    digest = hashlib.sha256(repr((flags, compiler)).encode())
    for source in [*sorted(sources), *sorted(ROOT.rglob("*.h")), *sorted(ROOT.rglob("*.ld")), Path(__file__)]:
        digest.update(f"{source.name}\n".encode() + source.read_bytes())
    return digest.hexdigest()[:24]


def _run(command: Sequence[str | Path], folder: Path) -> None:
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise BuildError(f"{command[0]} is missing: apt-get install {command[0]}") from None
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if "error" in line]
        raise BuildError(f"the firmware does not compile: {said[0] if said else done.stderr.strip()[:200]}")


def littlefs(progress: Progress = silent) -> Path:
    """Return the folder with littlefs' C sources, taken once out of its package's source distribution.

    Raises BuildError.
    """
    try:
        wanted = f"{LITTLEFS_PACKAGE}=={version(LITTLEFS_PACKAGE)}"
    except PackageNotFoundError:
        raise BuildError(
            f"the package `{LITTLEFS_PACKAGE}` is missing: pip install sentinelos-vigilante again"
        ) from None

    def make(work: Path) -> None:
        progress("fetching littlefs", 0, 1)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", LITTLEFS_PACKAGE]
        _run([*pip, "--dest", "package", wanted], work)
        package = next((work / "package").iterdir())
        if hashlib.sha256(package.read_bytes()).hexdigest() != LITTLEFS_SHA256:
            raise BuildError(f"{package.name} is not the one that was pinned: is the package index to be trusted?")
        (work / "source").mkdir()
        with tarfile.open(package) as archive:
            for member in archive.getmembers():
                _, _, name = member.name.partition("/littlefs/")
                content = archive.extractfile(member) if name in LITTLEFS_FILES else None
                if content and member.name.count("/") == 2:
                    (work / "source" / name).write_bytes(content.read())
        progress("fetching littlefs", 1, 1)

    digest = hashlib.sha256(repr((LITTLEFS_SHA256, LITTLEFS_FILES)).encode()).hexdigest()[:24]
    return cache.made("littlefs", digest, "source", make)


def _board_image(
    folder: Path,
    script: str,
    progress: Progress,
    quick: Sequence[str] | None = None,
    more: Sequence[str | Path] = (),
    tiny: Sequence[str] = (),
) -> bytes:
    """Return the program in a folder of sources as it lies in memory.

    quick: C files that are compiled for speed, the others for size; default: all for speed.
    more: what the compiler is told besides.
    tiny: C files that are compiled with TINY_FLAGS.
    """
    sources = [*sorted(folder.glob("*.S")), *sorted(folder.glob("*.c"))]
    zig = [sys.executable, "-m", "ziglang"]
    flags: tuple[str | Path, ...] = (*BOARD_FLAGS, *more, "-I", INCLUDE, "-I", ABI, "-I", folder)

    def make(work: Path) -> None:
        progress(f"compiling {folder.name}", 0, 3)
        shutil.copy(INCLUDE / "memory.ld", work)  # the linker looks for what a script includes where it runs
        tiniest = [source for source in sources if source.name in tiny]
        small = [source for source in sources if quick is not None and source.name not in (*quick, *tiny)]
        parts: list[str | Path] = [source for source in sources if source not in (*tiniest, *small)]
        for name, members, how_small in (("tiny.o", tiniest, TINY_FLAGS), ("small.o", small, SMALL_FLAGS)):
            if members:
                _run([*zig, "cc", *flags, *how_small, "-r", *members, "-o", name], work)
                parts.append(name)
                progress(f"compiling {folder.name}", 1, 3)
        swept = SWEPT if tiny else ()
        _run([*zig, "cc", *flags, "-O2", *swept, "-T", folder / script, *parts, "-o", "program.elf"], work)
        progress(f"compiling {folder.name}", 2, 3)
        _run([*zig, "objcopy", "-O", "binary", "program.elf", "program.bin"], work)
        progress(f"compiling {folder.name}", 3, 3)

    how = (*map(str, flags), *(quick or ()), *tiny)
    return cache.made("firmware", _digest(sources, how), "program.bin", make).read_bytes()


def rom(progress: Progress = silent) -> bytes:
    """Return the boot ROM's bytes.  Raises BuildError."""
    code = _board_image(BOOT, "boot.ld", progress)
    if len(code) > REGIONS["rom"].size:
        raise BuildError(f"the boot ROM takes {len(code)} bytes, there are {REGIONS['rom'].size}")
    return code


def firmware(progress: Progress = silent, defines: Sequence[str] = ()) -> bytes:
    """Return the firmware as it lies in flash, behind its header; defines: as for `kernel`.  Raises BuildError."""
    return with_header(kernel(progress, defines))


def kernel(progress: Progress = silent, defines: Sequence[str] = ()) -> bytes:
    """Return the firmware as the loader copies it to memory: text and data.

    defines: UNSCREENED or LEAN, for a kernel that screens nothing, to measure what screening costs.  Raises
    BuildError.
    """
    more = (*kernel_flags(progress), *(f"-D{define}" for define in defines))
    return _board_image(KERNEL, "kernel.ld", progress, QUICK, more, TINY)


def kernel_flags(progress: Progress = silent) -> tuple[str | Path, ...]:
    """Return what the compiler is told of the kernel beside BOARD_FLAGS and how small it is to be."""
    return (*UNTOUCHED, *SECTIONS, *ALIGNED, "-isystem", KERNEL / "libc", "-isystem", littlefs(progress))


def with_header(code: bytes) -> bytes:
    """Return a program for the begin of main memory as the loader wants it in flash."""
    code += bytes(-len(code) % 4)
    digest = struct.unpack("<8I", hashlib.sha256(code).digest())
    header = FIRMWARE.pack(
        {
            "magic": FIRMWARE_MAGIC,
            "size": len(code),
            "entry": 0,
            "contract": CONTRACT_VERSION,
            **{f"digest{word}": value for word, value in enumerate(digest)},
        }
    )
    return header.to_bytes(4 * FIRMWARE.words, "little") + code


def bench(progress: Progress = silent) -> bytes:
    """Return the software model and what measures it, to stand at the begin of the flash window.

    What it works on belongs behind it (`sim/software.py`).  Raises BuildError.
    """
    return _board_image(BENCH, "bench.ld", progress)


def listing(progress: Progress = silent) -> str:
    """Return what the compiler makes of the software model, as assembly.  Raises BuildError."""
    source = BENCH / "software_model.c"
    flags = (*BOARD_FLAGS, "-O2", "-Wno-unused-command-line-argument", "-S")  # zig's own -c is of no use with -S

    def make(work: Path) -> None:
        progress("compiling software_model", 0, 1)
        folders: list[str | Path] = ["-I", INCLUDE, "-I", BENCH]
        _run([sys.executable, "-m", "ziglang", "cc", *flags, *folders, source, "-o", "software_model.s"], work)
        progress("compiling software_model", 1, 1)

    return cache.made("firmware", _digest([source], flags), "software_model.s", make).read_text()


def _library() -> list[Path]:
    """Return the sources that every program is linked with."""
    return [SAVE, *sorted(LIBRARY.glob("*.S")), *sorted(LIBRARY.glob("*.c"))]


def _program_command(sources: Sequence[Path], flags: Sequence[str]) -> list[str | Path]:
    """Return the command that makes `program` where memory.ld lies: the linker looks for it where it runs."""
    folders: list[str | Path] = ["-I", LIBRARY, "-I", ABI, "-I", INCLUDE]
    compiler = [sys.executable, "-m", "ziglang", "cc"]
    return [*compiler, *flags, *folders, "-T", USER / "user.ld", *_library(), *sources, "-o", "program"]


def _program(sources: Sequence[Path], progress: Progress) -> bytes:
    """Return a program for user mode, as an ELF file."""
    flags = [*BOARD_FLAGS, *PROGRAM_FLAGS]
    name = sources[-1].parent.name

    def make(work: Path) -> None:
        progress(f"compiling {name}", 0, 1)
        shutil.copy(INCLUDE / "memory.ld", work)
        _run(_program_command(sources, flags), work)
        progress(f"compiling {name}", 1, 1)

    return cache.made("firmware", _digest([*_library(), *sources], flags), "program", make).read_bytes()


def own_program(
    sources: Sequence[Path], output: Path, folders: Sequence[Path] = (), defines: Sequence[str] = ()
) -> int:
    """Compile anybody's C to a program for user mode, with the programs' library; return its size in bytes.

    folders: where to look for headers beside `lib.h`.  What the compiler says goes to standard error.  Raises
    BuildError if it does not compile, OSError if `output` cannot be written.
    """
    flags = [flag for flag in (*BOARD_FLAGS, *PROGRAM_FLAGS) if flag != "-Werror"]
    flags += [part for folder in folders for part in ("-I", str(folder.resolve()))]
    flags += [f"-D{define}" for define in defines]
    with tempfile.TemporaryDirectory(prefix="cc-") as work:
        shutil.copy(INCLUDE / "memory.ld", work)
        command = _program_command([source.resolve() for source in sources], flags)
        done = subprocess.run([str(part) for part in command], cwd=work, check=False)
        if done.returncode:
            raise BuildError(f"{output} was not made: the compiler says above what is wrong")
        content = (Path(work) / "program").read_bytes()
    output.write_bytes(content)
    output.chmod(output.stat().st_mode | 0o111)
    return len(content)


def programs(progress: Progress = silent) -> dict[str, bytes]:
    """Return what goes to /bin, by name: one ELF file for all of `user/`, one for each part of `probes/`."""
    shared = _program(sorted(USER.glob("*.c")), progress)
    found = dict.fromkeys(image.program_names(), shared)
    for probe in sorted(PROBES.iterdir()):
        if probe.suffix != ".h":
            sources = sorted(probe.glob("*.c")) if probe.is_dir() else [probe]
            found[probe.stem] = _program(sources, progress)
    return found


def root(progress: Progress = silent) -> bytes:
    """Return the image of the root file system.  Raises BuildError."""
    try:
        return image.packed(image.entries(programs(progress)))
    except image.ImageError as error:
        raise BuildError(str(error)) from None


def blank_flash(number: int, program: bytes | None = None, files: bytes | None = None) -> bytearray:
    """Return the content of a new board's flash: firmware, twice, root file system, decoys, the board's number.

    program, files: as `firmware` and `root` return them; built if there are none.
    """
    content = bytearray(b"\xff") * FLASH_BYTES
    files = root() if files is None else files
    program = firmware() if program is None else program
    if len(program) > AREAS["firmware"].size:
        raise BuildError(f"the firmware takes {len(program)} bytes, there are {AREAS['firmware'].size}")
    lures = decoys.packed(decoys.made())
    for area, held in (("root", files), ("decoys", lures), *((area, program) for area in FIRMWARE_AREAS)):
        content[AREAS[area].base : AREAS[area].base + len(held)] = held
    base = AREAS["factory"].base
    content[base : base + 8] = number.to_bytes(8, "little")
    return content


def native(progress: Progress = silent, sanitize: str = "undefined") -> Path:
    """Return the path of the firmware as a library for this computer.

    sanitize: what gcc's -fsanitize= is told; with `address` the library only loads where libasan is loaded first.
    Raises BuildError.
    """
    sources = [source for source in sorted(KERNEL.glob("*.c")) if source.name not in BOARD_ONLY]
    sources += sorted(NATIVE.glob("*.c"))
    flags = (*NATIVE_FLAGS, f"-fsanitize={sanitize}", "-fno-sanitize-recover=all")

    source = littlefs(progress)

    def make(work: Path) -> None:
        progress("compiling native", 0, 1)
        folders = [part for folder in (INCLUDE, ABI, KERNEL, NATIVE) for part in ("-I", folder)]
        folders += ["-isystem", source]
        _run(["gcc", *flags, *folders, *sources, "-o", "native.so"], work)
        progress("compiling native", 1, 1)

    return cache.made("native", _digest(sources, flags), "native.so", make)


def main() -> None:
    """Build all, print the sizes."""
    try:
        boot, program, files = rom(), firmware(), root()
    except BuildError as error:
        sys.exit(str(error))
    print(f"boot ROM   {len(boot):7} of {REGIONS['rom'].size} bytes")
    print(f"firmware   {len(program):7} bytes in flash, {REGIONS['ram'].size} bytes of memory")
    print(f"files      {len(files):7} of {AREAS['root'].size} bytes, programs {len(programs()['sh'])}")


if __name__ == "__main__":
    main()
