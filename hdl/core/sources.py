"""Which SystemVerilog the core is made of, for every tool that compiles it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("vendor/lowrisc_ip/ip/prim/rtl/prim_cipher_pkg.sv", "rtl/ibex_pkg.sv")
_MODULES = (
    "alu", "branch_predict", "compressed_decoder", "controller", "counter", "cs_registers", "csr", "decoder",
    "dummy_instr", "ex_block", "fetch_fifo", "icache", "id_stage", "if_stage", "load_store_unit", "multdiv_fast",
    "multdiv_slow", "pmp", "prefetch_buffer", "wb_stage", "core",
)  # fmt: skip
_INCLUDES = ("rtl", "vendor/lowrisc_ip/ip/prim/rtl", "vendor/lowrisc_ip/dv/sv/dv_utils")


@dataclass(frozen=True, slots=True)
class Sources:
    """`files` in the order in which they are to be read, folders for `include`, and macros to define."""

    files: tuple[Path, ...]
    include: tuple[Path, ...]
    defines: tuple[str, ...]

    def verilator_flags(self) -> list[str]:
        """Return what Verilator is to be told, the files last."""
        return [
            *(f"-D{name}" for name in self.defines),
            *(f"-I{folder}" for folder in self.include),
            "-Wno-UNOPTFLAT",  # Ibex's vectors depend on themselves, bit by bit
            *(str(file) for file in self.files),
        ]


def sources() -> Sources:
    """Return Ibex's sources, packages first, and the frame `ibex` around it last.

    Raises FileNotFoundError if the package that ships Ibex is missing.
    """
    spec = find_spec("pythondata_cpu_ibex")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(
            "the package `pythondata-cpu-ibex` is missing: pip install sentinelos-vigilante again"
        )
    root = Path(spec.origin).parent / "system_verilog"
    files = [root / name for name in _PACKAGES]
    files += [root / "rtl" / f"ibex_{name}.sv" for name in _MODULES]
    files.append(Path(__file__).with_name("ibex.sv"))
    # SYNTHESIS: without assertions and coverage.
    return Sources(tuple(files), tuple(root / name for name in _INCLUDES), ("SYNTHESIS",))
