"""A netlist's digest: blind to folders and to the order of ports, and to nothing else."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from hdl.netlist import netlist_digest

TEXT = """
module top(a, screen_clk, clk, q);
  (* src = "/somewhere/hdl/block.py:40" *)
  input a;
  \\inner \\i (.clk(clk), .a(a));
endmodule
module \\inner (clk, a
, q);
  assign q = a;
endmodule
"""


def test_folders_and_the_order_of_ports_do_not_count() -> None:
    other = TEXT.replace("/somewhere", "/elsewhere").replace("screen_clk, clk", "clk, screen_clk")
    assert other != TEXT and netlist_digest(other) == netlist_digest(TEXT)


@pytest.mark.parametrize(
    ("old", "new"), [("assign q = a", "assign q = ~a"), ("(a, screen_clk", "(screen_clk"), ("input a", "input  b")]
)
def test_everything_else_counts(old: str, new: str) -> None:
    assert netlist_digest(TEXT.replace(old, new)) != netlist_digest(TEXT)


def test_files_beside_count() -> None:
    assert len({netlist_digest(TEXT), netlist_digest(TEXT, b"a"), netlist_digest(TEXT, b"a", b"")}) == 3


def test_the_same_in_every_process() -> None:
    """Sets of texts are in another order in every process."""
    program = (
        "from amaranth.back import verilog; from hdl.netlist import netlist_digest; from hdl.soc.soc import Soc\n"
        "print(netlist_digest(verilog.convert(Soc(b'', simulated=False, build=0), name='soc',"
        " strip_internal_attrs=True)))"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(digests) == 1
