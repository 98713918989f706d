"""What the board is made of beside Amaranth: Ibex, the frame around it and the RAM, for tools that read them."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("vendor/lowrisc_ip/ip/prim/rtl/prim_cipher_pkg.sv", "rtl/ibex_pkg.sv")
_MODULES = (
    "alu", "branch_predict", "compressed_decoder", "controller", "counter", "cs_registers", "csr", "decoder",
    "dummy_instr", "ex_block", "fetch_fifo", "icache", "id_stage", "if_stage", "load_store_unit", "multdiv_fast",
    "multdiv_slow", "pmp", "prefetch_buffer", "wb_stage", "core",
)  # fmt: skip
_INCLUDES = ("rtl", "vendor/lowrisc_ip/ip/prim/rtl", "vendor/lowrisc_ip/dv/sv/dv_utils")

_HERE = Path(__file__).parent
RAM = _HERE / "soc" / "ram.v"
OURS = (_HERE / "core" / "ibex.sv", RAM)

DEFINES = ("SYNTHESIS",)
"""Macros to define: without assertions and coverage."""


def _root() -> Path:
    spec = find_spec("pythondata_cpu_ibex")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "the package `pythondata-cpu-ibex` is missing: pip install sentinelos-vigilante again"
        )
    return Path(spec.origin).parent / "system_verilog"


def sources() -> tuple[Path, ...]:
    """Return the files in the order in which they are to be read.

    Raises FileNotFoundError if the package that ships Ibex is missing.
    """
    root = _root()
    inner = [root / "rtl" / f"ibex_{name}.sv" for name in _MODULES]
    return (*(root / name for name in _PACKAGES), *inner, *OURS)


def include_folders() -> tuple[Path, ...]:
    """Return the folders in which `include` looks."""
    return tuple(_root() / name for name in _INCLUDES)


def verilator_flags() -> tuple[str, ...]:
    """Return what Verilator has to be told beside the files."""
    # UNOPTFLAT: Ibex's vectors depend on themselves, bit by bit.
    return (
        *(f"-D{name}" for name in DEFINES),
        *(f"-I{folder}" for folder in include_folders()),
        "-Wno-UNOPTFLAT",
    )
