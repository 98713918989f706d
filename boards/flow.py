"""From Verilog to a bitstream, step by step.  Each step's result is kept, named by all that it depends on.

netlist ── yosys ──▶ cells ── nextpnr, seed by seed ──▶ placed ── ecppack, icepack ──▶ bitstream
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boards.board import Board
from boards.tools import Say, run, silent, tool_version
from hdl import cache, sources

PERIOD_PS = 0.2e6
"""Picoseconds, times MHz, that synthesis is given of a period for cells: alone, the core mapped for 0.4e6 reached
29 MHz, for 0.2e6 42 MHz."""

TOP = "top"
"""The outermost module of everything that is built here."""


@dataclass(frozen=True)
class Chip:
    """What a family of chips needs.

    synth: the command of yosys.  nextpnr, pack: the tools.  options: nextpnr's, beside device and package.
    placed, bitstream: names of what those leave.
    """

    synth: str
    nextpnr: str
    pack: str
    options: tuple[str, ...]
    placed_option: str
    placed: str
    bitstream: str

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that take part."""
        return ("yosys", self.nextpnr, self.pack)


CHIPS = {
    # The first router: the second one stood at 120 shared wires for 100 rounds on the pipeline alone.
    "ecp5": Chip("synth_ecp5", "nextpnr-ecp5", "ecppack", ("--lpf-allow-unconstrained", "--router", "router1"),
                 "--textcfg", "top.config", "top.bit"),
    "ice40": Chip("synth_ice40 -device u -dsp", "nextpnr-ice40", "icepack", ("--pcf-allow-unconstrained",),
                  "--asc", "top.asc", "top.bin"),
}  # fmt: skip


def digest_of(*parts: object) -> str:
    """Return the digest of plain values, texts and bytes."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else repr(part).encode()
        digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()[:24]


def kept(kind: str, digest: str, name: str, make: Callable[[Path], None], *, force: bool = False) -> Path:
    """Return the path of the file or folder `name`, made if it is not there, or with `force` in any case."""
    if force:
        shutil.rmtree(cache.root() / kind / digest, ignore_errors=True)
    return cache.made(kind, digest, name, make)


def core(boot: int, say: Say = silent) -> Path:
    """Return the core, read by yosys once: Ibex in its frame, which begins at `boot`, as RTLIL."""
    files = [path for path in sources.sources() if path != sources.RAM]
    headers = [[p for p in sorted(folder.iterdir()) if p.suffix in (".sv", ".svh")] for folder in
               sources.include_folders()]  # fmt: skip
    everything = [path.read_bytes() for path in (*files, *(path for folder in headers for path in folder))]

    def make(work: Path) -> None:
        say("reading the core")
        includes = []
        for number, folder in enumerate(headers):
            place = work / f"include{number}"
            place.mkdir()
            includes += ["-I", place.name]
            for path in folder:
                shutil.copy(path, place)
        for path in files:
            shutil.copy(path, work)
        defines = " ".join(f"-D {name}" for name in sources.DEFINES)
        names = " ".join(path.name for path in files)
        # One thread: there are no others under WASM.
        read = f"read_slang -j 1 {defines} {' '.join(includes)} -G BOOT={boot} --top ibex {names}"
        run("yosys", ["-p", f"{read}; hierarchy -top ibex; proc; opt_clean; write_rtlil core.il"], work, say)

    return kept("core", digest_of(boot, tool_version("yosys"), *everything), "core.il", make)


def _beside(verilog: str, say: Say) -> tuple[dict[str, Path], list[str]]:
    """Return the files that a design needs beside its own text, and the commands that read them."""
    files: dict[str, Path] = {}
    commands: list[str] = []
    if found := re.search(r"^  ibex #\(\s*\.BOOT\(32'd(\d+)\)", verilog, re.M):
        files["core.il"] = core(int(found[1]), say)
        commands.append("read_rtlil core.il")
    if re.search(r"^  ram_lane #\(", verilog, re.M):
        files["ram.v"] = sources.RAM
        commands.append("read_verilog ram.v")
    return files, commands


def synthesised(
    family: str,
    verilog: str,
    mhz: float,
    name: str,
    write: str,
    *,
    top: str = TOP,
    options: str = "",
    say: Say = silent,
    force: bool = False,
) -> Path:
    """Return what yosys leaves of a design: the file `name`, written by its command `write`.

    verilog: the design.  mhz: the clock that it is to reach: what has time is made small, and no faster than that.
    options: of the synthesis command.
    """
    files, commands = _beside(verilog, say)
    commands += ["read_verilog design.v"]
    if "core.il" in files:
        commands.append("setparam -unset BOOT t:ibex")  # the core was read with its value
    commands += [f"hierarchy -top {top}", f"scratchpad -set abc9.D {PERIOD_PS / mhz:.0f}"]
    commands += [f"{CHIPS[family].synth} {options} -top {top}", write]

    def make(work: Path) -> None:
        for file, path in files.items():
            shutil.copy(path, work / file)
        (work / "design.v").write_text(verilog)
        (work / "result").mkdir()
        run("yosys", ["-p", "; ".join(commands)], work, say)

    inputs = [path.read_bytes() for path in files.values()]
    return kept("cells", digest_of(commands, verilog, tool_version("yosys"), *inputs), name, make, force=force)


@dataclass(frozen=True)
class Mapped:
    """A design as the chip's cells, in a folder: `design`, flattened, as nextpnr reads it, and `modules`: how many
    cells of each type every block takes that was mapped by itself.  All is flattened after that, so that what is
    counted is what is placed."""

    folder: Path

    @property
    def design(self) -> Path:
        return self.folder / "top.json"

    @property
    def modules(self) -> dict[str, Any]:
        return dict(json.loads((self.folder / "stat.json").read_text())["modules"])


def plain(module: str) -> str:
    """Return a module's name without yosys's marks and the numbers that Amaranth adds."""
    return re.sub(r"\$\d+(?=\.|$)", "", module.strip().removeprefix("\\"))


def mapped(
    family: str, verilog: str, mhz: float, *, blocks: Iterable[str] = (), say: Say = silent, force: bool = False
) -> Mapped:
    """Map a design to a chip's cells.

    blocks: modules, by their plain names, that are mapped by themselves, with what is in them; the rest is one.
    """
    alone = frozenset(blocks)

    def marked(found: re.Match[str]) -> str:
        return f"(* keep_hierarchy *) {found[0]}" if plain(found[1]) in alone else found[0]

    verilog = re.sub(r"^module (\S+) ", marked, verilog, flags=re.M)
    write = "tee -q -o result/stat.json stat -json; setattr -mod -unset keep_hierarchy *; flatten; opt_clean"
    write += "; write_json result/top.json"
    return Mapped(synthesised(family, verilog, mhz, "result", write, say=say, force=force))


@dataclass(frozen=True)
class Placed:
    """A placed and routed design: nextpnr's own report, and the folder with what it left."""

    seed: int
    report: dict[str, Any]
    folder: Path

    @property
    def mhz(self) -> float:
        """The clock that it reaches: of several clocks the slowest."""
        return min(float(clock["achieved"]) for clock in self.report["fmax"].values())

    @property
    def used(self) -> dict[str, dict[str, int]]:
        """Cells used and available, by type."""
        return dict(self.report["utilization"])


def placed(
    board: Board,
    design: Path,
    constraints: str,
    seed: int,
    mhz: float,
    *,
    say: Say = silent,
    force: bool = False,
) -> Placed:
    """Place and route a netlist; whether it reaches `mhz` is for the caller to judge.

    constraints: "" where pins do not matter.
    """
    chip = CHIPS[board.family]
    options = [f"--{board.device}", "--package", board.package, *chip.options, "--timing-allow-fail"]
    if board.speed:
        options += ["--speed", board.speed]
    options += ["--freq", f"{mhz:g}", "--seed", str(seed), "--json", "top.json"]
    options += ["--report", "result/report.json", chip.placed_option, f"result/{chip.placed}"]
    if constraints:
        options += ["--lpf" if board.family == "ecp5" else "--pcf", "top.constraints"]

    def make(work: Path) -> None:
        shutil.copy(design, work / "top.json")
        (work / "top.constraints").write_text(constraints)
        (work / "result").mkdir()
        run(chip.nextpnr, options, work, say)
        (work / f"{chip.nextpnr}.log").rename(work / "result" / "nextpnr.log")

    digest = digest_of(options, constraints, design.read_bytes(), tool_version(chip.nextpnr))
    folder = kept("placed", digest, "result", make, force=force)
    return Placed(seed, json.loads((folder / "report.json").read_text()), folder)


def packed(board: Board, done: Placed, *, say: Say = silent) -> Path:
    """Return the bitstream of a placed design."""
    chip = CHIPS[board.family]
    options = ["--compress"] if board.family == "ecp5" else []
    source = done.folder / chip.placed

    def make(work: Path) -> None:
        shutil.copy(source, work)
        run(chip.pack, [*options, chip.placed, chip.bitstream], work, say)

    digest = digest_of(options, source.read_bytes(), tool_version(chip.pack))
    return kept("bitstream", digest, chip.bitstream, make)
